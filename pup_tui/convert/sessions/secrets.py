"""Secrets that were typed: each becomes a secret variable, and its value is taken over nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pup_tui.convert.naming import variable_name
from pup_tui.convert.shell.reading import parsed, walk
from pup_tui.convert.shell.secrets import secrets_in

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|app[_-]?key|access[_-]?key|private[_-]?key)"
_TYPED = (
    (re.compile(r"(?i)-pass(?:in|out)?\s+pass:(?P<value>[^\s\"'$]{2,})"), "PASSPHRASE"),
    (
        re.compile(
            r"\b(?:docker|podman|helm registry|az|skopeo|buildah)\s+login\b[^\n|;&]*?\s-p\s+"
            r"[\"']?(?P<value>[^\s\"'$]+)"
        ),
        "LOGIN_PASSWORD",
    ),
    (re.compile(r"\bhtpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+[\"']?(?P<value>[^\s\"'$]+)"), "PASSWORD"),
    (
        re.compile(
            r"(?:\becho|\bprintf)\s+(?:-n\s+)?[\"']?(?P<value>[^\s\"'$|]{4,})[\"']?\s*\|\s*[^\n]*?"
            r"(?:--password-stdin|--with-token|\bsudo\s+-\w*S|\bchpasswd|--stdin)"
        ),
        "PASSWORD",
    ),
    (
        re.compile(
            r"\b(?P<value>github_pat_\w{20,}|[sr]k_(?:live|test)_\w{10,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}"
            r"|SG\.[\w-]{16,}\.[\w-]{16,}|hv[sb]\.[\w-]{16,}|dop_v1_[0-9a-f]{32,}|xapp-\d-[\w-]{10,}"
            r"|pypi-[\w-]{16,}|sha256~[\w-]{20,}|dckr_pat_[\w-]{16,}|AGE-SECRET-KEY-\w+)"
        ),
        "TOKEN",
    ),
    (
        re.compile(r"\baws_(?:secret_access_key|session_token)\s+(?P<value>[^\s\"'$]{8,})"),
        "AWS_SECRET",
    ),
    # key=value, "key": "value", key: value, ?key=value, --from-literal=key=value
    (
        re.compile(
            rf"(?i)(?P<name>[\w-]*{_NAME})[\"']?\s*[=:]\s*[\"']?(?P<value>[^\s\"'&,;}}|)$<>]{{4,}})"
        ),
        "",
    ),
    # --password value, --token value
    (
        re.compile(rf"(?i)--(?P<name>[\w-]*{_NAME})\s+[\"']?(?P<value>[^\s\"'$-][^\s\"'$]{{3,}})"),
        "",
    ),
)
_NO_SECRET = re.compile(
    r"(?i)\$|<|\{\{|true|false|none|null|yes|no|file:|env:|prompt|/|~|\*+|x+|\.\.\.|secretref|[\w-]+\.(?:txt|pem|key|ya?ml|json)"
)
_SURE = 8
"""Characters from which on a value is hidden wherever it stands, also within a word."""


def typed_secrets(text: str) -> dict[str, str]:
    """The values of secrets in commands, and what the variable of each is called."""
    found = secrets_in(text)
    for pattern, named in _TYPED:
        for each in pattern.finditer(text):
            value = each["value"].rstrip(".,")
            if value in found or _is_no_secret(value):
                continue
            name = named or variable_name(each["name"].lstrip("-"))
            found[value] = variable_name(name, found.values())
    return found


def _is_no_secret(value: str) -> bool:
    return _NO_SECRET.match(value) is not None and (
        _NO_SECRET.fullmatch(value) is not None or value[:1] in "$</~{."
    )


def hidden(text: str, secrets: Mapping[str, str]) -> str:
    """A command that names variables of the shell in place of secrets, quoted as its place needs."""
    data = text.encode()
    tree = parsed(text)
    places = [
        (start, end, name)
        for value, name in sorted(secrets.items(), key=lambda each: -len(each[0]))
        for start, end in _places(data, value.encode())
    ]
    taken: list[tuple[int, int]] = []
    put: list[tuple[int, int, bytes]] = []
    for start, end, name in places:
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        taken.append((start, end))
        put.append((start, end, _reference(tree, start, end, name).encode()))
    for start, end, reference in sorted(put, reverse=True):
        data = data[:start] + reference + data[end:]
    return data.decode()


def _places(data: bytes, value: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(value)
    while at >= 0:
        end = at + len(value)
        before, after = data[max(0, at - 2) : at], data[end : end + 1]
        alone = not re.search(rb"[\w.-]$", before) or re.fullmatch(rb"-[pPaW]", before)
        if len(value) >= _SURE or (alone and not re.match(rb"[\w-]", after)):
            yield at, end
        at = data.find(value, end)


def _reference(tree: Node, start: int, end: int, name: str) -> str:
    variable = f"${{{name}}}"
    inside = [each.type for each in walk(tree) if each.start_byte <= start and end <= each.end_byte]
    if "raw_string" in inside:
        return f"'\"{variable}\"'"
    if "string" in inside or "heredoc_body" in inside:
        return variable
    return f'"{variable}"'
