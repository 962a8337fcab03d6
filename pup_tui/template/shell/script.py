"""Shell scripts: values travel as environment variables, the script refers to them.

No value is ever pasted where the shell reads code. The one place into which a value is written is
the body of a quoted here-document, which a shell takes as it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, assert_never

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.arguments import argument_problem
from pup_tui.template.blocks import Output
from pup_tui.template.code import DELIMITER, ShellScript
from pup_tui.template.errors import TemplateError
from pup_tui.template.flow import Flow
from pup_tui.template.limits import MAX_LEVELS, check_length, spend
from pup_tui.template.secrets import MASK
from pup_tui.template.shell.heredocs import (
    behind_documents,
    goes_on,
    odd_delimiter,
)
from pup_tui.template.shell.interpreter import SHELLS
from pup_tui.template.shell.judgement import ScriptJudgement, judge
from pup_tui.template.shell.markers import (
    Hole,
    Marked,
    Variant,
    branch_variants,
    empty_rounds,
    is_raw,
    variants,
)
from pup_tui.template.shell.places import (
    ENV_HINT,
    Need,
    Place,
    Quoting,
    Reached,
    TextOrigin,
    Unchecked,
)
from pup_tui.template.shell.tree import ScriptTree, script_tree
from pup_tui.template.text import Text, Value, compile_text
from pup_tui.template.usage import Usage, UsesNames

if TYPE_CHECKING:
    from pup_tui.template.shell.command_use import Evaluator

VARIABLE: Final = "PUP_TUI_V"
"""How the names of the environment variables begin."""

_PER_PLACE: Final = 700
"""What the judgement of a value's place costs."""
_CHUNK: Final = 25_000
"""Characters per variable: with its name and at 4 bytes each, within what Linux takes."""

_OPTION: Final = "the value begins with - or +, which the command takes for an option"
_OPTION_HINT: Final = "write -- before the value"
_ZSH_HINT: Final = "; where `set -A` fills an array, write NAME=(…)"
"""In zsh `--` is an element of it."""
_BY_STDIN: Final = "hand it to the command through the step's `stdin:`"
_IN_A_FILE: Final = "the step's `stdin:` is the script itself: hand the value over in a file"
_NOTHING: Final = "${IFS+}"
_GOES_ON_HINT: Final = (
    "write what follows on the line of the `<<`: `cat <<EOF | …`, `cat <<EOF && …`"
)
_BEHIND_HINT: Final = (
    "write redirections before the `<<`, as `psql 2>&1 <<EOF | tee log`, what comes next on a line of its "
    "own below the text, and the text of a here-document in `$(…)` or a function within that"
)
_DELIMITER_HINT: Final = (
    "give the here-document a delimiter of letters from A to Z, as <<EOF or <<'EOF'"
)
_NESTED_HINT: Final = "write functions, or several steps, instead of blocks within blocks"
_INPUT_HINT: Final = 'give it a variable on a line of its own, NAME={{ … }}, and write "$NAME" here'
_CALCULATED_HINT: Final = (
    "declare the variable with `type: integer`; texts are compared with = and !="
)
_INTEGER: Final = late_pattern(r"\s*([+-]?[0-9]{1,19})\s*", re.ASCII)
_DIGITS: Final = late_pattern(r"\s*([+-]?[0-9A-Za-z]{1,64})\s*", re.ASCII)
_DECIMAL: Final = 10
_TOO_LARGE: Final = 10**19

_ONE_WORD: Final = (
    "{place} stands without quotes, so the value must be one word of letters, digits and "
    "any of . , : + - / _ @"
)
_ONE_OPERAND: Final = f"{_ONE_WORD}, none of + - first"
_UNQUOTED_HINT: Final = (
    "write the variable in double quotes, or declare it with `choices` or a `pattern`"
)


class _Asked(Struct, frozen=True):
    """The texts that meet a need, and what a person is told of others."""

    form: re.Pattern[str]
    told: str
    hint: str


_ASKED: Final = {
    Need.NUMBER: _Asked(
        _INTEGER,
        "the shell calculates with it as {place}, so it must be a whole number",
        _CALCULATED_HINT,
    ),
    # Texts whose parts make arithmetic run nothing: no index, no call, no substitution.
    Need.PLAIN: _Asked(
        re.compile(r"[A-Za-z0-9_.,:+/@~ -]*"),
        "the shell calculates with a part of it as {place}, "
        "so it must hold nothing but letters, digits, blanks and any of . , : + - / _ @ ~",
        "declare the variable with a `pattern`, or take the number out of it in the template",
    ),
    # What no shell splits or expands.
    Need.PIECE: _Asked(re.compile(r"[A-Za-z0-9_.,:+/@-]*"), _ONE_WORD, _UNQUOTED_HINT),
    Need.BEGINNING: _Asked(
        re.compile(r"(?:[A-Za-z0-9_.,:/@][A-Za-z0-9_.,:+/@-]*)?"), _ONE_OPERAND, _UNQUOTED_HINT
    ),
    Need.WORD: _Asked(
        re.compile(r"[A-Za-z0-9_.,:/@][A-Za-z0-9_.,:+/@-]*"), _ONE_OPERAND, _UNQUOTED_HINT
    ),
    # What is never expanded, and names no file but one of the working directory.
    Need.STARTUP: _Asked(
        re.compile(r"(?:[A-Za-z0-9_.,:@][A-Za-z0-9_.,:+@-]*)?"),
        "an interactive shell expands ENV as it starts and reads the file of that name, so the "
        "value must hold nothing but letters, digits and any of . , : + - _ @, none of + - first",
        "declare the variable with `choices` or a `pattern`, or take another name than ENV",
    ),
    Need.OPERAND: _Asked(
        re.compile(r"(?![-+]).*", re.DOTALL), _OPTION, "write -- before {variable}"
    ),
    # What becomes no option, wherever it is cut, also by a shell that takes escapes in it for letters.
    Need.OPERANDS: _Asked(
        re.compile(r"[^-+\\]*"),
        "a part of it stands as {place}, where what begins with - or + is an option, so it must hold none "
        "of - + \\",
        "write -- before {variable}",
    ),
}


class EvaluatedAgain(Struct, frozen=True):
    """A value that goes to a command which takes it for code: not promised to be safe."""

    evaluator: Evaluator
    source: str
    line: int
    column: int
    output: Output | None = None
    """None where it comes by a variable of the environment."""


class UnreadableScriptError(TemplateError):
    """A script is no shell that is known."""


class ShellTemplate(UsesNames):
    """A compiled script. Made by `compile_shell`."""

    def __init__(
        self,
        text: Text,
        shell: str,
        env: frozenset[str],
        *,
        is_input: bool,
        is_fed: bool = False,
    ) -> None:
        self.text = text
        self.shell = shell
        self._is_input = is_input
        self._is_fed = is_fed
        self._env = env
        holds_values = env or is_fed or not all(map(is_raw, text.outputs))
        self._judged = self._judge() if holds_values else ()

    @cached_property
    def usage(self) -> Usage:
        """The names that it uses."""
        return self.text.usage

    @property
    def flow(self) -> Flow:
        """What it is made out of."""
        return self.text.flow

    @property
    def reader(self) -> Evaluator | None:
        """Who in the script takes its standard input for code."""
        if self.shell not in SHELLS:
            return None
        tree = ScriptTree(Marked(next(variants(self.text.blocks))).script, self.shell)
        return tree.reader() if tree.is_read else None

    def render(self, scope: Mapping[str, Any], env: Mapping[str, str] | None = None) -> ShellScript:
        """Render to a script and its environment. Raises `TemplateError`.

        ``env`` has the texts of the variables that the script was compiled with.
        """
        pieces = self.text.pieces(scope)
        if self._env and self.shell in SHELLS:
            self._check_env(Marked(pieces), env or {})
        values = [piece for piece in pieces if isinstance(piece, Value) and not piece.is_raw]
        if not values:
            script = "".join(p if isinstance(p, str) else p.text for p in pieces)
            shown = "".join(p if isinstance(p, str) else p.shown for p in pieces)
            raw = any(isinstance(p, Value) and p.is_secret for p in pieces)
            return ShellScript(script, {}, shown, holds_secret=raw)
        return _Writer(Marked(pieces), self.shell, self._env, is_input=self._is_input).write()

    def _check_env(self, marked: Marked, env: Mapping[str, str]) -> None:
        """Check the variables of the environment that the script calculates with."""
        for name, reached in judge(marked.script, self.shell, marked.spans, self._env).env:
            _check_reached(reached, env.get(name, ""), _env_error(name, reached))

    def _judge(self) -> tuple[tuple[Marked, ScriptJudgement], ...]:
        """Judge every place of a value before anything runs, with each branch taken once.

        Raises `TemplateError` for one that is not safe.
        """
        values = [output for output in self.text.outputs if not is_raw(output)]
        if self.shell not in SHELLS:
            if not values:
                return ()
            raise _error(
                values[0],
                f"values cannot be put into a script for `{self.shell}`",
                "shells that are known: " + ", ".join(sorted(SHELLS)),
            )
        found: list[tuple[Marked, ScriptJudgement]] = []
        read = set(empty_rounds(self.text.blocks))
        unread: list[tuple[Variant, TemplateError]] = []
        for variant in branch_variants(self.text.blocks):
            marked = Marked(variant.units)
            try:
                judged = _judgement(marked, self.shell, self._env, self._is_input)
            except TemplateError as error:
                # What raw text is put in may complete a script that the grammar cannot read yet.
                if len(values) < len(self.text.outputs):
                    continue
                if not isinstance(error, UnreadableScriptError):
                    raise
                unread.append((variant, error))
            else:
                found.append((marked, judged))
                read |= variant.branches
        for variant, unreadable in unread:
            # Branches that are never taken together may give no script together.
            if not variant.branches or not variant.branches <= read:
                raise unreadable
        return tuple(found)

    @cached_property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """Arithmetic of the script that nothing vouches for."""
        found: dict[str, Unchecked] = {}
        for marked, judged in self._judged:
            found |= {each.variable: each for each in judged.unchecked}
            found |= {each.variable: each for each in self._unread(marked, judged.unknown_line)}
        return tuple(found.values())

    @cached_property
    def evaluated_again(self) -> tuple[EvaluatedAgain, ...]:
        """The values that a command takes for code once more."""
        return self._going_on(of_names=False)

    @cached_property
    def naming_commands(self) -> tuple[EvaluatedAgain, ...]:
        """The values that are the name of a command."""
        return self._going_on(of_names=True)

    def _going_on(self, *, of_names: bool) -> tuple[EvaluatedAgain, ...]:
        # Late: only who looks for warnings asks, and the table of programs is large.
        from pup_tui.template.shell.command_use import Evaluator

        found: dict[Output | str, EvaluatedAgain] = {}
        for marked, judged in self._judged:
            tree = script_tree(marked.script, self.shell, marked.spans)
            if not tree.is_read or (of_names and not tree.parts.has_open_names):
                continue
            again = () if of_names else judged.commands
            inherited = {name: Evaluator(by, "") for name, by in again}
            inherited |= tree.inherited(sorted(self._env), of_names=of_names)
            found |= {name: EvaluatedAgain(by, f"${name}", 1, 1) for name, by in inherited.items()}
            for hole, place, evaluator in zip(
                marked.holes, judged.places, tree.evaluators(of_names=of_names), strict=True
            ):
                output = hole.unit
                if place.integer:
                    continue  # a whole number is no code, and that is checked before the script runs
                if evaluator is None and place.command is not None and not of_names:
                    evaluator = Evaluator(place.command, "")
                if not isinstance(output, Output) or evaluator is None:
                    continue
                if not (evaluator.is_shell and _is_quoted(output)):
                    found[output] = EvaluatedAgain(
                        evaluator, output.expression.source, output.line, output.column, output
                    )
        return tuple(found.values())

    def evaluated_of(self, names: Iterable[str]) -> dict[str, Evaluator]:
        """The variables of some names whose text a command takes for code, and that command."""
        found: dict[str, Evaluator] = {}
        for marked, _ in self._judged:
            tree = script_tree(marked.script, self.shell, marked.spans)
            found |= tree.inherited(names) if tree.is_read else {}
        return found

    def _unread(self, marked: Marked, line: int) -> Iterator[Unchecked]:
        """What gives values to a script that cannot be read near a line, as far as the script uses it."""
        if line and self._is_fed:
            yield Unchecked("", line, TextOrigin.UNREAD)
        for name in sorted(self._env) if line else ():
            if re.search(rf"\b{re.escape(name)}\b".encode(), marked.script):
                yield Unchecked(name, line, TextOrigin.UNREAD)


def _is_quoted(output: Output) -> bool:
    return "shell_quote" in output.expression.filters


def _error(unit: Value | Output, message: str, hint: str | None = None) -> TemplateError:
    source = unit.source if isinstance(unit, Value) else unit.expression.source
    return TemplateError(message, expression=source, line=unit.line, column=unit.column, hint=hint)


def _env_error(name: str, reached: Reached) -> Callable[[str, str | None], TemplateError]:
    def error(message: str, hint: str | None) -> TemplateError:
        told = f"{name} of `env`: {message}"
        return TemplateError(told, expression=reached.variable, line=reached.line, hint=hint)

    return error


def _check_reached(
    reached: Reached, text: str, error: Callable[[str, str | None], TemplateError]
) -> None:
    """Check a text that gets to a variable which is calculated with, or which may be an option."""
    asked = _ASKED[reached.need]
    if asked.form.fullmatch(text) is None:
        place = f"{reached.variable} on line {reached.line} of the script"
        told = asked.told.format(place=place)
        raise error(told, asked.hint.format(variable=reached.variable))


def _not_read(marked: Marked, line: int) -> UnreadableScriptError:
    """Says what cannot be read near a line: what is known to be unreadable, or whatever stands there."""
    line = min(line, marked.script.rstrip(b"\n").count(b"\n") + 1)
    odd = odd_delimiter(marked.script)
    known = (
        (odd if odd <= line else 0, _DELIMITER_HINT),
        (goes_on(marked.script, line), _GOES_ON_HINT),
        (behind_documents(marked.script, line), _BEHIND_HINT),
    )
    line, hint = next((each for each in known if each[0]), (line, ENV_HINT))
    told = (
        f"the script cannot be read as shell near its line {line}, so no value can be put into it"
    )
    return UnreadableScriptError(told, expression=marked.line(line), line=line, hint=hint)


def _judgement(marked: Marked, shell: str, env: frozenset[str], is_input: bool) -> ScriptJudgement:
    """Judge the place of each value. Raises `TemplateError` for one that is not safe."""
    judged = judge(marked.script, shell, marked.spans, env)
    if judged.is_too_deep and marked.holes:
        told = f"the script nests deeper than {MAX_LEVELS} levels of commands, expansions and `&&`"
        raise UnreadableScriptError(told, line=1, hint=_NESTED_HINT)
    if judged.unknown_line and marked.holes:
        raise _not_read(marked, judged.unknown_line)
    if judged.unsafe is not None:
        index, message, hint, line = judged.unsafe
        if isinstance(index, str):
            raise TemplateError(f"{index} of `env`: {message}", line=line, hint=hint)
        raise _error(marked.holes[index].unit, message, hint)
    for hole, place in zip(marked.holes, judged.places, strict=False):
        if is_input and not (place.has_literal or place.integer):
            told = "what a shell reads on standard input holds values in quotes, and here none can stand"
            raise _error(hole.unit, told, _INPUT_HINT)
    return judged


class _Edit(Struct, frozen=True):
    """Bytes of the marked script, what to write for them, and what to show."""

    start: int
    end: int
    script: str
    shown: str


class _Writer:
    """Writes the script that is run and the one that is shown."""

    def __init__(self, marked: Marked, shell: str, env: frozenset[str], *, is_input: bool) -> None:
        self._env = env
        self._is_input = is_input
        self._marked = marked
        self._shell = shell
        self._names: dict[tuple[str, str], str] = {}
        """The names of values, by the text; of secrets by their expression too, so that they do not go by
        whether two are the same."""
        self._sources: dict[str, list[str]] = {}
        self._secrets: set[str] = set()
        self._holds_secret = bool(marked.secrets)
        self._delimiters: dict[tuple[int, int], str] = {}
        self._edits: list[_Edit] = []

    def write(self) -> ShellScript:
        spend(_PER_PLACE * len(self._marked.holes))
        judged = _judgement(self._marked, self._shell, self._env, self._is_input)
        for hole, place in zip(self._marked.holes, judged.places, strict=True):
            if isinstance(hole.unit, Value):
                self._edits.append(self._edit(hole, hole.unit, place))
        script = self._assembled(self._edits, lambda edit: edit.script)
        if self._is_input:
            # In braces all of it is read before any of it runs: else a command that reads standard input
            # would take the beginning of a literal, and leave the rest of it for the shell to run.
            script = b"{ " + script + b"\n}\n"
        hidden = [_Edit(start, end, "", MASK) for start, end in self._marked.secrets]
        shown = self._assembled([*hidden, *self._edits], self._shown).decode()
        check_length(len(script))
        env = {name: text for (_, text), name in self._names.items()}
        check_length(sum(map(len, env.values())))
        secrets = frozenset(self._secrets)
        sources = {name: tuple(dict.fromkeys(each)) for name, each in self._sources.items()}
        return ShellScript(script.decode(), env, shown, secrets, self._holds_secret, sources)

    def _edit(self, hole: Hole, value: Value, place: Place) -> _Edit:
        text = value.text
        if place.quoting is Quoting.COMMENT:
            return _Edit(hole.start, hole.end, "", "")
        if place.integer:
            digits = _integer(value, place)
            if digits.startswith("-") and place.arithmetic and self._joins_sign(hole.start, place):
                digits = f" {digits}"
            start = hole.start - len(place.base)
            self._holds_secret |= value.is_secret
            return _Edit(start, hole.end, digits, MASK if value.is_secret else digits)
        if place.is_operand and text.startswith(("-", "+")):
            raise value.error(_OPTION, _OPTION_HINT + _ZSH_HINT * (self._shell == "zsh"))
        for reached in place.reached:
            _check_reached(reached, text, value.error)
        problem = argument_problem(text)
        if problem is not None:
            raise value.error(f"the value {problem}", _IN_A_FILE if self._is_input else _BY_STDIN)
        shown = MASK if value.is_secret else _shown(text, place.quoting)
        if place.quoting is Quoting.LITERAL_HEREDOC:
            self._rename(value, place)
            self._holds_secret |= value.is_secret
            return _Edit(hole.start, hole.end, text, shown)
        return _Edit(hole.start, hole.end, self._reference(value, place.quoting), shown)

    def _joins_sign(self, at: int, place: Place) -> bool:
        """Whether a sign would belong to what stands before it: `x--5` is no `x- -5`, `${x:-5}` no slice."""
        return place.quoting is Quoting.BARE or self._marked.script[at - 1 : at] in (
            b":",
            b"-",
            b"+",
        )

    def _reference(self, value: Value, quoting: Quoting) -> str:
        text, source = value.text, value.source if value.is_secret else ""
        if self._is_input:
            self._holds_secret |= value.is_secret
            return _literal(text, quoting)
        chunks = [text[i : i + _CHUNK] for i in range(0, len(text), _CHUNK)] or [""]
        names = [
            self._names.setdefault((source, chunk), f"{VARIABLE}{len(self._names)}")
            for chunk in chunks
        ]
        for name in names:
            self._sources.setdefault(name, []).append(value.source)
        self._secrets.update(names if value.is_secret else ())
        inner = "".join(f"${{{name}}}" for name in names)
        if quoting is Quoting.BARE:
            return f'"{inner}"'
        if quoting is Quoting.SINGLE:
            return f"'\"{inner}\"'"
        return f"'\"{inner}\"$'" if quoting is Quoting.ANSI else inner

    def _rename(self, value: Value, place: Place) -> None:
        """Give the here-document a delimiter that no value holds."""
        heredoc = place.heredoc
        if heredoc is None:
            raise value.error("the here-document around the value has no delimiter")
        if heredoc.strips_tabs and re.search(r"(?:\A|\n)\t", value.text):
            raise value.error("a line of the value begins with a tab, which <<- would drop")
        if heredoc.start in self._delimiters:
            return
        delimiter = self._free_delimiter()
        self._delimiters[heredoc.start] = delimiter
        for (start, end), written in (
            (heredoc.start, f"'{delimiter}'"),
            (heredoc.end, delimiter),
        ):
            old = self._marked.script[start:end].decode()
            tabs = old[: len(old) - len(old.lstrip("\t"))]
            self._edits.append(_Edit(start, end, tabs + written, old))

    def _free_delimiter(self) -> str:
        texts = [hole.unit.text for hole in self._marked.holes if isinstance(hole.unit, Value)]
        texts.append(self._marked.script.decode())
        number = len(self._delimiters)
        while any(f"{DELIMITER}{number}" in text for text in texts):
            number += 1 + len(self._delimiters)
        return f"{DELIMITER}{number}"

    def _shown(self, edit: _Edit) -> str:
        secrets = self._marked.secrets
        hidden = any(start < edit.end and edit.start < end for start, end in secrets)
        return MASK if hidden else edit.shown

    def _assembled(self, edits: list[_Edit], part: Callable[[_Edit], str]) -> bytes:
        written = bytearray()
        position = 0
        for edit in sorted(edits, key=lambda edit: edit.start):
            if edit.start >= position:
                written += self._marked.script[position : edit.start] + part(edit).encode()
            # Else a here-document's delimiter stands in raw text that is hidden as a whole.
            position = max(position, edit.end)
        return bytes(written + self._marked.script[position:])


def _integer(value: Value, place: Place) -> str:
    """The number that a value is, in base 10, which every shell knows."""
    base = 16 if place.base[1:] in (b"x", b"X") else int(place.base.rstrip(b"#") or b"10")
    match = (_INTEGER if base == _DECIMAL else _DIGITS).fullmatch(value.text)
    try:
        number = int(match[1], base) if match else _TOO_LARGE
    except ValueError:
        number = _TOO_LARGE
    if abs(number) >= _TOO_LARGE:
        kind = "whole number" + f" in base {base}" * (base != _DECIMAL)
        raise value.error(
            f"the shell calculates with this value, so it must be a {kind}",
            "declare the variable with `type: integer`; keys of an array are texts after `declare -A`"
            if place.arithmetic
            else "texts are compared with = and !=, files are written with >",
        )
    return str(number)


def _literal(text: str, quoting: Quoting) -> str:
    """A text as quotes around its place let it stand in a script, whatever it holds."""
    quoted = shlex.quote(text)
    match quoting:
        case Quoting.BARE:
            return quoted
        case Quoting.DOUBLE:
            return f'"{quoted}"'
        case Quoting.SINGLE:
            return f"'{quoted}'"
        case Quoting.ANSI:
            return f"'{quoted}$'"
        case Quoting.HEREDOC:
            # With an expansion that is nothing, no line is the one that ends the document.
            return _NOTHING + re.sub(r"[$`\\]", r"\\\g<0>", text).replace("\n", f"\n{_NOTHING}")
        case Quoting.LITERAL_HEREDOC | Quoting.COMMENT:
            return text
    assert_never(quoting)


def _shown(text: str, quoting: Quoting) -> str:
    quoted = shlex.quote(text)
    if quoting is Quoting.BARE:
        return quoted
    if quoting in (Quoting.HEREDOC, Quoting.LITERAL_HEREDOC) or not text or quoted == text:
        return text
    around = '"' if quoting is Quoting.DOUBLE else "'"
    return f"{around}{quoted}{'$' * (quoting is Quoting.ANSI)}{around}"


@lru_cache(maxsize=4096)
def compile_shell(
    source: str,
    shell: str = "sh",
    env: frozenset[str] = frozenset(),
    *,
    is_input: bool = False,
    is_fed: bool = False,
) -> ShellTemplate:
    """Check a script for one of the `SHELLS`, named or given by its path.

    ``env`` are the variables of its environment that hold values. ``is_input``: the shell reads the script on
    standard input, maybe elsewhere, so that values stand in it as literals. ``is_fed``: its standard input
    holds values, or the name of its working directory does. Raises `TemplateError` with line,
    expression and a hint where a value stands in, or gets to, a place that is not safe or not known.
    """
    return ShellTemplate(
        compile_text(source), shell.rsplit("/", 1)[-1], env, is_input=is_input, is_fed=is_fed
    )
