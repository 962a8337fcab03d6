"""Integrations by category: whether their credentials work, what they can do, and how a step says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from pup_tui.output.safe_json import safe_json
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import counted, cut_middle
from pup_tui.tui.widgets.page_list import PageList
from pup_tui.tui.widgets.reading import ReadArea

if TYPE_CHECKING:
    from pup_tui.integrations.credentials import Ended, State
    from pup_tui.integrations.library import InstalledIntegration

BESIDE_FROM = 120
"""Columns from which on what is told of one stands beside the list."""

_NOTHING = "There are no integrations. Put one into integrations/NAME.yaml beside your runbooks."
_MARKS: dict[str, tuple[str, str, str]] = {
    "ok": ("✔", "credentials ok", "$text-success"),
    "missing": ("·", "no credentials", "$text-muted"),
    "refused": ("✖", "credentials refused", "$text-error"),
    "unknown": ("?", "not asked", "$text-muted"),
}
_EFFECTS = {"read": "reads", "change": "changes", "destroy": "destroys"}
_TONES = {"read": "$text-muted", "change": "$text-warning", "destroy": "bold $text-error"}
_NAME = 22


class IntegrationsPage(Vertical):
    """The page of the integrations. What is under the cursor is told of below, or beside the list."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {"back": "leave", "copy_step": "copy_step", "try_it": "try_it"}
    )

    class Left(Message):
        """The operator wants to go back."""

    class Copied(Message):
        """The operator wants an action as a step."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name = name
            self.text = text

    class Tried(Message):
        """The operator wants to see what an action gives that only looks."""

        def __init__(
            self, page: IntegrationsPage, found: InstalledIntegration, action: str
        ) -> None:
            super().__init__()
            self.page = page
            self.found = found
            self.action = action

    def __init__(self) -> None:
        super().__init__(id="integrations")
        self._found: Sequence[InstalledIntegration] | None = None
        self._states: dict[str, tuple[State, str]] = {}
        self._about: dict[str, tuple[InstalledIntegration, str]] = {}
        """What each line of the list is about, as `chosen` tells it."""
        self._open: set[str] = set()
        self._tried: dict[str, Ended | None] = {}

    def compose(self) -> ComposeResult:
        yield Static("Reading the integrations…", id="integrations-head", markup=False)
        with Container(id="integrations-both"):
            yield PageList()
            with ReadArea(id="integrations-told"):
                yield ReadText(id="integrations-text", markup=False)

    def focus(self, scroll_visible: bool = True) -> Self:
        self.query_one(PageList).focus(scroll_visible)
        return self

    def show(self, found: Sequence[InstalledIntegration], at: str = "") -> None:
        """Show these, with the cursor on the action `at` (INTEGRATION/ACTION) where one is meant."""
        self._found = sorted(found, key=lambda each: (_category(each), each.name))
        name, _, action = at.partition("/")
        meant = next((each for each in found if each.name == name), None)
        if meant is not None:
            self._open.add(_key(meant))
        self._lay_out("" if meant is None else _key(meant, action))

    def tell_credentials(self, found: InstalledIntegration, state: tuple[State, str]) -> None:
        self._states[_key(found)] = state
        self._lay_out()

    def tell_tried(self, found: InstalledIntegration, action: str, ended: Ended | None) -> None:
        """Show what an action gave; None while it is under way."""
        self._tried[_key(found, action)] = ended
        self._tell()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_FROM, "-wide")
        self._lay_out()

    # What is listed

    def _lay_out(self, wanted: str = "") -> None:
        if self._found is None:
            return
        self._about = {}
        self.query_one(PageList).lay_out(list(self._options(self._found)), wanted)
        self._tell()

    def _options(self, found: Iterable[InstalledIntegration]) -> Iterator[Option]:
        category = None
        for each in found:
            if _category(each) != category:
                category = _category(each)
                heading = Content.styled(
                    safe_text(category) or "cannot be used", "bold $text-muted"
                )
                yield Option(heading, disabled=True)
            yield Option(self._line(each), id=self._id_of(each))
            if _key(each) in self._open and each.said is not None:
                for name, action in each.said.actions.items():
                    line = _action_line(name, action.effect, action.description, self._width)
                    yield Option(line, id=self._id_of(each, name))

    def _id_of(self, found: InstalledIntegration, action: str = "") -> str:
        """The id of a line, which leads to what it is about."""
        name = _key(found, action)
        self._about[name] = found, action
        return name

    def _line(self, each: InstalledIntegration) -> Content:
        mark, word, tone = _MARKS[self._states.get(_key(each), ("unknown", ""))[0]]
        if each.said is None:
            mark, word, tone = "✖", "broken", "$text-error"
        elif not each.place.trusted:
            mark, word, tone = "!", "not trusted", "$text-warning"
        fold = "▾" if _key(each) in self._open else "▸"
        pack = f"{each.place.pack}: " if each.place.pack else ""
        title = safe_text(pack + (each.said.title if each.said is not None else each.name))
        name = cut_middle(title, _NAME).ljust(_NAME)
        return Content.assemble(f"{fold} ", (name, "bold"), " ", (f"{mark} {word}", tone)).truncate(
            self._width, ellipsis=True
        )

    @property
    def _width(self) -> int:
        width = self.size.width // 2 if self.has_class("-wide") else self.size.width
        return max(20, width - 4)

    # What is under the cursor

    @property
    def chosen(self) -> tuple[InstalledIntegration, str] | None:
        """The integration under the cursor, and its action, blank on the integration itself."""
        option = self.query_one(PageList).highlighted_option
        return None if option is None or option.id is None else self._about.get(option.id)

    def _tell(self) -> None:
        if self._found is None:
            return
        self.query_one("#integrations-head", Static).update(self._head())
        told = self.query_one("#integrations-text", Static)
        if (chosen := self.chosen) is not None:
            found, action = chosen
            told.update(self._of_action(found, action) if action else self._of_integration(found))
        self.refresh_bindings()

    def _head(self) -> Content:
        title = Content.styled("Integrations", "bold $text-primary")
        if not self._found:
            return title + f"\n\n{_NOTHING}"
        told = counted(len(self._found), "system")
        hints = ["{open} shows the actions"]
        if self.check_action("copy_step", ()):
            hints = ["{copy_step} copies it as a step"]
        if self.check_action("try_it", ()):
            hints.append("{try_it} tries it")
        more = with_keys(self.app, " · ".join(["", *hints]))
        return Content.assemble(title, (f"   {told}{more}", "$text-muted"))

    def _of_integration(self, found: InstalledIntegration) -> Content:
        from pup_tui.integrations.telling import told_setting

        lines = [Content.styled(safe_text(str(found.place.path)), "$text-muted")]
        if found.said is None:
            problems = (Content(safe_text(str(problem))) for problem in found.problems)
            return Content("\n").join([*lines, *problems])
        state, why = self._states.get(_key(found), ("unknown", "asking…"))
        mark, word, tone = _MARKS[state]
        lines.append(Content.styled(f"{mark} {word}", tone) + f": {safe_text(why)}")
        lines += [Content(), *_lines(found.said.description)]
        lines += [Content(safe_text(f"{link.title}: {link.url}")) for link in found.said.links]
        lines.append(Content())
        for name, setting in found.said.settings.items():
            lines.append(Content(safe_text(told_setting(name, setting))))
        return Content("\n").join(lines)

    def _of_action(self, found: InstalledIntegration, name: str) -> Content:
        from pup_tui.integrations.calling import step_text
        from pup_tui.integrations.telling import told_param

        assert found.said is not None
        action = found.said.actions[name]
        lines = [
            Content.assemble(
                (safe_text(f"{found.name}/{name}"), "bold"),
                "  ",
                (_EFFECTS[action.effect], _TONES[action.effect]),
            ),
            *_lines(action.description),
            Content(),
        ]
        for param, variable in action.params.items():
            lines.append(Content(safe_text(told_param(param, variable))))
        if action.outputs:
            lines.append(Content(safe_text(f"gives {', '.join(action.outputs)}")))
        step = (Content(safe_text(line)) for line in step_text(found, name).splitlines())
        lines += [Content(), *step, *self._told_tried(found, name)]
        return Content("\n").join(lines)

    def _told_tried(self, found: InstalledIntegration, action: str) -> Iterator[Content]:
        key = _key(found, action)
        if key not in self._tried:
            return
        yield Content()
        ended = self._tried[key]
        if ended is None:
            yield Content.styled("… asking", "$text-muted")
        elif not ended.ok:
            yield Content.styled(f"✖ {safe_text(ended.reason)}", "$text-error")
            yield from (Content(safe_text(line)) for line in ended.printed.splitlines())
        else:
            yield Content.styled("✔ it gives", "$text-success")
            for name, value in ended.outputs.items():
                text = value if isinstance(value, str) else safe_json(value, indent=2)
                yield from (Content(safe_text(line)) for line in f"{name}: {text}".splitlines())
            if not ended.outputs:
                yield from (Content(safe_text(line)) for line in ended.printed.splitlines())

    # What is done

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        chosen = self.chosen
        if chosen is not None and not chosen[1]:
            self._open ^= {_key(chosen[0])}
            self._lay_out()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in ("copy_step", "try_it"):
            return True
        chosen = self.chosen
        if chosen is None or not chosen[1] or chosen[0].said is None:
            return False
        effect = chosen[0].said.actions[chosen[1]].effect
        return action == "copy_step" or (effect == "read" and chosen[0].place.trusted)

    def action_copy_step(self) -> None:
        from pup_tui.integrations.calling import step_text

        if (chosen := self.chosen) is not None and chosen[1]:
            found, action = chosen
            self.post_message(self.Copied(f"{found.name}/{action}", step_text(found, action)))

    def action_try_it(self) -> None:
        if (chosen := self.chosen) is not None and self.check_action("try_it", ()):
            self.post_message(self.Tried(self, *chosen))

    def action_leave(self) -> None:
        self.post_message(self.Left())


def _lines(text: str) -> list[Content]:
    return [Content(safe_text(line)) for line in text.strip().splitlines()]


def _category(found: InstalledIntegration) -> str:
    return found.said.category if found.said is not None else ""


def _key(found: InstalledIntegration, action: str = "") -> str:
    """What tells an integration, or an action of it, from one of the same name in another file."""
    return f"{found.place.path} {action}"


def _action_line(name: str, effect: str, description: str, width: int) -> Content:
    word = _EFFECTS[effect]
    told = safe_text(description.strip().partition("\n")[0])
    line = Content.assemble(
        "    ",
        (cut_middle(safe_text(name), 20).ljust(20), ""),
        " ",
        (f"{word:<9}", _TONES[effect]),
        told,
    )
    return line.truncate(width, ellipsis=True)
