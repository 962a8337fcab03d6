"""The runbooks in a tree, grouped and filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static, Tree
from textual.widgets.tree import TreeNode

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.alerts import is_like_an_alert
from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.glyphs import Mark
from pup_tui.tui.keys import bound, key_of, with_keys
from pup_tui.tui.listing import (
    GROUPINGS,
    NOTED,
    Activity,
    Group,
    grouped,
    labels_of,
    marks,
    matches,
    proven,
)
from pup_tui.tui.texts import cut_middle

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.catalog.entries import Entry


LEAF_INDENT = 2
LEAST_NAME = 8
"""Columns before a runbook's marks, and those that its id keeps beside them."""


class AlertPasted(Message):
    """An alert was pasted into the list of runbooks, or into its filter."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class FilterInput(LineInput):
    """Filters while one types; enter and down go to the list, escape clears."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": ("clear_filter", "Clear"),
            "to_list": "leave",
        }
    )

    class Left(Message):
        """The operator leaves the filter for the list below it."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, id="sidebar-filter")
        # Set this way it is not styled before it stands anywhere.
        self.set_reactive(Input.compact, True)
        self.set_class(True, "-textual-compact", update=False)

    def _on_paste(self, event: events.Paste) -> None:
        """What is more than a word to look for is an alert."""
        if is_like_an_alert(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(AlertPasted(event.text))
        else:
            super()._on_paste(event)

    def action_clear_filter(self) -> None:
        self.value = ""
        self.post_message(self.Left())

    def action_leave(self) -> None:
        self.post_message(self.Left())


class RunbookTree(Tree["Entry | str"], inherit_bindings=False):
    """Groups and the runbooks in them, each with what is to be known of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bound({"open": ("tell_broken", "What is wrong")}),
        *bound({"open": ("turn_group", "Open or close")}),
        *bound(
            {
                "open": ("select_cursor", "Run"),
                "editor": ("edit_broken", "Edit the file"),
                "fold_or_unfold": ("toggle_node", "Open or close the group"),
                "down": "cursor_down",
                "up": "cursor_up",
                "page_down": "page_down",
                "page_up": "page_up",
                "first": "first",
                "last": "last",
                "right": ("open_group", "Open the group"),
                "left": ("close_group", "Close the group"),
                "next_match": ("runbook(1)", "Next runbook"),
                "previous_match": ("runbook(-1)", "Runbook before"),
            }
        ),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "runbooks--good",
        "runbooks--bad",
        "runbooks--care",
        "runbooks--busy",
        "runbooks--calm",
        "runbooks--group",
    }
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    def __init__(self) -> None:
        # A string would be read as markup, for which a table of all emoji is loaded.
        super().__init__(Text("runbooks"), id="runbook-tree")
        self.activity = Activity()
        self.labels: Mapping[Path, str] = {}
        self.notes: Mapping[str, str] = {}
        self._stood: object = None
        """What the cursor was on last, also where a filter has left nothing since."""

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if event.text.strip():
            self.post_message(AlertPasted(event.text))

    def on_mount(self) -> None:
        self.show_root = False
        self.show_guides = False
        self.guide_depth = 2

    def render_label(self, node: TreeNode[Entry | str], base_style: Style, style: Style) -> Text:
        """The title of a group, or a runbook's marks before and after its id."""
        if node.data is None or isinstance(node.data, str):
            return self._group_label(node, style)
        found = marks(node.data, self.activity)
        room = self.scrollable_content_region.width - LEAF_INDENT
        glyph = found[0].glyph if found else " "
        text = Text(f"{glyph} ", style + self._tone(found[0]) if found else style, end="")
        first = len(found[0].word) + 1 if found else 0
        called = self.labels.get(node.data.path, node.data.id)
        name = cut_middle(safe_text(called), max(LEAST_NAME, room - text.cell_len - first))
        text.append_text(Text(name, style, no_wrap=True, end=""))
        for mark in found:
            if text.cell_len + 1 + len(mark.word) <= room:
                text.append(f" {mark.word}", style + self._tone(mark))
        left = room - text.cell_len
        ages = proven(node.data, self.activity)
        if age := next((age for age in ages if 2 + len(age.word) <= left), None):
            # At the edge, so that ages stand below each other.
            text.append(age.word.rjust(left), style + self._tone(age))
        return text

    def get_label_width(self, node: TreeNode[Entry | str]) -> int:
        """The least: labels are made for the width of the list, which is not scrolled sideways."""
        return 1

    def _group_label(self, node: TreeNode[Entry | str], style: Style) -> Text:
        icon = self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
        looks = style + self.get_component_rich_style("runbooks--group", partial=True)
        title = safe_text(str(node.data or ""))
        text = Text(f"{icon}{title}", looks, no_wrap=True, end="")
        text.append(f" {len(node.children)}", style + self._tone_style("calm"))
        if self.notes.get(str(node.data or "")):
            text.append(f" {NOTED.glyph}", style + self._tone(NOTED))
        return text

    def _tone(self, mark: Mark) -> Style:
        return self._tone_style(mark.tone)

    def _tone_style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"runbooks--{tone}", partial=True)

    @property
    def entry(self) -> Entry | None:
        """The runbook under the cursor."""
        node = self.cursor_node
        return None if node is None or isinstance(node.data, str | None) else node.data

    @property
    def nearest(self) -> list[Entry]:
        """The runbooks that are listed, those nearest to the cursor first."""
        nodes = sorted(self._rows(), key=lambda node: abs(node.line - self.cursor_line))
        return [node.data for node in nodes if not isinstance(node.data, str | None)]

    @property
    def group(self) -> Group | None:
        """The group under the cursor."""
        node = self.cursor_node
        if node is None or not isinstance(node.data, str):
            return None
        leaves = [leaf.data for leaf in node.children]
        entries = tuple(e for e in leaves if not isinstance(e, str | None))
        return Group(node.data, entries, self.notes.get(node.data, ""))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        broken = self.entry is not None and self.entry.broken
        if action in ("edit_broken", "tell_broken"):
            return broken
        if action == "turn_group":
            return self.group is not None
        return not (action == "select_cursor" and (broken or self.entry is None))

    def action_tell_broken(self) -> None:
        """Say why it does not run."""
        self.action_select_cursor()

    def action_turn_group(self) -> None:
        """Open the group, or close it."""
        self.action_select_cursor()

    async def action_edit_broken(self) -> None:
        """Edit the file of a runbook that cannot run before it is corrected."""
        await self.screen.run_action("edit")

    # What is shown

    def show(self, groups: Sequence[Group], activity: Activity) -> None:
        """Show these groups. Where one stood, and which groups were closed, stays as it was."""
        self.activity = activity
        self.labels = labels_of([entry for group in groups for entry in group.entries])
        self.notes = {group.title: group.note for group in groups}
        if self._shape() == _shape(groups):
            self._renew(groups)
            return
        if self.cursor_node is not None:
            self._stood = _key(self.cursor_node.data)
        here = self._stood
        closed = {node.data for node in self.root.children if not node.is_expanded}
        line = self.cursor_line
        self.clear()
        for group in groups:
            node = self.root.add(Text(group.title), group.title, expand=group.title not in closed)
            for entry in group.entries:
                node.add_leaf(Text(entry.id), entry)
        self.root.expand()
        self._return_to(here, line)

    def _renew(self, groups: Sequence[Group]) -> None:
        for node, group in zip(self.root.children, groups, strict=True):
            for leaf, entry in zip(node.children, group.entries, strict=True):
                leaf.data = entry
        self._clear_line_cache()
        self.refresh(layout=True)

    def _shape(self) -> list[object]:
        return [
            (node.data, [_key(leaf.data) for leaf in node.children]) for node in self.root.children
        ]

    def _return_to(self, here: object, line: int) -> None:
        """Back to what the cursor was on; else to the same line; at first to the first runbook."""
        shown = self._shown()
        if here in shown:
            line = shown.index(here)
        elif here is None:
            line = next((at for at, key in enumerate(shown) if not isinstance(key, str)), line)
        self._stand_on(line)

    def go_to(self, path: Path) -> None:
        """Put the cursor on the runbook in this file."""
        for group in self.root.children:
            for leaf in group.children:
                if not isinstance(leaf.data, str | None) and leaf.data.path == path:
                    group.expand()
                    self._stand_on(self._shown().index(_key(leaf.data)))
                    return

    def _shown(self) -> list[object]:
        """What stands in each line."""
        return [_key(node.data) for node in self._rows()]

    def _rows(self) -> list[TreeNode[Entry | str]]:
        nodes = (self.get_node_at_line(line) for line in range(self.last_line + 1))
        return [node for node in nodes if node is not None]

    def _stand_on(self, line: int) -> None:
        """Put the cursor on a line, at once: who moves it before the list is drawn moves it from there."""
        if self.last_line >= 0:
            self.cursor_line = line
            # How much of the list is in sight is known once it has been laid out.
            self.call_after_refresh(lambda: self.scroll_to_line(self.cursor_line, animate=False))

    def action_runbook(self, by: int) -> None:
        """Go to the next runbook or to the one before, past the titles of groups."""
        at = self.cursor_line + by
        while 0 <= at <= self.last_line:
            node = self.get_node_at_line(at)
            if node is not None and not isinstance(node.data, str | None):
                self.move_cursor(node)
                return
            at += by

    def move_cursor_to_line(self, line: int, animate: bool = False) -> None:
        """To a line, or the last one where there are fewer by now; in an empty list nowhere."""
        if self.last_line >= 0:
            super().move_cursor_to_line(max(0, min(line, self.last_line)), animate)

    def action_first(self) -> None:
        self.move_cursor_to_line(0)

    def action_last(self) -> None:
        self.move_cursor_to_line(self.last_line)

    def on_click(self, event: events.Click) -> None:
        """One click goes to a row; two do what enter does: run a runbook, or open or close a group."""
        event.prevent_default()
        line = event.style.meta.get("line")
        if line is not None:
            self.move_cursor_to_line(line)
            if event.chain == 2:
                self.action_select_cursor()

    def action_open_group(self) -> None:
        if self.cursor_node is not None and self.cursor_node.allow_expand:
            self.cursor_node.expand()

    def action_close_group(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        if not node.allow_expand and node.parent is not None:
            node = node.parent
            self.move_cursor(node)
        node.collapse()


class Sidebar(Vertical):
    """A filter, the tree, and a line that says what to do where there is nothing in it."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "search": ("filter", "Filter"),
            "group": "group",
            "back": ("clear", "Clear the filter"),
        }
    )

    class Highlighted(Message):
        """The cursor is on a runbook, on a group, or on nothing."""

        def __init__(self, entry: Entry | None, group: Group | None) -> None:
            super().__init__()
            self.entry = entry
            self.group = group

    class Opened(Message):
        """The operator wants to run this runbook."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    class Grouped(Message):
        """The operator wants them grouped by this, one of `GROUPINGS`."""

        def __init__(self, grouping: str) -> None:
            super().__init__()
            self.grouping = grouping

    def __init__(self, places: Sequence[Path], grouping: str = "") -> None:
        self._places = places
        self._entries: Sequence[Entry] = ()
        self._loading = True
        self._problem = ""
        self._activity = Activity()
        self._told: tuple[Entry | None, Group | None] = (None, None)
        self._outside: Path | None = None
        self._about_workflows = ""
        self.grouping = grouping if grouping in GROUPINGS else GROUPINGS[0]
        runbooks = RunbookTree()
        runbooks.display = False
        super().__init__(
            FilterInput(with_keys(self.app, "{search} filter")),
            Static(Content(self._nothing()), id="sidebar-state", markup=False),
            runbooks,
            Static(self._legend(), id="sidebar-legend", markup=False),
            id="sidebar",
        )

    @property
    def runbooks(self) -> RunbookTree:
        return self.query_one(RunbookTree)

    @property
    def _filter(self) -> FilterInput:
        return self.query_one(FilterInput)

    # What is shown

    def show(
        self, entries: Sequence[Entry], problem: str = "", *, outside: Path | None = None
    ) -> None:
        """Show these runbooks from now on, or why they cannot be read."""
        self._entries = entries
        self._outside = outside
        self._problem = problem
        self._loading = False
        self._show_groups()

    def show_about_workflows(self, told: str) -> None:
        """Say this of the Datadog Workflows from now on."""
        if told != self._about_workflows:
            self._about_workflows = told
            self._show_groups()

    def show_activity(self, activity: Activity) -> None:
        """Show what is going on."""
        self._activity = activity
        self._show_groups()

    def _show_groups(self) -> list[Group]:
        wanted = self._filter.value
        found = [entry for entry in self._entries if matches(entry, wanted)]
        groups = grouped(
            found,
            self.grouping,
            wanted=wanted,
            outside=self._outside,
            about_workflows=self._about_workflows,
        )
        self.runbooks.show(groups, self._activity)
        self._show_state(len(found))
        if found:
            self._tell(self.runbooks.entry, self.runbooks.group)
        return groups

    def _show_state(self, found: int) -> None:
        state = self.query_one("#sidebar-state", Static)
        state.display = not found
        self.runbooks.display = bool(found)
        if not found:
            state.update(Content(self._nothing()))
            self._tell(None)

    def _nothing(self) -> str:
        if self._loading:
            return "Reading the runbooks…"
        if self._problem:
            return f"The runbooks cannot be read: {safe_text(self._problem)}"
        if self._entries:
            return with_keys(
                self.app,
                "No runbook matches.\n\n{back} clears the filter.\n\n"
                "Each word is looked for in ids, names, descriptions and tags.",
            )
        folder = safe_text(str(self._places[0])) if self._places else ""
        return (
            f"There are no runbooks yet.\n\n{key_of(self.app, 'editor')} writes a first one. "
            f"Or put a YAML file into\n{folder}\nor start with --runbooks DIR. It shows up here by itself."
        )

    def _legend(self) -> Content:
        return Content.styled(
            with_keys(self.app, f"by {self.grouping}  ·  {{group}} changes"), "$text-muted"
        )

    # What the operator does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear":
            return bool(self._filter.value)
        if action in ("filter", "group"):
            return self._loading or bool(self._entries)
        return True

    @property
    def filtered(self) -> str:
        """What it is filtered by."""
        return self._filter.value

    def action_filter(self) -> None:
        self._filter.focus()

    def action_clear(self) -> None:
        self._filter.value = ""

    def action_group(self) -> None:
        """Group by the next thing there is."""
        self.group_by(GROUPINGS[(GROUPINGS.index(self.grouping) + 1) % len(GROUPINGS)])

    def group_by(self, grouping: str) -> None:
        """Group by one of `GROUPINGS`."""
        self.grouping = grouping
        self.post_message(self.Grouped(grouping))
        self.query_one("#sidebar-legend", Static).update(self._legend())
        self._show_groups()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        groups = self._show_groups()
        if event.value.strip() and groups:
            self.runbooks.go_to(groups[0].entries[0].path)

    def on_filter_input_left(self, message: FilterInput.Left) -> None:
        message.stop()
        self.runbooks.focus()

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Entry | str]) -> None:
        event.stop()
        self._tell(self.runbooks.entry, self.runbooks.group)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Entry | str]) -> None:
        event.stop()
        if not isinstance(event.node.data, str | None):
            self.post_message(self.Opened(event.node.data))

    def _tell(self, entry: Entry | None, group: Group | None = None) -> None:
        # Not equal but the same: an entry that was read again may stand for another text.
        if entry is not self._told[0] or group != self._told[1]:
            self._told = entry, group
            self.post_message(self.Highlighted(entry, group))


def _key(data: Entry | str | None) -> object:
    """What a node is, over changes of what is known about it."""
    return data if isinstance(data, str | None) else (data.id, data.path)


def _shape(groups: Sequence[Group]) -> list[object]:
    return [(group.title, [_key(entry) for entry in group.entries]) for group in groups]
