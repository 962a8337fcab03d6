"""The commands, functions and variables of a script, as the syntax tree has them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from itertools import chain, product
from typing import TYPE_CHECKING, Final

from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.command_use import COMPUTED, CommandUse, program_of, unquoted
from pup_tui.template.shell.handed import FORM, PRINTING
from pup_tui.template.shell.heredocs import ANEW, DESCRIPTOR
from pup_tui.template.shell.language import SUBSTITUTIONS, FoundNodes, nodes_of
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.other_names import base_name, makes_names, other_names
from pup_tui.template.shell.programs import PROGRAMS
from pup_tui.template.shell.redirections import (
    REDIRECTS,
    STANDARD,
    body,
    feeds_input,
    is_of_exec,
    is_own,
    opens_input,
    redirects,
    target_of,
    text,
    upwards,
    written,
)
from pup_tui.template.shell.synopsis import Kind
from pup_tui.template.shell.words import READING, loop_words

if TYPE_CHECKING:
    from tree_sitter import Node

STATEMENTS: Final = frozenset(
    {
        *("command", "redirected_statement", "pipeline", "list", "subshell", "negated_command"),
        *("compound_statement", "if_statement", "elif_clause", "else_clause", "while_statement"),
        *("for_statement", "c_style_for_statement", "case_statement", "case_item", "do_group"),
        *("declaration_command", "variable_assignment", "variable_assignments"),
    }
)
ARGUMENTS: Final = (*(b"%d" % number for number in range(1, 10)), b"@", b"*")
"""The names by which a function or script knows its words."""

_NO_WORDS: Final = frozenset({"comment", "variable_assignment", *REDIRECTS})
_WORDS: Final = frozenset(
    {
        *("word", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation"),
        *("simple_expansion", "expansion", "number", *SUBSTITUTIONS, "arithmetic_expansion"),
    }
)
_GIVING: Final = (b"set", b"getopts")
"""Commands that put their words into variables."""
_UNDEFINES: Final = re.compile(rb"\bun(?:set|function)\b([^\n;&|]*)")
_WITHIN_WORDS: Final = frozenset({"string", "concatenation", "heredoc_body"})
_INPUTS: Final = _WORDS | {"heredoc_body"}
_VARIABLE: Final = re.compile(rb"\"?\$\{?([A-Za-z_]\w*)(?:\[@\]|:?-([\w./-]+))?\}?\"?")
"""A word that is one variable, perhaps with a default, or all elements of an array."""
_BRACES: Final = re.compile(rb"([^\s'\"\\{}$]*)\{([^\s'\"\\{}]*,[^\s'\"\\{}]*)\}([^\s'\"\\{}]*)")
"""A word that becomes several, each with what stands before and behind the braces."""
_FOUND: Final = re.compile(rb"\"?\$\((?:command -v|which|type -P) +([\w./+-]+)\)\"?")
"""The command that finds a program, which is then run."""
_OWN_SHELL: Final = re.compile(rb"\"?\$\{?(?:SHELL|BASH|0)\b\}?\"?")
_RUNS: Final = re.compile(rb"\$\(|`")
_UNQUOTED: Final = re.compile(rb"\$(?:[A-Za-z_]\w*|[@*]|\{[^}]*\})|\"\$\{\w+\[@\]\}\"|\"\$@\"")
"""A word of which nothing may be left, or several words."""
_SUBSTITUTED: Final = b"$()"
"""Stands for a long text of a word that is known only when the script runs."""
_LONG: Final = 500
_VARIABLE_IN: Final = re.compile(rb"\$([A-Za-z_]\w*|[1-9])")
_MOST_SHIFTED: Final = 3
"""Words of a call that a function may have dropped before it runs the others."""
_MOST_NAMES: Final = 20
"""Names that a word for a file is read as."""
_ELEMENT: Final = re.compile(rb"""(?:\$?'[^']*'|\$?"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+""", re.DOTALL)
"""One word of an array."""
_INDIRECT: Final = re.compile(rb"\$\{!(?!\w+(?:\[[@*]\]|[@*])\})")
"""An expansion of a variable that another one names, and not of keys or names."""
_FINDS_OWN: Final = re.compile(rb"\b(?:PATH\+?=|path\+?=\(|hash\b[^\n;&|]*\s)")
_PRINTS: Final = re.compile(rb"-\w*p")
_ANY_FILE: Final = re.compile(rb"(?<![^\s(/=])[*?\[]")
"""The beginning of a pattern that is a file's name from its first letter on."""
_TO_DESCRIPTOR: Final = re.compile(rb"-\w*[pu]")
_OWN_DESCRIPTOR: Final = re.compile(rb"/(?:dev|proc/self)/fd/(?![012]\Z)")

_OPEN_NAME: Final = re.compile(rb"[$\x01]|%b" % MARKER.pattern)


class ScriptParts:
    """What a script holds, looked up when it is first asked for."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._uses: dict[int, tuple[CommandUse, dict[int, int]]] = {}
        self._substitutions: dict[int, list[Node]] = {}
        self._named_files: dict[bytes, frozenset[bytes]] = {}

    def use(self, command: Node) -> CommandUse:
        """What a command does with its words."""
        return self._judged(command)[0]

    def position(self, command: Node, word: Node) -> int | None:
        """Which word of a command a node is, from 0 for its name."""
        return self._judged(command)[1].get(word.id)

    def is_word(self, command: Node | None, node: Node) -> bool:
        """Whether a node is a word of a command."""
        is_command = command is not None and command.type == "command"
        return is_command and command is not None and self.position(command, node) is not None

    def _judged(self, command: Node) -> tuple[CommandUse, dict[int, int]]:
        known = self._uses.get(command.id)
        if known is None:
            spend_on_judging(1)
            texts: list[bytes] = []
            positions: dict[int, int] = {}
            given: dict[int, Sequence[bytes]] = {}
            may_be_none: list[int] = []
            for word in _words(command):
                at = positions[word.id] = len(texts)
                raw = text(word)
                if word.type in SUBSTITUTIONS and len(raw) > _LONG:
                    texts.append(_SUBSTITUTED)
                    may_be_none.append(at)
                    continue
                written = self._written_for(raw, is_name=at == 0)
                if written:
                    given[at] = written
                    may_be_none += [at] if at == 0 and self._prints_instead(raw, written) else []
                elif word.type == "command_substitution" or _UNQUOTED.fullmatch(raw):
                    may_be_none.append(at)
                texts += map(unquoted, written or [MARKER.sub(COMPUTED, raw)])
            texts.extend(_lost_word(command))
            if self._other_names and not makes_names(texts):
                texts = [self._other_names.get(base_name(each), each) for each in texts]
            known = CommandUse(texts, given=given, may_be_none=may_be_none), positions
            self._uses[command.id] = known
        return known

    def _prints_instead(self, word: bytes, written: Sequence[bytes]) -> bool:
        """Whether a variable holds, on some condition, what prints the command behind it: ``$DRY rm x``."""
        variable = _VARIABLE.fullmatch(word)
        if variable is None or written[0] not in PRINTING or _UNQUOTED.fullmatch(word) is None:
            return False
        assigned = [
            node
            for node in self._found.of("variable_assignment")
            if text(node).partition(b"=")[0] == variable[1]
        ]
        return any(node.parent is None or node.parent.type != "program" for node in assigned)

    def _written_for(self, word: bytes, *, is_name: bool) -> Sequence[bytes]:
        """The words, with quotes, that the script has put into the variable which a word is.

        The name of a command is what it is called by, or its default: ``$KUBECTL``, ``${DOCKER:-docker}``.
        """
        braces = _BRACES.fullmatch(word)
        if braces is not None:
            parts = MARKER.sub(COMPUTED, braces[2]).split(b",")
            return [braces[1] + part + braces[3] for part in parts]
        found = _FOUND.fullmatch(word) if is_name else None
        if found is not None:
            return [found[1]]
        match = _VARIABLE.fullmatch(word)
        if match is None:
            return ()
        given = (
            (self._named_by if is_name else self._assigned).get(match[1], b"") or match[2] or b""
        )
        if is_name:
            found = _FOUND.fullmatch(given)
            given = found[1] if found is not None else given
            if (not given or _RUNS.search(given)) and PROGRAMS.get(match[1].lower()):
                given = match[1].lower()
        is_made = _RUNS.search(given) if is_name else given.lstrip(b'"').startswith((b"$", b"`"))
        if is_made:
            return ()
        given = MARKER.sub(COMPUTED, given)
        words = _ELEMENT.findall(given[1:-1]) if given.startswith(b"(") else unquoted(given).split()
        is_one = word.startswith(b'"') and b"@" not in word
        return words if not is_one or len(words) == 1 else []

    @cached_property
    def _other_names(self) -> dict[bytes, bytes]:
        """The interpreters that the script itself gives other names, by these."""
        found = other_names(map(self._names_used, self._commands))
        return {name: program for name, program in found.items() if name not in self.functions}

    def _names_used(self, command: Node) -> tuple[list[bytes], list[bytes], list[bytes]]:
        """The words of a command as names of programs and files, and the files it reads and writes."""
        words = [self._as_program(text(word)) for word in _words(command)]
        statement = command.parent
        around = (
            ()
            if statement is None or statement.type != "redirected_statement"
            else redirects(statement)
        )
        files = [each for each in (*redirects(command), *around) if each.type == "file_redirect"]
        read = [self._as_program(text(n)) for n in map(target_of, filter(feeds_input, files)) if n]
        return words, read, [unquoted(text(n)) for n in map(written, files) if n]

    def _as_program(self, word: bytes) -> bytes:
        """A word without quotes; where it stands for a program that is known, that one."""
        if _OWN_SHELL.fullmatch(word):
            return b"sh"
        written = self._written_for(word, is_name=True) if b"$" in word else ()
        return unquoted(written[0] if written else word)

    def assigned(self, name: bytes) -> bytes:
        """A text, with its quotes, that the script gives a variable; empty if it gives it none."""
        return self._assigned.get(name, b"")

    @cached_property
    def _assigned(self) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for node in self._found.of("variable_assignment"):
            name, _, value = text(node).partition(b"=")
            before = found.get(name[:-1], b"") if name.endswith(b"+") else b""
            if before.startswith(b"(") and value.startswith(b"("):
                value = before[:-1] + b" " + value[1:]
            elif before:
                value = before + value
            found[name.removesuffix(b"+")] = value
        return found

    @cached_property
    def _named_by(self) -> dict[bytes, bytes]:
        """What each variable holds as the name of a command: of several texts one that names a shell."""
        found = {**self._assigned}
        for node in self._found.of("variable_assignment"):
            name, _, value = text(node).partition(b"=")
            first = b"".join(unquoted(value).split(maxsplit=1)[:1])
            program = program_of(first.lstrip(b"("))
            if program is not None and program.is_interpreter:
                found[name] = value
        return found

    @cached_property
    def _found(self) -> FoundNodes:
        return FoundNodes(self._root)

    @cached_property
    def functions(self) -> dict[bytes, Node]:
        """The functions that the script defines, by their names."""
        if not re.search(rb"\(\s*\)|function", text(self._root)):
            return {}
        return {function_name(node): node for node in self._found.of("function_definition")}

    def expansions(self, name: bytes, within: Node | None) -> list[Node]:
        """Where the script uses a variable; an argument of a function does within it only."""
        return self._expansions.get((name, within.id if within is not None else None), [])

    @cached_property
    def expanded(self) -> frozenset[bytes]:
        """The variables, besides a function's own words, that the script uses."""
        return frozenset(name for name, place in self._expansions if place is None).difference(
            ARGUMENTS
        )

    def expands(self, command: Node, name: bytes) -> bool:
        """Whether a variable is expanded in a command before that is run."""
        nodes = self.expansions(name, None)
        return any(command.start_byte <= node.start_byte < command.end_byte for node in nodes)

    @cached_property
    def _expansions(self) -> dict[tuple[bytes, int | None], list[Node]]:
        """The expansions of a variable by the function they stand in, and with none those of its own."""
        found: dict[tuple[bytes, int | None], list[Node]] = {}
        for node in self._found.of("simple_expansion", "expansion"):
            for child in node.named_children[:1]:
                name = text(child).split(b"[", 1)[0]
                functions = [around.id for around in self._found.functions_around(node)]
                # In zsh `argv` is an array of the words.
                for each in (name, b"@") if name == b"argv" else (name,):
                    is_own = each in ARGUMENTS and functions
                    for place in functions if is_own else (*functions, None):
                        found.setdefault((each, place), []).append(node)
        return found

    def indirect(self, references: Container[bytes]) -> list[Node]:
        """The expansions of variables that are named by the text of another one, or that stand for one."""
        return [
            node
            for node in self._found.of("simple_expansion", "expansion")
            if _INDIRECT.match(text(node))
            or any(text(child).split(b"[", 1)[0] in references for child in node.named_children[:1])
        ]

    def function_around(self, place: Node) -> Node | None:
        """The innermost function in which a node stands."""
        return self._found.function_around(place)

    def given_words(self, within: Node | None) -> Iterator[bytes]:
        """The variables that get the words of a function or the script: ``for NAME; do``, ``getopts``."""
        for loop in self._found.of("for_statement"):
            is_over_words = not any(part.type == "in" for part in loop.children)
            if is_over_words and self.function_around(loop) == within:
                yield text(loop.children[1])
        if any(self.function_around(call) == within for call, _ in self.mentions(b"getopts")):
            yield b"OPTARG"

    @cached_property
    def printers(self) -> list[Node]:
        """What prints the variables of the script: ``set``, ``declare -p``."""
        uses = (*((node, self.use(node)) for node in self._commands), *self._run_by_functions)
        found = [node for node, use in uses if use.words[-1:] == [b"set"]]
        for node in self._found.of("declaration_command"):
            words = [text(part) for part in node.named_children]
            if all(word[:1] == b"-" for word in words) or any(map(_PRINTS.match, words)):
                found.append(node)
        return found

    @cached_property
    def found_files(self) -> list[Node]:
        """The patterns that become names of files, whatever those are called."""
        if not _ANY_FILE.search(text(self._root)):
            return []
        return [node for node in nodes_of(self._root, "word") if _is_pattern(node)]

    @cached_property
    def commands(self) -> list[Node]:
        """The commands that may do something with a variable of their environment."""
        return [each for each in self._commands if self._takes_environment(self.use(each))]

    def _takes_environment(self, use: CommandUse) -> bool:
        takes_script = bool(use.script) or use.reader is not None or use.runs_file
        return use.prints_environment or takes_script

    @cached_property
    def finds_own(self) -> bool:
        """Whether files of the script may be run without a path: it says itself where commands are."""
        return _FINDS_OWN.search(text(self._root)) is not None

    def input_script(self, command: Node) -> bytes:
        """What a command for a shell reads as its script, where that stands in this one."""
        reader, statement = self.use(command).reader, command.parent
        if reader is None or not reader.is_shell or statement is None:
            return b""
        given = (
            n for n in (*redirects(statement), *redirects(command)) if n.type != "file_redirect"
        )
        texts = (part for each in given for part in each.named_children if part.type in _INPUTS)
        return next(
            (unquoted(text(part)) if part.type != "heredoc_body" else text(part) for part in texts),
            b"",
        )

    @property
    def texts(self) -> list[Node]:
        """What prints or holds a text of the script."""
        found = list(self._found.of("heredoc_body"))
        for redirect in self._found.of("herestring_redirect"):
            found += redirect.named_children
        for assignment in self._found.of("variable_assignment"):
            values = assignment.children_by_field_name("value")
            found += [value for value in values if value.is_named]
        for loop in self._found.of("for_statement"):
            found += loop_words(loop)
        for command in self._commands:
            name = b"".join(self.use(command).words[:1])
            if name in PRINTING:
                found.append(command)
            elif name in _GIVING or name in self.functions:
                found += list(_words(command))[1:]
        for declaration in self._found.of("declaration_command"):
            found += [node for node in declaration.named_children if node.type in _WORDS]
        for expansion in self._found.of("simple_expansion", "expansion"):
            found += [node for node in expansion.named_children[1:] if node.type in _WORDS]
        return found

    def is_read_as_script(self, given: Node) -> bool:
        """Whether a here-document or here-string is all that a shell reads as its script."""
        redirect = given.parent
        if redirect is None or redirect.type not in REDIRECTS:
            return False
        owner = body(redirect)
        return owner is not None and owner.type == "command" and self.use(owner).reader is not None

    def pieces(self) -> list[Node]:
        """What is expanded or substituted in a word, or in words of ``eval``, that hold more than that."""
        made = (
            *self._found.of("simple_expansion", "expansion"),
            *self._found.of("command_substitution"),
        )
        return [node for node in made if self._is_piece(node)]

    def _is_piece(self, node: Node) -> bool:
        around = outermost_word(node)
        command = around.parent
        if command is not None and command.type == "command":
            words = self.use(command).words
            name, *rest = words or [b""]
            is_joined = name == b"eval" or name in PRINTING
            if is_joined and len(rest) > sum(word[:1] in FORM for word in rest) + 1:
                return True
        is_changed = node.type == "expansion" and len(node.named_children) > 1
        return is_changed or text(around).strip(b"\"'{}\n ") != text(node).strip(b"{}")

    @cached_property
    def prompt(self) -> bytes:
        """The text that the shell expands before each line that it traces, as a command."""
        given = self._assigned.get(b"PS4", b"")
        return b': "%s"' % unquoted(given).replace(b'"', b"") if given else b""

    @property
    def has_open_names(self) -> bool:
        """Whether the name of a command may be a value: that of its own, or in a script that it runs."""
        uses = [self.use(each) for each in self._commands]
        names = (use.words[at] for use in uses for at in use.names)
        return any(map(_OPEN_NAME.search, names)) or any(use.script for use in uses)

    @property
    def listers(self) -> list[Node]:
        """The commands that print the names of files which they find."""
        own = [each for each in self._commands if self.use(each).prints_files]
        return own + [command for command, use in self._run_by_functions if use.prints_files]

    @property
    def environment_printers(self) -> list[Node]:
        """The commands of functions that may print their environment, by the words of a call."""
        return [command for command, use in self._run_by_functions if use.prints_environment]

    @cached_property
    def _run_by_functions(self) -> list[tuple[Node, CommandUse]]:
        """Each command of a function that runs the words of its calls, as one of those has it."""
        found: list[tuple[Node, CommandUse]] = []
        for name, function in self.functions.items():
            runs = [(node, use) for node, use in self.of_own_words(function) if use.hands_on]
            for call in self.calls(name) if runs else ():
                words = self.use(call).words
                own = words[words.index(name) + 1 :] if name in words else ()
                most = min(len(own), _MOST_SHIFTED) if b"shift" in text(function) else 0
                for (command, use), dropped in product(runs, range(most + 1)):
                    spend_on_judging(1)
                    found.append((command, use.called_with(own, -1, dropped)[0]))
        return found

    @property
    def _commands(self) -> list[Node]:
        return self._found.of("command")

    def of_own_words(self, function: Node | None) -> list[tuple[Node, CommandUse]]:
        """The commands of a function or, outside of all, of the script, in which own words of it stand."""
        return self._of_own_words.get(function.id if function is not None else None, [])

    @cached_property
    def _of_own_words(self) -> dict[int | None, list[tuple[Node, CommandUse]]]:
        found: dict[int | None, list[tuple[Node, CommandUse]]] = {}
        for command in self._commands:
            if self.use(command).has_own_words:
                around = self.function_around(command)
                place = around.id if around is not None else None
                found.setdefault(place, []).append((command, self.use(command)))
        return found

    def calls(self, name: bytes) -> list[Node]:
        """The commands that call a function."""
        return [
            command
            for command, word in self.mentions(name)
            if self.position(command, word) in self.use(command).names
        ]

    def mentions(self, name: bytes) -> list[tuple[Node, Node]]:
        """Each command with a word of this text, and that word."""
        return self._mentions.get(_plain(name), [])

    def openings(self, name: bytes) -> list[tuple[Node, Node]]:
        """Each command with a word that may name a file of this name, and that word.

        What is run may also be in another folder by then. A name by which a function is called is none.
        """
        names = self._file_names(name)
        found = {
            word.id: (command, word)
            for base in sorted({*map(base_name, names)})
            for command, word, word_names in self._openings.get(base, ())
            if not self._is_call(command, word)
            and (self._is_run(command, word) or not names.isdisjoint(word_names))
        }
        return list(found.values())

    def given_openings(self, name: bytes) -> Iterator[tuple[Node, int]]:
        """Each command to which a variable gives a word that may name a file of this name, and its place."""
        names = self._file_names(name)
        for command in self._with_given:
            use = self.use(command)
            for at in use.given_places:
                if not names.isdisjoint(self._file_names(use.words[at])):
                    yield command, at

    @cached_property
    def _with_given(self) -> list[Node]:
        return [command for command in self._commands if self.use(command).given_places]

    def uses_with_script(self, name: bytes) -> list[CommandUse]:
        """The commands in whose words a script stands that may name a file."""
        return [use for use in self._with_scripts if name in use.script]

    @cached_property
    def _with_scripts(self) -> list[CommandUse]:
        return [use for use in map(self.use, self._commands) if use.script]

    def _names_in(self, word: Node) -> frozenset[bytes]:
        """The names of a file that a word may stand for, or hold behind ``=``."""
        raw = text(word)
        behind = raw.partition(b"=")[2]
        return self._file_names(raw) | (self._file_names(behind) if behind else frozenset())

    def _is_run(self, command: Node, word: Node) -> bool:
        """Whether a word names what is run."""
        use, position = self.use(command), self.position(command, word)
        return position is not None and (
            position in use.names or use.uses[position].kind is Kind.FILE
        )

    def _is_call(self, command: Node, word: Node) -> bool:
        """Whether a word is the name by which a command calls a function of the script."""
        name = self.use(command).words[0]
        is_function = self.position(command, word) == 0 and name in self.functions
        return is_function and not any(name in words or b"$" in words for words in self._undefined)

    @cached_property
    def _undefined(self) -> list[bytes]:
        """What stands behind each ``unset``, which may make a name one of no function any more."""
        return _UNDEFINES.findall(text(self._root))

    @cached_property
    def _openings(self) -> dict[bytes, list[tuple[Node, Node, frozenset[bytes]]]]:
        """Each command with a word and the names of files that this may be, by the ends of these."""
        found: dict[bytes, list[tuple[Node, Node, frozenset[bytes]]]] = {}
        for mentions in self._mentions.values():
            for command, word in mentions:
                names = self._names_in(word)
                for base in {*map(base_name, names)}:
                    found.setdefault(base, []).append((command, word, names))
        return found

    def _file_names(self, word: bytes) -> frozenset[bytes]:
        """The names of a file that a word may stand for: in it a variable has one of its texts."""
        if word not in self._named_files:
            names = [_plain(unquoted(word))]
            for name in names:
                match = _VARIABLE_IN.search(name)
                if match is not None and len(names) < _MOST_NAMES:
                    before, behind = name[: match.start()], name[match.end() :]
                    names += [_plain(before + each + behind) for each in self._literals[match[1]]]
            self._named_files[word] = frozenset(names)
        return self._named_files[word]

    @cached_property
    def _literals(self) -> defaultdict[bytes, list[bytes]]:
        """The texts of each variable, and of the functions' own words, that hold no more than variables."""
        found: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for node in self._found.of("variable_assignment"):
            name, _, value = text(node).partition(b"=")
            found[name].append(unquoted(value))
        for loop in self._found.of("for_statement"):
            found[text(loop.children[1])] += [unquoted(text(word)) for word in loop_words(loop)]
        for call in chain.from_iterable(map(self.calls, self.functions)):
            for number, word in enumerate(list(_words(call))[1:], 1):
                found[b"%d" % number].append(unquoted(text(word)))
        for texts in found.values():
            texts[:] = [each for each in texts if not re.search(rb"[`(]", each)]
        return found

    def readings(self, name: bytes) -> list[Node]:
        """The redirections from a file of this name."""
        return [each for one in self._file_names(name) for each in self._readings.get(one, ())]

    @cached_property
    def listeners(self) -> list[Node]:
        """What may get a text that is written to a descriptor of the script's own or to a coprocess.

        They are the targets of the descriptors from 3 on and of ``exec``, the commands behind ``coproc``, and
        those before ``|&``, which is a coprocess in ksh.
        """
        found: list[Node] = []
        for redirect in self._found.of("file_redirect"):
            target = target_of(redirect)
            is_listed = is_of_exec(redirect) or is_own(redirect)
            if target is not None and target.type != "number" and is_listed:
                found.append(target)
        found += self.descriptor_readers if DESCRIPTOR in text(self._root) else []
        return found + list(filter(self.is_coprocess, self._commands))

    def is_coprocess(self, node: Node) -> bool:
        """Whether a command or pipeline may run as a coprocess of the script."""
        behind = node.next_sibling
        is_ksh = behind is not None and behind.type == "|&"
        if node.type == "command":
            return is_ksh or self.use(node).words[:1] == [b"coproc"]
        return node.type == "pipeline" and DESCRIPTOR in text(node.named_children[0])

    @cached_property
    def descriptor_readers(self) -> list[Node]:
        """The statements that may read from a descriptor of the script's own: ``<&3``, ``read -u 3``."""
        found = [command for command in self._commands if self._reads_descriptor(command)]
        for redirect in self._found.of("file_redirect"):
            target, owner = target_of(redirect), body(redirect)
            duplicates = any(part.type == "<&" for part in redirect.children)
            is_read = duplicates and target is not None and text(target) not in STANDARD
            if is_read and owner is not None:
                found.append(owner)
        return found

    @cached_property
    def begun_anew(self) -> dict[int, bytes]:
        """The texts of here-documents that begin anew, by the redirections that stand for their beginnings.

        Those of a line begin anew one behind the other, in the same order.
        """
        found: dict[int, bytes] = {}
        begins: list[Node] = []
        texts: list[bytes] = []
        for redirect in self._found.of("file_redirect"):
            statement = redirect.parent
            if statement is None or not text(redirect).endswith(DESCRIPTOR):
                continue
            if text(statement).startswith(ANEW + b" <<"):
                texts.append(b"".join(map(text, nodes_of(statement, "heredoc_body"))))
                found |= zip((each.id for each in begins[-len(texts) :]), texts, strict=False)
            else:
                begins, texts = [*(begins if not texts else ()), redirect], []
        return found

    @cached_property
    def writers(self) -> dict[bytes, list[Node]]:
        """The redirections of standard output, by the files that they lead to or what holds their names."""
        found: defaultdict[bytes, list[Node]] = defaultdict(list)
        for redirect in self._found.of("file_redirect"):
            target = written(redirect)
            name = unquoted(text(target)) if target is not None else b""
            variable = _VARIABLE.fullmatch(name)
            held = unquoted(self.assigned(variable[1])) if variable is not None else b""
            for each in {name, held}:
                found[each.removeprefix(b"./")].append(redirect)
        return found

    @property
    def descriptor_files(self) -> list[bytes]:
        """The names by which the script opens its own descriptors as files."""
        return [name for name in self._mentions if _OWN_DESCRIPTOR.match(name)]

    def _reads_descriptor(self, command: Node) -> bool:
        return self._names_descriptor(command, READING)

    def _names_descriptor(self, command: Node, names: Container[bytes]) -> bool:
        name, *options = self.use(command).words or [b""]
        return name in names and any(_TO_DESCRIPTOR.match(option) for option in options)

    @cached_property
    def output_targets(self) -> list[Node]:
        """The files and process substitutions that ``exec`` makes the standard output of the script."""
        redirected = filter(is_of_exec, self._found.of("file_redirect"))
        return [target for target in map(written, redirected) if target is not None]

    def speaks_up(self, command: Node) -> bool:
        """Whether a command prints to a descriptor that its option names: ``print -p``, ``print -u3``."""
        return self._names_descriptor(command, (b"print",))

    def substitutions(self, command: Node) -> list[Node]:
        """The substitutions in the words of a command."""
        if command.id not in self._substitutions:
            self._substitutions[command.id] = list(substitutions(command))
        return self._substitutions[command.id]

    @cached_property
    def _mentions(self) -> dict[bytes, list[tuple[Node, Node]]]:
        found: dict[bytes, list[tuple[Node, Node]]] = {}
        for command in self._commands:
            for word in _words(command):
                found.setdefault(_plain(unquoted(text(word))), []).append((command, word))
        return found

    @cached_property
    def _readings(self) -> dict[bytes, list[Node]]:
        found: dict[bytes, list[Node]] = {}
        for redirect in self._found.of("file_redirect"):
            target = target_of(redirect)
            if target is not None and (feeds_input(redirect) or opens_input(redirect)):
                for name in self._file_names(text(target)):
                    found.setdefault(name, []).append(redirect)
        return found


def _plain(name: bytes) -> bytes:
    return name.removeprefix(b"./").replace(b"${", b"$").replace(b"}", b"")


def outermost_word(node: Node) -> Node:
    """The whole word or here-document in which an expansion stands."""
    return next(
        (each for each in upwards(node) if each.parent and each.parent.type not in _WITHIN_WORDS),
        node,
    )


def is_added(node: Node) -> bool:
    """Whether a text is added to what a variable holds."""
    parent = node.parent
    return parent is not None and any(part.type == "+=" for part in parent.children)


def is_argument(node: Node) -> bool:
    """Whether a text is a word of a command."""
    return node.parent is not None and node.parent.type == "command"


def _is_pattern(word: Node) -> bool:
    parent = word.parent
    is_part = parent is not None and parent.type == "concatenation"
    starts = not is_part or word.prev_sibling is None or b"/" in text(word)
    is_word = parent is None or parent.type != "expansion"
    return is_word and starts and _ANY_FILE.search(text(word)) is not None


def function_name(definition: Node) -> bytes:
    """The name of a function that is defined here."""
    return next((text(n) for n in definition.named_children if n.type == "word"), b"")


def _words(command: Node) -> Iterator[Node]:
    """The words of a command, also those that stand behind a redirection."""
    yield from (part for part in command.named_children if part.type not in _NO_WORDS)
    statement = command.parent
    if statement is not None and statement.type == "redirected_statement":
        for redirect in redirects(statement):
            target = target_of(redirect)
            for part in redirect.named_children:
                if part.type in _WORDS and (target is None or part.id != target.id):
                    yield part


def _lost_word(command: Node) -> list[bytes]:
    """A ``-`` right before ``<<``, which the grammar leaves out of the tree."""
    behind = command.next_sibling
    if command.parent is None or behind is None or behind.type != "heredoc_redirect":
        return []
    start = command.parent.start_byte
    between = text(command.parent)[command.end_byte - start : behind.start_byte - start]
    return [b"-"] if between.strip() == b"-" else []


def substitutions(node: Node) -> Iterator[Node]:
    """The outermost substitutions within a node."""
    for child in node.named_children:
        if child.type in SUBSTITUTIONS:
            yield child
        elif child.type not in STATEMENTS:
            yield from substitutions(child)
