"""Warnings: what is allowed in a runbook and yet probably not meant, or not wise.

Each rule is a function over the whole file that yields what it finds; `RULES` is the registry.
"""

from pup_tui.runbook.lint.rules import RULES, linter
from pup_tui.runbook.lint.subject import IsInstalled, Subject

__all__ = ["RULES", "IsInstalled", "Subject", "linter"]
