"""What an operator decides of a step that failed: it is skipped, or runs with another text or values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App

from pup_tui.spelling import as_typed
from pup_tui.tui.dialogs.dialog import Answer, Dialog, ValuesAnswer

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources
    from pup_tui.core.actions import Question
    from pup_tui.core.editing import Editable
    from pup_tui.core.program import Program
    from pup_tui.core.state import RunState
    from pup_tui.tui.decided import GoingOn


class StepChanges:
    """Asks for what is decided of the steps of one run, live or past, and puts it into `going`.

    All is called from a worker.
    """

    def __init__(
        self,
        app: App[Any],
        program: Program,
        state: RunState,
        going: GoingOn,
        sources: Callable[[], Sources] | None,
    ) -> None:
        self._app = app
        self._program = program
        self._state = state
        self._going = going
        self._sources = sources
        self._asking: Dialog | None = None
        self.withdrawn = False
        """Whether nobody needs to know any more: the dialog that asked is closed, and none opens."""

    def editable(self, step: str) -> Editable | None:
        """The text of a step that can be changed, with the values that were changed so far."""
        from pup_tui.core.shown import editable_step

        return editable_step(self._program, self._state, step, self._going.changed)

    def changeable(self) -> Question:
        """Asks for the variables of the run that are no secrets: those that have a value keep one."""
        from msgspec import UNSET
        from msgspec.structs import replace

        from pup_tui.core.actions import Question
        from pup_tui.core.standing import first_frame, open_values

        had = first_frame(self._program, self._state)
        known = open_values(had) | self._going.changed
        variables = {
            name: replace(
                variable, required=known.get(name, "") != "", default=UNSET, from_=None, when=None
            )
            for name, variable in self._program.runbook.vars.items()
            if name in known or (name in had.left_out and variable.when is None)
        }
        return Question(
            step="",
            title="Change values and run again",
            kind="input",
            message="What you change counts from here on, and is recorded with your name."
            + self._pinned(),
            variables={name: v for name, v in variables.items() if not v.is_secret},
            names=known,
            directory=next(iter(self._state.directories), ""),
        )

    def _pinned(self) -> str:
        """Says of steps whose text was changed that it holds the values as they were."""
        edited = [*self._state.earlier.edited, *self._going.edited]
        if not edited:
            return ""
        names = ", ".join(f"`{self._name(step)}`" for step in dict.fromkeys(edited))
        return f" The changed text of {names} keeps the values that it was made with."

    def ways(self, step: str) -> set[str]:
        """What can be done with a step that failed, as `FailureScreen` calls it."""
        ways = {"retry", "skip"}
        ways |= {"edit"} if self.editable(step) is not None else set()
        can_change = self._sources is not None and self.changeable().variables
        return ways | ({"variables"} if can_change else set())

    async def decide(self, step: str, answer: str) -> bool:
        """Ask for what one of the `ways` needs; False where the operator goes back."""
        match answer:
            case "skip":
                return await self._skip(step)
            case "edit":
                return await self._edit(step)
            case "variables":
                return self._sources is not None and await self._change(step, self._sources())
            case "retry":
                self._going.skipped.pop(step, None)
                return True
        return False

    def withdraw(self) -> None:
        """Close the dialog that asks, if one does: nothing is to be decided any more."""
        self.withdrawn = True
        if self._asking is not None:
            self._asking.withdraw()

    async def _put(self, dialog: Dialog) -> Answer | None:
        if self.withdrawn:
            return None
        self._asking = dialog
        try:
            return await self._app.push_screen_wait(dialog)
        finally:
            self._asking = None

    def _name(self, step: str) -> str:
        from pup_tui.core.titles import title_of

        return title_of(self._program, self._state, step)

    async def _skip(self, step: str) -> bool:
        """Whether the step is skipped, for a reason."""
        from pup_tui.tui.dialogs.reason import ReasonScreen

        typed = self._going.typed_in("skip", step)
        asked = ReasonScreen(f"Skip {self._name(step)}", _without(self._program, step), typed=typed)
        reason = await self._put(asked)
        if reason is None:
            return False
        self._going.skipped[step] = reason.note
        return True

    async def _edit(self, step: str) -> bool:
        """Whether the step runs with a text as the operator makes it; the one that it had counts as none."""
        from pup_tui.tui.dialogs.edit_text import TEXT, EditTextScreen

        editable = self.editable(step)
        if editable is None:
            return False
        going, typed = self._going, self._going.typed_in("edit", step)
        accepted = going.accepted.get(step)
        if accepted is not None:
            typed.setdefault(TEXT, accepted)
        while True:
            answer = await self._put(EditTextScreen(self._name(step), editable, typed=typed))
            if answer is None:
                if typed.get(TEXT) == accepted:
                    typed.clear()
                return False
            typed[TEXT] = answer.note
            if await self._agreed(step, editable.text, answer.note):
                break
        typed.clear()
        going.skipped.pop(step, None)
        going.edited.pop(step, None)
        going.accepted[step] = answer.note
        if (edited := editable.judge(answer.note)) is not None:
            going.edited[step] = edited
        return True

    async def _change(self, step: str, sources: Sources) -> bool:
        """Whether the operator gives variables another value, and runs the step again with them."""
        from pup_tui.tui.dialogs.resume import ResumeValuesScreen

        question = self.changeable()
        known, typed = question.names, self._going.typed_in("values")
        if not typed:
            typed |= {n: as_typed(known[n]) for n in question.variables if n in known}
        while True:
            shown = ResumeValuesScreen(question, sources.remembering(), typed=typed)
            answer = await self._put(shown)
            if not isinstance(answer, ValuesAnswer):
                return False
            given = answer.values.items()
            changed = {n: v for n, v in given if n not in known or known[n] != v}
            typed |= {n: as_typed(v) for n, v in given}
            if await self._agreed(step, _assigned(known, changed), _assigned(changed, changed)):
                break
        typed.clear()
        self._going.skipped.pop(step, None)
        self._going.changed |= changed
        return True

    async def _agreed(self, step: str, before: str, after: str) -> bool:
        """Whether the operator has seen the difference, if there is one, and wants it."""
        from pup_tui.tui.dialogs.difference import DifferenceScreen, difference

        lines = difference(before, after)
        if not lines:
            return True
        danger = self._program.node(step).step.danger
        return await self._put(DifferenceScreen(self._name(step), lines, danger=danger)) is not None


def _assigned(values: dict[str, Any], names: dict[str, Any]) -> str:
    return "\n".join(f"{name} = {as_typed(values[name])}" for name in names if name in values)


def _without(program: Program, step: str) -> str:
    """What it means for a run that a step is skipped."""
    from pup_tui.core.named import named_captures

    missing = ", ".join(named_captures(program, program.node(step)))
    needed = (
        f" Other steps need what it would have captured ({missing}) and fail." if missing else ""
    )
    return f"The run goes on behind it.{needed}"
