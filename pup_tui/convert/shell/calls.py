"""The programs that a command really calls: behind `sudo`, on another host, through a function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pup_tui.convert.shell.reading import arguments_of, command_name, commands_in, parsed, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_LEADING = frozenset([
    "sudo", "doas", "env", "nohup", "nice", "ionice", "command", "exec", "time", "timeout",
    "xargs", "setsid", "stdbuf", "chroot",
])  # fmt: skip
_WITH_VALUE = re.compile(r"-[ugnsk]|--(?:user|group|signal|kill-after)")
_INSIDE = {
    "ssh": re.compile(r"-[bcDEeFIiJLlmOopQRSWw]"),
    "su": re.compile(r"-[sg]"),
    "bash": re.compile(r"-o"),
    "sh": re.compile(r"-o"),
    "kubectl": re.compile(r"-[nc]|--(?:namespace|context|container|kubeconfig)"),
    "oc": re.compile(r"-[nc]|--(?:namespace|context|container)"),
    "docker": re.compile(r"-[uwe]|--(?:user|workdir|env)"),
    "podman": re.compile(r"-[uwe]|--(?:user|workdir|env)"),
}
"""Programs that run another one, with their options that have a value."""
_HOST = re.compile(
    r"(?:[\w-]+@)?[a-z][a-z0-9-]*\d[a-z0-9.-]*|(?:[\w-]+@)?[a-z][a-z0-9.-]*\.[a-z]{2,}"
)
_DEEPEST = 3


@dataclass(frozen=True)
class ProgramCall:
    """A program, its words without their quotes, and the text on its standard input where that is written."""

    program: str
    words: tuple[str, ...]
    given: str = ""
    host: str = ""
    """The host that it runs on, where a name for it is written."""

    @property
    def plain(self) -> list[str]:
        """The words that are no options."""
        return [word for word in self.words if not word.startswith("-")]


def calls_in(node: Node, functions: Mapping[str, Node], deep: int = 0) -> Iterator[ProgramCall]:
    """All calls within a node, in their order; `functions` are those of the script."""
    for command in commands_in(node):
        words = [text_of(each).strip("'\"") for each in arguments_of(command)]
        yield from _really(command_name(command), words, _given(command), functions, deep)


def _really(
    name: str, words: list[str], given: str, functions: Mapping[str, Node], deep: int
) -> Iterator[ProgramCall]:
    name = name.strip("'\"").rsplit("/", 1)[-1] if name.startswith("/") else name
    if name in _LEADING or name in ("$@", '"$@"'):
        name, words = _behind_leading(words)
    wrapped = _wrapped(functions.get(name))
    if wrapped is not None and deep < _DEEPEST:
        words = [*wrapped[1], *words]
        yield from _really(wrapped[0] or "sudo", words, given, functions, deep + 1)
        return
    inner = _inner(name, words, given) if deep < _DEEPEST else ""
    if inner:
        host = next((w for w in words if _HOST.fullmatch(w)), "") if name == "ssh" else ""
        for call in calls_in(parsed(inner), functions, deep + 1):
            yield replace(call, host=call.host or host.rsplit("@", 1)[-1])
    elif name:
        yield ProgramCall(name, tuple(words), given)


def _behind_leading(words: list[str]) -> tuple[str, list[str]]:
    at = 0
    while at < len(words):
        word = words[at]
        if _WITH_VALUE.fullmatch(word):
            at += 1
        elif (
            not word.startswith("-")
            and not re.match(r"\w+=|\d+[smhd]?$", word)
            and word not in _LEADING
        ):
            return word, words[at + 1 :]
        at += 1
    return "", []


def _wrapped(function: Node | None) -> tuple[str, list[str]] | None:
    """The program to which a function hands its arguments on, and the words before them."""
    if function is None:
        return None
    for command in commands_in(function):
        words = [text_of(each).strip('"') for each in arguments_of(command)]
        if command_name(command).strip('"') == "$@":
            return "", []
        if "$@" in words and command_name(command) not in ("echo", "printf"):
            return command_name(command), words[: words.index("$@")]
    return None


def _inner(name: str, words: list[str], given: str) -> str:
    """The script that a program is given to run; empty where it runs none."""
    options = _INSIDE.get(name)
    if options is None:
        return ""
    left: list[str] = []
    at = 0
    while at < len(words):
        if words[at] in ("-c", "--"):
            return " ".join(words[at + 1 :])
        if options.fullmatch(words[at]):
            at += 1
        elif not words[at].startswith("-") or left:
            left.append(words[at])
        at += 1
    if name in ("ssh", "docker", "podman"):
        runs = left[1:] if name == "ssh" else left[2:] if left[:1] == ["exec"] else []
        told = " ".join(runs)
        return given if re.match(r"(?:sudo\s+)?(?:ba)?sh\b", told) and given else told
    return given if name in ("bash", "sh") and not left else ""


def _given(command: Node) -> str:
    """What a here-document gives a command."""
    above = command.parent
    if above is None or above.type != "redirected_statement":
        return ""
    bodies = (n for each in above.children for n in each.children if n.type == "heredoc_body")
    return "".join(text_of(each) for each in bodies)
