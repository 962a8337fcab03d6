"""Conditions of ``until``, ``fail_if``, ``assert``, ``if`` and ``retry.on``.

A condition is one of the short forms of `pup` (``empty``, ``status == OK``, ``value < 5``,
``decreasing``) or an expression. What cannot be known is never true.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.evaluation import Expression
from pup_tui.template.expression import compile_expression
from pup_tui.template.flow import NO_FLOW, Flow
from pup_tui.template.usage import Usage, UsesNames
from pup_tui.template.values import NOTHING, parse_json, to_text

if TYPE_CHECKING:
    from pup_tui.answers.numbers import Number, ToldNumbers
    from pup_tui.answers.states import ToldStates

ConditionKind = Literal["empty", "status", "value", "trend", "expression"]
MAX_TREND: Final = 1000
"""The most samples that ``decreasing over N`` may ask for."""

_STATUS: Final = late_pattern(r"status\s*(==|!=)\s*(.+)", re.DOTALL)
_VALUE: Final = late_pattern(r"value\s*(<=|>=|==|!=|<|>)\s*(\S+)")
_TREND: Final = late_pattern(r"(decreasing|increasing)(?:\s+over\s+([0-9]{1,9}))?")
_QUOTED: Final = late_pattern(r"\"([^\"]*)\"|'([^']*)'")
_NAME: Final = late_pattern(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER: Final = late_pattern(
    r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII
)
_LONGER: Final = late_pattern(r"[\"'<>=!|(){}\[\]]|\b(?:and|or|not|if|is|in)\b")
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class ConditionResult(Struct, frozen=True):
    """What a condition says of one attempt.

    ``holds`` is None where it cannot be known; ``reason`` says what was seen, ``missing`` is the name that
    stands for nothing where that is why.
    """

    holds: bool | None
    reason: str
    missing: str = ""


class Condition(UsesNames):
    """One condition. Made by `parse_condition`."""

    kind: ConditionKind = "expression"

    def __init__(self, source: str, usage: Usage) -> None:
        self.source = source
        self._usage = usage

    @property
    def usage(self) -> Usage:
        """The names that it uses."""
        return self._usage

    @property
    def flow(self) -> Flow:
        """Nothing: a verdict is not made out of what is judged."""
        return NO_FLOW

    def judge(self, scope: Mapping[str, Any], history: Sequence[float] = ()) -> ConditionResult:
        """Judge an attempt; never raises.

        ``scope`` holds the attempt's names (`reading.reading_scope`) and the variables,
        ``history`` the values of earlier samples, oldest first.
        """
        raise NotImplementedError


class _Empty(Condition):
    kind: ConditionKind = "empty"

    def judge(self, scope: Mapping[str, Any], history: Sequence[float] = ()) -> ConditionResult:
        from pup_tui.answers.emptiness import why_not_known
        from pup_tui.template.reading import is_empty

        output = scope.get("output")
        if not isinstance(output, str):
            return ConditionResult(None, "there is no output")
        json_value = _json(scope)
        if json_value is not NOTHING and (why := why_not_known(json_value)):
            return ConditionResult(None, why)
        if is_empty(output, json_value, json_value is not NOTHING):
            return ConditionResult(True, "the output is empty")
        return ConditionResult(False, "the output is not empty")


class _Status(Condition):
    kind: ConditionKind = "status"

    def __init__(self, source: str, sign: str, wanted: str, variable: bool) -> None:
        super().__init__(source, _usage_of(wanted if variable else None))
        self._equal = sign == "=="
        self._wanted = wanted
        self._variable = variable

    def judge(self, scope: Mapping[str, Any], history: Sequence[float] = ()) -> ConditionResult:
        wanted = _variable_text(self._wanted, scope) if self._variable else self._wanted
        if wanted is None:
            return ConditionResult(None, f"`{self._wanted}` is not defined")
        found = _states(scope)
        if found.states is None:
            return ConditionResult(None, found.why_not)
        if not found.states:
            return ConditionResult(False, "the list is empty")
        unfit = [state for state in found.states if not self._fits(state.text, wanted)]
        if not found.several:
            return ConditionResult(not unfit, f"the status is {found.states[0].text}")
        if not unfit:
            return ConditionResult(True, f"all {len(found.states)} satisfy it")
        told = f"{len(unfit)} of {len(found.states)} do not satisfy it"
        return ConditionResult(False, f"{told}, one is {_named(unfit[0].text, unfit[0].name)}")

    def _fits(self, status: str, wanted: str) -> bool:
        return (status.strip().casefold() == wanted.strip().casefold()) is self._equal


class _Value(Condition):
    kind: ConditionKind = "value"

    def __init__(self, source: str, sign: str, limit: str, variable: bool) -> None:
        super().__init__(source, _usage_of(limit if variable else None))
        self._sign = sign
        self._limit = limit
        self._variable = variable

    def judge(self, scope: Mapping[str, Any], history: Sequence[float] = ()) -> ConditionResult:
        written = _variable_text(self._limit, scope) if self._variable else self._limit
        if written is None or not _NUMBER.fullmatch(written.strip()):
            return ConditionResult(None, f"`{self._limit}` is not a number")
        found = _numbers(scope)
        if not found.numbers:
            return ConditionResult(None, found.why_not)
        compare, limit = _COMPARE[self._sign], float(written)
        unfit = [number for number in found.numbers if not compare(_known(number), limit)]
        if len(found.numbers) == 1:
            return ConditionResult(not unfit, f"the value is {_shown(_known(found.numbers[0]))}")
        if not unfit:
            return ConditionResult(True, f"all {len(found.numbers)} {found.each} satisfy it")
        told = f"{len(unfit)} of {len(found.numbers)} {found.each} do not satisfy it"
        shown = _named(_shown(_known(unfit[0])), unfit[0].name)
        return ConditionResult(False, f"{told}, one is {shown}")


class _Trend(Condition):
    kind: ConditionKind = "trend"

    def __init__(self, source: str, word: str, count: int) -> None:
        super().__init__(source, Usage())
        self._falls = word == "decreasing"
        self._count = count

    def judge(self, scope: Mapping[str, Any], history: Sequence[float] = ()) -> ConditionResult:
        found = _numbers(scope)
        if not found.numbers:
            return ConditionResult(None, found.why_not)
        if len(found.numbers) > 1:
            why = f"there are {found.told}: a trend is that of one, so ask for one only"
            return ConditionResult(None, why)
        value = _known(found.numbers[0])
        if not history:
            return ConditionResult(None, f"the value is {_shown(value)}, the first sample")
        samples = [*history[-self._count :], value]
        steps = [self._goes_on(a, b) for a, b in pairwise(samples)]
        shown = f"the value went from {_shown(samples[-2])} to {_shown(samples[-1])}"
        if len(steps) < self._count:
            return ConditionResult(False if not all(steps) else None, shown)
        return ConditionResult(all(steps), shown)

    def _goes_on(self, before: float, after: float) -> bool:
        return after < before if self._falls else after > before


class _Free(Condition):
    def __init__(self, source: str) -> None:
        self._expression: Expression = compile_expression(source)
        super().__init__(source, self._expression.usage)

    def judge(self, scope: Mapping[str, Any], history: Sequence[float] = ()) -> ConditionResult:
        try:
            value = self._expression.evaluate(scope)
        except UndefinedName as error:
            return ConditionResult(None, told_undefined(error, scope), error.name)
        except TemplateError as error:
            return ConditionResult(None, str(error))
        holds = is_true(value)
        return ConditionResult(holds, f"`{self.source}` {'holds' if holds else 'does not hold'}")


def told_undefined(error: TemplateError, scope: Mapping[str, Any]) -> str:
    """Why an expression cannot be evaluated; of a `status` or `value`, what the output has in its place."""
    name = error.name if isinstance(error, UndefinedName) else ""
    if "output" not in scope or name not in ("status", "value"):
        return error.told
    if name == "status":
        found = _states(scope)
        count = f"{len(found.states or ())} of them"
        why = found.why_not
    else:
        numbers = _numbers(scope)
        count, why = numbers.told, numbers.why_not
    short = f"`{name} == …` alone looks at every one"
    return f"{error.message}: {why or f'there are {count}; {short}'}"


def is_short_form(source: str, declared: frozenset[str]) -> bool:
    """Whether a condition is one of those that read an output; one that cannot be read is none."""
    try:
        return parse_condition(source, declared).kind != "expression"
    except TemplateError:
        return False


def is_true(value: Any) -> bool:
    """Whether a value counts as true: the text ``false`` does not, nor does what is empty."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "false")
    return bool(value)


def _json(scope: Mapping[str, Any]) -> Any:
    if "json" in scope:
        return scope["json"]
    output = scope.get("output")
    return parse_json(output) if isinstance(output, str) else NOTHING


def _states(scope: Mapping[str, Any]) -> ToldStates:
    """The states that the output tells, or else the `status` that is a name of its own."""
    from pup_tui.answers.states import ThingState, ToldStates, states_of

    json_value = _json(scope)
    if json_value is NOTHING:
        found = ToldStates(None, why_not="the output has no status: it is not JSON")
    else:
        found = states_of(json_value)
    status = scope.get("status")
    if found.states is None and isinstance(status, str):
        return ToldStates((ThingState(status),))
    return found


def _numbers(scope: Mapping[str, Any]) -> ToldNumbers:
    """The numbers that the output tells, or else the `value` that is a name of its own."""
    from pup_tui.answers.numbers import Number, ToldNumbers
    from pup_tui.template.reading import read_numbers

    output, json_value = scope.get("output"), _json(scope)
    found = read_numbers(
        output if isinstance(output, str) else "", None if json_value is NOTHING else json_value
    )
    value = scope.get("value")
    if found.numbers is None and isinstance(value, int | float) and not isinstance(value, bool):
        return ToldNumbers((Number(float(value)),))
    if found.numbers is None and json_value is NOTHING:
        return found._replace(why_not="the output has no number")
    return found


def _known(number: Number) -> float:
    """A number that is known, as all are where `ToldNumbers.numbers` is."""
    assert number.value is not None
    return number.value


def _named(text: str, name: str) -> str:
    return f"{text} ({name})" if name else text


def _shown(value: float) -> str:
    return to_text(value).removesuffix(".0")


def _variable_text(name: str, scope: Mapping[str, Any]) -> str | None:
    if name not in scope:
        return None
    try:
        return to_text(scope[name])
    except TemplateError:
        return None


def _usage_of(name: str | None) -> Usage:
    return Usage() if name is None else Usage(frozenset([name]))


@lru_cache(maxsize=4096)
def parse_condition(source: str, declared: frozenset[str] = frozenset()) -> Condition:
    """Read a condition. Raises `TemplateError` for one that does not parse.

    ``declared`` are the names of variables: one called ``status``, ``value``, ``empty``,
    ``decreasing`` or ``increasing`` makes an expression of the short form that begins with it, and
    one on the right side of ``status ==`` or ``value <`` stands for its value.
    """
    written = source.strip()
    if not written:
        raise TemplateError("the condition is empty")
    word = _NAME.match(written)
    if word is None or word[0] in declared:
        return _Free(written)
    return _short_form(written, declared) or _Free(written)


def _short_form(written: str, declared: frozenset[str]) -> Condition | None:
    if written == "empty":
        return _Empty(written, Usage())
    if match := _STATUS.fullmatch(written):
        return _status_form(written, match[1], match[2].strip(), declared)
    if match := _VALUE.fullmatch(written):
        sign, limit = match[1], match[2]
        if _NUMBER.fullmatch(limit) or limit in declared:
            return _Value(written, sign, limit, limit in declared)
    if match := _TREND.fullmatch(written):
        count = int(match[2] or 1)
        if not 1 <= count <= MAX_TREND:
            raise TemplateError(f"`over` takes 1 to {MAX_TREND} samples", expression=written)
        return _Trend(written, match[1], count)
    return None


def _status_form(written: str, sign: str, rest: str, declared: frozenset[str]) -> Condition | None:
    if quoted := _QUOTED.fullmatch(rest):
        return _Status(written, sign, quoted[1] or quoted[2] or "", False)
    if rest in declared:
        return _Status(written, sign, rest, True)
    return None if _LONGER.search(rest) else _Status(written, sign, rest, False)
