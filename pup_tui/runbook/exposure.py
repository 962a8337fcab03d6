"""Where no secret may stand, by a text's role: argument lists, queries of URLs, names of files, locks."""

from __future__ import annotations

from collections.abc import Collection

from pup_tui.runbook.languages import compiled
from pup_tui.runbook.roles import Role
from pup_tui.template.errors import TemplateError
from pup_tui.template.sql.engines import engine_of
from pup_tui.template.text import compile_text
from pup_tui.template.value_command import is_subcommand


def exposed_names(role: Role, source: str) -> frozenset[str]:
    """The names that a text is made out of where others could read it, results as `steps.ID.FIELD`.

    TemplateError where the text cannot be read.
    """
    if role.exposure is None or "{" not in source:
        return frozenset()
    if role is Role.VALUE_COMMAND and not is_subcommand(source):
        return frozenset()
    if role is Role.DATABASE and engine_of(source) != "sqlite":
        return frozenset()
    if role is Role.URL:
        from pup_tui.template.url import query_of

        return query_of(compile_text(source)).flowing_names
    return compiled(role, source).flowing_names


def check_exposure(role: Role, source: str, secrets: Collection[str]) -> None:
    """Raise TemplateError if a text would put one of the `secrets` where others can read it."""
    exposure = role.exposure
    found = sorted(exposed_names(role, source).intersection(secrets))
    if found and exposure is not None:
        told = f"{found[0]} is a secret and may not stand in {exposure.place}: {exposure.why}"
        raise TemplateError(f"{told}; {exposure.instead}")
