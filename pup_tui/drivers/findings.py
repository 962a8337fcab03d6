"""What was wanted of an attempt's output: conditions and captures, evaluated over what it printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

import msgspec

from pup_tui.core.actions import Wanted, WantedAssertion, WantedCapture
from pup_tui.core.events import Findings, Judgement
from pup_tui.core.render import shown_text
from pup_tui.drivers.masking import Masking, is_long_enough
from pup_tui.output.mask import MIN_SECRET
from pup_tui.output.pipeline import Captured
from pup_tui.spelling import stored
from pup_tui.steps.executor import Outcome
from pup_tui.template.condition import parse_condition, told_undefined
from pup_tui.template.errors import TemplateError
from pup_tui.template.evaluation import INSTEAD_OF_NOTHING
from pup_tui.template.expression import compile_expression
from pup_tui.template.reading import NOT_SAID, reading_scope
from pup_tui.template.secrets import secrets_in, watched, with_secrets
from pup_tui.template.text import compile_text

TOO_MUCH = "the output is over 1 MiB, more than an expression may look at"

_OF_OUTPUT = frozenset({"output", "json", "lines", "value", "status"})

TOO_SHORT = f"it is to be kept secret and has fewer than {MIN_SECRET} characters"


def find(
    wanted: Wanted, output: Captured, outcome: Outcome, duration: float, masking: Masking
) -> Findings:
    """Evaluate everything that is wanted; what cannot be known says why instead of being true.

    What is captured as a secret is masked from now on. It takes its time where the output is long.
    """
    reading = reading_scope(
        output.stdout,
        output.stderr,
        exit_code=outcome.exit_code,
        status_code=outcome.status_code,
        headers=outcome.headers,
        attempt=wanted.attempt,
        elapsed=wanted.elapsed,
    )
    finder = _Finder(wanted, output, reading, masking)
    captures, missing = finder.captures()
    results = finder.results(duration)
    value = None if masking.is_secret(reading.get("value")) else reading.get("value")
    status = reading.get("status")
    assertions = tuple(finder.asserted(assertion) for assertion in wanted.assertions)
    return Findings(
        captures=captures,
        missing=missing,
        results=results,
        secrets=tuple(finder.secrets),
        until=finder.judge(wanted.until),
        fail_if=finder.judge(wanted.fail_if),
        retry_on=finder.judge(wanted.retry_on),
        assertions=assertions,
        messages=finder.messages(assertions),
        reminders=tuple(map(finder.told, wanted.reminders)),
        value=float(value) if isinstance(value, int | float) else None,
        status=status if isinstance(status, str) else None,
    )


class _Finder:
    def __init__(
        self,
        wanted: Wanted,
        output: Captured,
        reading: Mapping[str, Any],
        masking: Masking,
    ) -> None:
        self._wanted = wanted
        self._output = output
        self._reading = reading
        self._scope: dict[str, Any] = {**reading, **wanted.names}
        self._masking = masking
        self.secrets: list[str] = []

    def captures(self) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        missing: dict[str, str] = {}
        hidden: set[str] = set()
        for capture in self._wanted.captures:
            scope, made = watched(self._scope)
            try:
                value = self._checked(capture, scope)
            except TemplateError as error:
                missing[capture.name] = told_undefined(error, scope)
                continue
            values[capture.name] = value
            if capture.secret:
                self._masking.keep(value)
            elif self._is_cut_out(capture, value):
                made.append(value)
            self._masking.keep_made(made)
            hidden |= {capture.name} if capture.secret or made else set()
        self.secrets += [n for n, v in values.items() if n in hidden or self._holds_secret(v)]
        self._scope.update(values)
        return values, missing

    @cached_property
    def _telling(self) -> Mapping[str, Any]:
        """What was printed with a secret in it, by the names of captures' expressions, as people see it."""
        expressions = (each.expression for each in self._wanted.captures if each.expression)
        compiled = map(compile_expression, expressions)
        # To look through all that was printed takes long where it is much.
        looked_at = {name for each in compiled for name in each.all_names}
        return {
            name: self._masking.masked(value)
            for name, value in self._reading.items()
            if name in looked_at - NOT_SAID and self._masking.is_secret(value)
        }

    def _is_cut_out(self, capture: WantedCapture, value: Any) -> bool:
        """Whether a value was made out of a secret in the output: with that masked it is another one."""
        if capture.expression is None or not self._telling:
            return False
        scope, made = watched(with_secrets(self._scope, self._telling))
        try:
            self._capture(capture, scope)
            return bool(made) and self._capture(capture, {**scope, **self._telling}) != value
        except TemplateError:
            return True

    def _capture(self, capture: WantedCapture, scope: Mapping[str, Any]) -> Any:
        expression = compile_expression(capture.expression or "output")
        if self._is_cut(expression.names):
            raise TemplateError(TOO_MUCH)
        if capture.expression is None:
            return self._output.stdout.strip()
        value = expression.evaluate(scope)
        if value is None:
            raise TemplateError(f"`{capture.expression}` gives nothing", hint=INSTEAD_OF_NOTHING)
        return value

    def _checked(self, capture: WantedCapture, scope: Mapping[str, Any]) -> Any:
        """The value of a capture; TemplateError where it cannot be recorded, or not be kept secret."""
        value = self._capture(capture, scope)
        try:
            msgspec.to_builtins(value, str_keys=True, enc_hook=stored)
        except (TypeError, RecursionError) as error:
            raise TemplateError(f"`{capture.expression}` gives what JSON cannot hold") from error
        plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        if capture.secret and plain and not is_long_enough(str(value)):
            raise TemplateError(TOO_SHORT)
        return value

    def results(self, duration: float) -> dict[str, Any]:
        """The fields of `steps.ID` that later texts name, as far as this attempt has them.

        Of a step that captures a secret, all that it says is secret: the secret may stand in it in any form.
        """
        known = {**self._reading, "duration": duration}
        found = {
            name: known[name]
            for name in self._wanted.results
            if name in known and not self._is_cut({name})
        }
        tells = any(capture.secret for capture in self._wanted.captures)
        self.secrets += [
            f"steps.{name}"
            for name, value in found.items()
            if (tells and name not in NOT_SAID) or self._holds_secret(value)
        ]
        return found

    def _holds_secret(self, value: Any) -> bool:
        """Whether what was printed holds a secret; then the rest of it are words that everyone was shown."""
        holds = self._masking.is_secret(value)
        if holds:
            self._masking.leave_words(value)
        return holds

    def _is_cut(self, names: Collection[str]) -> bool:
        """Whether one of the names stands for more than is kept for expressions."""
        is_cut = self._output.truncated and not _OF_OUTPUT.isdisjoint(names)
        return is_cut or (self._output.stderr_truncated and "stderr" in names)

    def judge(self, condition: str | None) -> Judgement | None:
        return None if condition is None else self.judged(condition)

    def asserted(self, assertion: WantedAssertion) -> Judgement:
        judged = self.judged(assertion.condition)
        if assertion.holds or judged.holds is None:
            return judged
        return Judgement(not judged.holds, judged.reason)

    def messages(self, judged: Iterable[Judgement]) -> tuple[str, ...]:
        """What is to be told of each assertion, blank where that is nothing; none where it is of all."""
        told = tuple(
            self.told(wanted.message) if wanted.message and judgement.holds is not True else ""
            for wanted, judgement in zip(self._wanted.assertions, judged, strict=True)
        )
        return told if any(told) else ()

    def told(self, message: str) -> str:
        """A message with what was printed and captured, as people may see it; as its author wrote it where
        it names what is not there, or is too much.
        """
        text = compile_text(message)
        looked_at = text.all_names
        if self._is_cut(looked_at):
            return message
        seen = {
            name: self._masking.masked(value)
            for name, value in self._reading.items()
            if name in looked_at - NOT_SAID
        }
        secrets = secrets_in(self._scope).names.union(self.secrets)
        try:
            return shown_text(message, with_secrets({**self._scope, **seen}, secrets))
        except TemplateError:
            return message

    def judged(self, source: str) -> Judgement:
        condition = parse_condition(source, self._wanted.declared)
        looked_at = condition.names if condition.kind == "expression" else _OF_OUTPUT
        if self._is_cut(looked_at):
            return Judgement(None, TOO_MUCH)
        verdict = condition.judge(self._scope, self._wanted.history)
        return Judgement(verdict.holds, verdict.reason)
