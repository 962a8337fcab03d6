"""Collects the problems of a file while it is checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from pup_tui.runbook.nodes import Scalar, YamlNode, shown
from pup_tui.runbook.problems import Problem
from pup_tui.template.suggest import closest

MAX_PROBLEMS = 200
MAX_UNKNOWN = 10
"""Unknown keys of one map that are told one by one."""


class Report:
    """Problems in the order in which they were found; each place and message once.

    `errors` counts the errors, also those that are too many to list.
    """

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._seen: set[tuple[str, int, int, str]] = set()
        self._has_more = False
        self.errors = 0

    @property
    def full(self) -> bool:
        """Whether nothing more will be listed, so that nothing more need be looked for."""
        return len(self._problems) >= MAX_PROBLEMS

    @property
    def has_errors(self) -> bool:
        return self.errors > 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Sorted by file and place; says so where there were too many to list."""
        listed = sorted(self._problems, key=lambda p: (p.path, p.line, p.column))
        if self._has_more:
            last = listed[-1]
            told = f"and more problems; these are the first {MAX_PROBLEMS}"
            listed.append(Problem(path=last.path, line=last.line, message=told))
        return tuple(listed)

    def add(self, problem: Problem) -> None:
        place = (problem.path, problem.line, problem.column, problem.message)
        if place in self._seen:
            return
        self.errors += problem.severity == "error"
        if self.full:
            self._has_more = True
            return
        self._seen.add(place)
        self._problems.append(problem)

    def error(self, node: YamlNode, message: str, hint: str = "") -> None:
        """Report an error that is about the whole of `node`."""
        self.add(
            Problem(
                path=node.source.path,
                line=node.line,
                column=node.column,
                message=message,
                hint=hint,
            )
        )

    def error_in(
        self,
        node: Scalar,
        message: str,
        hint: str = "",
        *,
        line: int | None = None,
        fragment: str = "",
        column: int = 1,
    ) -> None:
        """Report an error about `fragment`, which stands on line `line` of the text, from `column` on."""
        if self.full:
            self.errors += 1
            self._has_more = True
            return
        nth = node.nth(line, column, fragment) if line is not None else 0
        at, start = node.place(line, fragment, nth)
        self.add(Problem(path=node.source.path, line=at, column=start, message=message, hint=hint))

    def suggest(self, name: str, known: Collection[str]) -> str:
        """A `suggestion`; empty where the report is full and would not list it."""
        return "" if self.full else suggestion(name, known)

    def unknown_keys(
        self, keys: list[Scalar], known: Iterable[str], owner: str, hint_for: Callable[[str], str]
    ) -> None:
        """Report keys that `owner` does not have; `hint_for` may know where a key belongs."""
        names = sorted(known)
        for key in keys[:MAX_UNKNOWN]:
            hint = hint_for(key.text) or self.suggest(key.text, names)
            self.error(
                key, f"unknown key {shown(key.text)}", hint or f"{owner} has {listed(names)}"
            )
        if len(keys) > MAX_UNKNOWN:
            more = len(keys) - MAX_UNKNOWN
            self.error(keys[MAX_UNKNOWN], f"and {more} more unknown keys in this map")


def suggestion(name: str, known: Collection[str]) -> str:
    """`did you mean …?` for the known name that is most alike; empty where none is."""
    by_lower = {other.lower(): other for other in known}
    alike = closest(name.lower(), by_lower)
    return "" if alike is None else f"did you mean {shown(by_lower[alike])}?"


def a_step(kind: str | None) -> str:
    """A step of a kind, with its article: `a shell step`, `an input step`, `an http step`."""
    kind = kind or ""
    spelled = not set(kind) & set("aeiou") and kind[:1] in "fhlmnrsx"
    return f"{'an' if spelled or kind[:1] in 'aeiou' else 'a'} {kind} step"


def listed(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in names)
