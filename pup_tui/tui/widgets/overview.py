"""A runbook before it is run: what it is for, what it asks, what it does, how it went."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from pup_tui.analysis.freshness import told_rehearsal, told_runs
from pup_tui.catalog.entries import Origin
from pup_tui.output.sanitize import safe_text
from pup_tui.runbook.step_count import CountedStep, count_steps
from pup_tui.tui.dialogs.choices import KeyButton
from pup_tui.tui.glyphs import TONES, counted_effects, effect_content, status_content
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import (
    columns,
    counted,
    cut_middle,
    description,
    indented,
    moment,
    moment_of_run,
    short_duration,
)
from pup_tui.tui.usual import usually
from pup_tui.tui.widgets.reading import ReadArea

if TYPE_CHECKING:
    from pup_tui.journal.figures import StepFigures
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.model import Runbook, Step
    from pup_tui.runbook.parts import Variable
    from pup_tui.tui.library import Described, DescribedStep
    from pup_tui.tui.listing import Group
    from pup_tui.tui.services import NamedState

MOST_STEPS = 200
MOST_PROBLEMS = 50
MOST_OF_LINE = 120
"""Characters of a line of a file before and after what is wrong with it."""

FACT = 7
"""Columns of the name of what is told of a runbook."""

LAST_RUNS = 5
"""Past runs that are shown in any case; more are where there is room for them."""

INDENT = 2
DEEPEST = 10
"""Columns that a nested step is indented by, and levels of nesting after which it no longer is."""

APART = "  "
"""What stands between a name and what is known of it."""

AROUND_LISTS = 5
"""Columns of the page beside the lists: its padding and the scrollbar."""

MOST_TOP = 110
APART_TOP = 4
"""Columns of what the runbook is where the lists are below it, and between the two where they are beside."""

TWO_COLUMNS_FROM = 130
LISTS_SHARE = 60
"""Columns from which the lists stand beside what the runbook is, and what they take then, in per cent."""

_STATE_TONES = {
    "ok": "good",
    "alert": "bad",
    "breached": "bad",
    "warn": "care",
    "warning": "care",
    "no data": "care",
    "no_data": "care",
}
"""What the colours of states mean that stand for good or bad; each is told in its word as well."""

SIDE_BY_SIDE_FROM = 100
"""Columns from which descriptions of variables stand beside them."""


class Overview(Vertical):
    """The page of the selected runbook, with buttons to run it, plan it, or see its past runs."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "open": ("screen.open", "Run"),
            "down": "scroll(1)",
            "up": "scroll(-1)",
        }
    )

    class Pressed(Message):
        """The operator pressed one of the buttons: `run`, `plan` or `history`."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self) -> None:
        super().__init__(id="overview")
        self._described: Described | None = None
        self._states: Sequence[NamedState] | None = None
        """What Datadog said of what the runbook names, once it was asked."""
        self._asked = ""
        """When it was asked, or what became of that."""

    def compose(self) -> ComposeResult:
        with ReadArea(id="overview-body"):
            yield ReadText(id="overview-top", markup=False)
            yield ReadText(id="overview-lists", markup=False)
        with Horizontal(id="overview-buttons", classes="buttons"):
            yield KeyButton("Run", "run", id="overview-run", variant="primary")
            yield KeyButton("Plan", "plan", id="overview-plan")
            yield KeyButton("History", "history", id="overview-history")

    def on_mount(self) -> None:
        self.show_nothing("")

    def show_nothing(self, told: str) -> None:
        """Say that no runbook is selected."""
        self._described = None
        self.query_one("#overview-top", Static).update(Content.styled(told, "$text-muted"))
        self.query_one("#overview-lists", Static).update(Content())
        self._show_buttons(False)

    def _show_buttons(self, shown: bool) -> None:
        """Show the buttons or hide them: the footer repeats none that is in sight."""
        buttons = self.query_one("#overview-buttons")
        if buttons.display != shown:
            buttons.display = shown
            self.refresh_bindings()

    def show_first(self, text: str, folder: Path | None) -> None:
        """Show how to make the first runbook, where there is none."""
        if folder is None:
            todo = "Put a runbook like this one into a folder, and start with --runbooks FOLDER."
        else:
            todo = (
                with_keys(
                    self.app,
                    "{editor} writes this one to %s and opens it in your editor; "
                    "{new_runbook} writes one of another name.",
                )
                % folder
            )
        self.show_nothing("")
        title = Content.styled("The first runbook", "bold $text-primary")
        self.query_one("#overview-top", Static).update(
            Content("\n").join([title, Content.styled(safe_text(todo), "$text-muted"), Content()])
        )
        self.query_one("#overview-lists", Static).update(Content(text))

    def show_group(self, group: Group) -> None:
        """Show a group: the runbooks in it, and that they are run one by one."""
        rows = [
            (
                Content(f"  {safe_text(entry.id)}"),
                Content.styled(
                    "" if entry.name == entry.id else safe_text(entry.name), "$text-muted"
                ),
            )
            for entry in group.entries
        ]
        title = Content.styled(safe_text(group.title), "bold $text-primary")
        count = Content.styled(f"   a group of {counted(len(rows), 'runbook')}", "$text-muted")
        noted = (
            [Content.styled(f"! {safe_text(group.note)}", "$text-warning")] if group.note else []
        )
        todo = "{open} opens or closes it; go down to a runbook to run or plan it."
        self.show_nothing("")
        self.query_one("#overview-top", Static).update(
            Content("\n").join(
                [title + count, *noted, Content.styled(with_keys(self.app, todo), "$text-muted")]
            )
        )
        self.query_one("#overview-lists", Static).update(columns(rows, limits=(28,)))

    def show(self, described: Described) -> None:
        """Show a runbook from its beginning, or as it is now where it is shown already."""
        if self.shown is None or self.shown.entry.path != described.entry.path:
            self._states, self._asked = None, ""
        runnable = described.loaded.runbook is not None
        self._described = described
        self._lay_out()
        self._show_buttons(True)
        for name in ("#overview-run", "#overview-plan"):
            self.query_one(name, Button).disabled = not runnable

    @property
    def shown(self) -> Described | None:
        """The runbook that is shown, and what is known of it."""
        return self._described

    def show_states(self, states: Sequence[NamedState] | None, asked: str) -> None:
        """Show the states of what the runbook names, and when they were `asked` for."""
        self._states, self._asked = states, asked
        self._lay_out()
        body = self.query_one("#overview-body", VerticalScroll)
        body.scroll_to_widget(self.query_one("#overview-lists"), top=True, animate=False)

    def on_resize(self) -> None:
        self.set_class(self._is_wide, "-wide")
        self._lay_out()

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= TWO_COLUMNS_FROM

    def _lay_out(self) -> None:
        """Put the lists into the width there is."""
        if self._described is not None:
            width = whole = self.size.width - AROUND_LISTS
            if self._is_wide:
                width = whole * LISTS_SHARE // 100
            top = whole - width - APART_TOP if self._is_wide else min(whole, MOST_TOP)
            trusts = with_keys(self.app, "{trust} shows the change")
            self.query_one("#overview-top", Static).update(_top(self._described, top, trusts))
            lists = self.query_one("#overview-lists", Static)
            named = self._named(width)
            lists.update(_lists(self._described, named, width, self._lines_for_lists))

    @property
    def _lines_for_lists(self) -> int:
        """The lines that lists may fill where they stand beside the rest; below it, as few as they can."""
        return self.query_one("#overview-body").size.height if self._is_wide else 0

    def _named(self, width: int) -> list[Content]:
        """What of Datadog the runbook names, with its state once that was asked for."""
        described = self._described
        if described is None or not described.names:
            return []
        todo = with_keys(self.app, "{present_state} shows its state")
        told = self._asked or f"{described.names} · {todo}"
        states = [] if not self._states else [_named_states(self._states, width)]
        heading = _heading(f"At Datadog · {told}")
        if not self._asked and heading.cell_length > width:
            heading = _heading(f"At Datadog · {todo}")
            states = [indented(Content(described.names), 2, width)]
        return [heading, *states, Content()]

    def go_to_top(self) -> None:
        self.query_one("#overview-body", VerticalScroll).scroll_home(animate=False)

    def focus(self, scroll_visible: bool = True) -> Self:
        self.query_one("#overview-body").focus(scroll_visible)
        return self

    def action_scroll(self, lines: int) -> None:
        self.query_one("#overview-body", VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Pressed((event.button.id or "").removeprefix("overview-")))


def _top(described: Described, width: int, trusts: str) -> Content:
    """What wraps: the title, the description, where it comes from, what is wrong with it.

    `trusts` says how one looks at what has changed of it.
    """
    entry, runbook = described.entry, described.loaded.runbook
    parts = [Content.styled(safe_text(entry.name), "bold $text-primary")]
    if entry.name != entry.id:
        parts[0] = Content.assemble(parts[0], (f"   {safe_text(entry.id)}", "$text-muted"))
    parts += [Content.styled(note, "$text-warning") for note in _notes(described, trusts)]
    if described.journal_problem:
        told = f"✖ past runs cannot be read: {safe_text(described.journal_problem)}"
        parts.append(Content.styled(told, "$text-error"))
    if described.known.losses:
        told = f"✖ not all past runs are known: {safe_text(described.known.losses)}"
        parts.append(Content.styled(told, "$text-error"))
    if runbook is None:
        parts += [Content(), *_problems(described)]
    else:
        if runbook.description.strip():
            parts += [Content(), description(runbook.description)]
        parts += [Content(), *_facts(described, runbook, width)]
    return Content("\n").join(parts)


def _notes(described: Described, trusts: str) -> Iterable[str]:
    entry = described.entry
    if described.about:
        yield f"! {safe_text(described.about)}"
    if entry.shadowed:
        yield "◌ shadowed: another runbook with this id is found first and is the one that runs"
    if not entry.trusted:
        from_others = entry.origin is Origin.PACK
        lies = "comes from a pack" if from_others else "lies in the working directory"
        yield f"! untrusted: it {lies}; running it asks you first"
    if entry.changed:
        yield f"! changed since it was trusted: what was trusted runs; {trusts}"


def _problems(described: Described) -> list[Content]:
    from pup_tui.runbook.load import files_by_path

    loaded = described.loaded
    files = files_by_path(loaded.path, loaded.packs, loaded.files)
    lines_of = cache(lambda file: files.get(file, b"").decode(errors="replace").splitlines())
    told = [
        Content.styled(f"✖ broken: {counted(len(loaded.errors), 'error')}", "bold $text-error"),
        Content.styled("Correct the file: it is read again by itself.", "$text-muted"),
    ]
    for problem in loaded.errors[:MOST_PROBLEMS]:
        file = described.place if Path(problem.path) == loaded.path else problem.path
        place = problem.place_in(file)
        told += [Content(), Content.styled(safe_text(place), "$text-muted")]
        told += _line_at(lines_of(problem.path), problem.line, problem.column)
        told.append(Content(safe_text(problem.message, multiline=True)))
        if problem.hint:
            hint = safe_text(problem.hint, multiline=True)
            told.append(Content.styled(f"→ {hint}", "$text-success"))
    rest = len(loaded.errors) - MOST_PROBLEMS
    if rest > 0:
        told += [Content(), Content.styled(f"… {counted(rest, 'more error')}", "$text-muted")]
    return told


def _line_at(lines: Sequence[str], number: int, column: int) -> list[Content]:
    """The line of a file that is wrong from a column on, which has the colour of errors."""
    if not 0 < number <= len(lines):
        return []
    line = lines[number - 1]
    before, at = line[: column - 1], line[column - 1 :]
    before = safe_text(before)[-MOST_OF_LINE:]
    return [
        Content.assemble(
            (f"{number:>4} │ ", "$text-muted"),
            before,
            (safe_text(at)[:MOST_OF_LINE], "bold $text-error"),
        )
    ]


def _facts(described: Described, runbook: Runbook, width: int) -> list[Content]:
    """Each behind its name; what takes several lines stands below itself, and not below that."""
    facts = [("owner", runbook.owner)]
    facts += [("tags", "  ".join(f"{key}:{value}" for key, value in runbook.tags.items()))]
    facts += [("lock", runbook.lock or "")]
    facts += [("import", ", ".join(runbook.import_))]
    facts += [("link", f"{link.title}  {link.url}") for link in runbook.links]
    facts += [("tests", _rehearsed(described))]
    facts += [("file", f"{described.place}  ({described.entry.origin})")]
    return [
        Content.styled(f"{name:<{FACT}}", "$text-muted")
        + indented(Content(safe_text(text)), FACT, width)[FACT:]
        for name, text in facts
        if text
    ]


def _rehearsed(described: Described) -> str:
    """How the last rehearsal of the runbook went; when it was stands with what else speaks for it.

    Blank where it has no rehearsals.
    """
    last = described.known.fresh.rehearsal
    if last is None:
        todo = f"not rehearsed here yet: pup-tui test {described.entry.id}"
        return todo if described.has_rehearsals else ""
    went = f"{last.failed} of {counted(last.cases, 'case')} failed"
    if not last.failed:
        went = f"{counted(last.cases, 'case')} went as expected"
    return f"{went} · {100 * last.reached // max(1, last.points)} % reached"


def _lists(described: Described, named: list[Content], width: int, lines: int) -> Content:
    """What is cut rather than wrapped: variables, steps and runs, a line each.

    There are more runs where that fills no more than so many lines.
    """
    runbook = described.loaded.runbook
    parts = list(named)
    if runbook is not None:
        if runbook.vars:
            told = _variables(runbook.vars, described.from_profile, width)
            parts += [_heading("Variables"), told, Content()]
        parts += [steps_told(described, width), Content()]
    parts.append(_last_runs(described, width))
    taken = sum(part.plain.count("\n") + 1 for part in parts)
    parts.append(_runs(described, max(LAST_RUNS, lines - taken)))
    return Content("\n").join(parts)


def steps_told(described: Described, width: int) -> Content:
    """How many steps a runbook has, and a line for each of them."""
    return Content("\n").join([_steps_heading(described.steps), _steps(described, width)])


def _heading(text: str) -> Content:
    return Content.styled(text, "bold $text-muted")


def _variables(
    variables: Mapping[str, Variable], from_profile: Collection[str], width: int
) -> Content:
    """A line for each; where that leaves descriptions little room, they stand below, wrapped."""
    if width < SIDE_BY_SIDE_FROM:
        lines = []
        for name, variable in variables.items():
            need = _need(variable, name in from_profile)
            lines.append(Content.assemble(f"  {safe_text(name)}  ", need))
            if variable.description:
                told = Content.styled(safe_text(variable.description), "$text-muted")
                lines.append(indented(told, 4, width))
        return Content("\n").join(lines)
    rows = [
        (
            Content(f"  {safe_text(name)}"),
            _need(variable, name in from_profile),
            Content(safe_text(variable.description)),
        )
        for name, variable in variables.items()
    ]
    return columns(rows, limits=(22, 19))


def _named_states(states: Sequence[NamedState], width: int) -> Content:
    """What each is, its state in words, and what else matters of it: below, where there is little room."""
    is_narrow = width < SIDE_BY_SIDE_FROM
    rows: list[list[Content]] = []
    lines: list[Content] = []
    for each in states:
        kind = Content.styled(f"  {each.kind:<7}  ", "$text-muted")
        name = safe_text(each.name)
        state, more = _state_told(each)
        if not is_narrow:
            rows.append([kind + name, state + APART + more])
            continue
        if not name:
            lines += [kind, indented(state, 4, width)]
            continue
        # The state is what was asked for: of its line the name gets what that leaves.
        room = width - kind.cell_length - len(APART) - state.cell_length
        lines.append(kind + cut_middle(name, room) + APART + state)
        if more:
            lines.append(indented(more, 4, width))
    return Content("\n").join(lines) if is_narrow else columns(rows, limits=(38,))


def _state_told(each: NamedState) -> tuple[Content, Content]:
    """The state of a thing, and what else is told of it."""
    if each.problem and each.name:
        return Content.styled("✖", TONES["bad"]), Content.styled(
            safe_text(each.problem), TONES["bad"]
        )
    if each.problem:
        return Content.styled(safe_text(each.problem), TONES["calm"]), Content()
    since = "" if each.since is None else f"since {moment(each.since)}"
    tone = _STATE_TONES.get(each.state.casefold())
    style = "bold" if tone is None else f"bold {TONES[tone]}"
    more = " · ".join(filter(None, [safe_text(each.told), since]))
    return Content.styled(safe_text(each.state), style), Content(more)


def _need(variable: Variable, from_profile: bool) -> Content:
    if from_profile:
        return Content.styled("from the profile", "$text-muted")
    if variable.needed:
        kind = variable.type if variable.type != "string" else ""
        return Content.styled(f"required {kind}".rstrip(), "$text-warning")
    if variable.has_default and not variable.is_secret:
        return Content.styled(f"= {safe_text(variable.default_in_words)}", "$text-muted")
    if variable.places:
        return Content.styled(f"from {safe_text(variable.places_in_words)}", "$text-muted")
    return Content.styled("optional", "$text-muted")


def _steps_heading(steps: Sequence[DescribedStep]) -> Content:
    """How many steps there are, and what those do that hold no others."""
    effects = [(each.step, each.mutates) for each in steps if not each.step.inside]
    told = counted_effects(effects)
    if not told and not any(mutates for _, mutates in effects):
        told = Content("none changes anything")
    count = count_steps(CountedStep(each.step, bool(each.step.inside)) for each in steps)
    return Content(" · ").join(each for each in (Content(count.told), told) if each)


def _steps(described: Described, width: int) -> Content:
    """A line for each; what is known of one stands below it where it does not fit beside its name."""
    steps, figures = described.steps[:MOST_STEPS], described.known.usual.steps
    digits = len(str(len(described.steps)))
    fronts = columns(
        [
            (
                Content.styled(f"  {number:>{digits}}", "$text-muted"),
                effect_content(each.step, each.mutates),
                Content.styled(each.step.listed_kind, "$text-muted"),
                Content(),
            )
            for number, each in enumerate(steps, start=1)
        ],
        limits=(6, 10, 9),
    ).split("\n")
    names = [
        " " * (INDENT * min(each.depth, DEEPEST)) + safe_text(each.step.name) for each in steps
    ]
    known = [_known_of(each.step, figures.get(each.id)) for each in steps]
    lines: list[Content] = []
    for front, name, told in zip(fronts, names, known, strict=True):
        room = width - front.cell_length
        if cell_len(name) + told.cell_length <= room:
            lines.append(Content.assemble(front, name, told))
            continue
        lines.append(Content.assemble(front, cut_middle(name, room)))
        if told:
            lines.append(indented(told[len(APART) :], digits + 4, width))
    rest = len(described.steps) - MOST_STEPS
    if rest > 0:
        lines.append(Content(f"  … {rest:,} more: the plan shows all"))
    return Content("\n").join(lines)


def _known_of(step: Step, figures: StepFigures | None) -> Content:
    """What is unusual about a step, and what past runs say of it, as it stands behind its name."""
    told = Content.styled(_notes_of(step), "$text-muted")
    return told + Content.styled(
        f"{APART}{past}" if (past := usually(figures)) else "", "$text-accent"
    )


def _last_runs(described: Described, width: int) -> Content:
    """What stands above the last runs: what speaks for the runbook as it is now, where that fits behind.

    What is said of it when it never ran is said where its runs would be.
    """
    fresh, now = described.known.fresh, time.time()
    told: list[tuple[str, str]] = []
    if fresh.ran is not None:
        success, *rest = told_runs(fresh, now, described.profile)
        told += [(success, "$text-muted"), *((each, "$text-warning") for each in rest)]
    if fresh.rehearsal is not None:
        is_good = not (fresh.rehearsal.failed or fresh.rehearsal_is_old)
        told.append((told_rehearsal(fresh, now), "$text-muted" if is_good else "$text-warning"))
    heading = "Last runs"
    while told and told[0][1] == "$text-muted":
        longer = f"{heading} · {safe_text(told[0][0])}"
        if cell_len(longer) > width:
            break
        heading = longer
        told.pop(0)
    lines = (indented(Content.styled(safe_text(each), style), 2, width) for each, style in told)
    return Content("\n").join([_heading(heading), *lines])


def _notes_of(step: Step) -> str:
    """What is not usual about when and how a step runs, and where its steps are from."""
    notes = [step.inside_from] if step.inside_from else []
    if step.when != "on_success":
        notes.append(step.when.replace("_", " "))
    if step.if_ is not None:
        notes.append("conditional")
    if step.foreach is not None:
        notes.append("for each item of a list")
    if step.confirm is not None:
        notes.append("asks first")
    if step.asks_after_canary:
        notes.append("asks after the first items")
    if step.optional:
        notes.append("optional")
    if step.undo is not None:
        notes.append("can be taken back")
    return safe_text(f"{APART}({', '.join(notes)})") if notes else ""


def _runs(described: Described, most: int) -> Content:
    if described.journal_problem:
        return Content.styled("  They cannot be read: see above.", "$text-error")
    if not described.known.runs:
        none = "None is known: see above." if described.known.losses else "It has not run yet."
        return Content.styled(f"  {none}", "$text-muted")
    rows = [
        (
            Content.assemble("  ", status_content(row.status)),
            Content(moment_of_run(row.started_at)),
            Content("" if row.duration is None else short_duration(row.duration)),
            Content.styled(_outcome(row), "$text-muted"),
        )
        for row in described.known.runs[:most]
    ]
    return columns(rows, limits=(16, 18, 8))


def _outcome(row: RunRow) -> str:
    parts = [safe_text(row.operator)]
    if row.profile:
        parts.append(f"in {safe_text(row.profile)}")
    if row.scheduled:
        parts.append(f"by the schedule {safe_text(row.scheduled)}")
    if row.leg > 1:
        parts.append(f"leg {row.leg}")
    if row.warnings:
        parts.append(counted(row.warnings, "warning"))
    if row.reason:
        parts.append(safe_text(row.reason))
    told = "  ".join(parts)
    return told if cell_len(told) < 200 else told[:199] + "…"
