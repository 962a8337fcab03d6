"""Profiles (`profiles/NAME.yaml` in the configuration directory): what runs in one environment share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from pup_tui.datadog.configuration import ConfigurationError, checked, site_of
from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.keys import NEVER_BLANK
from pup_tui.runbook.nodes import Mapping, Scalar, YamlEntry, described, shown
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report, listed, suggestion
from pup_tui.runbook.rules import check_name
from pup_tui.runbook.runbook_files import is_name
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.runbook.value_places import sources_of
from pup_tui.runbook.variables.rules import check_source
from pup_tui.runbook.variables.sources import ProfileValue
from pup_tui.settings.configfile import unreadable
from pup_tui.typed import convert

FOLDER = "profiles"
SUFFIX = ".yaml"
CREDENTIALS = {
    "api_key": "DD_API_KEY",
    "app_key": "DD_APP_KEY",
    "access_token": "DD_ACCESS_TOKEN",
}
"""The keys of `datadog` that name entries of the keyring, and the variables that programs expect them in."""

_ELSEWHERE = {"DD_SITE": "site", **{variable: key for key, variable in CREDENTIALS.items()}}
"""Variables that a profile sets under `datadog`, never under `env`, and the keys there."""

KeyringEntry = Annotated[str, Meta(extra={NEVER_BLANK: True})]


class ProfileDatadog(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which Datadog runs act on, and the entries of the keyring (SERVICE/USER) with its credentials."""

    told_as: ClassVar[str] = "`datadog` in a profile"

    site: Annotated[str, Meta(extra={NEVER_BLANK: True})] = ""
    api_key: KeyringEntry = ""
    app_key: KeyringEntry = ""
    access_token: KeyringEntry = ""

    @property
    def said(self) -> bool:
        """Whether anything is said at all."""
        return bool(self.site or self.entries)

    @property
    def entries(self) -> dict[str, tuple[str, str]]:
        """The service and user of each entry of the keyring, by the variable that programs expect it in."""
        named = {variable: getattr(self, key) for key, variable in CREDENTIALS.items()}
        return {name: _entry(text) for name, text in named.items() if text}


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file of a profile says. `danger` paints everything that is shown of a run with it.

    `integrations` gives values to the settings of integrations, by their names: an account of each.
    """

    description: str = ""
    danger: bool = False
    vars: dict[str, ProfileValue] = {}
    env: dict[str, str] = {}
    datadog: ProfileDatadog = ProfileDatadog()
    integrations: dict[str, dict[str, ProfileValue]] = {}


PackOf: TypeAlias = Callable[[str], Path | None]
"""Gives the folder of a pack, None where there is none that counts."""


class ProfileFile(Struct, frozen=True, kw_only=True):
    """A profile by its name, what is wrong with it, and its text. With any problem nothing of it counts."""

    name: str
    said: Profile = Profile()
    text: bytes = b""
    problems: tuple[Problem, ...] = ()


def profile_names(config_dir: Path) -> list[str]:
    """The profiles that there are, by name; those that a folder which cannot be read holds are unknown."""
    try:
        files = sorted((config_dir / FOLDER).iterdir())
    except OSError:
        return []
    return [
        file.stem for file in files if file.suffix == SUFFIX and is_name(file.stem, folders=False)
    ]


def read_profile(config_dir: Path, name: str, pack_of: PackOf = lambda _: None) -> ProfileFile:
    """Read a profile; that there is none of this name is one of its problems.

    PACK/NAME is one of a pack: `pack_of` gives the folder of a pack that is trusted as a whole.
    """
    pack, slash, own = name.partition("/")
    if slash:
        folder = pack_of(pack)
        if folder is None:
            told = f"there is no profile {shown(name)}, since no pack {shown(pack)} is trusted"
            return _refused(name, config_dir / FOLDER, told, "`pup-tui pack list` shows which are")
        return read_profile_of_pack(folder, own, name)
    path = config_dir / FOLDER / f"{name}{SUFFIX}"
    if not is_name(name, folders=False):
        return _refused(name, path, f"{shown(name)} cannot be the name of a profile")
    try:
        data = read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        known = profile_names(config_dir)
        hint = suggestion(name, known) or (f"there are {listed(known)}" if known else "")
        return _refused(name, path, f"there is no profile {shown(name)}", hint)
    except (OSError, Unreadable) as error:
        problem = unreadable(error, path, f"the profile {shown(name)}")
        return ProfileFile(name=name, problems=(problem,))
    return _read(name, path, data)


def read_profile_of_pack(folder: Path, own: str, name: str) -> ProfileFile:
    """Read the profile `own` of a pack, which is known as `name`.

    It gives values to variables: it has no environment and no accounts for its runs.
    """
    path = folder / FOLDER / f"{own}{SUFFIX}"
    if not is_name(own, folders=False):
        return _refused(name, path, f"{shown(name)} cannot be the name of a profile")
    found = read_profile(folder, own)
    said = found.said
    if not found.problems and (said.env or said.datadog.said or said.integrations):
        told = "a profile of a pack has no `env`, no `datadog` and no `integrations`"
        return _refused(name, path, told, "write them in a profile of your own")
    return replace(found, name=name)


def _refused(name: str, path: Path, message: str, hint: str = "") -> ProfileFile:
    return ProfileFile(
        name=name, problems=(Problem(path=str(path), message=message, hint=hint, whole=True),)
    )


def _read(name: str, path: Path, data: bytes) -> ProfileFile:
    empty = all(line.lstrip()[:1] in (b"", b"#") for line in data.splitlines())
    tree, problems = (None, []) if empty else yaml.parse(data, str(path))
    report = Report()
    for problem in problems:
        report.add(problem)
    if tree is None or tree.is_null:
        return ProfileFile(name=name, text=data, problems=report.problems)
    if not isinstance(tree, Mapping):
        report.error(tree, f"a profile must be a map, not {described(tree)}")
        return ProfileFile(name=name, text=data, problems=report.problems)
    built = ShapeCheck(report).struct(tree, Profile, ())
    _check(tree, report)
    if report.has_errors:
        return ProfileFile(name=name, text=data, problems=report.problems)
    return ProfileFile(name=name, said=convert(built, Profile), text=data)


def _check(tree: Mapping, report: Report) -> None:
    """Report what is wrong beside the shape."""
    _check_values(_entries(tree, "vars"), report)
    for _, integration in _entries(tree, "integrations"):
        if isinstance(integration.value, Mapping):
            _check_values(integration.value.entries.items(), report)
    for name, entry in _entries(tree, "env"):
        if name in _ELSEWHERE:
            told = f"{shown(name)} does not stand under `env`"
            report.error(entry.key, told, f"write `{_ELSEWHERE[name]}` under `datadog`")
        elif not name or "=" in name:
            report.error(entry.key, f"{shown(name)} cannot be the name of an environment variable")
    for key, entry in _entries(tree, "datadog"):
        if not isinstance(entry.value, Scalar):
            continue
        if key in CREDENTIALS and not all(_entry(entry.value.text)):
            told = f"`{key}` must name an entry of the keyring"
            report.error(
                entry.value, told, "write SERVICE/USER; the key itself stays in the keyring"
            )
        elif key == "site":
            try:
                checked("`site`", site_of, entry.value.text)
            except ConfigurationError as error:
                report.error(entry.value, str(error))


def _check_values(entries: Iterable[tuple[str, YamlEntry]], report: Report) -> None:
    for name, entry in entries:
        check_name(name, entry.key, "a variable", report)
        if isinstance(entry.value, Mapping):
            for _, source in sources_of(entry.value):
                check_source(source, report)


def _entries(tree: Mapping, key: str) -> Iterator[tuple[str, YamlEntry]]:
    node = tree.get(key)
    if isinstance(node, Mapping):
        yield from node.entries.items()


def _entry(text: str) -> tuple[str, str]:
    """The service and the user that a text names, as under `from`."""
    service, _, user = text.removeprefix("keyring:").rpartition("/")
    return service, user
