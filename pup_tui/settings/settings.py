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
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import platformdirs
from msgspec import Struct

from pup_tui.attention import NotifyChoice
from pup_tui.datadog.configuration import (
    CREDENTIAL_VARIABLES,
    READ_ONLY_VARIABLE,
    READ_ONLY_VARIABLES,
    SITE_VARIABLE,
    URL_VARIABLE,
    ConfigurationError,
    allows_changes,
    base_url_of,
    site_of,
)
from pup_tui.datadog.pup_folder import pup_folder
from pup_tui.quoted import quoted
from pup_tui.settings.colours import depth_of, is_dark

if TYPE_CHECKING:
    from pup_tui.runbook.problems import Problem
    from pup_tui.settings.configfile import ConfigFile, Configuration, Datadog, Retention
    from pup_tui.settings.profiles import Profile, ProfileFile
    from pup_tui.settings.pup_store import PupStore

CONFIG_FILE = "config.yaml"
PROFILE_VARIABLE = "PUP_TUI_PROFILE"
COMMAND_LINE = "command line"
DEFAULT = "default"
RETENTION = ("older_than", "larger_than")

_YES = frozenset({"true", "1", "yes", "on", "y", "t"})


class CommandLine(Struct):
    """What the options say that stand before or after any command: whatever is to be read with the rest."""

    runbooks: list[Path] = []
    profile: str | None = None
    read_only: bool = False


class Told(Struct, frozen=True):
    """A setting as `pup-tui config` tells it: `source` says where the value came from."""

    name: str
    value: str | bool
    source: str


class TerminalFacts(Struct, frozen=True, kw_only=True):
    """Which of the three streams are a terminal, what kind of one, and how it is to look.

    `columns` and `rows` are the size of that which standard output goes to; None off a terminal. `colors` is
    how many it has, as somebody says (then `colors_are_set`) or as the environment tells; `dark` whether its
    ground is thought to be. `colors` is empty where only `kind` tells it (`depth`).
    """

    input: bool
    output: bool
    errors: bool
    columns: int | None
    rows: int | None
    kind: str
    colors: str
    colors_are_set: bool
    theme: str
    dark: bool

    @property
    def depth(self) -> str:
        """How many colours it has: where nobody says it, as many as its kind."""
        from pup_tui.settings.colours import depth_of_kind

        return self.colors or depth_of_kind(self.kind)

    @property
    def colour(self) -> bool:
        """Whether what is printed may be coloured."""
        return not (self.colors_are_set and self.colors == "none")

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
    and what the profile says, so that a step's own programs act on the same. `retention` holds, as written,
    what `history prune` goes by; what is not said is empty. `problems` are those of
    `config.yaml` and of the profile; with any of them nothing of that file counts. `profile` is None without
    one. `keys` are those chosen for actions of the console. `site` is the Datadog site as written, empty for
    the default, and `pup_dir` where `pup` keeps its own configuration.
    """

    environ: Mapping[str, str]
    cwd: Path
    home: Path
    config_dir: Path
    profile: ProfileFile | None
    state_dir: Path
    runbooks: RunbookFolders
    pup: str
    pup_dir: Path
    site: str
    read_only: bool
    retention: Mapping[str, str]
    operator: str
    pager: str
    editor: str
    notify: NotifyChoice
    terminal: TerminalFacts
    keys: Mapping[str, tuple[str, ...]]
    told: tuple[Told, ...]
    problems: tuple[Problem, ...]

    @property
    def profile_name(self) -> str:
        """The name of the profile that is chosen, empty without one."""
        return self.profile.name if self.profile else ""


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
        self._site = ""
        self._home = Path(environ.get("HOME") or _account_home()).absolute()
        self._pup_dir = pup_folder(self._environ, self._home)
        usual = self._usual(platformdirs.user_config_path, ".config")
        named = self._text("config_dir", "PUP_TUI_CONFIG_DIR", str(usual))
        self._config_dir = Path(named).absolute()
        self._file = _config_file(self._config_dir / CONFIG_FILE)
        self._profile = self._read_profile()
        said = self._file.said if self._file else None
        self._is_read_only = self._read_only(said.read_only if said else False)

    def settings(self) -> Settings:
        said = self._file.said if self._file else None
        return Settings(
            cwd=self._cwd,
            home=self._home,
            config_dir=self._config_dir,
            profile=self._profile,
            state_dir=self._state_dir(said.state_dir if said else ""),
            runbooks=self._runbooks(said.runbooks if said else ()),
            pup=self._text(
                "datadog.client", "PUP_TUI_PUP", "auto", said.datadog.client if said else ""
            ),
            pup_dir=self._pup_dir,
            read_only=self._is_read_only,
            retention=self._retention(said.retention if said else None),
            environ=self._process_environ(said.datadog if said else None),
            site=self._site,
            operator=self._text("operator", "USER", _account),
            pager=self._text("pager", "PAGER", "less"),
            editor=self._text(
                "editor", "VISUAL" if self._environ.get("VISUAL") else "EDITOR", "vi"
            ),
            notify=self._notify(said.notify if said else "auto"),
            terminal=self._terminal(said),
            keys=self._keys(said),
            told=tuple(self._told),
            problems=(
                *(self._file.problems if self._file else ()),
                *(self._profile.problems if self._profile else ()),
            ),
        )

    def _read_only(self, said: bool) -> bool:
        """Whether nothing may be changed; what says so counts, whatever else says."""
        line = self._line("read_only")
        source = COMMAND_LINE if self._given.read_only else ""
        source = source or _said_read_only("environment", self._environ)
        if self._profile and not source:
            source = _said_read_only(self._of_profile, self._profile.said.env)
        source = source or (f"{CONFIG_FILE}:{line}" if said else "")
        source = source or self._said_by_pup() or DEFAULT
        self._tell("read_only", source != DEFAULT, source)
        return source != DEFAULT

    def _said_by_pup(self) -> str:
        """Where `pup` itself is told that nothing may be changed; empty where it is not."""
        store = self._pup_store
        said = "" if store is None else store.settings().read_only
        return "" if allows_changes(said) else f"pup's {CONFIG_FILE}{_odd(said)}"

    def _notify(self, said: NotifyChoice) -> NotifyChoice:
        line = self._line("notify")
        self._tell("notify", said, f"{CONFIG_FILE}:{line}" if line else DEFAULT)
        return said

    def _keys(self, said: Configuration | None) -> Mapping[str, tuple[str, ...]]:
        """The keys that are chosen for actions of the console, by their names."""
        if said is None or not said.keys:
            self._tell("keys", "the usual ones", DEFAULT)
            return {}
        from pup_tui.settings.key_choices import as_keys

        chosen = as_keys(said.keys)
        for name, keys in chosen.items():
            told = f"keys.{name}"
            self._tell(told, " ".join(keys), f"{CONFIG_FILE}:{self._line(told)}")
        return chosen

    def _read_profile(self) -> ProfileFile | None:
        """The profile that is chosen; an empty `--profile` chooses none."""
        given, named = self._given.profile, self._environ.get(PROFILE_VARIABLE, "")
        name = named if given is None else given
        source = COMMAND_LINE if given is not None else f"environment {PROFILE_VARIABLE}"
        self._tell("profile", name, source if given is not None or named else DEFAULT)
        if not name:
            return None
        from pup_tui.settings.profiles import read_profile

        return read_profile(self._config_dir, name, self._trusted_pack)

    def _trusted_pack(self, name: str) -> Path | None:
        """The folder of a pack that is trusted as a whole."""
        from pup_tui.packs.trusted import trusted_pack

        said = self._file.said if self._file else None
        return trusted_pack(
            self._state_place(said.state_dir if said else ""), self._config_dir, name
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

    def _usual(self, find: Callable[..., Path], below_home: str) -> Path:
        """A folder of the platform; one below the home where the platform knows of no home."""
        try:
            return find("pup-tui", appauthor=False)
        except RuntimeError:
            return self._home / below_home / "pup-tui"

    def _from_config(self, said: str) -> Path:
        """A path as `config.yaml` means it: from its own folder."""
        from pup_tui.runbook.files import under_home

        return self._config_dir / under_home(said, self._home)

    def _state_dir(self, said: str) -> Path:
        usual = self._usual(platformdirs.user_state_path, ".local/state")
        meant = str(self._from_config(said)) if said else ""
        return Path(self._text("state_dir", "PUP_TUI_STATE_DIR", str(usual), meant)).absolute()

    def _state_place(self, said: str) -> Path:
        """The same before it is told."""
        told = [*self._told]
        found = self._state_dir(said)
        self._told = told
        return found

    def _runbooks(self, said: Sequence[str]) -> RunbookFolders:
        listed = self._environ.get("PUP_TUI_RUNBOOKS", "").split(os.pathsep)
        folders = RunbookFolders(
            given=tuple(self._given.runbooks),
            environment=tuple(Path(part) for part in listed if part),
            configured=(*map(self._from_config, said), self._config_dir / "runbooks"),
            pup=self._pup_dir / "runbooks",
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

    def _retention(self, said: Retention | None) -> Mapping[str, str]:
        texts = {name: getattr(said, name, "") for name in RETENTION}
        for name, text in texts.items():
            line = self._line(f"retention.{name}")
            self._tell(f"retention.{name}", text, f"{CONFIG_FILE}:{line}" if line else DEFAULT)
        return texts

    def _process_environ(self, said: Datadog | None) -> Mapping[str, str]:
        """The environment of processes, where a profile's comes after the operator's own."""
        profile = self._profile.said if self._profile else None
        environ = {**self._environ, **(profile.env if profile else {})}
        environ.pop(PROFILE_VARIABLE, None)
        if self._is_read_only:
            environ[READ_ONLY_VARIABLE] = "true"
        if self._profile:
            environ[PROFILE_VARIABLE] = self._profile.name
        site, source = self._of_datadog("site", SITE_VARIABLE, said.site if said else "", profile)
        if source:
            environ[SITE_VARIABLE] = site
        elif not (profile and profile.datadog.entries):
            # Not for processes: a `pup` among them finds the site of each of its organisations itself.
            site, source = self._site_of_pup()
        self._site = site
        self._tell("datadog.site", _shown(site_of, site), source or DEFAULT)
        url, source = self._of_datadog("url", URL_VARIABLE, said.url if said else "", profile)
        environ.pop(URL_VARIABLE, None)
        if url:
            environ[URL_VARIABLE] = url
        usual = _shown(lambda text: f"https://api.{site_of(text)}", site)
        self._tell("datadog.url", _shown(base_url_of, url) or usual, source or DEFAULT)
        named = profile.datadog.entries if profile else {}
        for key in CREDENTIAL_VARIABLES:
            # Of these it is only ever told whether they are set.
            if named:
                # Credentials of two accounts are never mixed.
                environ.pop(key, None)
            given = key in named or bool(environ.get(key, "").strip())
            source = self._of_profile if key in named else f"environment {key}"
            self._tell(
                f"datadog.{key[3:].lower()}",
                "set" if given else "not set",
                source if given else DEFAULT,
            )
        return environ

    @property
    def _of_profile(self) -> str:
        return f"profile {self._profile.name}" if self._profile else ""

    def _of_datadog(
        self, key: str, variable: str, said: str, profile: Profile | None
    ) -> tuple[str, str]:
        """Which Datadog, and where that stands: in the profile, then as every setting.

        Where a profile names a site, no other place says where that is.
        """
        if profile is not None:
            if variable in profile.env:
                return profile.env[variable], self._of_profile
            if profile.datadog.site:
                return (profile.datadog.site if key == "site" else ""), self._of_profile
        return self._found(f"datadog.{key}", variable, said)

    def _site_of_pup(self) -> tuple[str, str]:
        """The site that `pup` itself goes to, and where that stands; twice nothing where nothing says it."""
        store = self._pup_store
        return ("", "") if store is None else store.site(self._environ.get("DD_ORG", ""))

    @cached_property
    def _pup_store(self) -> PupStore | None:
        """What `pup` keeps, where it keeps anything."""
        if not self._pup_dir.is_dir():
            return None
        # Late: most operators have no such folder.
        from pup_tui.settings.pup_store import PupStore

        return PupStore(self._pup_dir)

    def _terminal(self, said: Configuration | None) -> TerminalFacts:
        colors, source = self._found("colors", "PUP_TUI_COLORS", said.colors if said else "")
        if self._environ.get("NO_COLOR") and not self._environ.get("PUP_TUI_COLORS"):
            colors, source = "none", "environment NO_COLOR"
        are_set = source != "" and colors != "auto"
        if not are_set:
            colors, variable = depth_of(self._environ)
            source = f"environment {variable}" if variable else DEFAULT
        self._tell("colors", colors, source)
        output = _is_terminal(sys.stdout)
        size = shutil.get_terminal_size()
        return TerminalFacts(
            input=_is_terminal(sys.stdin),
            output=output,
            columns=size.columns if output else None,
            rows=size.lines if output else None,
            errors=_is_terminal(sys.stderr),
            kind=self._environ.get("TERM") or "dumb",
            colors=colors,
            colors_are_set=are_set,
            theme=self._text("theme", "PUP_TUI_THEME", "auto", said.theme if said else ""),
            dark=is_dark(self._environ),
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


def _said_read_only(place: str, environ: Mapping[str, str]) -> str:
    """Where variables say that nothing may be changed, with what is odd about it; empty where none does."""
    for name in READ_ONLY_VARIABLES:
        text = environ.get(name, "").strip()
        if not allows_changes(text):
            return f"{place} {name}{_odd(text)}"
    return ""


def _odd(text: str) -> str:
    """What is odd about a text that does not say no."""
    return "" if text.strip().lower() in _YES else f": {quoted(text)} is neither yes nor no"
