"""The last line of the screen: the keys that matter here, never more than six."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from pup_tui.tui.keys import own_bindings

MOST = 6
ALWAYS = "help"
"""The action whose key is always shown, and last."""


class KeyHints(Widget):
    """The keys nearest to the focus, and the one for help. A click on one does what the key does.

    It is one widget: bindings are announced as changed far more often than they change, and to style, lay out
    and draw one for each key would take longer than all else that moving the focus does.
    """

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[ActiveBinding] = []
        self._hovered: ActiveBinding | None = None

    @property
    def shown(self) -> Sequence[ActiveBinding]:
        """What the line tells, from left to right."""
        return self._shown

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_changed)

    def bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and (wanted := self._wanted()) != self._shown:
            self._shown = wanted
            self._hovered = None
            self.refresh()

    def render(self) -> Content:
        return Content("").join(self._hint(active) for active in self._shown)

    def _hint(self, active: ActiveBinding) -> Content:
        key, does = self._parts(active)
        hint = Content.assemble(
            (key, "bold $footer-key-foreground"), (does, "$footer-description-foreground")
        )
        if not active.enabled:
            hint = hint.stylize("dim")
        return hint.stylize("on $block-hover-background") if active is self._hovered else hint

    def _parts(self, active: ActiveBinding) -> tuple[str, str]:
        """A key and what it does, each with what parts it from what comes next."""
        binding = active.binding
        return f" {self.app.get_key_display(binding)} ", f"{binding.description} "

    def _at(self, column: int) -> ActiveBinding | None:
        """The hint in a column of the line."""
        for active in self._shown:
            column -= self._width(active)
            if column < 0:
                return active
        return None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        active = self._at(event.x)
        if active is not None and active.enabled:
            self.app.simulate_key(active.binding.key)
        elif active is not None:
            self.app.bell()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._show_hovered(self._at(event.x))

    def on_leave(self) -> None:
        self._show_hovered(None)

    def _show_hovered(self, active: ActiveBinding | None) -> None:
        if active is not self._hovered:
            self._hovered = active
            self.styles.pointer = "default" if active is None else "pointer"
            self.refresh()

    def on_resize(self) -> None:
        """There may be room for more keys now, or for fewer; at first, where nothing was given the focus."""
        self.bindings_changed(self.screen)

    def _wanted(self) -> list[ActiveBinding]:
        """One key for each thing to do, but for those that a button in sight names with its key."""
        named = set(self._named())
        nearest: list[ActiveBinding] = []
        always: ActiveBinding | None = None
        told: set[str] = set()
        for action, active in own_bindings(self.screen):
            binding = active.binding
            if action.name == ALWAYS:
                always = always or active
            elif binding.show and action.name not in named:
                if told.isdisjoint((binding.action, binding.description)):
                    nearest.append(active)
                told |= {binding.action, binding.description}
        del nearest[MOST - 1 :]
        while nearest and sum(map(self._width, [*nearest, always])) > self.size.width > 0:
            nearest.pop()
        return nearest if always is None else [*nearest, always]

    def _width(self, active: ActiveBinding | None) -> int:
        """The columns that a hint takes, with what parts it from the next one."""
        if active is None:
            return 0
        return sum(map(cell_len, self._parts(active)))

    def _named(self) -> Iterator[str]:
        """The actions that buttons of the page in sight name."""
        page = self.screen.query_one(ContentSwitcher).visible_content
        if page is None:
            return
        # There is a page only after the first frame, which does not wait for buttons either.
        from pup_tui.tui.dialogs.choices import KeyButton

        for row in page.query_children(".buttons"):
            if row.display:
                yield from (
                    each.action_name for each in row.children if isinstance(each, KeyButton)
                )
