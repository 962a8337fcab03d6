"""The scripts that the commands of a script run: in their words, or on their standard input."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.fed import fed_to, written_by
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.command_use import COMPUTED, CommandUse, unquoted
from pup_tui.template.shell.script_parts import ScriptParts, function_name
from pup_tui.template.shell.tree import script_tree

if TYPE_CHECKING:
    from tree_sitter import Node


DEEPEST: Final = 4
"""Scripts in the words of scripts, such as those of `ssh`."""

VALUE: Final = "{{...}}"
"""Stands for a value, and for what `xargs` and the like put behind the words of a command."""


_MOST_DROPPED: Final = 6
"""Words that a function may have dropped by ``shift`` before it runs the others."""

_MOST_WRITTEN: Final = 4
"""Texts of one file that are looked at each time it is run."""

_ONE_VARIABLE: Final = re.compile(rb"\$\{?([A-Za-z_]\w*)\}?")
_OPTION: Final = re.compile(rb"\A(?:--?[a-z-]+=|-[A-Za-z])")


def without_option(code: bytes) -> bytes:
    """Code that may stand in one word with the option whose value it is."""
    return _OPTION.sub(b"", code)


def words_of(use: CommandUse) -> list[str]:
    """The words of a command for people."""
    return [word.replace(COMPUTED, VALUE.encode()).decode(errors="replace") for word in use.words]


class StandardInput:
    """What a script reads on its standard input: the first of its commands that takes it for code gets it."""

    def __init__(self, texts: Sequence[bytes] = ()) -> None:
        self._texts = texts

    def code_for(self, command: Node, parts: ScriptParts) -> Sequence[bytes]:
        """What a command reads on its standard input for code, or hands on to the code in its words."""
        use = parts.use(command)
        if not use.script and use.reader is None:
            return ()
        fed = list(fed_to(command, parts))
        if fed:
            return fed
        given, self._texts = self._texts, ()
        return given


def inner_scripts(
    use: CommandUse, fed: Sequence[bytes]
) -> Iterator[tuple[ScriptParts, Node, StandardInput]]:
    """The scripts for a shell that a command runs, as they are read, each with its standard input."""
    scripts = [(without_option(use.script), fed)] if use.script else []
    if use.reader is not None and use.reader.is_shell:
        scripts += [(text, ()) for text in fed]
    for script, given in scripts:
        spend_on_judging(1)
        tree = script_tree(script, "sh", ())
        if tree.is_read:
            yield tree.parts, tree.root, StandardInput(given)


def written_scripts(parts: ScriptParts, use: CommandUse) -> Iterator[bytes]:
    """The texts that the script writes to the files which a command runs as scripts for a shell."""
    used = zip(use.words, use.uses, strict=True)
    files = {word for word, how in used if how.evaluator and how.evaluator.is_shell}
    files |= {use.words[at] for at in use.names if b"/" in use.words[at]}
    for file in sorted({each.removeprefix(b"./") for each in files if each}):
        for redirect in parts.writers.get(file, ())[:_MOST_WRITTEN]:
            yield from written_by(redirect, parts)


def handed_to_functions(
    parts: ScriptParts, use: CommandUse, deeper: int = DEEPEST
) -> Iterator[CommandUse]:
    """The commands of a function of the script with the words that it is called with: ``"$@"``, ``"$1"``.

    How many of them it has dropped by then is tried, where it drops any.
    """
    function = parts.functions.get(use.words[0]) if use.words and deeper else None
    if function is None:
        return
    dropped = range(_MOST_DROPPED) if b"shift" in (function.text or b"") else range(1)
    for _, inner in parts.of_own_words(function):
        for gone in dropped[: len(use.words)]:
            spend_on_judging(1)
            handed, _ = inner.called_with(use.words[1:], -1, gone)
            yield handed
            yield from handed_to_functions(parts, handed, deeper - 1)


def is_known_by_calls(parts: ScriptParts, root: Node, command: Node) -> bool:
    """Whether own words of a function stand in a command of it, and every call of it shows which they are."""
    function = parts.function_around(command) if parts.use(command).has_own_words else None
    if function is None:
        return False
    name = function_name(function)
    calls = [call for call in parts.calls(name) if parts.function_around(call) != function]
    mentions = re.findall(rb"(?<![\w-])%b(?![\w-])" % re.escape(name), root.text or b"")
    return bool(calls) and len(mentions) == len(calls) + 1


def instead_of(parts: ScriptParts, use: CommandUse) -> Iterator[CommandUse]:
    """What a command runs that is called by an alias, or runs a text that a variable holds as a script."""
    called = _called_by_alias(parts, use)
    if called is not None:
        yield called
    held = _ONE_VARIABLE.fullmatch(use.script)
    code = unquoted(parts.assigned(held[1])) if held is not None else b""
    if code:
        yield CommandUse([b"eval", code])


def _called_by_alias(parts: ScriptParts, use: CommandUse) -> CommandUse | None:
    name = b"".join(use.words[:1])
    if not name or name in parts.functions:
        return None
    defined = (parts.use(command) for command, _ in parts.mentions(b"alias"))
    words = (word for each in defined if each.words[:1] == [b"alias"] for word in each.words[1:])
    given = next((code for alias, _, code in map(_parted, words) if alias == name and code), None)
    return None if given is None else CommandUse([*given.split(), *use.words[1:]])


def _parted(word: bytes) -> tuple[bytes, bytes, bytes]:
    return word.partition(b"=")
