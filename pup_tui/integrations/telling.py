"""Settings of integrations and what actions take, each as a line for people."""

from __future__ import annotations

from pup_tui.runbook.parts import Choice, Variable


def told_setting(name: str, setting: Variable) -> str:
    """A setting, and where its value comes from."""
    where = "; ".join(filter(None, (", ".join(setting.places), _default(setting))))
    return f"{name}  {setting.description} ({where or 'no place of its own'})"


def told_param(name: str, variable: Variable) -> str:
    """What an action takes: its type, what may be chosen, and what happens where nothing is given."""
    given = (c.value if isinstance(c, Choice) else c for c in variable.choices)
    chosen = f": {', '.join(given)}" if variable.choices else ""
    optional = _default(variable) or ("" if variable.needed else "may be left out")
    kind = f"{variable.type}{chosen}" + (f"; {optional}" if optional else "")
    return f"{name} ({kind})  {variable.description}".rstrip()


def _default(variable: Variable) -> str:
    """The default, blank without one. That of a secret is shown nowhere."""
    if not variable.has_default:
        return ""
    return f"default {'***' if variable.is_secret else variable.default_in_words or '(blank)'}"
