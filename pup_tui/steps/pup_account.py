"""What an installed `pup`, or an extension of it, is given of the operator's: nothing for another Datadog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from pup_tui.datadog.configuration import (
    CERTIFICATE_VARIABLES,
    CREDENTIAL_VARIABLES,
    PROXY_VARIABLES,
    SITE_VARIABLE,
    URL_VARIABLE,
    DatadogConfiguration,
)
from pup_tui.datadog.pup_folder import FOLDER_VARIABLES
from pup_tui.datadog.step_account import ADDRESS_VARIABLE, Env

_WAY = (*CERTIFICATE_VARIABLES, *PROXY_VARIABLES)

_ANSWERS_FOR_THE_OPERATOR = frozenset(
    {
        *("DD_AUTO_APPROVE", "DD_CLI_AUTO_APPROVE", "PUP_AUTO_APPROVE", "PUP_AGENT_MODE"),
        *("FORCE_AGENT_MODE", "AGENT", "AIDER", "AMAZON_Q", "AWS_Q_DEVELOPER"),
        *("CLAUDECODE", "CLAUDE_CODE", "CLINE", "CODEX", "CODEX_CI", "CODEX_SANDBOX"),
        *("CODEX_SESSION_ID", "CODEX_THREAD_ID", "CODEX_VERSION", "OPENAI_CODEX"),
        *("COPILOT_AGENT_SESSION_ID", "COPILOT_CLI", "GITHUB_COPILOT", "CURSOR_AGENT"),
        *("CURSOR_TRACE_ID", "DEVIN_SESSION_ID", "GEMINI_CLI", "GEMINI_CODE_ASSIST"),
        *("OPENCODE", "PI_CODING_AGENT", "SRC_CODY", "WINDSURF_AGENT"),
    }
)
"""Variables that make `pup` say yes to its own questions, and wrap its output in an envelope."""


def environment(
    environ: Mapping[str, str], operators: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of an installed `pup`: without what lets it decide in the operator's place.

    Which way calls go, and whose certificates count, is said by the `operators` own alone, where it is given.
    """
    kept = {k: v for k, v in environ.items() if k not in _ANSWERS_FOR_THE_OPERATOR}
    if operators is not None:
        kept = {k: v for k, v in kept.items() if k not in _WAY}
        kept |= {k: v for k, v in operators.items() if k in _WAY}
    if environ.get(URL_VARIABLE):
        kept[ADDRESS_VARIABLE] = environ[URL_VARIABLE]
    return kept


def account_variables(
    account: DatadogConfiguration, env: Env, given: Mapping[str, str], *, is_apart: bool
) -> dict[str, str]:
    """`given` with the account in it, as an installed `pup` is told of it.

    One that `is_apart` finds nothing itself.
    """
    told = dict(given)
    if account.is_handed_on or is_apart:
        # As a whole: `pup` sends a token and keys that stand beside it together.
        told = {k: v for k, v in told.items() if k not in CREDENTIAL_VARIABLES}
        told |= account.variables()
    names_place = any(name in env for name in (SITE_VARIABLE, *FOLDER_VARIABLES))
    if names_place or not told.keys().isdisjoint(CREDENTIAL_VARIABLES):
        # Without it `pup` would take the site of whatever configuration it reads.
        told[SITE_VARIABLE] = account.site
    return told


@contextmanager
def nothing_stored(environ: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """An environment in which a `pup` finds nothing of what it has stored: no keys, no session, no token."""
    with TemporaryDirectory(prefix="pup-tui-", ignore_cleanup_errors=True) as folder:
        yield {**environ, "PUP_CONFIG_DIR": folder, "DD_TOKEN_STORAGE": "file"}
