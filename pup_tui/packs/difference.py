"""What is different between two versions of a pack: its texts, and what its runbooks do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from pup_tui.packs.matching import groups_of, lines_of
from pup_tui.packs.runbook_tree import ids_of
from pup_tui.packs.told import ToldRunbook, shown_text, told_runbook
from pup_tui.packs.tree import PackTree, TreeFile

_AROUND: Final = 3
"""Lines that stay the same around those that do not."""
NONE: Final = TreeFile(b"")


class ChangedFile(Struct, frozen=True, kw_only=True):
    """A file that is another one now: it was `added`, `removed` or `changed`; `lines` is a unified
    difference. `note` is what the texts `before` and `now` do not tell.
    """

    path: str
    how: str
    before: str
    now: str
    lines: tuple[str, ...]
    note: str = ""


class ChangedRunbook(Struct, frozen=True, kw_only=True):
    """What a runbook does otherwise now, in sentences, what weighs most first."""

    id: str
    effects: tuple[str, ...]


class Difference(Struct, frozen=True, kw_only=True):
    """All that changed, by path and by id; with nothing in it the versions are the same."""

    files: tuple[ChangedFile, ...]
    runbooks: tuple[ChangedRunbook, ...]


def difference(before: PackTree, now: PackTree) -> Difference:
    """What has become of a pack."""
    paths = sorted(before.files.keys() | now.files.keys())
    files = [
        _changed(path, before.files.get(path), now.files.get(path))
        for path in paths
        if before.files.get(path) != now.files.get(path)
    ]
    changed = {file.path for file in files}
    return Difference(files=tuple(files), runbooks=tuple(_runbooks(before, now, changed)))


def _changed(path: str, before: TreeFile | None, now: TreeFile | None) -> ChangedFile:
    old, new = before or NONE, now or NONE
    texts = shown_text(old.data), shown_text(new.data)
    lines = [*_unified(lines_of(texts[0]), lines_of(texts[1]))]
    note = ""
    if old.executable != new.executable:
        note = "it is a program now" if new.executable else "it is no program any more"
    elif not lines:
        note = "what is no text in it differs, or the end of its last line"
    how = "added" if before is None else "removed" if now is None else "changed"
    return ChangedFile(
        path=path, how=how, before=texts[0], now=texts[1],
        lines=(*lines, note) if note else tuple(lines), note=note,
    )  # fmt: skip


def _unified(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The lines that differ behind - and +, with some around them."""
    for group in groups_of(old, new, _AROUND):
        (_, start, _, now_start, _), (_, _, end, _, now_end) = group[0], group[-1]
        was, is_now = (start, end), (now_start, now_end)
        yield f"@@ -{_range(*was)} +{_range(*is_now)} @@"
        for how, i, j, k, m in group:
            if how == "equal":
                yield from (f" {line}" for line in old[i:j])
            else:
                yield from (f"-{line}" for line in old[i:j])
                yield from (f"+{line}" for line in new[k:m])


def _range(start: int, end: int) -> str:
    return f"{start + (end > start)},{end - start}"


def _runbooks(before: PackTree, now: PackTree, changed: set[str]) -> Iterator[ChangedRunbook]:
    """The runbooks that do something else: all are looked at where a file changed that others may use."""
    old, new = ids_of(before), ids_of(now)
    is_shared = bool(changed - set(old.values()) - set(new.values()))
    for id_ in sorted(old.keys() | new.keys()):
        if (
            not is_shared
            and not {old.get(id_), new.get(id_)} & changed
            and not _calls(now, new, id_)
        ):
            continue
        was = told_runbook(before, id_, old[id_]) if id_ in old else None
        is_now = told_runbook(now, id_, new[id_]) if id_ in new else None
        if effects := tuple(_effects(was, is_now)):
            yield ChangedRunbook(id=id_, effects=effects)


def _calls(tree: PackTree, ids: dict[str, str], id_: str) -> bool:
    """Whether a runbook may call another one."""
    # A backslash may spell the key.
    return id_ in ids and any(part in tree.files[ids[id_]].data for part in (b"runbook", b"\\"))


def _effects(was: ToldRunbook | None, now: ToldRunbook | None) -> Iterator[str]:
    if now is None:
        yield "it is gone"
        return
    if was is None:
        counts = ", ".join(f"{number} × {effect}" for effect, number in now.effects.items())
        yield f"it is new ({counts})" if counts else "it is new"
        was = ToldRunbook(id=now.id, path=now.path, name=now.name, steps=now.steps)
    if now.error and not was.error:
        yield f"it cannot be run any more: {now.error}"
    elif was.error and not now.error:
        yield "it can be run now"
    yield from sorted(_steps(was, now), key=lambda told: "destroys" not in told)
    for what, before, after in (
        ("the program", was.tools, now.tools),
        ("the host", was.hosts, now.hosts),
        ("the secret", was.secrets, now.secrets),
        ("a command that runs before its steps,", was.commands, now.commands),
        ("for every step", was.defaults, now.defaults),
    ):
        yield from (f"it names {what} {each} now" for each in after if each not in before)
        yield from (
            f"it does not name {what} {each} any more" for each in before if each not in after
        )


def _steps(was: ToldRunbook, now: ToldRunbook) -> Iterator[str]:
    """How steps differ, which are known by their ids."""
    before = {step.id: step for step in was.steps}
    after = {step.id: step for step in now.steps}
    for id_, step in after.items():
        old = before.get(id_)
        if old is None:
            yield f"step {step.number} is new and {step.effect}: {step.name}"
        elif old.effect != step.effect:
            yield f"step {step.number} now {step.effect}: {step.name} (before: {old.effect})"
        elif old.texts != step.texts:
            yield f"step {step.number} does something else: {step.name} (it {step.effect} as before)"
    for id_, step in before.items():
        if id_ not in after:
            yield f"step {step.number} is gone: {step.name} (before: {step.effect})"
