"""What the shell does with the text of a place, told by the way from it up the syntax tree."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.builtins import JudgedCommand, PassedWords
from pup_tui.template.shell.fills import ANY, filled_by
from pup_tui.template.shell.keys import keys_name, keys_of
from pup_tui.template.shell.language import BOUNDARIES
from pup_tui.template.shell.numbers import ScriptFunctions
from pup_tui.template.shell.one_word import is_element, word_use
from pup_tui.template.shell.places import NotTextError, UnsafePlaceError
from pup_tui.template.shell.printed_numbers import prints_number
from pup_tui.template.shell.survey import COMMANDS, Survey
from pup_tui.template.shell.tables import Use, parameter_use, tables
from pup_tui.template.shell.tests import segment, test_use, test_words
from pup_tui.template.shell.words import (
    BODIES,
    FOR_UNKNOWN,
    READING,
    UNKNOWN,
    ZSH_PARAMETER,
    ShellWord,
    assigned_by,
    destinations,
    is_calculation,
)

if TYPE_CHECKING:
    from tree_sitter import Node


_FILES: Final = frozenset({"<", ">", ">>", ">|", "<>", "&>", "&>>"})
_DESCRIPTORS: Final = frozenset({">&", "<&"})
_ASSIGNING: Final = frozenset({":=", "="})
_WORD_OPERATORS: Final = frozenset({":-", "-", ":=", "=", ":?", "?", ":+", "+"})
PATTERN_OPERATORS: Final = frozenset(
    {"#", "##", "%", "%%", "/", "//", "/#", "/%", "^", "^^", ",", ",,"}
)
"""Operators of ``${NAME…}`` behind which a pattern stands."""

_ARRAY: Final = late_pattern(rb"[-+][a-zA-Z]*A")
"""The option of ``set`` behind which the name of an array stands."""
_OWN_WORDS: Final = late_pattern(rb"\"\$\{?@")
_ZSH_SUBSCRIPT: Final = late_pattern(rb"%b(?:\[[^]\s]*\])*\[[^]\n]*\Z" % ZSH_PARAMETER)
_DESCRIPTOR: Final = late_pattern(rb"\{[A-Za-z_]\w*\[[^]\n]*\Z")
_REDIRECTED: Final = late_pattern(rb"[^]\n]*\]\}[<>]")
"""Around a place in ``{NAME[…]}>``."""
_ZSH_PATTERNS: Final = late_pattern(rb"glob_?subst|emulate", re.IGNORECASE)
_PLAIN_ARRAYS: Final = {
    "sh": re.compile(rb"-[aArgx]+"),
    "bash": re.compile(rb"-[aArgx]+"),
    "ksh": re.compile(rb"-[aArx]+"),
    "zsh": re.compile(rb"-[aArgx]+"),
}
_NEAR: Final = 1024
_NODES_PER_STEP: Final = 5
_WORDS_PER_STEP: Final = 20
_EXEC: Final = frozenset({b"exec", b"command", b"builtin", b"--"})
_HEREDOC: Final = frozenset({"heredoc_body", "herestring_redirect"})


_SPLITTING_TESTS: Final = frozenset({"[", "test"})
_TESTS: Final = _SPLITTING_TESTS | {"[["}
_EVALUATES_AGAIN: Final = frozenset({b"eval", b"trap", b"alias", b"source", b"."})
"""Builtins that are there to evaluate: a value in their words is warned of, not refused."""


class Uses:
    """What is done with a text that stands at the end of a path.

    ``use`` is that, ``arithmetic`` whether in an arithmetic expression. ``command`` is the name of a
    command that evaluates the text again, ``targets`` are the variables that get it, with
    ``is_part`` in parts, with ``is_cut`` in parts or lines; a function's own words are named
    ``FUNCTION NUMBER``, 0 for any of them.
    """

    def __init__(
        self, survey: Survey, path: Sequence[Node], start: int, *, is_reference: bool = False
    ) -> None:
        self._survey = survey
        self._path = path
        self._start = start
        self._is_reference = is_reference
        self.use = Use.DATA
        self.arithmetic = False
        self.command: str | None = None
        self.targets: set[bytes] = set()
        self.is_part = False
        self.is_cut = False
        self._rules: dict[str, Callable[[Node, Node], None]] = {
            "arithmetic_expansion": self._in_arithmetic,
            "array": self._in_array,
            "c_style_for_statement": self._in_c_style_for,
            "compound_statement": self._in_compound,
            "declaration_command": self._in_command,
            "command": self._in_command,
            "expansion": self._in_expansion,
            "file_redirect": self._in_redirect,
            "for_statement": self._in_for,
            "function_definition": self._in_function,
            "heredoc_body": self._in_heredoc,
            "heredoc_redirect": self._in_heredoc_line,
            "herestring_redirect": self._in_heredoc,
            "redirected_statement": self._in_redirected,
            "simple_expansion": self._after_dollar,
            "subscript": self._in_subscript,
            "test_command": self._in_test,
            "unset_command": self._in_command,
            "variable_assignment": self._in_assignment,
        }
        self._climb()

    def _climb(self) -> None:
        spend_on_judging(2 + len(self._path) // _NODES_PER_STEP)
        if self._survey.shell == "zsh":
            self._in_zsh()
        script = self._survey.script
        before = script[max(0, self._start - _NEAR) : self._start]
        if _DESCRIPTOR.search(before) and _REDIRECTED.match(script, self._start):
            self._is_used(Use.INT)
        child = self._path[-1]
        # A marker may stand right in its node; an expansion is a node of its own.
        for depth in range(len(self._path) - 1 - self._is_reference, -1, -1):
            node = self._path[depth]
            self._parent = self._path[depth - 1] if depth else None
            if node.type in BOUNDARIES:
                if is_calculation(self._survey.text(node)):
                    self._in_arithmetic(node, child)
                elif node.type == "command_substitution" and not self._is_reference:
                    self._in_output(self._path[: depth + 1])
                return
            rule = self._rules.get(node.type)
            if rule is not None:
                rule(node, child)
            child = node

    def _in_zsh(self) -> None:
        """What only zsh knows, and the grammar does not: ``$NAME[…]``, and variables that are patterns."""
        script = self._survey.script
        if self._survey.rewrites_words:
            raise UnsafePlaceError(
                "the script defines aliases that may stand for code anywhere in it",
                "write a function instead",
            )
        if _ZSH_SUBSCRIPT.search(script, max(0, self._start - _NEAR), self._start):
            self._is_used(Use.INT)
        quoted = any(node.type in ("string", "heredoc_body") for node in self._path)
        if self._is_reference and not quoted and _ZSH_PATTERNS.search(script):
            raise UnsafePlaceError(
                "with this option zsh takes a variable without quotes for a pattern, which can hold code",
                "write the variable in double quotes",
            )

    def _in_output(self, path: Sequence[Node]) -> None:
        """What a command prints of a value may be taken for code around it."""
        if prints_number(path[-1], ScriptFunctions(self._survey)):
            return
        kinds = (*COMMANDS, "test_command")
        around = next((n for n in reversed(path[:-1]) if n.type in kinds), path[-1])
        shown = self._survey.text(around.children[0]).split(b"\n")[0][:40].decode(errors="replace")
        try:
            uses = Uses(self._survey, path, path[-1].start_byte, is_reference=True)
            # Whatever else the shell calculates with is asked to be checked where it is run.
            is_code = uses.use in (Use.STARTUP, Use.CODE) or (
                uses.use is Use.INT and shown in _SPLITTING_TESTS
            )
            found = uses.command
        except UnsafePlaceError:
            is_code, found = True, None
        if shown in _TESTS:
            is_code = is_code and any(
                table.runs_what_it_calculates_with for table in tables(self._survey.shell)
            )
        self.command = self.command or found or (shown if is_code else None)
        if self.command is None:
            outer = (i for i in range(len(path) - 2, 0, -1) if path[i].type in BOUNDARIES)
            at = next(outer, 0)
            if at and path[at].type == "command_substitution":
                self._in_output(path[: at + 1])

    def _is_used(self, use: Use) -> None:
        self.use = max(self.use, use)

    def _prefix(self, word: Node) -> bytes:
        """The literal text of a word before the place, as far as it tells what the word is."""
        text = self._survey.script[word.start_byte : min(self._start, word.start_byte + _NEAR)]
        return re.sub(rb"\\(.)|['\"]", rb"\1", text)

    def _in_arithmetic(self, _node: Node, _child: Node) -> None:
        self._is_used(Use.INT)
        self.arithmetic = True

    def _in_array(self, node: Node, child: Node) -> None:
        """Judge the key of an element ``[KEY]=VALUE``; what else stands here is a word."""
        if not self._survey.text(child).startswith(b"["):
            return
        ends = [part for part in child.children[1:] if self._survey.text(part) == b"]"]
        if len(ends) != 1:
            raise UnsafePlaceError(
                "the place of the value in the element is not known",
                "write NAME[KEY]=… on a line of its own",
            )
        array = self._survey.text(self._parent.children[0]) if self._parent is not None else b""
        if self._start < ends[0].start_byte and not self._is_key(array, node):
            self._in_arithmetic(node, child)

    def _in_test(self, node: Node, _child: Node) -> None:
        """Judge by the words: the grammar's idea of what belongs together is not the shells'."""
        is_single = node.children[0].type == "["
        words = test_words(self._survey.word, node.children[1:-1])
        index = max(
            (i for i, word in enumerate(words) if word.node.start_byte <= self._start), default=0
        )
        if not is_single:
            words, index = segment(words, index)
        if self._survey.shell == "zsh" and b"=~" in [word.text for word in words[:index]]:
            raise UnsafePlaceError("zsh takes a value after =~ for a pattern")
        spreads = is_single and self._is_reference and words[index].spreads
        for table in tables(self._survey.shell):
            calculates = table.calculates_in_tests or spreads or not self._is_reference
            numbers = Use.INT if calculates or not is_single else Use.DATA
            use = test_use(words, index, numbers)
            if spreads and use is not Use.INT:
                self._is_one(words[index])
            self._judge(use, words[index])

    def _is_one(self, word: ShellWord, *, is_command: bool = False) -> None:
        """Ask that a word without quotes is one whatever its variables hold, where several may be code."""
        use = self._use_in(word)
        if use is not None:
            self._is_used(use)
            return
        hint = "write the variable in double quotes"
        if word.raw.startswith(b'"'):
            hint = "write -- before it, one element of it, or NAME=(…) where it fills an array"
        if is_command:
            shown = word.raw.decode(errors="replace")
            hint = (
                "write the name of the command and the words that say what it does literally, and keep "
                f"only what follows in it: `kubectl delete {shown}`, `printf '%s\\n' {shown}`"
            )
        shown = self._survey.shown(word.node)
        raise UnsafePlaceError(f"{shown} may become several words", hint)

    def _use_in(self, word: ShellWord) -> Use | None:
        """What the variable's text has to be for the word to be one; None where that is not known."""
        if b"IFS" in self._survey.script:
            return None
        if is_element(word.raw, is_zsh=self._survey.shell == "zsh"):
            # What reads may take a text apart at a sign that a word may hold.
            return None if self._survey.named(*READING) else Use.WORD
        return word_use(word.raw, self._start - word.node.start_byte)

    def _may_be_builtin(self, word: ShellWord) -> bool:
        """Whether a command's name, if it is one word, may be that of something other than a program."""
        one = replace(word, spreads=False)
        if self._command_use([one, word], 1, b"", {}) > Use.OPERAND:
            return True
        if b"/" in one.text:
            return False
        names = {*self._survey.functions, *self._survey.names.aliases}
        form = re.compile(b".*".join(map(re.escape, one.text.split(UNKNOWN))))
        return any(map(form.fullmatch, names))

    def _holds(self, node: Node) -> bool:
        return node.start_byte <= self._start < node.end_byte

    def _judge(self, use: Use, word: ShellWord) -> None:
        """Take over what a command does with a word."""
        if use is Use.NAME:
            self._naming(word.node, word.node)
        if use is Use.CODE:
            raise UnsafePlaceError(
                "it is not known what the command does with the value in this place",
                "write the command's other words and its options literally, or pass the value on "
                "standard input; a program is safe behind `env`",
            )
        self._is_used(use)

    def _in_c_style_for(self, node: Node, child: Node) -> None:
        if child.type not in BODIES:
            self._in_arithmetic(node, child)

    def _in_compound(self, node: Node, child: Node) -> None:
        if node.children[0].type == "((":
            self._in_arithmetic(node, child)

    def _in_subscript(self, node: Node, child: Node) -> None:
        name = node.children[0]
        if name.id == child.id:
            self._naming(node, child)
        if not self._is_key(self._survey.text(name), node):
            self._in_arithmetic(node, child)
        self.targets.add(keys_name(self._survey.text(name)))

    def _is_key(self, array: bytes, node: Node) -> bool:
        """Whether a key is a text; zsh takes quotes around one for a part of it."""
        is_known = self._is_reference or self._survey.shell != "zsh"
        return is_known and keys_of(self._survey).is_keyed(array, node)

    def _naming(self, _node: Node, _child: Node) -> None:
        raise NotTextError(
            "a value cannot name a variable or function", "write the name itself into the script"
        )

    def _after_dollar(self, _node: Node, _child: Node) -> None:
        raise UnsafePlaceError(
            "a value cannot name a variable", "write `\\$` for a dollar sign before a value"
        )

    def _in_for(self, node: Node, child: Node) -> None:
        if child.type == "variable_name":
            self._naming(node, child)
        if child.type != "do_group":
            self._assign(self._survey.text(node.children[1]))

    def _in_function(self, node: Node, child: Node) -> None:
        if child.type in ("word", "variable_name"):
            self._naming(node, child)

    def _assign(self, name: bytes) -> None:
        use = self._survey.assigned(name)
        shown = name.decode(errors="replace")
        if use is Use.NAME:
            raise NotTextError(
                f"{shown} stands for another variable, or is none",
                "assign the value to a plain variable",
            )
        if use is Use.CODE:
            raise UnsafePlaceError(
                f"the shell gives {shown} a meaning of its own", "use another name"
            )
        self._is_used(use)
        self.targets.add(name)

    def _in_assignment(self, node: Node, child: Node) -> None:
        name = node.children[0]
        if name.id == child.id:
            if child.type != "subscript":
                self._naming(node, child)
            return
        plain = self._survey.text(name).split(b"[", 1)[0]
        if parameter_use(self._survey.shell, plain) is Use.CODE:
            self._assign(plain)
        declaration = self._parent
        if declaration is not None and declaration.type == "declaration_command":
            self._in_command(declaration, node)
        self._assign(plain)

    def _lists_elements(self, declaration: Node, assignment: Node) -> bool:
        """Whether this is ``declare -a NAME=(…)``, whose elements are words whatever they hold."""
        form = _PLAIN_ARRAYS.get(self._survey.shell)
        if form is None or assignment.children[-1].type != "array":
            return False
        words = self._survey.words(declaration)[1:]
        options = [word for word in words if word.node.type != "variable_assignment"]
        return all(word.is_literal and form.fullmatch(word.text) for word in options)

    def _refuse_declaration(self, prefix: bytes, before: Sequence[ShellWord]) -> None:
        array = prefix.partition(b"=")[0].rstrip(b"+")
        has_options = any(word.text[:1] in (b"-", b"+") or not word.is_literal for word in before)
        if not has_options and self._survey.assigned(array) is not Use.CODE:
            shown = array.decode(errors="replace")
            raise NotTextError(
                f"{shown} is an array, and a declaration evaluates a value in ( ) as its elements",
                f"declare it first, then write {shown}=… on a line of its own",
            )
        raise NotTextError(
            "the options of this declaration evaluate the value again",
            "declare the variable first, then assign the value on a line of its own",
        )

    def _in_expansion(self, node: Node, child: Node) -> None:
        before: list[Node] = []
        for part in node.children:
            if part.id == child.id:
                break
            before.append(part)
        types = [part.type for part in before]
        named = [
            i
            for i, each in enumerate(types)
            if each in ("variable_name", "special_variable_name", "subscript")
        ]
        if not named:
            if child.type != "subscript":
                self._naming(node, child)
            return
        operator = types[named[0] + 1] if named[0] + 1 < len(types) else ""
        if operator == ":":
            self._in_arithmetic(node, child)
        elif operator in _ASSIGNING | {":="}:
            self._assign(self._survey.text(before[named[0]]).split(b"[", 1)[0])
        elif operator not in _WORD_OPERATORS | PATTERN_OPERATORS:
            raise UnsafePlaceError("the place of the value in the ${…} is not known")

    def _in_redirect(self, node: Node, child: Node) -> None:
        to = destinations(node)
        if not to or child.id != to[0].id:
            return  # a word of the command, which comes next on the way
        operator = next((part.type for part in node.children if not part.is_named), "")
        if operator in _DESCRIPTORS:
            self._is_used(Use.INT)
        elif operator not in _FILES:
            raise UnsafePlaceError("the place of the value in the redirection is not known")

    def _in_heredoc_line(self, node: Node, child: Node) -> None:
        if child.type in ("heredoc_start", "heredoc_end"):
            raise UnsafePlaceError("a value cannot be a delimiter", "write the delimiter itself")

    def _in_redirected(self, node: Node, child: Node) -> None:
        inner = self._path[self._path.index(child) + 1 :][:1]
        body = node.children[0]
        if not inner or inner[0].type in _HEREDOC:
            return
        if child.type == "herestring_redirect" or child.id == body.id:
            return
        if child.type == "heredoc_redirect":
            if inner[0].id in {n.id for n in child.children_by_field_name("argument")}:
                self._in_command(body, inner[0])
        elif inner[0].id != destinations(child)[0].id:
            if body.type not in COMMANDS:
                raise UnsafePlaceError("the place of the value in the redirection is not known")
            self._in_command(body, inner[0])

    def _in_heredoc(self, node: Node, _child: Node) -> None:
        """What is read from a here-document or here-string gets the values in it."""
        statement = self._parent
        if node.type == "heredoc_body" and statement is not None:
            statement = statement.parent
        if statement is None:
            return
        for words in self._readers(statement):
            texts = [word.text for word in words]
            if any(text.startswith(b"-C") for text in texts):
                raise UnsafePlaceError(
                    "`mapfile -C` gives what it reads to a command", "use a loop"
                )
            names = set(self._survey.fills(words))
            self.is_cut = True
            self.is_part = self.is_part or len(names) > 1
            for name in (*sorted(names), b"REPLY", b"MAPFILE"):
                self._fill(name)

    def _readers(self, statement: Node) -> Iterator[list[ShellWord]]:
        """The words of commands that read what a statement is given, also in functions that it calls.

        What `exec` is given stays open for the whole script.
        """
        body = statement.children[0] if statement.type == "redirected_statement" else statement
        named = (
            {word.text for word in self._survey.words(body)} if body.type == "command" else {b""}
        )
        if (b"exec" in named and named <= _EXEC) or self._survey.shares_documents:
            yield from self._survey.readers
            return
        waiting, seen = [statement], set[bytes]()
        while waiting:
            for command in self._survey.commands_within(waiting.pop()):
                words = self._survey.words(command)
                texts = {word.text for word in words}
                if not READING.isdisjoint(texts):
                    yield words
                called = (self._survey.functions.keys() & texts) - seen
                seen |= called
                for name in called:
                    waiting += self._survey.functions[name]

    def _in_command(self, node: Node, child: Node) -> None:
        if child.type in ("variable_assignment", "herestring_redirect") and node.type == "command":
            return
        if child.type == "variable_assignment" and self._lists_elements(node, child):
            return
        words = self._survey.words(node)
        index = self._index_in(words)
        if index is None:
            return
        word = words[index]
        prefix = self._prefix(word.node)
        if self._is_reference:
            words = [*words]
            words[index] = replace(word, holds_value=True)
        spend_on_judging(index // _WORDS_PER_STEP)
        use = self._command_use(words, index, prefix, self._survey.passed[node.id])
        if use is Use.CODE and self.command is None:
            named = (each.text for each in words[:index] if each.text in _EVALUATES_AGAIN)
            self.command = next((name.decode() for name in named), None)
        evaluated = use is Use.CODE and self.command is not None
        self._refuse_with_reason(use, node, words, index, prefix)
        if not evaluated:
            self._judge(use, word)
        if self._is_reference and not index and not all(each.is_literal for each in words[1:]):
            self._check_command(word)
        if use is not Use.INT and not evaluated and self._may_be_many(word, index):
            many = [*words[: index + 1], *words[index:]]
            if self._command_use(many, index + 1, b"", {}) > Use.OPERAND:
                self._is_one(word, is_command=not index)
        self._hand_on(node, words, index)

    def _refuse_with_reason(
        self, use: Use, node: Node, words: Sequence[ShellWord], index: int, prefix: bytes
    ) -> None:
        """Refuse what a command does with a word where it is known what to write instead."""
        if use is Use.CODE and node.type == "declaration_command":
            self._refuse_declaration(prefix, words[1:index])
        if use is Use.NAME and self._is_data_behind_operands(words, index, prefix):
            raise NotTextError(
                "a value cannot name a variable or function, as it does behind an option",
                'write `--` before what is none, as in `printf -- "$FORMAT"`',
            )
        if use is Use.CODE and words[0].text == b"printf" and not words[1].is_literal:
            raise UnsafePlaceError(
                "the format of `printf` is not known, and it may calculate with the value",
                "write the format literally, and what is in variables as further words: "
                "`printf '%s%s\\n' \"$COLOUR\" …`",
            )

    def _is_data_behind_operands(
        self, words: Sequence[ShellWord], index: int, prefix: bytes
    ) -> bool:
        """Whether a word would be data if no variable before it held an option."""
        operands = [
            replace(word, text=b"_") if word.text == UNKNOWN and not word.spreads else word
            for word in words[:index]
        ]
        return self._command_use([*operands, *words[index:]], index, prefix, {}) <= Use.OPERAND

    def _index_in(self, words: Sequence[ShellWord]) -> int | None:
        """Which word the place is in; those behind a redirection may stand in another order."""
        near = bisect_right(words, self._start, key=lambda word: word.node.start_byte) - 1
        if near >= 0 and self._holds(words[near].node):
            return near
        return next((i for i, word in enumerate(words) if self._holds(word.node)), None)

    def _check_command(self, word: ShellWord) -> None:
        """A value that chooses the command may choose one that evaluates the other words."""
        if word.is_path or self._survey.is_named(word) or _OWN_WORDS.match(word.raw):
            return
        use = self._use_in(word)
        if use is not None and not self._may_be_builtin(word):
            self._is_used(use)
        else:
            shown = self._survey.shown(word.node)
            raise UnsafePlaceError(
                f"{shown} chooses the command, and what that does with its words is not known",
                "write `env` before it, which runs programs only",
            )

    def _may_be_many(self, word: ShellWord, index: int) -> bool:
        """Whether a variable may be several words.

        Of a function's own words as a command, the calls of the function are judged instead.
        """
        if not self._is_reference or not word.spreads:
            return False
        if index or not _OWN_WORDS.match(word.raw):
            return True
        return self._survey.shifts.before(word.node) is None

    def _command_use(
        self, words: Sequence[ShellWord], index: int, prefix: bytes, passed: PassedWords
    ) -> Use:
        ways = [(words, passed)]
        ways += [(other, {}) for other in self._survey.with_other_formats(words)]
        judged = (
            JudgedCommand(each, table, self._survey.names, self._is_reference, read)
            for each, read in ways
            for table in tables(self._survey.shell)
        )
        return max(each.use(index, prefix) for each in judged)

    def _hand_on(self, node: Node, words: Sequence[ShellWord], index: int) -> None:
        """Which variables get the word, whichever command of those that may be meant is run."""
        for start in self._survey.starts(words[:index]):
            for name in self._survey.names_of(words[start]):
                self._hand_to(node, name, words[start:], index - start)
        for handler in FOR_UNKNOWN & self._survey.functions.keys():
            self.targets.add(b"%s %d" % (handler, index + 1))
        if self._survey.exports_functions and words[0].text not in self._survey.functions:
            called = self._survey.functions_in(self._survey.text(node))
            self.targets.update(b"%s 0" % name for name in called)

    def _hand_to(self, node: Node, name: bytes, words: Sequence[ShellWord], index: int) -> None:
        """The variables of one command: a function's own, those of ``set``, ``printf -v``, ``getopts``."""
        if name in self._survey.functions:
            self.targets.add(self._survey.own_words(name, words)[index])
        elif name == b"set":
            self.targets.add(b"%s 0" % self._survey.scope_of(node))
            for option, array in pairwise(words[: index + 1]):
                if _ARRAY.fullmatch(option.text):
                    self._fill(array.text)
        elif any(name in table.declaring for table in tables(self._survey.shell)):
            assigned = assigned_by(words[index])
            if assigned is not None:
                self._assign(assigned)
        elif name in (b"printf", b"print", b"getopts"):
            for target in filled_by(name, words[:index], tables(self._survey.shell)):
                self._fill(target)
            if name == b"getopts":
                self._assign(b"OPTARG")

    def _fill(self, name: bytes) -> None:
        """Note that a command gives the value to a variable; `ANY` where its name is not known."""
        if name == ANY or UNKNOWN in name:
            raise UnsafePlaceError(
                "it is not known which variable gets the value", "write the name of the variable"
            )
        self._assign(name)
