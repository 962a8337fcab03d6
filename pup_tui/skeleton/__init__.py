"""A new runbook to begin from: what is asked for it, what its steps can be made of, and its text."""
