"""`config.yaml`: its model, read with the care that runbooks are read with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from pup_tui.attention import NotifyChoice
from pup_tui.datadog.configuration import (
    ConfigurationError,
    PupChoice,
    base_url_of,
    checked,
    site_of,
)
from pup_tui.place_errors import PlaceError, place_error
from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, check_home, read_file
from pup_tui.runbook.keys import NEVER_BLANK
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, described
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.settings.colours import ColourChoice, ThemeChoice
from pup_tui.settings.key_choices import check_keys
from pup_tui.template.duration import parse_duration
from pup_tui.template.size import parse_size
from pup_tui.typed import convert

CONFIG_DIR_VARIABLE = "PUP_TUI_CONFIG_DIR"
"""The environment variable that names another configuration folder."""

KEYS = "DD_API_KEY, DD_APP_KEY or DD_ACCESS_TOKEN"
FilledText = Annotated[str, Meta(extra={NEVER_BLANK: True})]


class Datadog(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which Datadog runs act on. Its keys come from the environment only: a file is no place for them."""

    told_as: ClassVar[str] = f"`datadog` (keys stay in {KEYS})"

    site: FilledText = ""
    url: FilledText = ""
    client: PupChoice = "auto"


class Retention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which past runs `pup-tui history prune` removes: those of which both are true, as far as said."""

    told_as: ClassVar[str] = "`retention`"

    older_than: FilledText = ""
    larger_than: FilledText = ""


class Configuration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file may say. What it leaves out has its default elsewhere.

    A path that is not absolute is one from the file's own folder.
    """

    runbooks: tuple[FilledText, ...] = ()
    state_dir: FilledText = ""
    read_only: bool = False
    notify: NotifyChoice = "auto"
    datadog: Datadog = Datadog()
    retention: Retention = Retention()
    theme: ThemeChoice = "auto"
    colors: ColourChoice = "auto"
    keys: dict[str, FilledText | Annotated[tuple[FilledText, ...], Meta(min_length=1)]] = {}


class ConfigFile(Struct, frozen=True, kw_only=True):
    """What the file says, on which line it says it (by dotted key), and what is wrong with it."""

    said: Configuration = Configuration()
    lines: dict[str, int] = {}
    problems: tuple[Problem, ...] = ()


def read_config(path: Path) -> ConfigFile:
    """Read the file; one that is not there says nothing. With any problem nothing of it counts."""
    try:
        data = read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return ConfigFile()
    except (OSError, Unreadable) as error:
        return ConfigFile(problems=(unreadable(error, path, "the configuration"),))
    if all(line.lstrip()[:1] in (b"", b"#") for line in data.splitlines()):
        return ConfigFile()
    tree, problems = yaml.parse(data, str(path))
    report = Report()
    for problem in problems:
        report.add(problem)
    if tree is None or tree.is_null:
        return ConfigFile(problems=report.problems)
    if not isinstance(tree, Mapping):
        report.error(tree, f"a configuration must be a map, not {described(tree)}")
        return ConfigFile(problems=report.problems)
    built = ShapeCheck(report).struct(tree, Configuration, ())
    for group, key, check in (
        ("datadog", "site", partial(checked, "`site`", site_of)),
        ("datadog", "url", partial(checked, "`url`", base_url_of)),
        ("retention", "older_than", parse_duration),
        ("retention", "larger_than", parse_size),
    ):
        node = _under(tree, group, key)
        if not isinstance(node, Scalar):
            continue
        try:
            check(node.text)
        except (ConfigurationError, ValueError) as error:
            report.error(node, str(error))
    _check_paths(tree, report)
    check_keys(tree.get("keys"), report)
    if report.has_errors:
        return ConfigFile(problems=report.problems)
    return ConfigFile(said=convert(built, Configuration), lines=_lines(tree))


def unreadable(error: OSError | Unreadable, path: Path, what: str) -> Problem:
    """That a file of the configuration folder cannot be read, and what to do about it."""
    found = PlaceError(str(error), path)
    if isinstance(error, OSError):
        found = place_error(error, path, CONFIG_DIR_VARIABLE)
    message = f"{what} cannot be read: {found.message}"
    return Problem(path=str(path), message=message, hint=found.hint, whole=True)


def _check_paths(tree: Mapping, report: Report) -> None:
    """Report the paths that stand in the home of another user."""
    listed = _under(tree, "runbooks")
    items = listed.items if isinstance(listed, Sequence) else ()
    for node in (*items, _under(tree, "state_dir")):
        if not isinstance(node, Scalar):
            continue
        try:
            check_home(node.text)
        except ValueError as error:
            report.error(node, str(error))


def _under(tree: Mapping, *keys: str) -> YamlNode | None:
    """The value that some keys lead to, None where there is none or it is empty."""
    node: YamlNode | None = tree
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return None if node is None or node.is_null else node


def _lines(tree: Mapping, prefix: str = "") -> dict[str, int]:
    """Where each key stands that has a value, by dotted key."""
    found: dict[str, int] = {}
    for name, entry in tree.entries.items():
        if isinstance(entry.value, Mapping):
            found |= _lines(entry.value, f"{prefix}{name}.")
        elif not entry.value.is_null:
            found[f"{prefix}{name}"] = entry.key.line
    return found
