"""Extensions of `pup`: programs `pup-NAME` that serve names which no table of subcommands has.

They get the credentials in their environment as `pup` itself hands them on (its guide to extensions): what is
not active is removed, so that nothing stale leaks through, and flags before the name become variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pup_tui.datadog.arguments import split_globals, take_apart
from pup_tui.datadog.configuration import READ_ONLY_VARIABLE
from pup_tui.datadog.installed import may_be_extension
from pup_tui.datadog.table import load_table
from pup_tui.steps.pup_programs import pup_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pup_tui.datadog.configuration import DatadogConfiguration

_OURS = "PUP_TUI_"
_SET_BY_PUP = (
    *("DD_ACCESS_TOKEN", "DD_API_KEY", "DD_APP_KEY", "DD_SITE", "DD_ORG"),
    *("PUP_OUTPUT", "PUP_FILTER", "PUP_AUTO_APPROVE", "PUP_READ_ONLY", "PUP_AGENT_MODE"),
    *("GH_TOKEN", "GITHUB_TOKEN", "HOMEBREW_GITHUB_API_TOKEN"),
)
"""Variables that `pup` sets or removes; tokens of GitHub are for its own installing of extensions."""


class Extension(NamedTuple):
    """An extension that is installed, with its arguments and the flags of `pup` before its name."""

    path: str
    arguments: tuple[str, ...]
    flags: Mapping[str, str]


def find_extension(words: Sequence[str], environ: Mapping[str, str]) -> Extension | None:
    """The extension that words of a subcommand are for; None where they are for none that is installed.

    Raises CommandError for a flag before its name that `pup` does not have.
    """
    leading, rest = split_globals(words)
    name = rest[0] if rest else ""
    if not may_be_extension(name):
        return None
    path = pup_program(f"pup-{name}", environ)
    if path is None:
        return None
    shared = [flag for flag in load_table().globals if flag.name != "--agent"]
    given = take_apart(leading, shared, name, refuses=False).given
    return Extension(path, tuple(rest[1:]), {flag: values[-1] for flag, values in given.items()})


def extension_environment(
    environ: Mapping[str, str],
    configuration: DatadogConfiguration,
    flags: Mapping[str, str],
    *,
    approved: bool,
) -> dict[str, str]:
    """The environment of an extension. It may say yes by itself only where its step was `approved`."""
    active = {
        "DD_ACCESS_TOKEN": configuration.access_token,
        "DD_API_KEY": configuration.api_key,
        "DD_APP_KEY": configuration.app_key,
        "DD_SITE": configuration.site,
        "DD_ORG": flags.get("--org", environ.get("DD_ORG", "")),
        "PUP_OUTPUT": flags.get("--output", "json"),
        "PUP_FILTER": flags.get("--jq", ""),
        "PUP_READ_ONLY": flags.get("--read-only", "") or _read_only(environ),
        "PUP_AUTO_APPROVE": "true" if approved else "",
    }
    kept = {
        name: text
        for name, text in environ.items()
        if name not in _SET_BY_PUP and not name.startswith(_OURS)
    }
    return kept | {name: text for name, text in active.items() if text}


def _read_only(environ: Mapping[str, str]) -> str:
    return "true" if environ.get(READ_ONLY_VARIABLE) == "true" else ""
