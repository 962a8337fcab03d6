"""What happened, durably: every run and its events, in SQLite."""
