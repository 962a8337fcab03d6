"""Metric queries: `sum:trace.redis.command.hits{service:redis} by {env}.as_count() * 2`.

Every service is taken to trace every operation, so `trace.ANYTHING.hits|errors|duration` all
exist for a known service; any other metric has no series.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from pup_tui.datadog.sandbox import search
from pup_tui.datadog.sandbox.world import World

INTERVALS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 86400)
POINTS = 60
MOST_POINTS = 1500
LONGEST = 4096
DEEPEST = 32

AGGREGATORS: dict[str, Callable[[list[float]], float]] = {
    "avg": fmean,
    "sum": sum,
    "min": min,
    "max": max,
    "count": len,
}

_METRIC = re.compile(r"^trace\.[\w.]+\.(hits|errors|duration)$")
_TERM = re.compile(
    r"(?P<aggr>avg|sum|min|max|count):(?P<metric>[A-Za-z][\w.]*)\{(?P<scope>[^{}]*)\}"
    r"(?:\s*by\s*\{(?P<by>[\w.,\s-]+)\})?(?P<calls>(?:\.\w+\([^()]*\))*)"
)
_TOKEN = re.compile(
    rf"\s*(?:{_TERM.pattern}|(?P<number>\d+(?:\.\d+)?)|(?P<name>\w+)|(?P<op>[-+*/()]))"
)
_ROLLUP = re.compile(r"\.rollup\((?:\w+\s*,\s*)?(\d+)\)")


class MetricSyntaxError(ValueError):
    """A metric query that cannot be read; the message says where."""


@dataclass(frozen=True)
class Term:
    """One metric over a scope."""

    aggregator: str
    metric: str
    scope: str
    by: tuple[str, ...]
    counts: bool
    rollup: int | None

    @property
    def measure(self) -> str | None:
        found = _METRIC.match(self.metric)
        return found[1] if found else None

    def sources(self, world: World, group: Mapping[str, str]) -> list[tuple[str, str]]:
        """The (service, environment) pairs that the scope and a group select."""
        try:
            matches = search.parse("" if self.scope == "*" else self.scope.replace(",", " AND "))
        except search.QuerySyntaxError as error:
            raise MetricSyntaxError(
                f"Error parsing query: unable to parse scope: {error}"
            ) from None
        return [
            (service.name, env)
            for service in world.services.values()
            for env in service.shares
            if matches(search.tag_facts([f"service:{service.name}", f"env:{env}"]))
            and group.items() <= {"service": service.name, "env": env}.items()
        ]


ReadTerm = Callable[[Term], float | None]
Formula = Callable[[ReadTerm], float | None]


@dataclass(frozen=True)
class MetricQuery:
    """A query: the terms that it reads, and how a value is made of theirs."""

    text: str
    terms: list[Term]
    evaluate: Formula


@dataclass(frozen=True)
class Series:
    """One line of an answer; `points` are (unix milliseconds, value)."""

    group: dict[str, str]
    interval: int
    points: list[tuple[int, float | None]]


def parse(text: str, named: Mapping[str, MetricQuery] | None = None) -> MetricQuery:
    """Read a query, or a formula over named ones.

    Raises:
        MetricSyntaxError: with Datadog's own beginning, "Error parsing query".
    """
    parser = _Parser(text, dict(named or {}))
    return MetricQuery(text, parser.terms, parser.whole())


def series(world: World, expression: MetricQuery, start: float, end: float) -> list[Series]:
    """A query's values between two times of day; future and unknown things have none."""
    end = min(end, world.timeline.wall() + 1)
    interval = _interval(expression, max(end - start, 1))
    found = []
    for group in _groups(world, expression):
        points = list(_points(world, expression, group, start, end, interval))
        if any(value is not None for _, value in points):
            found.append(Series(group, interval, points))
    return found


def _interval(expression: MetricQuery, window: float) -> int:
    wanted = max((term.rollup or 0 for term in expression.terms), default=0)
    if not wanted:
        wanted = next((each for each in INTERVALS if window / each <= POINTS), INTERVALS[-1])
    return max(wanted, math.ceil(window / MOST_POINTS))


def _groups(world: World, expression: MetricQuery) -> list[dict[str, str]]:
    keys = sorted(
        {key for term in expression.terms for key in term.by if key in ("service", "env")}
    )
    found = []
    for term in expression.terms:
        for service, env in term.sources(world, {}):
            group = {key: {"service": service, "env": env}[key] for key in keys}
            if term.measure and group not in found:
                found.append(group)
    return found


def _points(
    world: World,
    expression: MetricQuery,
    group: Mapping[str, str],
    start: float,
    end: float,
    interval: int,
) -> Iterator[tuple[int, float | None]]:
    wall = world.timeline.wall()
    bucket = int(start // interval) * interval
    while bucket <= end:
        # The newest bucket is not full yet: it is read at the present, so that each look at it
        # shows how things stand now.
        moment = world.timeline.at(min(bucket + interval, wall))
        value = expression.evaluate(_sampler(world, group, moment, interval))
        yield bucket * 1000, None if value is None else round(value, 6)
        bucket += interval


def _sampler(world: World, group: Mapping[str, str], moment: float, interval: int) -> ReadTerm:
    def sample(term: Term) -> float | None:
        measure, sources = term.measure, term.sources(world, group)
        if measure is None or not sources:
            return None
        values = [world.reading(measure, service, env, moment) for service, env in sources]
        value = AGGREGATORS[term.aggregator](values)
        return float(round(value * interval)) if term.counts else value

    return sample


class _Parser:
    """Sums and products over terms, numbers, names and parentheses."""

    def __init__(self, text: str, named: dict[str, MetricQuery]) -> None:
        self.terms: list[Term] = []
        self._text = text
        self._named = named
        self._depth = 0
        if len(text) > LONGEST:
            raise MetricSyntaxError(f"Error parsing query: longer than {LONGEST} characters")
        self._tokens = self._read(text)

    def whole(self) -> Formula:
        value = self._sum()
        if self._tokens:
            raise self._error(self._tokens[0].group().strip())
        return value

    def _read(self, text: str) -> list[re.Match[str]]:
        tokens, position = [], 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if found is None:
                raise self._error(text[position:].strip())
            tokens.append(found)
            position = found.end()
        return tokens

    def _error(self, rest: str) -> MetricSyntaxError:
        where = f"at {rest!r}" if rest else "at its end"
        return MetricSyntaxError(f"Error parsing query: unable to parse {self._text}: {where}")

    def _next_is(self, operators: str) -> bool:
        return bool(self._tokens) and (self._tokens[0]["op"] or " ") in operators

    def _sum(self) -> Formula:
        value = self._product()
        while self._next_is("+-"):
            value = _combine(self._tokens.pop(0)["op"], value, self._product())
        return value

    def _product(self) -> Formula:
        value = self._operand()
        while self._next_is("*/"):
            value = _combine(self._tokens.pop(0)["op"], value, self._operand())
        return value

    def _operand(self) -> Formula:
        if not self._tokens:
            raise self._error("")
        token = self._tokens.pop(0)
        if token["metric"]:
            return self._term(token)
        if token["number"]:
            constant = float(token["number"])
            return lambda sample: constant
        if token["op"] == "(":
            return self._parenthesis()
        if token["name"] == "default_zero" and self._next_is("("):
            self._tokens.pop(0)
            inner = self._parenthesis()
            return lambda sample: inner(sample) or 0.0
        if token["name"] in self._named:
            known = self._named[token["name"]]
            self.terms += known.terms
            return known.evaluate
        raise self._error(token.group().strip())

    def _parenthesis(self) -> Formula:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error("(")
        value = self._sum()
        self._depth -= 1
        if not self._next_is(")"):
            raise self._error(self._tokens[0].group().strip() if self._tokens else "")
        self._tokens.pop(0)
        return value

    def _term(self, token: re.Match[str]) -> Formula:
        rollup = _ROLLUP.search(token["calls"] or "")
        term = Term(
            aggregator=token["aggr"],
            metric=token["metric"],
            scope=token["scope"].strip(),
            by=tuple(key.strip() for key in (token["by"] or "").split(",") if key.strip()),
            counts=".as_count()" in (token["calls"] or ""),
            rollup=int(rollup[1]) if rollup else None,
        )
        if not term.scope:
            raise self._error("{}")
        self.terms.append(term)
        return lambda sample: sample(term)


def _combine(sign: str, left: Formula, right: Formula) -> Formula:
    apply: Callable[[float, float], float] = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
    }[sign]

    def combined(sample: ReadTerm) -> float | None:
        one, other = left(sample), right(sample)
        if one is None or other is None or (sign == "/" and other == 0):
            return None
        return apply(one, other)

    return combined
