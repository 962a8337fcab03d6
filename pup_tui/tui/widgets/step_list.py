"""The steps of a run as a tree in aligned columns: glyph, number, name, kind, status, duration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from pup_tui.core.counting import told_counts
from pup_tui.core.ids import static_id
from pup_tui.journal.figures import StepFigures
from pup_tui.tui.glyphs import mark_of
from pup_tui.tui.keys import bound, key_of
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.step_rows import REST, UNDO_HEADING, Fold, Row, fold_of, rows_of
from pup_tui.tui.texts import fit, fit_middle, short_duration
from pup_tui.tui.usual import is_slow
from pup_tui.tui.widgets.drawn_rows import CALM, DrawnRows

KIND_FROM = 56
"""Columns from which the kind has room beside the name."""

DANGER_FROM = 16
"""Columns of a name from which the word of danger has room beside it."""

LEAST_NAME = 12
"""Columns that a name keeps however deep its step is nested."""

_DANGER = " danger"
_WORD = 12
_KIND = 9
_DURATION = 8
_MOST_TIMES = 99
_INDENT = 2
_ROOM_FOR_COUNT = 16


class Columns(NamedTuple):
    """The widths of a row's parts; 0 leaves a part out."""

    number: int
    name: int
    danger: int
    kind: int

    @staticmethod
    def within(width: int, steps: int, *, danger: bool) -> Columns:
        """Share out `width` columns: what is left belongs to the name."""
        number = len(str(steps))
        kind = _KIND if width >= KIND_FROM else 0
        room = width - (3 + number + 1 + kind + _WORD + _DURATION)
        marked = len(_DANGER) if danger and room >= DANGER_FROM else 0
        return Columns(number, max(4, room - marked), marked, kind)


class StepList(DrawnRows):
    """One row for each step; the selected one is what the rest of the run view is about.

    Steps inside a block stand under it, and can be folded away.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bound(
            {
                "down": "move(1)",
                "up": "move(-1)",
                "unfold": "unfold",
                "fold": "fold",
                "fold_or_unfold": "open_or_close",
                "open": ("look", "Output"),
                "page_down": "page(1)",
                "page_up": "page(-1)",
                "first": "first",
                "last": "last",
            }
        ),
        # As everywhere, but it says where that is.
        *bound({"next_part": ("app.focus_next", "Output")}, priority=True),
    ]

    class LookWanted(Message):
        """The operator wants to see what a step printed, or the grid of a fleet."""

        def __init__(self, step: str) -> None:
            super().__init__()
            self.step = step

    def __init__(
        self,
        progress: RunProgress,
        running_for: Callable[[StepProgress], float | None],
        chosen: Callable[[str], None],
    ) -> None:
        """`running_for` tells for how many seconds a step has been under way, where that is known.

        `chosen` is called when the operator moves to a step. By a message it would come a frame later.
        """
        super().__init__()
        self._chosen = chosen
        self._progress = progress
        self._running_for = running_for
        self._numbers = len(progress.program.nodes)
        self._dangerous = any(node.step.danger for node in progress.program.nodes)
        self._folding = any(node.is_block for node in progress.program.nodes)
        self._folds: dict[str, Fold] = {}
        self.figures: Mapping[str, StepFigures] = {}
        """What past runs say of the steps, by their ids without items."""
        self._cursor = progress.program.nodes[0].id
        self._rows = rows_of(progress, self._folds, self._cursor)
        self._selected = 0
        self._beside: str | None = None
        self._moved = False
        """Whether the operator moved to the step that is selected: then that one stays in sight."""

    def on_mount(self) -> None:
        self._take_rows()

    @property
    def widest(self) -> int:
        """Columns in which each row that there is has room."""
        columns = Columns.within(KIND_FROM, self._numbers, danger=self._dangerous)
        names = (
            row.depth * _INDENT + cell_len(row.step.name)
            for row in self._rows
            if row.step is not None
        )
        around = KIND_FROM - columns.name - columns.danger
        danger = len(_DANGER) if self._dangerous else 0
        return around + danger + max(names, default=0) + _ROOM_FOR_COUNT

    # Which row is selected

    @property
    def selected(self) -> int:
        """The place of the selected row: of the step, or of the block that it is folded away in."""
        return self._selected

    def _find_selected(self) -> int:
        places = {row.key: at for at, row in enumerate(self._rows)}
        if self._cursor in places:
            return places[self._cursor]
        step = self._progress.steps.get(self._cursor.removesuffix(REST))
        while step is not None and step.id not in places:
            step = step.parent
        return 0 if step is None else places[step.id]

    def select(self, step: str, *, beside: str | None = None) -> None:
        """Select a step because the run has come to it; nobody is told.

        Another step `beside` it stays in sight with it, or by itself where there is no room for both.
        """
        if self._cursor.removesuffix(REST) != step or self._beside != beside:
            self._cursor, self._beside, self._moved = step, beside, False
            self.take_in()
            self._keep_in_sight()

    def take_in(self) -> None:
        """Show the steps as they stand now."""
        self._rows = rows_of(self._progress, self._folds, self._cursor)
        self._selected = self._find_selected()
        self._take_rows()

    def _take_rows(self) -> None:
        before = self.virtual_size.height
        self.virtual_size = Size(0, len(self._rows))
        if before != len(self._rows):
            self._keep_in_sight()
        self.refresh()

    def on_resize(self) -> None:
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        at = self.selected
        other = next((n for n, row in enumerate(self._rows) if row.key == self._beside), at)
        first, last = min(at, other), max(at, other)
        if last - first >= self.size.height:
            first = last = at if self._moved else other
        self.bring_in_sight(first, last)

    def _choose(self, at: int, *, back: bool = False) -> None:
        at = max(0, min(at, len(self._rows) - 1))
        if self._rows[at] is UNDO_HEADING:
            at += -1 if back else 1
        row = self._rows[at]
        assert row.step is not None
        self._cursor, self._moved = row.key, True
        self.take_in()
        self._keep_in_sight()
        self._chosen(row.step.id)

    def action_move(self, by: int) -> None:
        self._choose(self.selected + by, back=by < 0)

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._choose(0)

    def action_last(self) -> None:
        self._choose(len(self._rows) - 1)

    def on_click(self, event: events.Click) -> None:
        """One click goes to a step; two open a block, or lead to the output of a step."""
        at = self.scroll_offset.y + event.y
        if at < len(self._rows) and self._rows[at] is not UNDO_HEADING:
            self._choose(at)
            if event.chain == 2:
                self.action_look()

    # Folding

    @property
    def _row(self) -> Row:
        return self._rows[self.selected]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys that fold to other widgets where the selected step holds no steps."""
        step = self._row.step
        holds = step is not None and bool(step.children)
        match action:
            case "open_or_close" | "unfold":
                return holds
            case "fold":
                return holds or (step is not None and step.parent is not None)
        return True

    def action_open_or_close(self) -> None:
        """Open what is left out; open or close a block."""
        step = self._row.step
        if step is not None and step.children:
            closed = fold_of(step, self._folds) is Fold.CLOSED
            opened = Fold.OPEN if self._row.left_out else Fold.NOTABLE
            self._fold(step, opened if closed or self._row.left_out else Fold.CLOSED)

    def action_look(self) -> None:
        """Open or close a block; go to the output of any other step, and to the grid of a fleet."""
        step = self._row.step
        if step is not None and step.children and not (step.is_fleet and not self._row.left_out):
            self.action_open_or_close()
        elif step is not None:
            self.post_message(self.LookWanted(step.id))

    def action_unfold(self) -> None:
        """Open a closed block; then, step by step, all of a long one."""
        step = self._row.step
        if step is not None and step.children:
            closed = fold_of(step, self._folds) is Fold.CLOSED
            self._fold(step, Fold.NOTABLE if closed else Fold.OPEN)

    def action_fold(self) -> None:
        """Close an open block; on what is closed or holds nothing go to the block around it."""
        step = self._row.step
        if step is None:
            return
        if step.children and fold_of(step, self._folds) is not Fold.CLOSED:
            self._fold(step, Fold.CLOSED)
        elif step.parent is not None:
            self._cursor = step.parent.id
            self._choose(self._find_selected())

    def _fold(self, step: StepProgress, fold: Fold) -> None:
        self._folds[step.id] = fold
        self._cursor = step.id
        self.take_in()
        self._keep_in_sight()
        self._chosen(step.id)

    # Drawing

    def render_line(self, y: int) -> Strip:
        at = self.scroll_offset.y + y
        width, base = self.size.width, self.looks[""]
        if at >= len(self._rows):
            return Strip.blank(width, base)
        if at == self.selected:
            base += self.looks["cursor"]
        strip = Strip(self._segments(self._rows[at], width))
        return strip.apply_style(base).crop_extend(0, width, base)

    def _segments(self, row: Row, width: int) -> list[Segment]:
        columns = Columns.within(width, self._numbers, danger=self._dangerous)
        before = " " * (3 + columns.number + 1)
        if row.step is None:
            return [Segment(f"{before}undo", self.looks["care"] + Style(bold=True))]
        indent = self._indent(row.depth, columns)
        if row.left_out:
            rest = f"{before}{indent}… {row.left_out} · {key_of(self.app, 'open')} shows all"
            return [Segment(fit(rest, width), CALM)]
        return self._step_segments(row.step, indent, columns)

    def _indent(self, depth: int, columns: Columns) -> str:
        return " " * min(depth * _INDENT, max(0, columns.name - LEAST_NAME))

    def _step_segments(self, step: StepProgress, indent: str, columns: Columns) -> list[Segment]:
        mark = mark_of(step.word)
        tone = self.looks[mark.tone]
        model = step.node.step
        own_number = not (step.node.is_item or step.is_undo)
        number = str(step.node.index + 1) if own_number else ""
        segments = [
            Segment(f" {mark.glyph} ", tone),
            Segment(f"{number.rjust(columns.number)} {indent}", CALM),
            *self._name_segments(step, columns.name - len(indent)),
            Segment(fit(_DANGER if model.danger else "", columns.danger), self._danger),
            Segment(" ", Style.null()),
        ]
        if columns.kind:
            kind = "foreach" if step.node.is_loop else model.listed_kind
            segments.append(Segment(fit(kind, columns.kind), CALM))
        if usual := self._usual(step):
            segments.append(Segment(fit(usual, _WORD + _DURATION - 1, right=True), tone))
            return segments
        if slow := self._slow(step):
            segments.append(Segment(fit(f" {slow}", _WORD), self.looks["care"]))
        else:
            segments.append(Segment(fit(f" {mark.word}", _WORD), tone))
        segments.append(Segment(fit(self._duration(step), _DURATION - 1, right=True), CALM))
        return segments

    def _name_segments(self, step: StepProgress, width: int) -> list[Segment]:
        """The name, and of what holds steps whether it is open and how many of them have ended."""
        calm = mark_of(step.status).tone == "calm" and step.over
        style = CALM if calm else Style.null()
        cut = fit_middle if width >= LEAST_NAME else fit
        if not step.children:
            name = f"  {step.name}" if self._folding and width >= LEAST_NAME else step.name
            return [Segment(cut(name, width - 1), style)]
        closed = fold_of(step, self._folds) is Fold.CLOSED
        count, *others = _held(step) if step.holds_known else ("",)
        name = f"{'▸' if closed else '▾'} {step.name}"
        for other in others:
            # The worst comes first.
            if cell_len(name) + cell_len(count + other) >= width:
                break
            count += other
        room = width - 1 - cell_len(count)
        if room < LEAST_NAME // 2:
            return [Segment(cut(name, width - 1), style)]
        shown = cut(name, min(room, cell_len(name)))
        return [
            Segment(shown, style),
            Segment(fit(count, width - 1 - cell_len(shown)), CALM),
        ]

    @property
    def _danger(self) -> Style:
        return self.looks["bad"] + Style(bold=True)

    def _usual(self, step: StepProgress) -> str:
        """How long a step that is still to come usually takes."""
        usual = self._usual_seconds(step)
        if step.word != "pending" or usual is None:
            return ""
        return f"usually {short_duration(usual)}"

    def _slow(self, step: StepProgress) -> str:
        """How many times its usual time a step has taken, where that is much longer."""
        usual, seconds = self._usual_seconds(step), self._running_for(step)
        if not usual or seconds is None or step.status == "waiting" or not is_slow(seconds, usual):
            return ""
        return f"▲ {min(_MOST_TIMES, int(seconds / usual))}× usual"

    def _usual_seconds(self, step: StepProgress) -> float | None:
        figures = self.figures.get(static_id(step.id))
        return None if figures is None else figures.usual

    def _duration(self, step: StepProgress) -> str:
        if step.over:
            ran = step.has_run or (step.children and step.status != "skipped")
            unseen = step.status == "unknown" and self._progress.end_unseen
            known = ran and step.duration is not None and not unseen
            return short_duration(step.duration or 0.0) if known else ""
        seconds = self._running_for(step)
        return "" if seconds is None else short_duration(seconds)


def _held(step: StepProgress) -> list[str]:
    """How many of the steps that a block holds succeeded, and what stands behind that where there is room."""
    succeeded, *others = told_counts(step.held, over=step.over)
    return [f" {succeeded.removesuffix(' succeeded')}", *(f" · {other}" for other in others)]
