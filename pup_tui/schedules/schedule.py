"""`schedules.yaml`: which runbooks run at which times, read with the care that runbooks are read with."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from pup_tui.private import open_private, replace_private
from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.nodes import Mapping as YamlMapping
from pup_tui.runbook.nodes import Scalar, described
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.runbook.written_yaml import yaml_text
from pup_tui.schedules.moments import InvalidTimes, check_cron, check_zone
from pup_tui.settings.configfile import FilledText, unreadable
from pup_tui.typed import convert

FILE: Final = "schedules.yaml"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What a schedule may be called."""

Overlap: TypeAlias = Literal["skip", "queue"]
CatchUp: TypeAlias = Literal["none", "last"]


class Schedule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One runbook, the values it gets, and the moments at which it runs.

    `runbook` is an id or a file's path, looked for from the folder `cwd`; `args` are as `--arg` takes them.
    Moments count from `since` on (RFC 3339). A moment that comes while the run before is under way is
    left out or waits (`overlap`); of those that nobody was awake for none is made up for, or the `last`.
    `yes` is the reason why questions are answered with yes, blank where there may be none. `notify` is where
    the address comes from that is told of what went wrong, as the `from` of a variable; blank tells nobody.
    """

    told_as: ClassVar[str] = "a schedule"

    runbook: FilledText
    cron: FilledText
    tz: FilledText
    since: FilledText
    cwd: FilledText
    args: dict[str, str | tuple[str, ...]] = {}
    profile: str = ""
    overlap: Overlap = "skip"
    catch_up: CatchUp = "none"
    yes: str = ""
    notify: str = ""
    paused: bool = False

    @property
    def counts_from(self) -> float:
        """The moment behind which moments count, in seconds since 1970."""
        return datetime.fromisoformat(self.since).timestamp()

    @property
    def given(self) -> list[str]:
        """Its values as arguments: `NAME=VALUE`."""
        return [
            f"{name}={each}"
            for name, value in self.args.items()
            for each in ((value,) if isinstance(value, str) else value)
        ]


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    told_as: ClassVar[str] = "`schedules.yaml`"

    schedules: dict[str, Schedule] = {}


class Schedules(Struct, frozen=True, kw_only=True):
    """What the file says, and what is wrong with it. With any problem nothing of it counts."""

    path: Path
    by_name: dict[str, Schedule] = {}
    problems: tuple[Problem, ...] = ()


def read_schedules(config_dir: Path) -> Schedules:
    """Read the file; one that is not there plans nothing."""
    path = config_dir / FILE
    try:
        data = read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return Schedules(path=path)
    except (OSError, Unreadable) as error:
        return Schedules(path=path, problems=(unreadable(error, path, "the schedules"),))
    tree, problems = yaml.parse(data, str(path))
    report = Report()
    for problem in problems:
        report.add(problem)
    if tree is None or tree.is_null:
        return Schedules(path=path, problems=report.problems)
    if not isinstance(tree, YamlMapping):
        report.error(tree, f"schedules must be a map, not {described(tree)}")
        return Schedules(path=path, problems=report.problems)
    built = ShapeCheck(report).struct(tree, _File, ())
    _check(tree, report)
    if report.has_errors:
        return Schedules(path=path, problems=report.problems)
    return Schedules(path=path, by_name=convert(built, _File).schedules)


def _check(tree: YamlMapping, report: Report) -> None:
    """Report names, times and moments that cannot be."""
    planned = tree.get("schedules")
    for name, entry in planned.entries.items() if isinstance(planned, YamlMapping) else ():
        if not NAME.fullmatch(name):
            report.error(entry.key, f"`{name}` cannot be the name of a schedule", _NAMES)
        for key, check in (("cron", check_cron), ("tz", check_zone), ("since", _check_moment)):
            node = entry.value.get(key) if isinstance(entry.value, YamlMapping) else None
            if isinstance(node, Scalar) and not node.is_null:
                try:
                    check(node.text)
                except InvalidTimes as error:
                    report.error(node, str(error), error.hint)


_NAMES: Final = "it has small letters, digits, `-` and `_`, 64 at most"


def check_schedule_name(name: str) -> None:
    """Raise InvalidTimes for what cannot be the name of a schedule."""
    if not NAME.fullmatch(name):
        raise InvalidTimes(f"`{name}` cannot be the name of a schedule", _NAMES)


def _check_moment(text: str) -> None:
    try:
        zone = datetime.fromisoformat(text).tzinfo
    except ValueError:
        zone = None
    if zone is None:
        raise InvalidTimes(f"`{text}` is no moment", "write it as 2027-01-31T03:00:00Z")


def moment_text(at: float) -> str:
    """A moment as the file has it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def changing(config_dir: Path) -> Iterator[None]:
    """Keep others from changing the file meanwhile. Raises OSError."""
    config_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = open_private(config_dir / f".{FILE}.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_schedules(config_dir: Path, by_name: Mapping[str, Schedule]) -> None:
    """Write the file as a whole or not at all. Raises OSError."""
    planned = {name: msgspec.to_builtins(each) for name, each in sorted(by_name.items())}
    text = yaml_text({"schedules": planned})
    path = config_dir / FILE
    replace_private(path.resolve() if path.is_symlink() else path, f"{_HEAD}{text}".encode())


_HEAD: Final = "# What `pup-tui schedule` plans; it writes this file anew with each change.\n"
