"""Where a step runs that runs elsewhere: hosts and users for the installed `ssh`.

What `ssh` is given stands in an argument list and, through `ProxyCommand` and `Match exec` of the operator's
configuration, in commands of a shell. So a name is refused that could be an option or that a shell would not
take as it is: the rule of OpenSSH itself since 9.6, for older ones as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pup_tui.quoted import quoted
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import Text, Value
from pup_tui.template.values import OMIT, LeftOut, kind_of

LONGEST: Final = 255
"""Characters of a name in DNS at most."""

MAX_PORT: Final = 65535

_CODE: Final = frozenset("'`\"$\\;&<>|(){}")
_NAME_IT: Final = "write an alias of the ssh configuration, a name or an address"
_BE_TEXT: Final = "its value has to be a text"


def check_host(text: Text) -> None:
    """Refuse at load what is literal in a host and can be no part of one."""
    _check_literals(text, "host", _host_problem)


def check_user(text: Text) -> None:
    """Refuse at load what is literal in a user and can be no part of one."""
    _check_literals(text, "user", _user_problem)


def render_host(text: Text, scope: Mapping[str, Any]) -> str:
    """The host of a step, without the blanks around it; TemplateError where it can be none.

    It may name its user before an `@`.
    """
    return _rendered(text, scope, "host", _host_problem)


def render_user(text: Text, scope: Mapping[str, Any]) -> str:
    """The user of a step on its host; TemplateError where it can be none."""
    return _rendered(text, scope, "user", _user_problem)


def parse_port(given: str | int) -> int:
    """A port; ValueError where it is none."""
    text = str(given)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_PORT):
        raise ValueError(f"{quoted(given)} is no port: they go from 1 to {MAX_PORT}")
    return int(text)


def _host_problem(host: str) -> str:
    user, at, name = host.rpartition("@")
    if at and (not user or not name):
        return "has nothing on one side of its `@`"
    if "//" in host:
        return "is a URL, not a host"
    return _name_problem(user) or _name_problem(name)


def _user_problem(user: str) -> str:
    if not user:
        return "is empty: leave the key out for the user of the configuration"
    return _name_problem(user)


def _name_problem(name: str) -> str:
    if name.startswith("-"):
        return "begins with `-`, as an option does"
    if len(name) > LONGEST:
        return f"has more than {LONGEST} characters"
    if wrong := next((each for each in name if not each.isprintable() or each.isspace()), ""):
        return "holds a blank" if wrong.isspace() else "holds a control character"
    if wrong := next((each for each in name if each in _CODE), ""):
        return f"holds {wrong}, which is code to a shell"
    return ""


def _check_literals(text: Text, what: str, problem: Callable[[str], str]) -> None:
    if text.is_literal:
        found = problem("".join(text.literals).strip())
    else:
        # Of a part it is not known what stands around it.
        found = next(
            filter(None, (_name_problem(f"x{each.strip()}") for each in text.literals)), ""
        )
    if found:
        raise TemplateError(f"this {what} {found}", hint=_NAME_IT if what == "host" else None)


def _rendered(
    text: Text, scope: Mapping[str, Any], what: str, problem: Callable[[str], str]
) -> str:
    pieces = text.pieces(scope)
    name = "".join(piece if isinstance(piece, str) else piece.text for piece in pieces).strip()
    hint = _NAME_IT if what == "host" else None
    for piece in pieces:
        if isinstance(piece, Value) and (wrong := _no_part(piece, name)):
            raise piece.error(f"the {what} is {wrong}, not a name", hint=hint or _BE_TEXT)
    if found := problem(name):
        raise TemplateError(f"the {what} {quoted(name)} {found}", hint=hint)
    return name


def _no_part(piece: Value, name: str) -> str:
    """What a value is that can be no part of a name; blank where it can. A number may only be a part.

    As a text `null` would be looked for as a host of that name, and 5 be the address 0.0.0.5.
    """
    value = piece.value
    if value is OMIT or isinstance(value, LeftOut | str):
        return ""
    if value is None or isinstance(value, bool):
        return piece.text
    if isinstance(value, int | float) and piece.text not in (name, name.rpartition("@")[2]):
        return ""
    return f"a {kind_of(value)}"
