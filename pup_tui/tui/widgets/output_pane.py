"""The output of one step: its lines, what can be searched in them, and where one stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text
from pup_tui.output.search import WantedLines, holds
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.dialogs.whole_line import WholeLineScreen
from pup_tui.tui.keys import bound, key_of, with_keys
from pup_tui.tui.lines import finder
from pup_tui.tui.lines.arranged import FoldableJson, KeyOf, SortableTable, View, arrangements
from pup_tui.tui.lines.divided import DividedOutput, Parting
from pup_tui.tui.lines.finder import LineSource, Matches
from pup_tui.tui.lines.last_lines import ABOVE_ERROR, first_error
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.lines.plot import MetricPlot
from pup_tui.tui.lines.read_text import NO_MATCH
from pup_tui.tui.output_wanted import (
    OutputForEditor,
    OutputForFile,
    OutputForPager,
    OutputWanted,
)
from pup_tui.tui.texts import counted
from pup_tui.tui.widgets.search_bar import SearchBar
from pup_tui.tui.widgets.steady_text import SteadyText


class OutputPane(Vertical):
    """Shows the spool of one step; `refresh_output` takes in what was written since."""

    ACTS: ClassVar[Mapping[str, str]] = {
        "search": "search",
        "next_match": "next_match",
        "previous_match": "previous_match",
        "next_error": "next_error",
        "next_attempt": "attempt(1)",
        "previous_attempt": "attempt(-1)",
        "view": "view",
        "fold_all": "fold_all",
        "sort": "sort(1)",
        "sort_back": "sort(-1)",
        "pager": "pager",
        "editor": "editor",
        "save": "save",
        "copy_all": "copy_all",
    }
    """What its keys do, also where something else of the run has the focus."""
    BINDINGS: ClassVar[list[BindingType]] = [
        # The footer has other keys of an output to show.
        *bound({"editor": ACTS["editor"]}, hinted=False),
        *bound(
            {
                **{name: act for name, act in ACTS.items() if name != "editor"},
                "open": ("whole_line", "Whole line, or fold"),
                "back": ("clear", "Clear the search"),
            }
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        # Kept, not looked up: what is looked for in a thread may be found when they have left the screen.
        self.lines = OutputLines()
        self._search_bar = SearchBar("output-search")
        self._status = SteadyText(id="output-status", markup=False)
        self._path: Path | None = None
        self._kept: Path | None = None
        self._reader: DividedOutput | None = None
        self._printed: DividedOutput | None = None
        """What was printed, where something else is shown to begin with and this was asked for."""
        self._arrangements: list[View] = []
        self._view: View | None = None
        """Which of them is shown; None where the output is shown as it was printed."""
        self._left_out = 0
        """Lines of standard error that they leave out."""
        self._why_not = ""
        """Why there are none, where it looks like JSON."""
        self._marks: Sequence[Parting] = ()
        self._matches = Matches()
        self._counted: re.Pattern[str] | None = None
        """What `_matches` are the places of."""
        self._around = ""
        """Past which end the last match was found."""
        self._told = ""
        self._answers = True
        """Whether its keys do something: behind a dialog they do not."""
        self._is_cut = False
        self._grows = True
        self._arranging: Path | None = None
        """The output of which it is being found out whether it is JSON or a table."""
        self._view_wanted = False
        """Whether another arrangement was asked for meanwhile."""
        self._attempts = 0
        """Attempts of a poll of which the newest was looked at."""
        self._as_printed = False
        """Whether the operator wants to see what is printed while it is."""

    def compose(self) -> ComposeResult:
        yield self.lines
        yield self._search_bar
        yield self._status

    def on_mount(self) -> None:
        self._search_bar.display = False
        self._show_status()
        # The scrollbar takes room of the lines without the pane having another size.
        self.watch(self.lines, "show_vertical_scrollbar", self.on_resize, init=False)

    def on_descendant_focus(self) -> None:
        self._mark_focus()

    def on_descendant_blur(self) -> None:
        self._mark_focus()

    def _mark_focus(self) -> None:
        # Not by `:focus-within`: nothing beside what gets the focus is styled anew then.
        self._status.set_class(self.has_focus_within, "-focused")

    # What is shown

    def show(
        self,
        path: Path | None,
        empty_text: str,
        kept: Path | None = None,
        marks: Sequence[Parting] = (),
        *,
        is_cut: bool = False,
        grows: bool = True,
        arranged: bool = False,
        attempts: int = 0,
    ) -> None:
        """Show the spool at `path`, and, while it holds nothing, say what is going on.

        While it `grows` its end is shown, and followed; one that is whole begins at its top. The pager opens
        what is `kept` of the output, where that is not what is shown. `marks` part what was printed; `is_cut`
        says that some of it is missing. What is JSON or a table is shown as such where it is to be
        `arranged`, and on demand otherwise. What is made of the newest of the `attempts` that a poll has made
        is shown while it goes on.
        """
        ended, begun_again = self._grows and not grows, grows and not self._grows
        self._kept = kept or path
        self._marks = marks
        self._is_cut = is_cut
        self._grows = grows
        self.lines.empty_text = empty_text
        if path == self._path:
            if self._reader is not None:
                self._mark()
                if ended:
                    self._arranging = path
                    self._arrange(path, arranged)
                elif begun_again:
                    self.workers.cancel_group(self, "arrange")
                    self._arranging = None
                    self._arrangements, self._why_not = [], ""
                    if self._view is not None:
                        self._look(None)
                    self.lines.following = True
                self._look_at_attempt(path, attempts)
            return
        self._close()
        self._path, self._arranging, self._view_wanted = path, None, False
        self._attempts, self._as_printed = 0, False
        self._clear_search()
        if path is not None:
            self._guarded(self._open)
        self.lines.show(self._reader, follow=grows)
        self._show_status()
        if path is not None and not grows:
            self._arranging = path
            self._arrange(path, arranged)
        self._look_at_attempt(path, attempts)

    def _look_at_attempt(self, path: Path | None, attempts: int) -> None:
        """Have what the newest attempt of a poll gave shown as what it is."""
        if path is None or not self._grows or attempts == self._attempts:
            return
        self._attempts = attempts
        if attempts:
            self._arrange_attempt(path)

    @work(group="arrange", exclusive=True)
    async def _arrange_attempt(self, path: Path) -> None:
        self.lines.take_in()
        try:
            made = await aside(partial(arrangements, alone=True), path, self._newest())
            await self._fit(made.plot)
        except OSError:
            return  # it is told where the output itself is read
        if not self.is_attached or path != self._path or not self._grows or made.telling is None:
            return
        self._arrangements, self._left_out = made.all, made.left_out
        if self._view is not None:
            # The same of the newest attempt, for one stands and searches in it.
            alike = (each for each in made.all if type(each) is type(self._view))
            stands = self._stands
            self._show_view(next(alike, made.telling))
            self.lines.go_to(self._look_into(stands))
            self._forget_matches()
        elif not self._as_printed and self.lines.following and self.lines.pattern is None:
            self._look(made.telling)
        self._show_status()

    def _newest(self) -> int:
        """The line of the spool at which what the newest attempt printed begins."""
        placed = () if self._reader is None else self._reader.placed
        return placed[-1][0] if placed else 0

    @work(group="arrange", exclusive=True)
    async def _arrange(self, path: Path | None, at_once: bool) -> None:
        if path is None:
            return
        try:
            made = await aside(arrangements, path, self._newest())
            await self._fit(made.plot)
        except OSError:
            return  # it is told where the output itself is read
        finally:
            if self._arranging == path:
                self._arranging = None
        if not self.is_attached:
            return  # the pane has gone meanwhile
        lines = self.lines
        if self._view is not None and at_once and (lines.pattern is not None or not made.all):
            self._view_wanted = False
            return  # it is that of the newest attempt, and stays with those that go with it
        self._arrangements, self._left_out = made.all, made.left_out
        self._why_not = made.why_not
        self._show_status()
        untouched = lines.following or lines.cursor == 0 or self._view is not None
        if self._view is not None and not at_once:
            self._look(None)  # it was that of an attempt
        if (
            at_once
            and not self._as_printed
            and self._arrangements
            and untouched
            and lines.pattern is None
        ):
            self._look(self._arrangements[0])
        if self._view_wanted and self._view is None:
            self.action_view()
        self._view_wanted = False

    def _look(self, view: View | None) -> None:
        """Show the output in one of its arrangements, or as it was printed."""
        self._clear_search()
        self._show_view(view)

    def _show_view(self, view: View | None) -> None:
        self._view = view
        self._fit_view()
        source: LineSource | None = view or self._reader
        if view is None and self._kept is not None and self._kept != self._path:
            self._printed = self._printed or DividedOutput(SpoolReader(self._kept))
            self._mark()
            source = self._printed
        self.lines.show(source, follow=self._grows and view is None)
        self._show_status()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit_view)

    def _fit_view(self) -> None:
        """Have a plot fill the room that there is."""
        if isinstance(self._view, MetricPlot) and self._view.room != self.lines.room:
            self._fit_again(self._view)

    @work(group="fit")
    async def _fit_again(self, plot: MetricPlot) -> None:
        await self._fit(plot)
        if self.is_attached and self._view is plot:
            self.lines.shown_anew(self.lines.cursor)

    async def _fit(self, plot: MetricPlot | None) -> None:
        """Draw it where nobody waits for that, again where there is another room by then."""
        while plot is not None and (room := self.lines.room).width and plot.room != room:
            await aside(plot.fit, *room)

    def action_view(self) -> None:
        """Show the output in the next arrangement; after the last, as it was printed."""
        if self._arranging is not None:
            # Whoever asks before it is known what the output is has it then.
            self._view_wanted = True
            return
        looks: list[View | None] = [*self._arrangements, None]
        if len(looks) == 1:
            told = "It is neither JSON nor a table."
            if self._why_not:
                told = f"JSON as it was printed: {self._why_not}."
                told += with_keys(self.app, " {pager} opens the pager, {open} a line.")
            self.notify(told, markup=False, timeout=5)
            return
        following = looks[(looks.index(self._view) + 1) % len(looks)]
        self._as_printed = following is None
        self._guarded(lambda: self._look(following))

    def action_fold_all(self) -> None:
        view = self._json
        if view is not None:
            self.lines.shown_anew(view.fold_all(self.lines.cursor, folded=not view.has_folded))
            self._show_status()

    def action_sort(self, by: int) -> None:
        if isinstance(self._view, SortableTable):
            self._view.sort(by)
            self._show_sorted()

    def _show_sorted(self) -> None:
        self.lines.shown_anew(0)
        self._forget_matches()
        if self.lines.pattern is not None and not self._search_bar.display:
            # A search goes on: from the first match in the new order.
            self._go(forward=True, start=0)

    def _open(self) -> None:
        assert self._path is not None
        self._reader = DividedOutput(SpoolReader(self._path))
        self._mark()

    def _mark(self) -> None:
        """Part what was printed. What is made of an output is that of its last attempt."""
        printed = self._reader if self._kept == self._path else self._printed
        if printed is not None:
            printed.marks = self._marks

    @property
    def is_searching(self) -> bool:
        """Whether it is being typed what is searched for."""
        return self._search_bar.display

    def refresh_output(self) -> None:
        """Take in what was written since the last time."""
        self._guarded(self.lines.take_in)
        self._show_status()

    def _guarded(self, act: Callable[[], None]) -> None:
        """Do what touches the disk; where that fails, say so in place of the output."""
        try:
            act()
        except OSError as error:
            self._close()
            self.lines.empty_text = f"The output cannot be read: {safe_text(str(error))}"
            self.lines.show(None)

    def _close(self) -> None:
        for group in ("find", "count", "arrange"):
            self.workers.cancel_group(self, group)
        if self._reader is not None:
            self.lines.show(None)
        self.on_unmount()

    def on_unmount(self) -> None:
        for reader in (self._reader, self._printed):
            if reader is not None:
                reader.close()
        self._reader = self._printed = self._view = None
        self._arrangements = []
        self._why_not = ""

    # The status line

    def on_output_lines_moved(self, message: OutputLines.Moved) -> None:
        message.stop()
        self._show_status()

    def _show_status(self) -> None:
        lines, read = self.lines, self._printed or self._reader
        parts = [self._told] if self._told else []
        # With what can be done, where a key of ours does it.
        does = self._does
        hides = self._view is not None and self._left_out
        if self._view is None:
            parts.append(f"[stdout+stderr] {counted(0 if read is None else read.printed, 'line')}")
        else:
            parts.append(self._view.told)
            parts += [] if isinstance(self._view, MetricPlot) else does(self._view.ways)
        parts += [
            *(does(lambda key: f"{key('view')} other views") if self._arrangements else []),
            *([f"▲ JSON as printed: {self._why_not}"] if self._why_not else []),
            *(does(lambda key: f"{key('pager')} pager") if self._why_not else []),
            *([f"▲ without {counted(self._left_out, 'line')} of stderr"] if hides else []),
            self._place,
        ]
        dropped = 0 if read is None else read.dropped_lines
        if dropped:
            parts.append(f"{dropped:,} lines left out")
        if self._is_cut:
            parts.append("▲ some of it is gone")
        if lines.selected_from is not None:
            copies = does(lambda key: f"{key('copy')} copies")
            parts.append(": ".join([f"{len(lines.marked()):,} selected", *copies]))
        if lines.wrap:
            parts.append("wrapped")
        elif lines.scroll_offset.x:
            parts.append(f"from column {lines.scroll_offset.x + 1}")
        if lines.unfolded:
            folds = does(lambda key: f"{key('overwritten')} folds it")
            parts.append(": ".join(["with what was overwritten", *folds]))
        elif lines.has_folded:
            shows = does(lambda key: f"{key('overwritten')} shows it")
            parts.append(": ".join(["⏎ overwritten", *shows]))
        self._status.update(Content(" · ".join(parts)), layout=False)

    @property
    def _place(self) -> str:
        """Where one stands; one that was followed to its end stays there."""
        lines = self.lines
        if lines.following:
            return "following" if self._grows else "at its end"
        at = "paused at" if self._grows and self._view is None else "line"
        return f"{at} {self._number(lines.cursor):,}"

    def _does(self, told: Callable[[KeyOf], str]) -> list[str]:
        """What is told of our keys, where they answer."""
        return [told(partial(key_of, self.app))] if self._answers else []

    def keys_answer(self, answers: bool) -> None:
        """Name the keys of the output only where they do something."""
        if answers != self._answers:
            self._answers = answers
            self._show_status()

    def _number(self, line: int) -> int:
        """What people call a line, which count from 1."""
        source = self._source
        return 1 + (source.number(line) if isinstance(source, DividedOutput) else line)

    @property
    def _source(self) -> LineSource | None:
        """What is shown and searched."""
        return self._view or self._printed or self._reader

    @property
    def _json(self) -> FoldableJson | None:
        """What is shown, where parts of it may be folded away."""
        return self._view if isinstance(self._view, FoldableJson) else None

    @property
    def _searched(self) -> LineSource | None:
        """What is searched: also what is folded away."""
        return self._source if self._json is None else self._json.whole

    @property
    def _stands(self) -> int:
        """The line of what is searched that is marked."""
        cursor = self.lines.cursor
        return cursor if self._json is None else self._json.number_of(cursor)

    def _look_into(self, line: int) -> int:
        """Unfold what a line of what is searched is folded away in; returns where it is shown then."""
        if self._json is None:
            return line
        place = self._json.look_into(line)
        self.lines.shown_anew(place)
        return place

    def _look_away(self) -> None:
        """Fold again what was unfolded for a match; what the operator folds and unfolds stays."""
        self.lines.revealed = None
        place = None if self._json is None else self._json.look_away(self.lines.cursor)
        if place is not None:
            self.lines.shown_anew(place)

    def _tell(self, told: str) -> None:
        self._told = told
        self._show_status()

    # Search

    def action_search(self) -> None:
        self._search_bar.display = True
        self._search_bar.focus()
        self._tell(self._search_bar.told)

    def on_search_bar_left(self, message: SearchBar.Left) -> None:
        message.stop()
        self._leave_search_bar()

    def on_search_bar_how_changed(self, message: SearchBar.HowChanged) -> None:
        message.stop()
        self._compile(self._search_bar.value)

    def _leave_search_bar(self) -> None:
        self._search_bar.display = False
        self._tell("")
        self.lines.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Mark what would be found while it is typed."""
        event.stop()
        self._compile(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._compile(event.value):
            return
        self._leave_search_bar()
        if self.lines.pattern is not None:
            self._go(forward=True, start=self._stands)

    def _compile(self, text: str) -> bool:
        try:
            self.lines.pattern = self._search_bar.how.pattern(text) if text else None
        except re.error as error:
            self.lines.pattern = None
            self._tell(self._search_bar.told_wrong(error))
            self._look_away()
            return False
        if self.lines.pattern is None:
            self._look_away()
        self._forget_matches()
        return True

    def _forget_matches(self) -> None:
        """Tell of none, for what is searched, or searched for, is another."""
        self._counted = None
        self._tell(self._search_bar.told if self._search_bar.display else "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to other widgets where there is no search or selection to clear."""
        if action == "clear":
            return self.lines.pattern is not None or self.lines.selected_from is not None
        return True

    def action_clear(self) -> None:
        self._clear_search()
        self.lines.selected_from = None

    def _clear_search(self) -> None:
        """Search for nothing, unless it is being typed: then for the same in what is shown now."""
        if self._search_bar.has_focus:
            self._forget_matches()
            return
        self._search_bar.display = False
        self._search_bar.value = ""
        self.lines.pattern = self._counted = None
        self._look_away()
        self._tell("")

    def action_next_match(self) -> None:
        self._go(forward=True, start=self._stands + 1)

    def action_previous_match(self) -> None:
        self._go(forward=False, start=self._stands - 1)

    def _go(self, *, forward: bool, start: int) -> None:
        if self.lines.pattern is None:
            self.action_search()
        elif (searched := self._searched) is not None:
            self._find_match(searched, self.lines.pattern, start, forward)

    @work(group="find", exclusive=True)
    async def _find_match(
        self, source: LineSource, pattern: re.Pattern[str], start: int, forward: bool
    ) -> None:
        await self._go_to_match(source, pattern, start, forward=forward, around=True)

    def mark_matches(self, pattern: re.Pattern[str] | None) -> None:
        """Mark what somebody outside searches for, or nothing."""
        self._clear_search()
        self.lines.pattern = pattern

    def search_for(self, pattern: re.Pattern[str]) -> None:
        """Go to the first line that holds it, as if it had been typed."""
        self.mark_matches(pattern)
        if (searched := self._searched) is not None:
            self._find_match(searched, pattern, 0, True)

    async def find_match(
        self, pattern: re.Pattern[str], by: int, *, enters: bool, around: bool
    ) -> bool:
        """As `Evidence.find_match`."""
        if self.lines.pattern is not pattern:
            self.mark_matches(pattern)
        forward, source = by > 0, self._searched
        if source is None:
            return False
        start = self._stands + by
        if enters:
            start = 0 if forward else source.line_count - 1
        return await self._go_to_match(source, pattern, start, forward=forward, around=around)

    async def _go_to_match(
        self,
        source: LineSource,
        pattern: re.Pattern[str],
        start: int,
        *,
        forward: bool,
        around: bool,
    ) -> bool:
        """Go to the first match from a line on; whether there is one. It is told which one it is."""
        wanted = holds(pattern)
        told = ""
        self._tell("searching…")
        found = await finder.find(source, wanted, start, forward=forward)
        if found is None and around:
            other_end = 0 if forward else source.line_count - 1
            found = await finder.find(source, wanted, other_end, forward=forward)
            told = ", past the end" if forward else ", past the top"
        if found is None:
            self._look_away()
            keys = self._does(lambda key: f"{key('search')} another, {key('back')} ends the search")
            self._tell(" · ".join([NO_MATCH, *keys]) if around else "")
            return False
        self._show_found(self._look_into(found), wanted, pattern)
        if self._counted is not pattern or self._matches.outdated(found):
            # Behind the first result, which is waited for.
            self._counted, self._matches = pattern, Matches()
            self._count_matches(source, wanted)
        self._around = told
        self._tell_match()
        return True

    def _tell_match(self) -> None:
        self._tell(f"{self._matches.told(self._stands)}{self._around}")

    def _show_found(self, line: int, wanted: WantedLines, pattern: re.Pattern[str]) -> None:
        self.lines.centre(line)
        self.lines.reveal(wanted, pattern)

    @work(group="count", exclusive=True)
    async def _count_matches(self, source: LineSource, wanted: WantedLines) -> None:
        await self._matches.count(source, wanted)
        if self._told.startswith("match"):
            self._tell_match()

    def action_next_error(self) -> None:
        if self._source is not None:
            self._find_error(self._source)

    @work(group="find", exclusive=True)
    async def _find_error(self, source: LineSource) -> None:
        lines = self.lines
        if lines.following:
            found = await finder.find(source, finder.is_error, 0, forward=True)
        else:
            found = await finder.find_next_block(source, finder.is_error, lines.cursor)
        if found is None:
            self._tell("no error line" if lines.following else "no error line after this one")
        else:
            self._show_found(found, finder.is_error, finder.TROUBLE)
            self._tell("error line")

    def show_failure(self) -> None:
        """Bring the first error of what was printed last into sight, or else the end."""
        self._guarded(self._show_first_error)

    def _show_first_error(self) -> None:
        source = self._source
        found = first_error(source) if isinstance(source, DividedOutput) else None
        if found is None:
            self.lines.following = True
        else:
            self.lines.go_to(found, above=ABOVE_ERROR)

    def action_attempt(self, by: int) -> None:
        """Go to where the next attempt or leg of the run begins, or else this one, or the one before."""
        if isinstance(self._source, DividedOutput):
            lines = self.lines
            lines.go_to(self._source.beside(lines.cursor, by), above=1)

    # Elsewhere

    def on_click(self, event: events.Click) -> None:
        """Two clicks open a line, as the key for that does; one on the head of a table sorts by a column."""
        if event.widget is not self.lines:
            return
        place = self.lines.place_at(event.x, event.y)
        if isinstance(self._view, SortableTable) and place is not None and place[0] == 0:
            self._view.sort_at(place[1])
            self._show_sorted()
        elif event.chain == 2:
            self.action_whole_line()

    def action_whole_line(self) -> None:
        lines = self.lines
        if self._json is not None and self._json.toggle(lines.cursor):
            lines.shown_anew(lines.cursor)
            self._show_status()
            return
        line = lines.line(lines.cursor)
        if line is not None:
            number = self._number(lines.cursor)
            self.app.push_screen(WholeLineScreen(line, number, lines.pattern))

    def action_times(self) -> None:
        self.lines.action_toggle_timed()

    def action_unfold(self) -> None:
        self.lines.action_toggle_unfolded()

    def action_copy_all(self) -> None:
        self.lines.action_copy_all()

    def action_pager(self) -> None:
        self._hand_over(OutputForPager)

    def action_editor(self) -> None:
        self._hand_over(OutputForEditor)

    def action_save(self) -> None:
        self._hand_over(OutputForFile)

    def _hand_over(self, to: type[OutputWanted]) -> None:
        if self._kept is None or not self._kept.exists():
            self.notify("There is no output yet.", markup=False)
            return
        self.post_message(to(self._kept))
