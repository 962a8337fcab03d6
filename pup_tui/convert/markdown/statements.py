"""SQL of a page: it runs through the client that the page connects with, values as variables of that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pup_tui.convert.naming import variable_name
from pup_tui.convert.shell.reading import arguments_of, command_name, parsed, text_of

_CLIENTS = frozenset({"psql", "mysql", "mariadb"})
_PLACE = re.compile(
    r"(?P<quote>['\"]?)(?:<([A-Za-z][\w .-]*)>|\$\{?([A-Z][A-Z0-9_]*)\}?)(?P=quote)"
)
_COUNT = re.compile(r"(?is)^\s*select\s+count\(\*\)\s+from\s+(?:\w+\.)?(\w+)")
_CHANGES = re.compile(
    r"(?im)^\s*(?:insert|update|delete|drop|alter|truncate|create|grant|revoke|call|begin|merge|replace)\b"
)


@dataclass
class ClientScript:
    """A script that runs statements: with the variables in them, and the counts that it prints."""

    script: str
    names: list[str]
    counts: list[str]
    changes: bool


def connection_of(commands: str) -> str | None:
    """The client with its words, where commands only open a session of a database."""
    nodes = [n for n in parsed(commands).named_children if n.type == "command"]
    if not nodes or command_name(nodes[-1]) not in _CLIENTS:
        return None
    words = [text_of(each) for each in arguments_of(nodes[-1])]
    if any(
        re.match(r"-\w*[cfe]\b|--(?:command|file|execute)", word) for word in words
    ) or "<" in text_of(nodes[-1]):
        return None
    return text_of(nodes[-1])


def with_client(sql: str, client: str) -> ClientScript:
    """The script that sends statements by a client."""
    names: list[str] = []
    is_psql = client.startswith("psql")

    def place(found: re.Match[str]) -> str:
        name = variable_name(found[2] or found[3])
        if name not in names:
            names.append(name)
        if is_psql:
            return f":'{name.lower()}'" if found["quote"] else f":{name.lower()}"
        return f"@{name.lower()}"

    text = _PLACE.sub(place, sql.strip("\n"))
    counts = [found[1].upper() for each in text.split(";") if (found := _COUNT.match(each))]
    if is_psql:
        given = "".join(f" -v {name.lower()}={{{{ {name} }}}}" for name in names)
        script = f"{client} -X -At -v ON_ERROR_STOP=1{given} <<'SQL'\n{text}\nSQL\n"
    else:
        given = "".join(
            f" --init-command=\"SET @{name.lower()} = '{{{{ {name} }}}}'\"" for name in names
        )
        script = f"{client} --batch --skip-column-names{given} <<'SQL'\n{text}\nSQL\n"
    statements = [each for each in text.split(";") if each.strip()]
    return ClientScript(
        script, names, counts if len(counts) == len(statements) else [], bool(_CHANGES.search(text))
    )
