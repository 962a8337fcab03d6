"""The one entry of the system that looks each minute what is due: a systemd user timer, or a crontab line."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from pup_tui.late_pattern import late_pattern

UNIT: Final = "pup-tui-schedule"
MARK: Final = "# pup-tui schedule"
"""Ends the line in the crontab, by which it is found again."""

_PATIENCE: Final = 10.0
"""Seconds for a program of the system to answer."""

_LEFT_AS_IT_IS: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")

_NO_CRONTAB: Final = late_pattern(r"(?i)no crontab|no such file")
"""How those of Debian, Red Hat, the BSDs and BusyBox say that there is none."""

KEPT: Final = (
    *("PATH", "LANG", "LC_ALL", "XDG_CONFIG_HOME", "XDG_STATE_HOME"),
    *("PUP_TUI_CONFIG_DIR", "PUP_TUI_STATE_DIR", "PUP_TUI_RUNBOOKS", "PUP_TUI_PUP"),
)
"""What the entry hands on of the environment in which it is made: none of it is ever a secret."""

_BARE: Final = ("HOME", "LOGNAME", "SHELL")
_OF_SYSTEMD: Final = ("USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""What the operator's own systemd has besides, and cron does not."""


class SystemEntry(Struct, frozen=True, kw_only=True):
    """What the system is to run each minute: the words of a command, with these variables."""

    command: tuple[str, ...]
    environ: Mapping[str, str]

    @property
    def service(self) -> str:
        """The text of the unit that looks once.

        What it begins goes on when it is over, which systemd would otherwise end with it.
        """
        variables = "".join(
            f"Environment={_for_systemd(f'{name}={value}')}\n"
            for name, value in self.environ.items()
        )
        words = " ".join(_for_systemd(word).replace("$", "$$") for word in self.command)
        return (
            "[Unit]\nDescription=Runs the runbooks that are due\n\n"
            f"[Service]\nType=oneshot\nKillMode=process\n{variables}ExecStart={words}\n"
        )

    @property
    def timer(self) -> str:
        """The text of the unit that has it looked each minute."""
        return (
            "[Unit]\nDescription=Looks each minute which runbooks are due\n\n"
            "[Timer]\nOnCalendar=*-*-* *:*:00\nAccuracySec=1s\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )

    @property
    def crontab_line(self) -> str:
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environ.items()]
        words = " ".join([*variables, shlex.join(self.command)])
        # To cron a per cent sign ends the line.
        escaped = words.replace("%", "\\%")
        return f"* * * * * {escaped} >/dev/null {MARK}"


def _for_systemd(word: str) -> str:
    """A word as the lines of a unit have it; a `$` means something in commands only."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return word if _LEFT_AS_IT_IS.fullmatch(word) and "%" not in word else f'"{escaped}"'


def entry_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What of an environment the entry hands on."""
    return {name: environ[name] for name in KEPT if environ.get(name)}


def bare_environ(environ: Mapping[str, str], *, by_cron: bool = False) -> dict[str, str]:
    """The environment that a scheduled run has, begun by the operator's systemd or by cron."""
    names = _BARE if by_cron else (*_BARE, *_OF_SYSTEMD)
    own = {name: environ[name] for name in names if name in environ}
    return own | entry_environ(environ)


class HostSystem:
    """What of systemd and cron there is for this operator. Asks programs, which may take seconds."""

    def __init__(self, environ: Mapping[str, str], home: Path) -> None:
        self._environ = environ
        config = environ.get("XDG_CONFIG_HOME")
        self.units = (Path(config) if config else home / ".config") / "systemd/user"

    @property
    def has_systemd(self) -> bool:
        """Whether a systemd of the operator's own can be asked."""
        return self._says("systemctl", "--user", "show-environment") is not None

    @property
    def has_crontab(self) -> bool:
        return shutil.which("crontab", path=self._environ.get("PATH")) is not None

    @property
    def timer_runs(self) -> bool:
        return self._says("systemctl", "--user", "is-active", f"{UNIT}.timer") is not None

    @property
    def lingers(self) -> bool:
        """Whether the operator's systemd goes on while they are not logged in."""
        told = self._says("loginctl", "show-user", "--property=Linger", "--value", self._user)
        return told is not None and told.strip() == "yes"

    @property
    def crontab(self) -> str:
        """The operator's crontab, empty where there is none, or none that can be read."""
        return self._says("crontab", "-l") or ""

    @property
    def crontab_runs(self) -> bool:
        lines = [line.strip() for line in self.crontab.split("\n")]
        return any(line.endswith(MARK) and not line.startswith("#") for line in lines)

    @property
    def is_cron(self) -> bool:
        """Whether cron looks what is due, or would, were it installed, and not the operator's systemd."""
        return not self.timer_runs and (self.crontab_runs or not self.has_systemd)

    def install_timer(self, entry: SystemEntry) -> list[Path]:
        """Write the units and begin the timer; which files those are. Raises OSError and ValueError."""
        self.units.mkdir(parents=True, exist_ok=True)
        files = {f"{UNIT}.service": entry.service, f"{UNIT}.timer": entry.timer}
        written = []
        for name, text in files.items():
            (self.units / name).write_text(text, "utf-8")
            written.append(self.units / name)
        self._do("systemctl", "--user", "daemon-reload")
        self._do("systemctl", "--user", "enable", "--now", f"{UNIT}.timer")
        return written

    def install_line(self, entry: SystemEntry) -> None:
        """Put the line into the crontab, in the place of an earlier one. Raises OSError and ValueError."""
        lines = self._kept_crontab().removesuffix("\n").split("\n")
        others = [line for line in lines if not line.rstrip().endswith(MARK)]
        kept = others if any(others) else []
        self._do("crontab", "-", given="\n".join([*kept, entry.crontab_line, ""]))

    def _kept_crontab(self) -> str:
        """The crontab that is about to be replaced. Raises ValueError where it is not known what is in it."""
        try:
            return self._run(("crontab", "-l"))
        except subprocess.CalledProcessError as error:
            told = _told(error)
            if not error.stderr or _NO_CRONTAB.search(told):
                return ""
            raise ValueError(
                f"the crontab cannot be read, and its lines would be lost: {told}"
            ) from None
        except subprocess.TimeoutExpired:
            raise ValueError("`crontab -l` does not answer") from None

    @property
    def _user(self) -> str:
        return self._environ.get("LOGNAME") or self._environ.get("USER") or ""

    def _says(self, *words: str) -> str | None:
        """What a program prints; None where there is no such program, or it fails."""
        try:
            return self._run(words)
        except (OSError, subprocess.SubprocessError, ValueError):
            return None

    def _do(self, *words: str, given: str = "") -> None:
        try:
            self._run(words, given)
        except subprocess.CalledProcessError as error:
            raise ValueError(f"`{shlex.join(words)}` failed: {_told(error)}") from None
        except subprocess.TimeoutExpired:
            raise ValueError(f"`{shlex.join(words)}` does not answer") from None

    def _run(self, words: Sequence[str], given: str = "") -> str:
        """What a program prints. The bytes of a crontab that are no UTF-8 stay what they are."""
        ended = subprocess.run(  # noqa: S603 - own words only
            words,
            env=dict(self._environ),
            input=given.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
        return ended.stdout.decode("utf-8", "surrogateescape")


def _told(error: subprocess.CalledProcessError) -> str:
    return error.stderr.decode("utf-8", "replace").strip() or f"it ended with {error.returncode}"


def why_not_fired(system: HostSystem) -> tuple[str, str] | None:
    """Why the system would not run what is scheduled, and what to do; None where it would."""
    if system.crontab_runs:
        return None
    if not system.timer_runs:
        return (
            "nothing looks which runbooks are due",
            "`pup-tui schedule install` has the system look each minute",
        )
    if not system.lingers:
        return (
            "while you are not logged in nothing looks which runbooks are due",
            "`loginctl enable-linger` has it go on",
        )
    return None
