"""The settings of one call, and where each of them came from.

A setting is what the command line says, else the environment, else `config.yaml`, else its default. An empty
variable of the environment counts as unset.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import platformdirs
from msgspec import Struct

from pup_tui.datadog.configuration import (
    SITE_VARIABLE,
    URL_VARIABLE,
    ConfigurationError,
    base_url_of,
    site_of,
)

if TYPE_CHECKING:
    from pup_tui.runbook.problems import Problem
    from pup_tui.settings.configfile import ConfigFile, Datadog

CONFIG_FILE = "config.yaml"
COMMAND_LINE = "command line"
DEFAULT = "default"
KEYS = ("DD_API_KEY", "DD_APP_KEY", "DD_ACCESS_TOKEN")
"""The variables with credentials; of these it is only ever told whether they are set."""


class CommandLine(Struct):
    """What the options say that stand before or after any command: whatever is to be read with the rest."""

    runbooks: list[Path] = []


class Told(Struct, frozen=True):
    """A setting as `pup-tui config` tells it: `source` says where the value came from."""

    name: str
    value: str | bool
    source: str


class TerminalFacts(Struct, frozen=True, kw_only=True):
    """Which of the three streams are a terminal, what kind of one, and whether it is to have colours.

    `columns` is how wide it is that standard output goes to; None off a terminal.
    """

    input: bool
    output: bool
    errors: bool
    columns: int | None
    kind: str
    colour: bool

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody to ask."""
        return self.input and self.errors

    @property
    def can_show(self) -> bool:
        """Whether there is a screen and a keyboard for the console."""
        return self.input and self.output


class RunbookFolders(Struct, frozen=True, kw_only=True):
    """The folders with runbooks by who named them; the first that has an id wins."""

    given: tuple[Path, ...]
    environment: tuple[Path, ...]
    configured: tuple[Path, ...]
    pup: Path


class Settings(Struct, frozen=True, kw_only=True):
    """Everything from outside that a call goes by. Hand its parts on by name, not the whole.

    `environ` is the environment that processes get: the operator's, with what `config.yaml` says of Datadog,
    so that a step's own programs act on the same Datadog. `problems` are those of `config.yaml`; with any of
    them nothing of the file counts.
    """

    environ: Mapping[str, str]
    cwd: Path
    home: Path
    state_dir: Path
    runbooks: RunbookFolders
    pup: str
    operator: str
    pager: str
    terminal: TerminalFacts
    told: tuple[Told, ...]
    problems: tuple[Problem, ...]


def read_settings(
    given: CommandLine | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings of this call; `environ` is the process's own unless another is given."""
    own = dict(os.environ if environ is None else environ)
    return _Reading(given or CommandLine(), own, Path.cwd()).settings()


class _Reading:
    """Finds each setting and notes where it was found."""

    def __init__(self, given: CommandLine, environ: Mapping[str, str], cwd: Path) -> None:
        self._given = given
        self._environ = environ
        self._cwd = cwd
        self._told: list[Told] = []
        self._file: ConfigFile | None = None
        self._home = Path(environ.get("HOME") or _account_home()).absolute()
        usual = platformdirs.user_config_path("pup-tui", appauthor=False)
        named = self._text("config_dir", "PUP_TUI_CONFIG_DIR", str(usual))
        self._config_dir = Path(named).absolute()
        self._file = _config_file(self._config_dir / CONFIG_FILE)

    def settings(self) -> Settings:
        said = self._file.said if self._file else None
        return Settings(
            cwd=self._cwd,
            home=self._home,
            state_dir=self._state_dir(said.state_dir if said else ""),
            runbooks=self._runbooks(said.runbooks if said else ()),
            pup=self._text("pup", "PUP_TUI_PUP", "auto", said.pup if said else ""),
            environ=self._process_environ(said.datadog if said else None),
            operator=self._text("operator", "USER", _account),
            pager=self._text("pager", "PAGER", "less"),
            terminal=self._terminal(),
            told=tuple(self._told),
            problems=self._file.problems if self._file else (),
        )

    def _text(
        self, name: str, variable: str, default: str | Callable[[], str], said: str = ""
    ) -> str:
        value, source = self._found(name, variable, said)
        if not source:
            value, source = default if isinstance(default, str) else default(), DEFAULT
        self._tell(name, value, source)
        return value

    def _found(self, name: str, variable: str, said: str) -> tuple[str, str]:
        """A setting and where it stands; twice nothing where it stands nowhere."""
        if self._environ.get(variable):
            return self._environ[variable], f"environment {variable}"
        line = self._line(name)
        return (said, f"{CONFIG_FILE}:{line}") if line else ("", "")

    def _line(self, name: str) -> int:
        return self._file.lines.get(name, 0) if self._file else 0

    def _tell(self, name: str, value: str | bool, source: str) -> None:
        self._told.append(Told(name, value, source))

    def _from_config(self, said: str) -> Path:
        """A path as `config.yaml` means it: from its own folder."""
        from pup_tui.runbook.files import under_home

        return self._config_dir / under_home(said, self._home)

    def _state_dir(self, said: str) -> Path:
        usual = platformdirs.user_state_path("pup-tui", appauthor=False)
        meant = str(self._from_config(said)) if said else ""
        return Path(self._text("state_dir", "PUP_TUI_STATE_DIR", str(usual), meant)).absolute()

    def _runbooks(self, said: Sequence[str]) -> RunbookFolders:
        listed = self._environ.get("PUP_TUI_RUNBOOKS", "").split(os.pathsep)
        folders = RunbookFolders(
            given=tuple(self._given.runbooks),
            environment=tuple(Path(part) for part in listed if part),
            configured=(*map(self._from_config, said), self._config_dir / "runbooks"),
            pup=self._pup_runbooks(),
        )
        in_file = f"{CONFIG_FILE}:{self._line('runbooks')}"
        for paths, source in (
            (folders.given, COMMAND_LINE),
            (folders.environment, "environment PUP_TUI_RUNBOOKS"),
            (folders.configured[:-1], in_file),
            (folders.configured[-1:], DEFAULT),
            ([folders.pup], self._found("", "PUP_CONFIG_DIR", "")[1] or DEFAULT),
        ):
            for path in paths:
                self._tell("runbooks", str(path), source)
        return folders

    def _pup_runbooks(self) -> Path:
        """Where `pup` itself keeps runbooks."""
        own = self._environ.get("PUP_CONFIG_DIR")
        if own:
            return Path(own) / "runbooks"
        config = self._environ.get("XDG_CONFIG_HOME")
        return (Path(config) if config else self._home / ".config") / "pup" / "runbooks"

    def _process_environ(self, said: Datadog | None) -> Mapping[str, str]:
        environ = dict(self._environ)
        site, source = self._found("datadog.site", SITE_VARIABLE, said.site if said else "")
        if source:
            environ[SITE_VARIABLE] = site
        self._tell("datadog.site", _shown(site_of, site), source or DEFAULT)
        url, source = self._found("datadog.url", URL_VARIABLE, said.url if said else "")
        if source:
            environ[URL_VARIABLE] = url
        usual = _shown(lambda text: f"https://api.{site_of(text)}", site)
        self._tell("datadog.url", _shown(base_url_of, url) or usual, source or DEFAULT)
        for key in KEYS:
            given = bool(environ.get(key, "").strip())
            source = f"environment {key}" if given else DEFAULT
            self._tell(f"datadog.{key[3:].lower()}", "set" if given else "not set", source)
        return environ

    def _terminal(self) -> TerminalFacts:
        _, source = self._found("colour", "NO_COLOR", "")
        self._tell("colour", not source, source or DEFAULT)
        output = _is_terminal(sys.stdout)
        return TerminalFacts(
            input=_is_terminal(sys.stdin),
            output=output,
            columns=shutil.get_terminal_size().columns if output else None,
            errors=_is_terminal(sys.stderr),
            kind=self._environ.get("TERM") or "dumb",
            colour=not source,
        )


def _config_file(path: Path) -> ConfigFile | None:
    """What `config.yaml` says; None where there is none. What reads it is imported only then."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        pass  # reading it tells what is wrong
    from pup_tui.settings.configfile import read_config

    return read_config(path)


def _shown(means: Callable[[str], str], text: str) -> str:
    """What a text means, for people: one that cannot be used may hold a password."""
    try:
        return means(text)
    except ConfigurationError:
        return "(cannot be used)"


def _account() -> str:
    """The name of the account, or its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _account_home() -> str:
    """The home of the account; the root folder where it has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "/"


def _is_terminal(stream: TextIO) -> bool:
    try:
        return os.isatty(stream.fileno())
    except (OSError, ValueError):
        return False
