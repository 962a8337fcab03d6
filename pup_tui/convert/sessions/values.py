"""Values that repeat in the commands of a session: hosts, names, ids, files. They become variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pup_tui.convert.naming import variable_name
from pup_tui.convert.shell.reading import arguments_of, command_name, commands_in, parsed, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 12
"""Variables that are made; a form with more is no help."""

_VALUE = re.compile(r"[A-Za-z0-9_@%+:,./-]*[A-Za-z0-9][A-Za-z0-9_@%+:,./-]*")
_SAYS_HOW = re.compile(
    r"(?:o|output|format|template|q|query|sort-by|color|since|tail|until|lines|log-level|v|X|request"
    r"|dry-run|cascade|grace-period|replicas|wait|for|timeout|max-time|retry|w|i|d|p|r|f0)",
)
"""Options whose value says how a command works, and not on what."""

_COMMON = """
DELETE GET HEAD PATCH POST PUT all always auto false json localhost name never no none off on root table
text true wide yaml yes
"""
_NO_VALUES = frozenset(_COMMON.split())
_OF_MACHINE = re.compile(r"127\.\d+\.\d+\.\d+|0\.0\.0\.0|/dev/\w+|/proc/.*")
"""Addresses and files that are the same on every machine."""

_FIRST_IS_HOST = frozenset({
    "ssh", "mosh", "ping", "dig", "host", "nslookup", "nc", "mtr", "traceroute", "telnet",
    "ssh-copy-id", "ssh-keyscan", "whois",
})  # fmt: skip
_WORDS_BEFORE_NAMES = {
    "systemctl": 1,
    "service": 0,
    "rc-service": 0,
    "supervisorctl": 1,
    "docker": 1,
    "podman": 1,
    "nerdctl": 1,
    "pm2": 1,
    "helm": 1,
    "kubectl": 2,
    "oc": 2,
    "nomad": 2,
    "virsh": 1,
    "lxc": 1,
    **dict.fromkeys(_FIRST_IS_HOST, 0),
}
"""Programs whose operands are names, and how many words stand before them that say what to do."""

_SECOND_WORDS = """
alloc auth compose config container image job network node rollout service set stack top volume
"""
_NESTED = frozenset(_SECOND_WORDS.split())
"""Words that say what to do and have another one behind them."""

_RESOURCES = re.compile(
    r"(po|pods?|deploy|deployments?(?:\.apps)?|no|nodes?|svc|services?|sts|statefulsets?|ds|daemonsets?|jobs?"
    r"|cronjobs?|cm|configmaps?|secrets?|ns|namespaces?|pvc?|ing|ingress(?:es)?|hpa|rs|replicasets?)(?:/(.+))?"
)
_KINDS = {
    "po": "POD",
    "deploy": "DEPLOYMENT",
    "no": "NODE",
    "svc": "SERVICE",
    "sts": "STATEFULSET",
    "ds": "DAEMONSET",
    "cm": "CONFIGMAP",
    "ns": "NAMESPACE",
    "ing": "INGRESS",
}
_SHORT = {
    "n": "NAMESPACE",
    "h": "HOST",
    "H": "HOST",
    "u": "USER_NAME",
    "U": "USER_NAME",
    "d": "DATABASE",
    "c": "CONTAINER",
    "l": "SELECTOR",
    "f": "FILE",
    "t": "TARGET",
    "p": "PORT",
    "g": "GROUP",
}
_SHAPES = (
    (r"(?:https?|ftp|s3|gs|ssh)://.*", "URL"),
    (r"arn:.*", "ARN"),
    (r"i-[0-9a-f]{8,}", "INSTANCE_ID"),
    (r"[a-z]+-[0-9a-f]{8,}", "ID"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+", "ID"),
    (r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?", "ADDRESS"),
    (r"\d+", "NUMBER"),
    (
        r".*/[^/]+\.[A-Za-z0-9]{1,5}|[^/]+\.(?:ya?ml|json|sql|gz|tar|conf|cfg|log|txt|csv|pem|crt|sh|py)",
        "FILE",
    ),
    (r"/.*|.*/.*", "FILE_PATH"),
    (r"[\w-]+\.service", "SERVICE"),
    (r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[a-z]+(?:-[a-z]+)*-?\d+", "HOST"),
)


@dataclass(frozen=True, slots=True)
class RepeatedValue:
    """A value that becomes a variable; `times` is the number of commands that have it in the role that it is
    `called` by, or in any.
    """

    name: str
    value: str
    times: int
    called: str = ""
    number: int = 0

    @property
    def shell(self) -> str:
        """The variable that stands for it in the script: one that no shell and no program has a use for."""
        return f"session_value_{self.number}"

    @property
    def description(self) -> str:
        """What it is, for whoever is asked for it."""
        return f"{self.name.replace('_', ' ').capitalize()}, as in the recording"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: bytes of a command; its word, what stands before it, and what it is called."""

    start: int
    end: int
    word: Node
    before: str
    called: str = ""
    is_named: bool = False


@dataclass(slots=True)
class _Seen:
    commands: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    roles: dict[str, set[str]] = field(default_factory=dict)
    is_named: bool = False


def repeated_values(commands: Sequence[str], taken: set[str]) -> list[RepeatedValue]:
    """The values of several commands, in the order in which they come; `taken` are names of variables.

    What is one value in two roles, such as a namespace and a service, is two variables where each repeats.
    """
    seen: dict[str, _Seen] = {}
    for command in commands:
        for value, place in _values_in(command):
            found = seen.setdefault(value, _Seen())
            found.commands.add(command)
            found.before.add(place.before)
            found.is_named = found.is_named or place.is_named
            found.roles.setdefault(place.called, set()).add(command)
    names = set(taken)
    values: list[RepeatedValue] = []
    for value, found in seen.items():
        if len(found.commands) < 2 or not _is_value(value, found):
            continue
        for called, times in _roles(found):
            name = variable_name(called or _by_shape(value), names)
            names.add(name)
            values.append(RepeatedValue(name, value, times, called, len(values)))
    return values[:_MOST]


def _roles(seen: _Seen) -> list[tuple[str, int]]:
    """What a value is called in its roles that repeat, most often first; else one for all of them."""
    roles = sorted(seen.roles.items(), key=lambda role: -len(role[1]))
    repeated = [
        (called, len(commands)) for called, commands in roles if len(commands) > 1 and called
    ]
    if repeated:
        return repeated
    return [(next((called for called, _ in roles if called), ""), len(seen.commands))]


def with_variables(command: str, values: Sequence[RepeatedValue]) -> str:
    """A command with variables of the shell in place of these values."""
    names = {(each.value, each.called): each.shell for each in values}
    for each in values:
        names.setdefault((each.value, ""), each.shell)
    data = command.encode()
    places = [
        (place, names.get((value, place.called)) or names[value, ""])
        for value, place in _values_in(command)
        if (value, "") in names
    ]
    for place, name in sorted(places, key=lambda each: -each[0].start):
        start, end = place.start, place.end
        if place.word.type == "raw_string":
            start, end = place.word.start_byte, place.word.end_byte
        put = f"${{{name}}}" if place.word.type == "string" else f'"${{{name}}}"'
        data = data[:start] + put.encode() + data[end:]
    return data.decode()


def _is_value(value: str, seen: _Seen) -> bool:
    if value in _NO_VALUES or _OF_MACHINE.fullmatch(value):
        return False
    if (value.isdigit() and len(value) < 4) or len(value) < 2:
        return False
    if seen.is_named:
        return True
    # A subcommand (`ec2`, `describe-instances`) always stands behind the same word.
    is_word = re.fullmatch(r"[a-z]+[0-9]*(?:-[a-z]+)*", value) is not None
    if is_word:
        return len(seen.before) > 1 and bool(re.search(r"[\d-]", value))
    return bool(re.search(r"[\d/.@:_-]", value))


def _by_shape(value: str) -> str:
    return next((name for shape, name in _SHAPES if re.fullmatch(shape, value)), "NAME")


def _values_in(command: str) -> Iterator[tuple[str, _Place]]:
    """What may be a value in a command, each with its place; none of them overlap."""
    tree = parsed(command)
    if tree.has_error:
        return
    for node in commands_in(tree):
        program = command_name(node).rsplit("/", 1)[-1]
        words = arguments_of(node)
        if program in ("sudo", "doas", "time", "nohup", "env") and words:
            texts = [text_of(word) for word in words]
            first = next(
                (at for at, t in enumerate(texts) if t[:1] not in "-" and "=" not in t), None
            )
            if first is None:
                continue
            program, words = texts[first].rsplit("/", 1)[-1], words[first + 1 :]
        yield from _of_words(program, words)


def _of_words(program: str, words: Sequence[Node]) -> Iterator[tuple[str, _Place]]:
    before, operands, kind = program, 0, ""
    leading = _WORDS_BEFORE_NAMES.get(program)
    for word in words:
        text = text_of(word)
        inner = _literal(word)
        option = re.fullmatch(r"--?([A-Za-z][\w-]*)", before) if before != program else None
        if inner is None or text.startswith("-"):
            if inner is not None and "=" in text:
                yield from _of_pair(word, inner)
            before = text
            continue
        named = _name_of_option(program, option[1]) if option else ""
        says_how = option is not None and _SAYS_HOW.fullmatch(option[1]) is not None
        is_value_of_option = option is not None and not says_how and len(option[1]) != 2
        if not is_value_of_option:
            operands += 1
            if leading is not None and operands == leading and inner in _NESTED:
                leading += 1
        found = _RESOURCES.fullmatch(inner) if program in ("kubectl", "oc") else None
        if found and not is_value_of_option:
            kind = found[1].split(".")[0]
            if found[2]:
                offset = len(inner) - len(found[2])
                yield from _part(
                    word, inner, offset, len(inner), before, _kind(kind), is_named=True
                )
        elif not says_how:
            is_operand = leading is not None and operands > leading and not is_value_of_option
            is_operand = is_operand and (program not in _FIRST_IS_HOST or operands == 1)
            called = named if is_value_of_option else (_kind(kind) if is_operand else "")
            if is_operand and not called:
                called = _called_by(program, operands)
            yield from _of_text(
                word, inner, before, called, is_named=is_value_of_option or is_operand
            )
        before = text


def _called_by(program: str, operands: int) -> str:
    """What the operand of a program is."""
    if program in _FIRST_IS_HOST:
        return "HOST" if operands == 1 else ""
    if program in ("systemctl", "service", "rc-service", "supervisorctl"):
        return "SERVICE"
    return "CONTAINER" if program in ("docker", "podman", "nerdctl") else ""


def _of_pair(word: Node, text: str) -> Iterator[tuple[str, _Place]]:
    """The value of `--option=value`."""
    option, _, value = text.partition("=")
    name = option.lstrip("-")
    if value and not _SAYS_HOW.fullmatch(name):
        start = len(option) + 1
        yield from _part(word, text, start, len(text), option, name, is_named=True)


def _of_text(
    word: Node, text: str, before: str, called: str, *, is_named: bool
) -> Iterator[tuple[str, _Place]]:
    """A word as a whole, or the host in it."""
    url = re.fullmatch(r"([a-z][a-z0-9+]*://)([A-Za-z0-9.-]+)((?:[:/?#].*)?)", text)
    at_host = re.fullmatch(r"([A-Za-z_][\w.-]*@)([A-Za-z0-9][\w.-]*)((?::.*)?)", text)
    remote = re.fullmatch(r"()([A-Za-z0-9][\w-]*(?:\.[\w-]+)*)(:[~/].*)", text)
    found = url or at_host or remote
    if found is not None:
        yield from _part(word, text, len(found[1]), len(found[1] + found[2]), before, "HOST")
        return
    yield from _part(word, text, 0, len(text), before, called, is_named=is_named)


def _part(
    word: Node,
    text: str,
    start: int,
    end: int,
    before: str,
    called: str = "",
    *,
    is_named: bool = False,
) -> Iterator[tuple[str, _Place]]:
    value = text[start:end]
    whole = word.type != "raw_string" or (start, end) == (0, len(text))
    if _VALUE.fullmatch(value) and whole:
        offset = word.start_byte + (word.type in ("string", "raw_string"))
        yield value, _Place(offset + start, offset + end, word, before, called, is_named)


def _literal(word: Node) -> str | None:
    """The text of a word in which nothing is expanded, and of which every byte is a character."""
    text = text_of(word)
    if not text.isascii() or "\\" in text:
        return None
    if word.type == "raw_string":
        return text[1:-1]
    if word.type == "string":
        return None if re.search(r"[$`]", text) else text[1:-1]
    return text if word.type in ("word", "number") else None


def _name_of_option(program: str, option: str) -> str:
    if len(option) > 1:
        return option
    if program in ("journalctl", "systemctl") and option == "u":
        return "UNIT"
    return "" if program in ("curl", "tar", "ls", "grep", "tail") else _SHORT.get(option, "")


def _kind(kind: str) -> str:
    return _KINDS.get(kind, kind.removesuffix("s").upper() or "NAME") if kind else ""
