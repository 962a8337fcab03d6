"""Configuration, keyring and terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pup_tui.cli.config import unusable
from pup_tui.cli.health.diagnosis import Diagnosis
from pup_tui.cli.wiring import Parts

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings, TerminalFacts

LEAST_COLUMNS, LEAST_ROWS = 80, 24
"""The terminal that every screen of the console fits into."""


def configuration(settings: Settings) -> Iterator[Diagnosis]:
    """The files of the configuration folder, and what the environment says."""
    what, path = "configuration", settings.config_dir / "config.yaml"
    for problem in settings.problems:
        yield Diagnosis(
            what=what,
            subject="file",
            state="problem",
            detail=f"{problem.place_in(problem.path)}: {problem.message}",
            hint=problem.hint or "nothing of that file counts until it is mended",
        )
    if not settings.problems:
        told = str(path) if path.exists() else f"there is no {path}: every setting has its default"
        yield Diagnosis(what=what, subject="config.yaml", detail=told)
    if settings.profile is not None and not settings.profile.problems:
        yield Diagnosis(what=what, subject="profile", detail=settings.profile.name)
    for failure in unusable(Parts(settings)):
        yield Diagnosis(
            what=what,
            subject=failure.where or "setting",
            state="problem",
            detail=failure.what,
            hint=failure.todo or "mend it; `pup-tui config` tells where each setting comes from",
        )
    if settings.read_only:
        source = next(told.source for told in settings.told if told.name == "read_only")
        detail = f"steps that may change something fail ({source})"
        yield Diagnosis(what=what, subject="read-only", detail=detail)


def keyring(settings: Settings) -> Iterator[Diagnosis]:
    """Whether there is a keyring."""
    from pup_tui.keyring_store import NoKeyring, store_name

    what, subject = "keyring", "store"
    try:
        yield Diagnosis(what=what, subject=subject, detail=store_name())
    except NoKeyring as error:
        hint = "`auth login` and `keyring:` need one; the environment and files do without"
        yield Diagnosis(what=what, subject=subject, state="warning", detail=str(error), hint=hint)


def terminal(settings: Settings) -> Iterator[Diagnosis]:
    """What the console would have to draw on."""
    what, facts = "terminal", settings.terminal
    if not facts.can_show:
        told = "standard input or output is no terminal: the console cannot be shown here"
        yield Diagnosis(what=what, subject="kind", detail=told)
        return
    if facts.kind in ("dumb", "unknown"):
        told = f"TERM is {facts.kind}: the console cannot be shown"
        hint = "set TERM to what the terminal is, such as xterm-256color"
        yield Diagnosis(what=what, subject="kind", state="warning", detail=told, hint=hint)
    else:
        yield Diagnosis(what=what, subject="kind", detail=facts.kind)
    yield _colours(facts)
    if settings.environ.get("TMUX") or facts.kind.startswith(("tmux", "screen")):
        told = "tmux or screen stands between: it decides on colours, keys and the clipboard"
        yield Diagnosis(what=what, subject="multiplexer", detail=told)
    columns, rows = facts.columns or 0, facts.rows or 0
    small = columns < LEAST_COLUMNS or rows < LEAST_ROWS
    yield Diagnosis(
        what=what,
        subject="size",
        state="warning" if small else "ok",
        detail=f"{columns}×{rows}",
        hint=f"screens are made for {LEAST_COLUMNS}×{LEAST_ROWS} and more" if small else "",
    )
    encoding = sys.stdout.encoding.lower()
    if encoding.replace("-", "") != "utf8":
        hint = "set LANG or LC_ALL to a UTF-8 locale, such as C.UTF-8"
        yield Diagnosis(
            what=what, subject="characters", state="warning", detail=encoding, hint=hint
        )


def _colours(facts: TerminalFacts) -> Diagnosis:
    """How many colours there are; with fewer than 256 all is told by words and signs as well."""
    few = facts.depth not in ("256", "truecolor")
    hint = "set COLORTERM=truecolor if the terminal has more, or PUP_TUI_COLORS" if few else ""
    if few and facts.colors_are_set:
        hint = "they are chosen so: PUP_TUI_COLORS or NO_COLOR"
    return Diagnosis(
        what="terminal",
        subject="colours",
        detail=f"{facts.depth}: {hint}" if hint else facts.depth,
    )
