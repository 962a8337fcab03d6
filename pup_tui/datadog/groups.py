"""First words of subcommands: groups that only an installed `pup` has, and names of extensions."""

from __future__ import annotations

import re

_EXTENSION = re.compile(r"[a-z][a-z0-9-]*")
_OURS = "tui"

GROUPS = frozenset(
    {
        *(
            "acp",
            "alias",
            "api-keys",
            "apm",
            "app-builder",
            "app-keys",
            "audit-logs",
            "bits",
            "cloud",
        ),
        *(
            "code-coverage",
            "containers",
            "costs",
            "data-deletion",
            "data-governance",
            "datasets",
            "dbm",
        ),
        *("ddsql", "debugger", "error-tracking", "extension", "fleet", "hamr", "integrations"),
        *(
            "investigations",
            "llm-obs",
            "logs-restriction",
            "network",
            "obs-pipelines",
            "organizations",
        ),
        *("processes", "product-analytics", "profiling", "reference-tables", "rum", "scorecards"),
        *("agent", "completions", "fmt", "format", "help", "mcp", "test", "version"),
        *("security", "skills", "static-analysis", "status-pages", "symdb", "traces", "usage"),
    }
)
"""First words of subcommands of `pup` of which no table here has any."""


def may_name_extension(word: str) -> bool:
    """Whether `pup-WORD` may be an extension, as far as that is seen from the word: never this program."""
    return _EXTENSION.fullmatch(word) is not None and word not in GROUPS and word != _OURS
