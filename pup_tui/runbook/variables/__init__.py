"""The variables of a runbook: where each value comes from, and what it must be.

`resolve` gives every variable its value: what was given, then `from`, then `default`. `sources` is what that
may reach outside, `choices` what can be chosen, `checks` judges a value by its variable, `file` reads a file
of values (`--arg-file`), `rules` says what must hold when a runbook is loaded.
"""
