"""Groups of subcommands of `pup` that only an installed one has."""

from __future__ import annotations

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
        *("security", "skills", "static-analysis", "status-pages", "symdb", "traces", "usage"),
    }
)
"""First words of subcommands of `pup` of which no table here has any."""
