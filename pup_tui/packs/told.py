"""What is shown of files before anybody trusts them: what they would run, reach and be given."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from pup_tui.catalog.effects import effect_word, mutates
from pup_tui.packs.hosts import tells_credentials
from pup_tui.packs.runbook_tree import ids_of, load_from
from pup_tui.packs.tree import PackTree
from pup_tui.runbook.load import Loaded
from pup_tui.runbook.looking import destroying_steps
from pup_tui.runbook.model import HttpStep, Runbook, RunbookStep, ShellStep, Step
from pup_tui.runbook.nodes import Mapping
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import AMOUNTS, NOTES, Role
from pup_tui.runbook.shapes import KeyPath, PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.runbook.suffixes import SUFFIXES
from pup_tui.runbook.texts import FoundText, interpreter_at, texts_of, texts_of_defaults
from pup_tui.template.shell.tools import tools_of_script

_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^\s/@'\"]*@)?([^\s/?#'\"<>|;)]+)", re.IGNORECASE
)
_PORT: Final = re.compile(r":[0-9]*\Z")
_SAID: Final = frozenset(
    {
        Role.NAME, Role.MARKDOWN, Role.LITERAL, Role.PATTERN, Role.MESSAGE, Role.EXPECT,
        *NOTES, *AMOUNTS,
    }
)  # fmt: skip
"""What a step only says, or how often and how long it does something."""
_MOST_BINARY: Final = 64 * 1024
"""Bytes of a file up to which it is shown also where it is no text: a shell runs such a file as well."""


class ToldStep(Struct, frozen=True, kw_only=True):
    """A step as people read it before they trust it.

    `number` is its place (`4`, `4.2` inside another, `4 undo`), `effect` what it does outside in a word, and
    `texts` all that it runs or asks for, in full.
    """

    number: str
    id: str
    name: str
    kind: str
    effect: str
    texts: tuple[str, ...]


class ToldRunbook(Struct, frozen=True, kw_only=True):
    """A runbook as people read it before they trust it. With an `error` it cannot be run as it is.

    `commands` are those that find values, choices and versions, which run before any step; `defaults` is what
    every step has that does not say otherwise, by its key.
    """

    id: str
    path: str
    name: str
    error: str = ""
    steps: tuple[ToldStep, ...] = ()
    tools: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()

    @property
    def effects(self) -> dict[str, int]:
        """How many steps there are of each effect."""
        found: dict[str, int] = {}
        for step in self.steps:
            found[step.effect] = found.get(step.effect, 0) + 1
        return found


def told_runbooks(tree: PackTree, only: Iterable[str] | None = None) -> Iterator[ToldRunbook]:
    """The runbooks of a tree in the order of their paths; of the ids in `only` where that is given."""
    wanted = None if only is None else frozenset(only)
    telling = _Telling(tree)
    for id_, path in sorted(ids_of(tree).items(), key=lambda item: item[1]):
        if wanted is None or id_ in wanted:
            yield telling.runbook(id_, path)


def told_runbook(tree: PackTree, id_: str, path: str) -> ToldRunbook:
    """One runbook of a tree."""
    return _Telling(tree).runbook(id_, path)


def shown_text(data: bytes) -> str:
    """A file's text for people, in which nothing that a program reads is left out.

    What is no text is told by its size where it is large.
    """
    if b"\0" in data and len(data) > _MOST_BINARY:
        return f"({len(data):,} bytes that are no text, with the sha256 {hashlib.sha256(data).hexdigest()})"
    return data.decode("utf-8", "backslashreplace")


class _Placed(Struct, frozen=True):
    """A step with its number and its id behind those of what holds it, and where it stands: the keys that
    lead to it in a file.
    """

    step: Step
    number: str
    id: str
    file: str
    path: KeyPath


class _Telling:
    """Tells of the runbooks of one tree; each file is looked through once for what it destroys."""

    def __init__(self, tree: PackTree) -> None:
        self._tree = tree
        self._ids = ids_of(tree)
        self._destroying: dict[str, Collection[KeyPath]] = {}

    def runbook(self, id_: str, path: str) -> ToldRunbook:
        loaded = self._load(path)
        if loaded.runbook is None:
            return ToldRunbook(id=id_, path=path, name=id_, error=str(loaded.errors[0]))
        placed = [*self._all(loaded.runbook.steps, path, path)]
        return _told(id_, path, loaded.runbook, placed, [self._effect(each) for each in placed])

    def _load(self, path: str) -> Loaded:
        found: dict[KeyPath, str] = {}

        def look(
            _root: Mapping,
            _stem: str,
            steps: list[StepDraft],
            texts: list[PlacedText],
            _report: Report,
        ) -> None:
            found.update(destroying_steps(steps, texts))

        loaded = load_from(self._tree, path, look)
        self._destroying[path] = found
        return loaded

    def _effect(self, placed: _Placed) -> str:
        if placed.file not in self._destroying:
            self._load(placed.file)
        if placed.path in self._destroying[placed.file]:
            return "destroys"
        # Nobody believes what a file says of itself before it is trusted.
        return effect_word(placed.step, mutates(placed.step))

    def _all(
        self,
        steps: Iterable[Step],
        root: str,
        file: str,
        around: str = "",
        holder: str = "",
        path: KeyPath = (),
    ) -> Iterator[_Placed]:
        """Every step: those inside others, and those that take one back, too. `root` is the run's file."""
        for at, step in enumerate(steps):
            number, id_, here = f"{around}{at + 1}", f"{holder}{step.id}", (*path, "steps", at)
            yield _Placed(step, number, id_, file, here)
            called = self._called(step, root) if isinstance(step, RunbookStep) else None
            inner, inside = (called, ()) if called else (file, here)
            yield from self._all(step.inside, root, inner, f"{number}.", f"{id_}/", inside)
            if step.undo is not None:
                yield _Placed(step.undo, f"{number} undo", f"{id_}:undo", file, (*here, "undo"))

    def _called(self, step: RunbookStep, root: str) -> str | None:
        """The file of the runbook that a step calls: one beside the run's own comes before others."""
        folder = root.rpartition("/")[0]
        own = (f"{folder}/{step.runbook}{suffix}" for suffix in SUFFIXES) if folder else ()
        beside = next((path for path in own if path in self._tree.files), None)
        return beside if beside and not step.place else self._ids.get(step.runbook)


def _told(
    id_: str, path: str, runbook: Runbook, placed: Sequence[_Placed], effects: Sequence[str]
) -> ToldRunbook:
    steps = tuple(
        ToldStep(
            number=each.number,
            id=each.id,
            name=each.step.name,
            kind=each.step.kind,
            effect=effect,
            texts=tuple(_texts(texts_of(each.step))),
        )
        for each, effect in zip(placed, effects, strict=True)
    )
    every = [each.step for each in placed]
    runbooks = [runbook, *(step.called for step in every if step.called is not None)]
    variables = [pair for each in runbooks for pair in each.vars.items()]
    variables += [pair for step in every for pair in (*step.asked.items(), *_taken(step))]
    found = [command for _, variable in variables for command in variable.commands]
    found += [n.command for each in runbooks for n in each.requirements.values() if n.command]
    commands = tuple(dict.fromkeys(found))
    named = [_named(step) for step in every]
    tools = [tool for each, _ in named for tool in each]
    tools += [tool for command in commands for tool in tools_of_script(command, "sh")]
    hosts = [host for _, each in named for host in each]
    addresses = (host for command in commands for host in _ADDRESS.findall(command))
    hosts += [_host(host) for host in addresses]
    secrets = {name: v.places_in_words for name, v in variables if v.is_secret}
    return ToldRunbook(
        id=id_,
        path=path,
        name=runbook.name,
        steps=steps,
        tools=tuple(dict.fromkeys(tools)),
        hosts=tuple(dict.fromkeys(hosts)),
        secrets=tuple(f"{n} (from {place})" if place else n for n, place in secrets.items()),
        commands=commands,
        defaults=tuple(
            dict.fromkeys(t for each in runbooks for t in _texts(texts_of_defaults(each.defaults)))
        ),
    )


def _taken(step: Step) -> Iterable[tuple[str, Variable]]:
    """What the group or action takes that a step calls; an action's settings are looked up as well."""
    return () if step.calls is None or step.called is not None else step.calls[0].items()


def _texts(texts: Iterable[FoundText]) -> Iterator[str]:
    """Each text that decides what a step does, behind the key that it stands under."""
    for text in texts:
        if text.role not in _SAID:
            yield f"{'.'.join(map(str, text.path))}: {text.source}"


def _named(step: Step) -> tuple[list[str], list[str]]:
    """The programs and the hosts that a step names."""
    tools: list[str] = []
    hosts: list[str] = []
    interpreter = interpreter_at(step)
    if isinstance(step, ShellStep) and not interpreter.is_shell:
        tools.append(interpreter.words[0])
    for text in texts_of(step):
        if text.role in (Role.SCRIPT, Role.INPUT_SCRIPT):
            tools += tools_of_script(text.source, interpreter.name)
        elif text.role is Role.SUBCOMMAND:
            tools.append("pup")
        hosts += (_host(host, step) for host in _ADDRESS.findall(text.source))
    if step.asks_datadog:
        hosts.append("Datadog, with its credentials")
    return tools, hosts


def _host(host: str, step: Step | None = None) -> str:
    """A host with what there is to fear of it."""
    notes = []
    if tells_credentials(_PORT.sub("", host).strip("[]")):
        notes.append("it tells machines their credentials")
    if isinstance(step, HttpStep) and not step.verify:
        notes.append("its certificate is not checked")
    return f"{host} ({'; '.join(notes)})" if notes else host
