"""The databases that are known, and what each of them takes."""

from __future__ import annotations

from typing import Final, Literal, get_args

from msgspec import Struct

from pup_tui.template.errors import TemplateError

Engine = Literal["postgresql", "mysql", "sqlite"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)


class SqlUse(Struct, frozen=True):
    """How statements are used: an `engine` that is None is not known yet.

    They are one transaction, unless `autocommit`.
    """

    engine: Engine | None = None
    read_only: bool = False
    autocommit: bool = False


UNKNOWN_USE: Final = SqlUse()

_SCHEMES: Final[dict[str, Engine]] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}

CALLED: Final[dict[Engine, str]] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
}
"""What people call them."""

PLACEHOLDERS: Final[dict[Engine, str]] = {"postgresql": "${}", "mysql": "?", "sqlite": "?"}
"""How a statement says where a parameter goes; a number stands for the braces."""

_QUERIES: Final = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN"})
_CHANGES: Final = frozenset({"INSERT", "UPDATE", "DELETE"})

TAKES_VALUES: Final[dict[Engine, frozenset[str]]] = {
    "postgresql": _QUERIES | _CHANGES | {"MERGE", "CREATE", "DECLARE", "CALL"},
    "mysql": _QUERIES | _CHANGES | {"REPLACE", "CALL", "DO", "SET", "DESC", "DESCRIBE", "KILL"},
    "sqlite": _QUERIES | _CHANGES | {"REPLACE", "ATTACH", "DETACH", "VACUUM"},
}
"""The first words of statements that can have parameters."""

READ_ONLY: Final[dict[Engine, frozenset[str]]] = {
    "postgresql": _QUERIES
    | _CHANGES
    | {"MERGE", "SHOW", "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "REVOKE", "COMMENT"},
    "mysql": _QUERIES | _CHANGES | {"REPLACE", "SHOW", "DESC", "DESCRIBE"},
    "sqlite": _QUERIES | _CHANGES | {"REPLACE", "CREATE", "ALTER", "DROP"},
}
"""The first words of statements that look only, or that a read-only transaction itself refuses."""

READ_ONLY_NEVER: Final = frozenset({"OUTFILE", "DUMPFILE"})
"""Words by which a statement writes a file of the server, which no transaction keeps it from."""


OUTSIDE_TRANSACTIONS: Final[dict[Engine, frozenset[str]]] = {
    "postgresql": frozenset({"VACUUM"}),
    "mysql": frozenset(),
    "sqlite": frozenset({"VACUUM"}),
}
"""The first words of statements that no transaction can hold."""

CONCURRENT: Final = frozenset({"CREATE", "DROP", "ALTER", "REINDEX"})
"""The same for PostgreSQL, where `concurrently` stands in them."""


def engine_of(url: str) -> Engine | None:
    """The database that a URL's scheme names; None where it names none that is known."""
    return _SCHEMES.get(url.partition(":")[0].strip().lower())


def need_engine(url: str) -> Engine:
    """The same; TemplateError, which does not quote the URL, where it names none that is known."""
    engine = engine_of(url)
    if engine is None:
        raise TemplateError(
            "the `url` does not begin with postgresql://, mysql://, mariadb:// or sqlite:///"
        )
    return engine
