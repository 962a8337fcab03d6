"""pup-tui: the runbook console for on-call engineers."""

__version__ = "0.9.0"
