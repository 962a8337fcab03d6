"""The packages that come with extras of the program, and the steps that cannot do without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pup_tui.runbook.model import Step


class ExtraPackage(Struct, frozen=True):
    """A package that an `extra` brings, and the `module` that is imported of it."""

    name: str
    module: str
    extra: str

    @property
    def is_there(self) -> bool:
        """Whether it can be imported; it is not."""
        from importlib.util import find_spec

        return find_spec(self.module) is not None

    @property
    def install(self) -> str:
        return f'pip install "pup-tui[{self.extra}]"'


APPRISE = ExtraPackage("apprise", "apprise", "notify")
KEYRING = ExtraPackage("keyring", "keyring", "keyring")
PSYCOPG = ExtraPackage("psycopg", "psycopg", "sql")
MYSQL = ExtraPackage("mysql-connector-python", "mysql", "sql")
MCP = ExtraPackage("mcp", "mcp", "agent")
EXTRAS = (APPRISE, KEYRING, PSYCOPG, MYSQL, MCP)


def package_of(step: Step) -> ExtraPackage | None:
    """The package that a step cannot do without; None for most."""
    from pup_tui.runbook.model import NotifyStep, SqlStep

    if isinstance(step, NotifyStep):
        return APPRISE
    if not isinstance(step, SqlStep):
        return None
    from pup_tui.template.sql.engines import engine_of

    engine = step.engine or ("postgresql" if step.url is None else engine_of(step.url))
    return {"postgresql": PSYCOPG, "mysql": MYSQL}.get(engine or "")
