"""What is asked for at one time, by a form or by a question, and where its values and choices come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Choices, Resolved, Sources
    from pup_tui.core.actions import Question
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.parts import Variable

Given = Mapping[str, object]
ResolveGiven = Callable[[Given, "Sources"], Awaitable["Resolved"]]
FindChoices = Callable[[str, "Resolved", "Sources"], Awaitable["Choices"]]


def reach_out(variables: Mapping[str, Variable]) -> bool:
    """Whether finding their values or choices runs a command or opens the keyring."""
    return any(
        variable.choices_command is not None
        or any(place.startswith(("command:", "keyring:")) for place in variable.places)
        for variable in variables.values()
    )


class AskedValues:
    """Judges what was given for some variables. A command is run once for as long as they are asked for."""

    def __init__(
        self,
        variables: Mapping[str, Variable],
        sources: Sources,
        *,
        resolve: ResolveGiven,
        choices: FindChoices,
    ) -> None:
        self.variables = variables
        self._resolve = resolve
        self._find_choices = choices
        self._all_sources = sources
        self._sources = sources.remembering()
        self._needs: dict[str, frozenset[str]] = {}

    @classmethod
    def of_runbook(cls, runbook: Runbook, sources: Sources) -> AskedValues:
        from pup_tui.catalog.inputs import choices_of, resolve_inputs

        resolve, choices = partial(resolve_inputs, runbook), partial(choices_of, runbook.vars)
        return cls(runbook.vars, sources, resolve=resolve, choices=choices)

    @classmethod
    def of_question(cls, question: Question, sources: Sources) -> AskedValues:
        """The values that an `input` step asks for."""
        from pup_tui.catalog.inputs import choices_of, resolve_question

        choices = partial(choices_of, question.variables, question=question)
        resolve = partial(resolve_question, question)
        return cls(question.variables, sources, resolve=resolve, choices=choices)

    async def at_rest(self, given: Given) -> Resolved:
        """The values as far as they are known without running a command."""
        return await self._judge(given, self._sources.at_rest())

    async def complete(self, given: Given) -> Resolved:
        """All values; commands are run for it, and run again the next time where something was wrong."""
        resolved = await self._judge(given, self._sources)
        if resolved.problems:
            self._sources = self._all_sources.remembering()
        return resolved

    async def _judge(self, given: Given, sources: Sources) -> Resolved:
        """What was typed before a variable went out of sight counts no more, but is kept."""
        while True:
            resolved = await self._resolve(given, sources)
            dropped = given.keys() & set(resolved.not_asked)
            if not dropped:
                return resolved
            given = {name: value for name, value in given.items() if name not in dropped}

    def is_there(self, text: str) -> bool:
        """Whether the file that a value names is there."""
        try:
            return self._sources.path(text).exists()
        except (OSError, ValueError):
            return False

    # Choices

    def needs(self, name: str) -> frozenset[str]:
        """The variables that the choices of one follow from."""
        from pup_tui.catalog.inputs import choices_need

        if name not in self._needs:
            self._needs[name] = choices_need(self.variables[name]) & self.variables.keys()
        return self._needs[name]

    async def choices(self, name: str, resolved: Resolved) -> Choices:
        """The choices of a variable, with the values above it as they are; never raises."""
        return await self._find_choices(name, resolved, self._sources)
