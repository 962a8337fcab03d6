"""What somebody typed into a shell, from its history or from a recording of the terminal, as a runbook."""
