"""Asks before a runbook runs that nobody vouched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.going_on import GoingOnDialog
from pup_tui.tui.lines.read_text import ReadText

if TYPE_CHECKING:
    from pup_tui.packs.difference import ChangedFile
    from pup_tui.packs.library import TrustSubject


class ShownFiles(Struct, frozen=True, kw_only=True):
    """What is shown of files: all `lines`, and where an earlier version is trusted what `changed` of it."""

    hash: str
    lines: tuple[str, ...]
    changed: tuple[ChangedFile, ...] = ()


class TrustScreen(GoingOnDialog):
    """Shows which exact file would run, and what it does. *No* has the focus."""

    def __init__(
        self,
        runbook: str,
        path: Path,
        sha256: str,
        *,
        for_values: bool = False,
        shown: ShownFiles | None = None,
        runs: bool = True,
        pack: str = "",
    ) -> None:
        """`for_values`: at first it is only for commands that find values and choices. Without `shown` a yes
        is kept nowhere; it `runs` where a run waits for it. Of a runbook in a `pack`, all of that is offered
        (the answer is `pack`); without a `runbook` it is about the pack itself.
        """
        what = "Run the untrusted runbook" if runs else "Trust the runbook"
        if for_values:
            what = "Run commands of the untrusted runbook"
        super().__init__(f"{what} {runbook}?" if runbook else f"Trust the pack {pack}?")
        self._runbook = runbook
        self._pack = pack
        self._for_values = for_values
        self._path = path
        self._sha256 = sha256
        self._shown = shown
        self._runs = runs

    @staticmethod
    def shown(subject: TrustSubject) -> ShownFiles:
        """What is to be shown of a subject. Reads and judges its files: call it in a thread."""
        from pup_tui.packs.difference import difference
        from pup_tui.packs.lines import lines_of_effects, lines_to_trust

        if subject.before is None:
            return ShownFiles(hash=subject.tree.hash, lines=tuple(lines_to_trust(subject)))
        found = difference(subject.before, subject.tree)
        return ShownFiles(
            hash=subject.tree.hash, lines=tuple(lines_of_effects(found)), changed=found.files
        )

    def compose_message(self) -> Iterable[Widget]:
        if self._for_values:
            told = (
                "Its form runs commands to find values and choices. Without them it opens as well."
            )
            yield ReadText(told, markup=False)
        if self._shown is None or not self._is_of_pack:
            told = "It lies in the working directory: anybody who can write there has written it. "
        else:
            told = "It comes from a pack, which others have written. "
        yield ReadText(f"{told}Its commands run as you, with your credentials.", markup=False)
        if self._shown is not None:
            yield from self._files(self._shown)

    def _files(self, shown: ShownFiles) -> Iterator[Widget]:
        from pup_tui.tui.dialogs.side_by_side import SideBySide

        if shown.lines:
            text = "\n".join(safe_text(line) for line in shown.lines)
            yield ReadText(Content(text), classes="dialog-output", markup=False)
        for file in shown.changed:
            note = f" ({file.note})" if file.note else ""
            head = Content.styled(safe_text(f"{file.how}: {file.path}{note}"), "bold")
            yield ReadText(head, markup=False)
            yield SideBySide(file.before, file.now)

    def compose_fixed(self) -> Iterable[Widget]:
        holds = "Your yes holds for exactly this text, until you leave pup-tui."
        if self._shown is not None:
            holds = "Your yes holds for exactly these files: a copy of them is kept, and runs."
        sha256 = self._sha256 or (self._shown.hash if self._shown else "")
        facts = Content.assemble(
            ("file    " if self._runbook else "pack    ", "$text-muted"),
            # Where a pack is kept is long, and tells nothing.
            safe_text((self._runbook or self._pack) if self._is_of_pack else str(self._path)),
            ("\nsha256  ", "$text-muted"),
            sha256,
            (f"\n{holds}", "$text-muted"),
        )
        yield ReadText(facts, classes="dialog-facts", markup=False)

    @property
    def _is_of_pack(self) -> bool:
        return "/" in self._runbook or not self._runbook

    def compose_buttons(self) -> Iterable[Widget]:
        them = "them" if self._for_values else "it"
        does = "run" if self._runs else "trust"
        yield choice(f"No, do not {does} {them}", "no", "back")
        yield choice(f"I have read it: {does} {them}", "yes", variant="error")
        if self._runbook and self._pack:
            yield choice("Show the whole pack", "pack")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "pack":
            event.stop()
            # That of the class below would put the dialog away.
            event.prevent_default()
            self.give("pack")
