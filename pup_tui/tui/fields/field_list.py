"""The fields of several variables, judged together: some values, and some fields, follow from others."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.faults import tell_fault
from pup_tui.tui.fields.field import Field

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.tui.alerts import AboutAlert
    from pup_tui.tui.fields.asked_values import AskedValues

SETTLED = 0.4
"""Seconds that a value stays as it is before choices that follow from it are asked for anew."""


class FieldList(Vertical):
    """One field per variable, in their order. Those that are not asked for keep what was typed in them."""

    class Judged(Message):
        """The values were judged: `wrong` says what is wrong, by name; beside its field it stands already."""

        def __init__(self, resolved: Resolved, wrong: Mapping[str, str]) -> None:
            super().__init__()
            self.resolved = resolved
            self.wrong = wrong

    def __init__(self) -> None:
        super().__init__(classes="fields")
        self._values: AskedValues | None = None
        self._choices_for: dict[str, object] = {}
        self._about: AboutAlert | None = None

    async def ask(
        self, values: AskedValues, given: Mapping[str, object], about: AboutAlert | None = None
    ) -> None:
        """Show a field for each variable, filled in with what is `given`; a secret is never filled in.

        Beside what the alert gave that it is `about` stands where that was.
        """
        await self.forget()
        fields = [
            Field(name, variable, None if variable.is_secret else given.get(name))
            for name, variable in values.variables.items()
        ]
        await self.mount_all(fields)
        self._values = values
        self._about = about
        for field in fields:
            field.touched = about is not None and field.variable_name in about.withheld
        self._judge()

    async def forget(self) -> None:
        """Forget everything that was typed."""
        self._values = self._about = None
        self._choices_for.clear()
        self.workers.cancel_node(self)
        await self.remove_children()

    @property
    def fields(self) -> list[Field]:
        """All fields, also those that are not asked for now."""
        return list(self.query_children(Field))

    def focus_first(self) -> None:
        """Focus the first field that needs a value, else the first one."""
        shown = [field for field in self.fields if field.display]
        empty = [field for field in shown if field.variable.needed and field.raw is None]
        for field in (empty or shown)[:1]:
            field.focus()

    def focus_wrong(self, wrong: Collection[str]) -> None:
        """Show what is wrong beside every field, and focus the first that is."""
        for field in self.fields:
            field.touched = True
        for field in self.fields:
            if field.variable_name in wrong:
                field.focus()
                break

    def fill(self, values: Mapping[str, object]) -> int:
        """Fill in values by name; secrets never. How many were filled in."""
        filled = [f for f in self.fields if f.variable_name in values and not f.variable.is_secret]
        for field in filled:
            field.put(values[field.variable_name])
        return len(filled)

    @property
    def given(self) -> dict[str, str]:
        """What was typed or chosen, also in fields that are not asked for now, and secrets."""
        return {f.variable_name: f.raw for f in self.fields if f.raw is not None}

    # Judging

    def on_field_changed(self, message: Field.Changed) -> None:
        message.stop()
        self._judge()

    def on_field_left(self, message: Field.Left) -> None:
        message.stop()
        self._judge()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    @work(group="judge", exclusive=True, exit_on_error=False)
    async def _judge(self) -> None:
        await self.resolved()

    async def resolved(self, *, complete: bool = False, always: bool = False) -> Resolved | None:
        """Judge all values together; None if they are asked for no more.

        With `complete` commands are run for those that have still to be found; None too if another value was
        typed in the meantime, since what was found belongs to what was there before. What is wrong shows
        beside the fields that were left already, or beside all of them (`always`).
        """
        values = self._values
        if values is None:
            return None
        given = self.given
        resolved = await (values.complete(given) if complete else values.at_rest(given))
        missing = await aside(_missing_files, values, resolved)
        if values is not self._values:
            return None
        if complete and given != self.given:
            self._judge()
            return None
        wrong: dict[str, str] = {}
        for problem in resolved.problems:
            wrong.setdefault(problem.name, _beside_its_field(problem.name, str(problem)))
        for field in self.fields:
            self._show(field, resolved)
            warning = "there is no such file here" if field.variable_name in missing else ""
            field.show_problem(wrong.get(field.variable_name, ""), warning, always=always)
        self._follow_choices(values, resolved)
        self.post_message(self.Judged(resolved, wrong))
        return resolved

    def _show(self, field: Field, resolved: Resolved) -> None:
        """Show the field where it is asked for, with what it gets if nothing is given."""
        name = field.variable_name
        if field.display is not (name not in resolved.not_asked):
            field.display = not field.display
        if self._about is not None:
            is_its = name in self._about.values and field.raw == self._about.values[name]
            field.show_place(self._about.places.get(name, "") if is_its else "")
        origin = resolved.sources.get(name, "")
        if origin != "given":
            found = resolved.values.get(name)
            known = found is not None and origin in ("default", "profile")
            text = as_typed(found) if known else None
            field.show_default(text, origin=origin, secret=name in resolved.secrets)

    # Choices

    def _follow_choices(self, values: AskedValues, resolved: Resolved) -> None:
        """Ask anew for choices that follow from a value which is another one now."""
        for field in self.fields:
            name = field.variable_name
            if not field.display or field.variable.choices_from is None:
                continue
            known = _known(resolved)
            key = [(each, known.get(each), each in known) for each in sorted(values.needs(name))]
            if self._choices_for.get(name) == key:
                continue
            first = name not in self._choices_for
            self._choices_for[name] = key
            loading = self._load(field, values, resolved, 0.0 if first else SETTLED)
            self.run_worker(loading, group=f"choices {name}", exclusive=True, exit_on_error=False)

    async def _load(
        self, field: Field, values: AskedValues, resolved: Resolved, settled: float
    ) -> None:
        """Have the choices of a field found out; a later call takes the place of an earlier one."""
        name = field.variable_name
        needs = values.needs(name)
        field.say_loading()
        await asyncio.sleep(settled)
        if needs.intersection(resolved.unknown):
            resolved = await values.complete(self.given)
        missing = sorted(needs - _known(resolved).keys())
        if missing:
            await field.wait_for(missing)
        else:
            choices = await values.choices(name, resolved)
            await field.take_choices(choices.options, choices.problem)
        self._judge()


def why_off(wrong: Mapping[str, str]) -> str:
    """The first thing that is wrong and how many more there are, safe to show."""
    name, why = next(iter(wrong.items()))
    more = f"  (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return f"{safe_text(name)} {safe_text(why).removeprefix('it ')}{more}"


def _known(resolved: Resolved) -> dict[str, object]:
    """Every variable of which it is known what it is, None where that is nothing."""
    return {**dict.fromkeys(resolved.left_out), **resolved.values}


def _missing_files(values: AskedValues, resolved: Resolved) -> set[str]:
    """Variables of the type `file` whose file is not there; that may be meant, so it is no error."""
    named = {
        name: str(resolved.values[name])
        for name, variable in values.variables.items()
        if variable.type == "file" and resolved.values.get(name) is not None
    }
    return {name for name, text in named.items() if not values.is_there(text)}


def _beside_its_field(name: str, told: str) -> str:
    """The problem without the variable's name, which stands above it already."""
    return told.removeprefix(f"`{name}`").removeprefix(":").strip()
