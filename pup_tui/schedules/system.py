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

UNIT: Final = "pup-tui-schedule"
MARK: Final = "# pup-tui schedule"
"""Ends the line in the crontab, by which it is found again."""

_PATIENCE: Final = 10.0
"""Seconds for a program of the system to answer."""

_LEFT_AS_IT_IS: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")

KEPT: Final = (
    *("PATH", "LANG", "LC_ALL", "XDG_CONFIG_HOME", "XDG_STATE_HOME"),
    *("PUP_TUI_CONFIG_DIR", "PUP_TUI_STATE_DIR", "PUP_TUI_RUNBOOKS", "PUP_TUI_PUP"),
)
"""What the entry hands on of the environment in which it is made: none of it is ever a secret."""

_BARE: Final = ("HOME", "LOGNAME", "USER", "SHELL", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")


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
        words = " ".join(map(_for_systemd, self.command))
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
    """A word as the lines of a unit have it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return word if _LEFT_AS_IT_IS.fullmatch(word) and "%" not in word else f'"{escaped}"'


def entry_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What of an environment the entry hands on."""
    return {name: environ[name] for name in KEPT if environ.get(name)}


def bare_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that a scheduled run has."""
    own = {name: environ[name] for name in _BARE if name in environ}
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
        """The operator's crontab, empty where there is none."""
        return self._says("crontab", "-l") or ""

    @property
    def crontab_runs(self) -> bool:
        return any(line.rstrip().endswith(MARK) for line in self.crontab.splitlines())

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
        others = [line for line in self.crontab.splitlines() if not line.rstrip().endswith(MARK)]
        self._do("crontab", "-", given="\n".join([*others, entry.crontab_line, ""]))

    @property
    def _user(self) -> str:
        return self._environ.get("LOGNAME") or self._environ.get("USER") or ""

    def _says(self, *words: str) -> str | None:
        """What a program prints; None where there is no such program, or it fails."""
        try:
            return self._run(words).stdout
        except (OSError, subprocess.SubprocessError, ValueError):
            return None

    def _do(self, *words: str, given: str = "") -> None:
        try:
            self._run(words, given)
        except subprocess.CalledProcessError as error:
            told = (error.stderr or "").strip() or f"it ended with {error.returncode}"
            raise ValueError(f"`{shlex.join(words)}` failed: {told}") from None
        except subprocess.TimeoutExpired:
            raise ValueError(f"`{shlex.join(words)}` does not answer") from None

    def _run(self, words: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - own words only
            words,
            env=dict(self._environ),
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=True,
        )


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
