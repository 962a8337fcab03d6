"""Where in a script a text goes on to, and whether a command there takes it for code.

A value that stands in a word may be printed by the command, travel through pipes, substitutions, variables,
function arguments and files, and end where it is evaluated. Whatever may carry it is taken to do so.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Final, assert_never

from pup_tui.template.limits import kept_while_judging, spend_on_judging
from pup_tui.template.shell.builtins import may_be_option
from pup_tui.template.shell.called_words import DEEPEST, CalledWords, WordCall
from pup_tui.template.shell.carriers import (
    AS_ARGUMENTS,
    Carrier,
    InDescriptor,
    InFile,
    InInput,
    InNames,
    InOutput,
    InOwnWord,
    InVariable,
    InWord,
)
from pup_tui.template.shell.command_use import (
    ANY_SHELL,
    COMPUTED,
    OWN_SHELL,
    CommandUse,
    Evaluator,
    is_own_words,
    unquoted,
)
from pup_tui.template.shell.evaluated import EvaluatedTexts
from pup_tui.template.shell.fills import filled
from pup_tui.template.shell.flow import follow
from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.handed import handed_text
from pup_tui.template.shell.language import FUNCTION, SUBSTITUTIONS
from pup_tui.template.shell.markers import MARKER, readable
from pup_tui.template.shell.origins import SET_BY_MATCHES, Origins
from pup_tui.template.shell.places import Need
from pup_tui.template.shell.programs import CODE_IN_VARIABLES, KEPT_FILES, PROGRAMS
from pup_tui.template.shell.readings import OwnWords
from pup_tui.template.shell.redirections import (
    REDIRECTS,
    body,
    feeds_input,
    is_of_exec,
    is_to_descriptor,
    opens_input,
    path_to,
    redirects,
    text,
    written,
)
from pup_tui.template.shell.script_parts import (
    ARGUMENTS,
    STATEMENTS,
    ScriptParts,
    function_name,
    is_added,
    is_argument,
    outermost_word,
    substitutions,
)
from pup_tui.template.shell.shifts import ANY_WORD
from pup_tui.template.shell.survey import MOST_NUMBERED, Survey
from pup_tui.template.shell.synopsis import Kind
from pup_tui.template.shell.tables import is_builtin, tables
from pup_tui.template.shell.unseen import unseen
from pup_tui.template.shell.words import (
    ALL_OR_REST,
    ASSIGNMENT,
    FOR_UNKNOWN,
    READING,
    SUBSTITUTION,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_TEXT: Final = frozenset(
    {"arithmetic_expansion", "case_statement", "program", "test_command", *SUBSTITUTIONS}
)
"""What a text in a word does not get out of."""

_DESCRIPTOR: Final = re.compile(rb"/dev/(?:std|fd|tty)")
_OTHER_DESCRIPTOR: Final = re.compile(rb"/dev/fd/(?![012]\Z)")
_NAME: Final = re.compile(rb"[A-Za-z_]\w*")
_NAME_OR_NUMBER: Final = re.compile(rb"\w+|[@*]")
_FILLED_BY_DEFAULT: Final = re.compile(rb"\$\{(\w+):?=[^}]*(?:\$\(|`)")
_BEGINS_WORD: Final = re.compile(rb"[\"']*[$`]")
_GIVEN: Final = re.compile(rb"\s*(?:\$\{?\w+\}?|\$\(.*\)|`.*`)\s*", re.DOTALL)
"""A script of which nothing stands in the words of the command: what a variable or a command gives."""
_ESCAPES: Final = re.compile(rb"\\(?:x[0-9A-Fa-f]{1,2}|[0-7]{1,4}|u[0-9A-Fa-f]{1,4})")
_ONE_NAME: Final = re.compile(
    rb"\$(?:\{\w+(?::?[-=?](?:[\w./ -]|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\})*)?\}|\w+)"
)
_PLAIN: Final = re.compile(rb"\$(?:\{\w+\}|\w+)")
_UNSURE: Final = re.compile(rb"[^\w./+-]")
"""What stands in no plain name of a program."""
_BEGINS_NAME: Final = re.compile(rb"(?:[\w./+-]*/)?[\w.+-]+")
"""What a value behind it cannot make the path of another file: its last part is the beginning of a name."""
_INTERACTIVE: Final = re.compile(rb"(?<!\S)-[A-Za-z]*i")
"""What may be the option by which a shell is interactive, which expands ``ENV`` as it starts."""
_ALL_OF: Final = re.compile(rb"\[@\]|\$\{!")
_MADE_NAME: Final = re.compile(rb"\\\$\{?\w*\$")
_NOT_ONE: Final = re.compile(rb"[$`*?\[{]")
"""What may make several words of one, or none."""
_NODES_PER_STEP: Final = 5
_ANY_SHELLS: Final = ("sh", "ksh", "zsh")
"""Those that, between them, evaluate whatever any shell does."""
_ANY_SCRIPT: Final = b"\0"
"""A script that only its making tells: one that is decoded, or edited."""
_KEEPING_LINES: Final = frozenset(
    {
        *(b"cat", b"tac", b"tee", b"head", b"tail", b"grep", b"egrep", b"fgrep", b"sort", b"uniq"),
        *(b"echo", b"printf", b"print", b"read", b"mapfile", b"readarray", b":", b"true", b"shuf"),
    }
)
"""Commands that print lines of their input as they are, or nothing of it."""


_Steps = Iterator[Carrier | Evaluator]


class Evaluations:
    """The ways of texts through one script, and those that stand in words of it, as ``ssh`` runs them.

    ``given`` are the scripts that the script around it hands to shells, maybe to those that this one runs.
    ``names``: it is asked which texts are the name of a command, and not which are code; what the script
    hands to a shell by a pipe or file is not looked into for that.
    """

    def __init__(
        self,
        survey: Survey,
        parts: ScriptParts,
        depth: int = 0,
        given: tuple[bytes, ...] = (),
        *,
        follows_texts: bool = True,
        names: bool = False,
    ) -> None:
        self._survey = survey
        self._root = survey.root
        self._depth = depth
        self._follows_texts = follows_texts and not names
        self._names = names
        self._parts = parts
        self._called = CalledWords(survey, parts)
        self._filled: dict[int, list[bytes]] = {}
        self._known: dict[Carrier, Evaluator | None] = {}
        self._given = given
        self._scripts: dict[tuple[bytes, str, tuple[bytes, ...]], Evaluations | None] = {}

    def evaluator(self, path: Sequence[Node]) -> Evaluator | None:
        """The command that evaluates a text whose place in the tree is given, outermost node first."""
        return self._first(self._from_word(path[::-1], False))

    def environment(self, name: bytes) -> Evaluator | None:
        """The command that evaluates the text of a variable of the script's environment."""
        return self._first(chain((InVariable(name),), self._inherited(name)))

    def reader(self) -> Evaluator | None:
        """The command that evaluates what the script reads on its standard input."""
        return self._first(iter((InInput(self._root),)))

    def _first(self, steps: _Steps) -> Evaluator | None:
        for step in steps:
            found = step if isinstance(step, Evaluator) else self._follow(step)
            if found is not None and found.is_name is self._names:
                return found
        return None

    @cached_property
    def has_unseen(self) -> bool:
        """Whether it is not known what the script reads."""
        survey = self._survey
        return next(unseen(survey.root, survey.script, survey.shell), None) is not None

    def _follow(self, start: Carrier) -> Evaluator | None:
        """Go every way from here once, then back from what evaluates to all that lead there."""
        if start in self._known:
            return self._known[start]
        before: defaultdict[Carrier, list[Carrier]] = defaultdict(list)
        found: dict[Carrier, Evaluator] = {}
        seen, waiting = {start}, deque([start])
        while waiting:
            at = waiting.popleft()
            for step in self._next(at):
                spend_on_judging(1)
                if isinstance(step, Evaluator) and step.is_name is not self._names:
                    continue
                evaluator = step if isinstance(step, Evaluator) else self._known.get(step)
                if evaluator is not None:
                    found.setdefault(at, evaluator)
                elif not isinstance(step, Evaluator) and step not in self._known:
                    before[step].append(at)
                    if step not in seen:
                        seen.add(step)
                        waiting.append(step)
        leading = deque(found)
        while leading:
            at = leading.popleft()
            for earlier in before[at]:
                if earlier not in found:
                    found[earlier] = found[at]
                    leading.append(earlier)
        self._known |= {carrier: found.get(carrier) for carrier in seen}
        return self._known[start]

    def _next(self, at: Carrier) -> _Steps:
        match at:
            case InWord(node, is_content, around, nth):
                path = path_to(self._root, node)[::-1]
                yield from self._from_word(path, is_content, around, nth)
            case InOutput(node, within):
                yield from self._from_output(node, within)
            case InInput(node, within):
                yield from self._from_input(node, within)
            case InVariable(name, within, around):
                yield from self._from_variable(name, within, around)
            case InOwnWord(function, number):
                yield from self._from_own_word(function, number)
            case InFile(name):
                yield from self._from_file(name)
            case InNames():
                yield from map(InOutput, self._parts.listers)
                yield from chain.from_iterable(
                    self._fed(self._parts.use(command)) for command in self._parts.listers
                )
                yield from map(InWord, self._parts.found_files)
            case InDescriptor():
                yield from map(InInput, self._parts.descriptor_readers)
                yield from map(InFile, self._parts.descriptor_files)
            case _:
                assert_never(at)

    def _from_word(
        self,
        path: Sequence[Node],
        is_content: bool,
        around: bytes = b"",
        nth: int | None = None,
    ) -> _Steps:
        """From a text in a word, with the nodes around it, innermost first."""
        spend_on_judging(len(path) // _NODES_PER_STEP)
        steps = iter(path)
        inside = [next(steps)]
        for node in steps:
            if node.type == "command":
                yield from self._into_command(node, inside, is_content, around, nth)
            elif node.type in REDIRECTS:
                yield from self._into_redirect(node, inside, is_content)
            elif node.type == "variable_assignment":
                name = text(node.children[0]).split(b"[", 1)[0]
                yield from self._into_variable(name, _around(node, inside[-1], around))
                command = node.parent
                if command is not None and command.type == "command":
                    yield from self._into_environment(command, name)
                if command is not None and command.type == "declaration_command":
                    yield InVariable(b"_")
            elif node.type == "declaration_command":
                yield InVariable(b"_")
                assigned = ASSIGNMENT.match(unquoted(text(inside[-1])))
                yield from self._into_variable(assigned[1]) if assigned is not None else ()
            elif node.type == "for_statement":
                yield from (InVariable(text(n)) for n in node.children if n.type == "variable_name")
            elif node.type == "test_command":
                yield from map(InVariable, sorted(SET_BY_MATCHES))
            elif node.type not in _NO_TEXT:
                inside.append(node)
                if node.type == "expansion" and any(n.type in (":=", "=") for n in node.children):
                    yield InVariable(text(node.named_children[0]))
                continue
            return

    def _into_variable(self, name: bytes, around: bytes = b"") -> _Steps:
        is_startup = name == b"ENV" and _INTERACTIVE.search(self._survey.script)
        if name in CODE_IN_VARIABLES or is_startup:
            yield Evaluator(name.decode(), "")
        yield InVariable(name, None, around)

    def _into_command(
        self,
        command: Node,
        inside: Sequence[Node],
        is_content: bool,
        around: bytes = b"",
        nth: int | None = None,
    ) -> _Steps:
        use = self._parts.use(command)
        position = self._parts.position(command, inside[-1])
        if position is None:
            return
        yield InVariable(b"_")
        for number in use.given_at(position):
            yield from self._into_place(command, use, number, False)
        is_name = self._names and position in use.names and _is_whole(inside) and not around
        if is_name and not self._is_behind_names(command, use, position):
            yield Evaluator(unquoted(text(inside[-1])).decode(errors="replace"), "", is_name=True)
        if position in use.names and (is_content or _is_split(inside)):
            arguments = self._arguments_in(use, position, around)
            for at in arguments:
                yield from self._into_place(command, use, at, is_content)
            if arguments:
                return
            if not self._is_in_name(around):
                name = readable(unquoted(text(inside[-1])))
                yield Evaluator(name.decode(errors="replace"), "", is_split=_is_split(inside))
        if self._may_be_option(command, use, position, inside):
            yield Evaluator(use.words[use.name_before(position)].decode(errors="replace"), "")
        is_told = nth is not None and is_own_words(use.words[position])
        if position in use.names and not is_told and self._may_be_several(inside[-1]):
            # Which words of the command that it becomes the text is in is not known.
            yield InOutput(command, self._parts.function_around(command))
        yield from self._into_place(command, use, position, is_content, nth)

    def _is_behind_names(self, command: Node, use: CommandUse, position: int) -> bool:
        """Whether all calls of a function are known, and by none a word is a name: ``"$@" "$NAME"``.

        It would be one only if the function were called without words of its own.
        """
        calls = Origins(self._survey).calls_of(command) if use.hands_on and position else None
        for call in calls or ():
            own = [unquoted(MARKER.sub(COMPUTED, word.raw)) for word in call]
            for dropped in self._survey.shifts.before(command) or range(1):
                spend_on_judging(2)
                if any(word.spreads for word in call[: dropped + 1]):
                    return False
                # The word that is asked of stands for one more.
                given, at = use.called_with(own, len(own), dropped, {position: len(own)})
                if not given.names.isdisjoint(at) or any(
                    _UNSURE.search(given.words[name]) or given.words[name] in self._parts.functions
                    for name in given.names
                ):
                    return False
        return bool(calls)

    def _may_be_several(self, word: Node) -> bool:
        """Whether a word may become several ones, also by ``"$NAME[@]"`` in zsh, or by another variable."""
        return self._survey.word(word).spreads or _ALL_OF.search(text(word)) is not None

    def _arguments_in(self, use: CommandUse, position: int, around: bytes) -> list[int]:
        """The words that a value is in where the variable at a place holds a command: ``K="kubectl -n …"``.

        None where it may be the command itself, also one that the words before it run: ``sudo -u …``.
        """
        words = [unquoted(word) for word in around.split()]
        found = [position + at for at, word in enumerate(words) if COMPUTED in word]
        is_here = list(use.words[position : position + len(words)]) == words
        if not found or found[0] == position or not is_here or self._may_part_anywhere:
            return []
        behind = (CommandUse([*words[: at - position + 1], b"0"]) for at in found)
        runs = any(max(each.names) > 0 for each in behind) or self._is_own(words[0])
        return [] if runs or _UNSURE.search(words[0]) else found

    def _is_in_name(self, around: bytes) -> bool:
        """Whether a value surely is in the name of a command that is none of the known programs."""
        before = around.partition(COMPUTED)[0]
        return (
            _BEGINS_NAME.fullmatch(before) is not None
            and not PROGRAMS.has_any(before.rsplit(b"/", 1)[-1])
            and not self._is_own(before, begins=True)
            and not (self._may_part_anywhere or self._given_scripts or self._parts.finds_own)
        )

    def _is_own(self, name: bytes, *, begins: bool = False) -> bool:
        """Whether a function or builtin is called so, or ``begins`` so."""
        builtins = (table.builtins for table in tables(self._survey.shell))
        own = {*self._parts.functions, *chain.from_iterable(builtins)}
        return any(each.startswith(name) for each in own) if begins else name in own

    @cached_property
    def _may_part_anywhere(self) -> bool:
        """Whether something else than blanks may part the words of a variable."""
        return b"IFS" in self._survey.script

    def _into_place(
        self,
        command: Node,
        use: CommandUse,
        position: int,
        is_content: bool,
        nth: int | None = None,
    ) -> _Steps:
        """From a text in a certain word of a command."""
        kind = use.uses[position].kind
        if kind is Kind.ARGS:
            first = next(i for i, each in enumerate(use.uses) if each.kind is Kind.ARGS)
            function = self._parts.function_around(command)
            yield from (InVariable(name, function) for name in ARGUMENTS)
            own = use.words[first:]
            yield from self.called_with(function, own, position - first, is_content=is_content)
            yield from self._into_filled(command)
        elif use.is_data(position):
            yield from self._into_argument(command, use, position, is_content, nth)
        yield from self._taken(command, use, position, is_content)

    def _taken(
        self,
        command: Node,
        use: CommandUse,
        position: int,
        is_content: bool,
        within: Node | None = None,
    ) -> _Steps:
        """What becomes of a text in one of the words, maybe not its own, that a command is run with."""
        what = use.uses[position]
        if what.kind is Kind.CODE or (is_content and what.kind is Kind.FILE):
            if what.evaluator is not None:
                yield what.evaluator
        elif what.kind is Kind.NAME and is_content:
            name = use.words[position]
            if b"/" in name or not (self._is_own(name) or PROGRAMS.get(name)):
                yield Evaluator(name.decode(errors="replace"), "")
        elif what.kind is Kind.OUT:
            yield InNames()
            yield from self._copied(use, position) if is_content else ()
        elif use.is_data(position):
            yield from self._into_files(use)
            is_own = use.words[use.name_before(position)] in self._parts.functions
            if _makes_files(use):
                yield from () if is_own else (InNames(),)
                yield from self._copied(use, position) if is_content else ()
            if is_own or is_content or not use.prints_named:
                yield InOutput(command, within)

    def _may_be_option(
        self, command: Node, use: CommandUse, position: int, inside: Sequence[Node]
    ) -> bool:
        """Whether what is printed may be an option of a builtin that names a variable: ``printf "$(…)"``."""
        at = use.name_before(position)
        found = (table.builtins.get(use.words[at]) for table in tables(self._survey.shell))
        builtins = [builtin for builtin in found if builtin is not None and builtin.has_options]
        words = self._survey.words(command)
        are_told = len(words) == len(use.words)
        before = [each.text for each in words[at + 1 : position]] if are_told else []
        is_open = b"--" not in use.words[at + 1 : position] and any(
            all(may_be_option(builtin, word) for word in before) for builtin in builtins
        )
        begins = is_open and _BEGINS_WORD.match(text(inside[-1])) is not None
        return begins and self._is_printed(inside)

    def _is_printed(self, inside: Sequence[Node]) -> bool:
        """Whether a text got there by way of what a command prints, and no check of the value reaches it."""
        if any(each.type in SUBSTITUTIONS for each in inside):
            return True
        names = {*_NAME_OR_NUMBER.findall(text(inside[0]))[:1]}
        return not names.isdisjoint(self._printed)

    @cached_property
    def _printed(self) -> frozenset[bytes]:
        """The variables that may hold what a command prints."""
        texts = self._survey.texts_of.items()
        found = {
            name for name, nodes in texts if any(SUBSTITUTION.search(text(each)) for each in nodes)
        }
        for _, words in self._survey.named(*READING):
            found.update(word.text for word in words[1:])
        found.update(_FILLED_BY_DEFAULT.findall(self._survey.script))
        own = ARGUMENTS if SUBSTITUTION.search(self._survey.script) else ()
        return frozenset({*found, *own, *SET_BY_MATCHES, b"REPLY", b"MAPFILE", b"_"})

    def _copied(self, use: CommandUse, position: int) -> _Steps:
        """To the files that a command makes of one: under the other names, or in the folders of these."""
        own = use.words[position].rsplit(b"/", 1)[-1]
        for at, name in enumerate(use.words):
            is_name = use.uses[at].kind in (Kind.DATA, Kind.OUT) and name[:1] != b"-"
            if at != position and is_name:
                yield InFile(name)
                yield InFile(b"%s/%s" % (name.rstrip(b"/"), own))

    def _into_argument(
        self, command: Node, use: CommandUse, position: int, is_content: bool, nth: int | None
    ) -> _Steps:
        at = use.name_before(position)
        name = use.words[at]
        function = self._parts.functions.get(name)
        # A function is called also with words of which another program's name is one.
        for place in {0, at} if len(use.words) > 1 else ():
            called = self._parts.functions.get(use.words[place])
            if called is not None and place < position:
                yield from self._into_function(
                    command, use, place, position, is_content, nth, called
                )
        for handler in FOR_UNKNOWN & self._parts.functions.keys():
            told = self._parts.functions[handler]
            behind = use.words[at:]
            yield from self.called_with(told, behind, position - at, is_content=is_content)
            yield from (InVariable(name, told) for name in (b"%d" % (position - at + 1), b"@"))
        assigned = ASSIGNMENT.match(use.words[position])
        if assigned is not None and any(name in t.declaring for t in tables(self._survey.shell)):
            yield from self._into_variable(assigned[1])
        if function is None:
            yield from self._into_sourced(use.words[at:position], name)
        if name == b"getopts":
            yield InVariable(b"OPTARG")
        own = (InVariable(b"0"),) if use.is_script_name(position) else AS_ARGUMENTS
        variables = (
            *(own if position >= use.last_code else ()),
            *([InVariable(assigned[1])] if assigned is not None else ()),
        )
        for script in self._scripts_of(command):
            yield from self._within(script, use.shell, variables)
            yield from self._called_within(use, script, position, is_content)
        yield from self._into_filled(command)
        yield from self._fed(use) if use.feeds_operands else ()
        within = self._parts.substitutions(command)
        yield from (InInput(each) for each in within if text(each).startswith(b">("))

    def _into_function(
        self,
        command: Node,
        use: CommandUse,
        at: int,
        position: int,
        is_content: bool,
        nth: int | None,
        function: Node,
    ) -> _Steps:
        """From a text in a word behind the name of a function, which stands at a place."""
        name = use.words[at]
        behind = use.words[at + 1 :]
        place = position - at - 1
        if nth is not None:
            behind = [*behind[:place], *[COMPUTED] * (nth + 1), *behind[place + 1 :]]
            place += nth
        certain = self._called.certain_behind(command, 0 if nth is None else nth + 1) - at
        yield from self.called_with(function, behind, place, max(certain, 0), is_content=is_content)
        is_known = self._is_known_place(command, use, at, position, nth)
        yield from self._run_by(name, place) if is_known and not is_content else ()
        yield InOwnWord(function, place + 1 if is_known and place < MOST_NUMBERED else 0)

    def _is_known_place(
        self, command: Node, use: CommandUse, at: int, position: int, nth: int | None
    ) -> bool:
        """Whether it is known which of its own words a function gets in a word that it is called with."""
        words = self._survey.words(command)
        if len(words) != len(use.words) or not words[at].is_literal:
            return False
        sure = sum(not word.spreads for word in words[at + 1 :]) + (0 if nth is None else nth + 1)
        is_enough = sure >= self._survey.shifts.needs(use.words[at])
        before = words[at + 1 : position + (nth is None)]
        return is_enough and not any(word.spreads for word in before)

    def _run_by(self, function: bytes, position: int) -> Iterator[Evaluator]:
        """The function that runs a word it is called with, where it is surely this one."""
        run = self._survey.names.forwarders.get(function)
        if run is not None and (
            run.first == position or run.first < position <= run.last < ANY_WORD
        ):
            yield Evaluator(function.decode(errors="replace"), "", is_name=True)

    def called_with(
        self,
        function: Node | None,
        words: Sequence[bytes],
        position: int,
        certain: int | None = None,
        *,
        is_content: bool,
    ) -> _Steps:
        """What becomes of one of the words that a function, or else the script, has for its own.

        Of the first ones, as many as are ``certain``, each is one word. With ``is_content`` also of what is
        in the file that it names. That is told by the commands whose words those are, also in the functions
        that get them in their turn, and by the scripts among these.
        """
        if certain is None:
            parted = (at for at, word in enumerate(words) if _NOT_ONE.search(word))
            certain = next(parted, len(words))
        waiting = [WordCall(function, tuple(words), position, certain)]
        seen = {*waiting}
        for call in waiting:
            for command, use in self._parts.of_own_words(call.function):
                named = self._called.own_variables(call.function, command)
                for dropped in self._called.dropped(call, command, named):
                    spend_on_judging(2)
                    given, at = use.called_with(call.words, call.position, dropped, named)
                    for each in at:
                        yield from self._taken(command, given, each, is_content, call.function)
                    if use.evaluates_own_words:
                        own = WordCall(None, call.words[dropped:], call.position - dropped, 0)
                        yield InOutput(command, call.function)
                        yield from self._called_in_text(use.script, own, is_content)
                    if at and given.script != use.script:
                        steps = self._within(given.script, given.shell, AS_ARGUMENTS)
                        yield from (each for each in steps if isinstance(each, Evaluator))
                    certain = self._called.certain_behind(command, call.certain - dropped)
                    calls = (self._called.handed_on(call, given, each, certain) for each in at)
                    further = [each for each in calls if each is not None and each not in seen]
                    waiting += further
                    seen.update(further)

    def _called_in_text(
        self, script: bytes, call: WordCall, is_content: bool
    ) -> Iterator[Evaluator]:
        """Who evaluates an own word in a text that the shell evaluates: ``eval '"$@"'``."""
        for inside in self._insides(script, self._survey.shell):
            steps = inside.called_with(None, call.words, call.position, is_content=is_content)
            evaluator = inside._first(steps)
            yield from [evaluator] if evaluator is not None else ()

    def _fed(self, use: CommandUse) -> _Steps:
        """To who evaluates what is put into the words of a command, also as a word of a script among them."""
        yield from [use.fed] if use.fed is not None else ()
        if use.fed_from is not None:
            yield from self._within(use.script, use.shell, (InVariable(b"0"), *AS_ARGUMENTS))

    def _into_sourced(self, before: Sequence[bytes], name: bytes) -> _Steps:
        """To a function of a file that the script writes and reads, as the word behind some."""
        if not (self._parts.mentions(b".") or self._parts.mentions(b"source")):
            return
        call = b" ".join((name, *(b"0" for _ in before[1:]), b'"$1"'))
        for script in self._given_scripts:
            if name in script:
                yield from self._within(b"%s\n%s" % (script, call), None, [InVariable(b"1")])

    def _called_within(
        self, use: CommandUse, script: bytes, position: int, is_content: bool
    ) -> Iterator[Evaluator]:
        """Who evaluates one of the words behind a script and its name: ``sh -c SCRIPT NAME WORD``."""
        if script in (b"", _ANY_SCRIPT) or not use.shell:
            return
        at = next((i for i, each in enumerate(use.uses) if each.kind is Kind.CODE), None)
        # Behind options and the name of a file the first word may be any.
        starts = range(at + 2, at + 3) if at is not None else range(1, position + 1)
        for start in starts:
            if start <= position:
                for inside in self._insides(script, use.shell):
                    own = use.words[start:]
                    steps = inside.called_with(None, own, position - start, is_content=is_content)
                    evaluator = inside._first(steps)
                    yield from [evaluator] if evaluator is not None else ()

    def _scripts_of(self, command: Node) -> list[bytes]:
        """The scripts that a command may run: in its words, its input, or in a text handed to a shell."""
        spend_on_judging(1)
        use = self._parts.use(command)
        script = use.script or self._parts.input_script(command)
        runs_file = use.runs_file or (self._parts.finds_own and self._may_be_own(use))
        is_elsewhere = _GIVEN.fullmatch(script) if script else runs_file
        handed = self._given_scripts if is_elsewhere else ()
        return [*([script] if script else ()), *handed]

    def _may_be_own(self, use: CommandUse) -> bool:
        """Whether a command may run a file of the script: nobody else knows its name."""
        names = [use.words[at] for at in use.names]
        known = (
            *self._parts.functions,
            *(n for t in tables(self._survey.shell) for n in t.builtins),
        )
        return any(PROGRAMS.get(name) is None and name not in known for name in names)

    @cached_property
    def _given_scripts(self) -> tuple[bytes, ...]:
        """The scripts that a shell may get of which none stands in its command."""
        made = [_ANY_SCRIPT] if any(map(self._makes_script, self._handed_to_makers)) else []
        return tuple(dict.fromkeys((*self._given, *(text for _, text in self._handed), *made)))

    @property
    def _handed_to_makers(self) -> Iterator[Node]:
        """The commands that read a text of the script and print another one made of it."""
        if not self._follows_texts:
            return
        starts = (InOutput(n) if n.type == "command" else InWord(n) for n in self._parts.texts)
        waiting: list[Carrier] = [*starts]
        seen = {*waiting}
        while waiting:
            at = waiting.pop()
            if isinstance(at, InFile):
                yield from (command for command, _ in self._parts.openings(at.name))
            elif isinstance(at, InInput) and at.node.type == "command":
                yield at.node
            spend_on_judging(1)
            for step in self._plain._next(at):
                if isinstance(step, (InInput, InOutput, InFile)) and step not in seen:
                    seen.add(step)
                    waiting.append(step)

    def _makes_script(self, command: Node) -> bool:
        """Whether what a command makes of its input is a script that nobody has seen."""
        use = self._parts.use(command)
        name = use.words[use.name_before(len(use.words))].rsplit(b"/", 1)[-1]
        if name in _KEEPING_LINES or name in self._parts.functions or use.reader or use.script:
            return False
        evaluator = self._plain._first(iter((InOutput(command),)))
        return evaluator is not None and evaluator.is_shell

    @cached_property
    def _handed(self) -> list[tuple[Node, bytes]]:
        """The texts that the script hands to a shell for a script: by a pipe, a file or a variable."""
        if not self._follows_texts:
            return []
        return [
            (node, handed_text(self._survey, node))
            for node in self._parts.texts
            if self._shell_of(node) is not None
        ]

    @cached_property
    def _plain(self) -> Evaluations:
        """The ways of texts that are no scripts, by which it is told which are."""
        plain = Evaluations(
            self._survey, self._parts, self._depth, self._given, follows_texts=False
        )
        plain._scripts, plain._filled = self._scripts, self._filled
        return plain

    def _shell_of(self, node: Node) -> Evaluator | None:
        """The shell that gets a text of the script: what a command prints, or a word."""
        steps: _Steps = iter((InWord(node),))
        if node.type == "command":
            steps = chain((InOutput(node),), self._into_filled(node))
        evaluator = self._plain._first(steps)
        return evaluator if evaluator is not None and evaluator.is_shell else None

    @cached_property
    def _by_pieces(self) -> dict[bytes, Evaluator]:
        """Who evaluates texts out of which a script is put together, by the names in them.

        What such a script does with the variables of these names is not told; nor where the script itself
        evaluates a text that assigns, since what becomes of that comes later.
        """
        texts = [node for node, _ in self._handed if not self._parts.is_read_as_script(node)]
        made = [each for each in self._parts.pieces() if self._shell_of(each)] if texts else []
        found: dict[bytes, Evaluator] = {}
        for node in (*map(outermost_word, made), *texts):
            evaluator = self._shell_of(node)
            is_piece = bool(made) or is_added(node) or is_argument(node)
            if evaluator is not None and (is_piece or self._may_assign(node, evaluator)):
                for name in _NAME.findall(_ESCAPES.sub(b" ", text(node))):
                    found.setdefault(name, evaluator)
        return found

    def _may_assign(self, node: Node, evaluator: Evaluator) -> bool:
        """Whether a text assigns to variables of the script itself, as code."""
        name = evaluator.command
        is_own = name in OWN_SHELL or PROGRAMS.get(name.encode()) is None
        return is_own and b"=" in text(node)

    def _into_filled(self, command: Node) -> _Steps:
        """To the variables that a command fills."""
        if command.id not in self._filled:
            words = self._survey.words(command)
            names = filled(words, self._parts.functions, tables(self._survey.shell))
            named = self._parts.use(command).named(Kind.VAR)
            made = self._parts.expanded if any(b"$" in name for name in named) else ()
            self._filled[command.id] = sorted({*named, *names, *made})
        yield from map(InVariable, self._filled[command.id])

    def _into_files(self, use: CommandUse) -> _Steps:
        """To the files that a command writes besides what it prints."""
        if not use.prints_named:
            yield from (InFile(name.removeprefix(b"of=")) for name in use.named(Kind.OUT))

    def _into_redirect(self, redirect: Node, inside: Sequence[Node], is_content: bool) -> _Steps:
        owner = body(redirect)
        is_here = redirect.type == "herestring_redirect" or inside[-1].type == "heredoc_body"
        if self._parts.is_word(owner, inside[-1]) and owner is not None:
            # A word of the command that stands behind a redirection.
            yield from self._into_command(owner, inside, is_content)
        elif written(redirect) is not None and not is_here:
            yield InNames()
        elif is_here or (is_content and (feeds_input(redirect) or opens_input(redirect))):
            yield from self._to_reader(redirect)

    def _to_reader(self, redirect: Node) -> _Steps:
        """To whoever reads what a redirection gives."""
        owner = body(redirect)
        if opens_input(redirect) or redirect.type in REDIRECTS - {"file_redirect"}:
            yield InDescriptor()
        if feeds_input(redirect):
            yield InInput(owner) if owner is not None else InOutput(redirect)
            yield from [InInput(self._root)] if is_of_exec(redirect) else ()

    def _from_output(self, node: Node, within: Node | None) -> _Steps:
        """From a text that a statement prints."""
        if node.type == "command" and self._parts.speaks_up(node):
            yield from self._to_listeners()
        if self._parts.is_coprocess(node):
            yield from map(InInput, self._parts.descriptor_readers)
        parent = node.parent
        if parent is None:
            return
        defined = node.named_children[0] if node.type == "redirected_statement" else node
        if defined.type == FUNCTION and parent.type != "redirected_statement":
            calls = () if defined == within else self._parts.calls(function_name(defined))
            yield from map(InOutput, calls)
        elif parent.type == "pipeline":
            after = [n for n in parent.named_children if n.start_byte >= node.end_byte]
            yield InInput(after[0], within) if after else InOutput(parent, within)
        elif parent.type in ("redirected_statement", FUNCTION):
            yield from self._from_redirected(parent, within)
        elif parent.type == "command_substitution":
            yield InWord(parent)
        elif parent.type == "process_substitution" and parent.children[0].type == "<(":
            yield InWord(parent, True)
        elif parent.type != "program":
            yield InOutput(parent, within)
        else:
            for target in self._parts.output_targets:
                is_file = target.type != "process_substitution"
                yield InFile(unquoted(text(target))) if is_file else InInput(target)

    def _from_redirected(self, statement: Node, within: Node | None) -> _Steps:
        """From a text that is printed where redirections, or a pipe in a here-document's line, take it."""
        found = list(redirects(statement))
        for redirect in found:
            piped = [n for n in redirect.children if n.type == "pipeline"]
            if redirect.type == "heredoc_redirect" and piped:
                yield InInput(piped[0], within)
                return
        if any(map(is_to_descriptor, found)):
            yield from self._to_listeners()
        targets = [target for target in map(written, found) if target is not None]
        files = [unquoted(text(target)) for target in targets]
        for target, name in zip(targets, files, strict=True):
            if target.type == "process_substitution":
                yield InInput(target)
            elif _OTHER_DESCRIPTOR.match(name):
                yield from self._to_listeners()
            elif not name.startswith(b"/dev/"):
                yield InFile(name)
        if all(map(_DESCRIPTOR.match, files)):
            yield InOutput(statement, within)

    def _to_listeners(self) -> _Steps:
        """To whoever may read what is written to a descriptor or coprocess of the script."""
        for node in self._parts.listeners:
            is_file = node.type not in ("command", "process_substitution")
            yield InFile(unquoted(text(node))) if is_file else InInput(node)

    def _from_input(self, node: Node, within: Node | None) -> _Steps:
        """From a text that a statement reads."""
        if node.type == "command":
            yield from self._into_input(node, within)
        elif node.type == "redirected_statement":
            if not any(map(feeds_input, redirects(node))):
                yield from (InInput(each, within) for each in node.named_children[:1])
        elif node.type == "pipeline":
            yield from (InInput(each, within) for each in node.named_children[:1])
        else:
            inner = (n for n in node.named_children if n.type in STATEMENTS)
            yield from (InInput(each, within) for each in inner)
            yield from map(InInput, substitutions(node))

    def _into_input(self, command: Node, within: Node | None) -> _Steps:
        use = self._parts.use(command)
        yield from [use.reader] if use.reader is not None else ()
        yield from self._fed(use)
        yield from self._within(use.script, use.shell)
        yield from self._into_filled(command)
        yield from self._into_files(use)
        called = (self._parts.functions.get(use.words[name]) for name in use.names)
        for function in (each for each in called if each is not None):
            yield from map(InInput, function.named_children[1:])
        yield from map(InInput, self._parts.substitutions(command))
        yield InOutput(command, within)

    def _within(
        self, script: bytes, shell: str | None, start: Sequence[InVariable] | None = None
    ) -> _Steps:
        """Who evaluates the standard input, or variables, of a script that stands in words of this one.

        One of no ``shell`` of its own runs in the shell of this script.
        """
        if script == _ANY_SCRIPT or (script and self._depth == DEEPEST):
            yield Evaluator("sh", "shell")
            return
        spend_on_judging(1)
        named = [each for each in start or () if each.name in ARGUMENTS or each.name in script]
        is_asked = script and (named or start is None)
        for inside in self._insides(script, shell or self._survey.shell) if is_asked else ():
            if inside.has_unseen:
                yield Evaluator(inside._survey.shell, "shell")
            found = inside.reader() if start is None else inside._first(iter(named))
            yield from [found] if found is not None else ()

    def _insides(self, script: bytes, shell: str) -> Iterator[Evaluations]:
        """A script that stands in words of this one, for each shell that may run it."""
        for each in _ANY_SHELLS if shell == ANY_SHELL else (shell,):
            inside = self._inner(script, each)
            if inside is not None:
                yield inside

    def _inner(self, script: bytes, shell: str) -> Evaluations | None:
        """A script that stands in words of this one; none where it cannot be read."""
        # What one of them hands on further is its own.
        given = () if script in self._given_scripts else self._given_scripts
        key = script, shell, given
        if key not in self._scripts:
            known = kept_while_judging(("inside", script, shell), partial(_read, script, shell))
            self._scripts[key] = known and Evaluations(
                *known, self._depth + 1, given, names=self._names
            )
        return self._scripts[key]

    def _from_variable(self, name: bytes, within: Node | None, around: bytes = b"") -> _Steps:
        for node in self._parts.expansions(name, within):
            yield InWord(node, False, around if _PLAIN.fullmatch(text(node)) else b"")
        yield from self._put(name, within)
        if name == b"@":
            yield from map(InVariable, self._parts.given_words(within))
        if name != b"_":
            yield from map(InWord, self._indirect)
        if within is not None:
            return
        yield from map(InOutput, self._parts.printers)
        if self._is_by_name:
            yield Evaluator("sh", "shell")
        if name in self._by_pieces:
            yield self._by_pieces[name]
        if self._depth and name in self._evaluated:
            shown = b"$%s" % name if name in (b"0", *ARGUMENTS) else name
            yield Evaluator(shown.decode(errors="replace"), "shell")
        for command in self._parts.commands:
            use = self._parts.use(command)
            if use.shell is None and not self._parts.expands(command, name):
                for script in self._scripts_of(command):
                    yield from self._within(script, None, [InVariable(name)])
                    yield from (InOutput(command),) if name in script else ()
        yield from self._within(self._parts.prompt, None, [InVariable(name)])
        if self._survey.is_exported(name):
            yield from self._inherited(name)

    def _from_own_word(self, function: Node, number: int) -> _Steps:
        """From a word that a function is called with, to where that reads it."""
        for name in ARGUMENTS:
            for node in self._parts.expansions(name, function):
                yield from self._read_as(name, node, function, number)
        yield from self._put(b"%s %d" % (function_name(function), number))
        yield from map(InVariable, self._parts.given_words(function))
        yield from map(InWord, self._indirect)

    def _read_as(self, name: bytes, node: Node, function: Node, number: int) -> _Steps:
        """Where an expansion of ``$1``, ``$@`` or the like may read a word of a number."""
        is_own = self._parts.function_around(node) == function
        gone = self._survey.shifts.before(node) if number and is_own else None
        if gone is None:
            yield InWord(node)
            return
        if name.isdigit():
            yield from [InWord(node)] if number - int(name) in gone else ()
            return
        rest = ALL_OR_REST.fullmatch(text(node.parent or node))
        nth = number - (int(rest[1] or 1) if rest is not None else 1) - gone[0]
        if nth >= 0:
            is_known = rest is not None and len(gone) == 1
            yield InWord(node, nth=nth if is_known else None)

    def _put(self, name: bytes, within: Node | None = None) -> _Steps:
        """To the variables, and the words of functions, that evaluated texts give it to."""
        if name in ARGUMENTS:
            number = name if name.isdigit() else b"0"
            name = b"%s %s" % (function_name(within) if within is not None else b"", number)
        for target in self._puts.get(name, ()):
            scope, is_own, number = target.partition(b" ")
            function = self._parts.functions.get(scope)
            if not is_own:
                yield InVariable(target)
            elif function is not None:
                yield InOwnWord(function, int(number))
            elif not scope:
                told = ARGUMENTS if number == b"0" else (number, b"@", b"*")
                yield from map(InVariable, told)

    @cached_property
    def _is_by_name(self) -> bool:
        """Whether a text that is handed to a shell uses variables whose names are made."""
        may_be = _MADE_NAME.search(self._survey.script) is not None
        return may_be and any(self._texts.is_made(node) for node, _ in self._handed)

    @cached_property
    def _texts(self) -> EvaluatedTexts:
        return EvaluatedTexts(self._survey, OwnWords(self._survey))

    @cached_property
    def _puts(self) -> dict[bytes, set[bytes]]:
        """Which variables get the text of each by what is evaluated."""
        found: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for reading in self._texts.readings():
            for name in reading.names:
                found[name] |= reading.targets
        return dict(found)

    @cached_property
    def _indirect(self) -> list[Node]:
        return self._parts.indirect(self._survey.references)

    @cached_property
    def _evaluated(self) -> frozenset[bytes]:
        """The variables whose text the shell itself takes for a number, a name or code."""
        names = {name: name for name in (b"0", *_NAME.findall(self._survey.script))}
        names |= {name: b" %s" % (name if name.isdigit() else b"0") for name in ARGUMENTS}
        sources = {name.decode(): frozenset((own,)) for name, own in names.items()}
        flow = follow(self._survey, sources)
        asked = (
            name
            for name, reached in flow.asked.items()
            if any(each.need not in (Need.OPERAND, Need.OPERANDS) for each in reached)
        )
        return frozenset(str(name).encode() for name in (*flow.unsafe, *asked))

    def _inherited(self, name: bytes) -> _Steps:
        """To the commands of this script, which get its environment."""
        for command in self._parts.commands:
            yield from self._into_environment(command, name)
        yield from map(InOutput, self._parts.environment_printers)

    def _into_environment(self, command: Node, name: bytes) -> _Steps:
        use = self._parts.use(command)
        if use.prints_environment:
            yield InOutput(command)
        for script in self._scripts_of(command):
            yield from self._within(script, use.shell, [InVariable(name)])

    def _from_file(self, name: bytes) -> _Steps:
        if KEPT_FILES.match(name):
            yield Evaluator(name.decode(errors="replace"), "shell")
        for command, word in self._parts.openings(name):
            yield from self._into_command(command, [word], True)
        for command, position in self._parts.given_openings(name):
            yield from self._into_place(command, self._parts.use(command), position, True)
        base = name.rsplit(b"/", 1)[-1]
        for use in self._parts.uses_with_script(base):
            for inside in self._insides(use.script, use.shell or self._survey.shell):
                evaluator = inside._first(iter((InFile(name),)))
                yield from [evaluator] if evaluator is not None else ()
        for redirect in self._parts.readings(name):
            yield from self._to_reader(redirect)


def _read(script: bytes, shell: str) -> tuple[Survey, ScriptParts] | None:
    source, tree, *_ = read(script, shell)
    if tree is None:
        return None
    return Survey(tree.root_node, source, shell, MARKER), ScriptParts(tree.root_node)


def _makes_files(use: CommandUse) -> bool:
    """Whether a command may make files: what zsh has as a builtin by a module does."""
    return not is_builtin("bash", use.words[0].decode(errors="replace"))


def _around(assignment: Node, value: Node, around: bytes) -> bytes:
    """All that a variable is assigned, where a text is only a part of that, and the rest is no blanks."""
    if assignment.children[1].type != "=" or value.type == "array":
        return b""
    if _PLAIN.fullmatch(unquoted(text(value))):
        return around
    if not any(MARKER.sub(b"", text(each)).strip() for each in _literals(value)):
        return b""
    return unquoted(MARKER.sub(COMPUTED, text(value)))


def _literals(value: Node) -> Iterator[Node]:
    """The parts of a value that the shell takes as they are."""
    if value.type in ("word", "string_content", "raw_string"):
        yield value
    elif value.type in ("string", "concatenation"):
        yield from chain.from_iterable(map(_literals, value.named_children))


def _is_whole(inside: Sequence[Node]) -> bool:
    """Whether a text is a whole word, and none of those that a function or script was called with."""
    word = unquoted(text(inside[-1]))
    return (MARKER.fullmatch(word) or _ONE_NAME.fullmatch(word)) is not None


def _is_split(inside: Sequence[Node]) -> bool:
    """Whether what a substitution or variable gives becomes words: it stands in no quotes."""
    kinds = {node.type for node in inside}
    made = kinds & {"simple_expansion", "expansion", "command_substitution"}
    return bool(made) and "string" not in kinds
