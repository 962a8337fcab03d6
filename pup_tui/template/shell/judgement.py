"""The judgement of a whole script: the place of each value, and what is asked of it there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec.structs import replace

from pup_tui.template.shell.places import (
    Need,
    Place,
    Reached,
    Unchecked,
    UnsafePlaceError,
    startup,
)
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use, parameter_use
from pup_tui.template.shell.tree import script_tree

_UNSEEN_HINT: Final = (
    "write `$(…)` instead of backticks, `${NAME}` instead of `$NAME`, "
    "and what stands within `${NAME…}` on a line of its own"
)


class ScriptJudgement(NamedTuple):
    """The places of markers and what is asked of the environment; or the first that is unsafe (which marker
    or variable, what is wrong, a hint, a line); or the line at which a script is no shell any more.
    """

    places: tuple[Place, ...] = ()
    env: tuple[tuple[str, Reached], ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    """The variables of the environment that a command evaluates again, by way of others, and that command."""
    unsafe: tuple[int | str, str, str, int] | None = None
    unknown_line: int = 0
    is_too_deep: bool = False


@lru_cache(maxsize=256)
def judge(
    script: bytes, shell: str, spans: tuple[tuple[int, int], ...], env: frozenset[str]
) -> ScriptJudgement:
    """Judge a script in which markers stand at ``spans``; ``env`` are its variables that hold values.

    Kept for the items of a list, whose scripts differ in the values only, which are not in here; and for the
    look for warnings, which comes when all scripts of a file are judged.
    """
    tree = script_tree(script, shell, spans)
    if tree.unknown_line:
        return ScriptJudgement(unknown_line=tree.unknown_line, is_too_deep=tree.is_too_deep)
    found: list[Place] = []
    try:
        for place in tree.places():
            found.append(place)  # noqa: PERF402 -- those before an unsafe one are counted
    except UnsafePlaceError as unsafe:
        return ScriptJudgement(unsafe=(len(found), unsafe.message, unsafe.hint, 0))
    uses = {name: parameter_use(shell, name.encode()) for name in sorted(env)}
    if tree.unseen_line and not spans:
        return ScriptJudgement(unknown_line=tree.unseen_line)
    if tree.unseen_line:
        told = (
            f"on line {tree.unseen_line} the script expands something in a place that is not known"
        )
        return ScriptJudgement(unsafe=(0, told, _UNSEEN_HINT, 0))
    special = next((name for name, use in uses.items() if use is Use.CODE), None)
    if special is not None:
        told = "the shell gives the variable a meaning of its own"
        return ScriptJudgement(unsafe=(special, told, "use another name", 1))
    startups = {name: (startup(1),) for name, use in uses.items() if use is Use.STARTUP}
    return _followed(tree.survey, found, env, startups)


def _followed(
    survey: Survey,
    found: list[Place],
    env: frozenset[str],
    startups: Mapping[str, tuple[Reached, ...]],
) -> ScriptJudgement:
    """Add what is asked of values for the sake of the variables that they get to."""
    sources: dict[int | str, frozenset[bytes]] = {i: p.targets for i, p in enumerate(found)}
    sources |= {name: frozenset((name.encode(),)) for name in env}
    if survey.is_plain and not any(sources.values()):
        return ScriptJudgement(tuple(found))
    from pup_tui.template.shell.flow import follow

    split = frozenset(i for i, p in enumerate(found) if p.is_split)
    flow = follow(survey, sources, split, frozenset(i for i, p in enumerate(found) if p.is_cut))
    for source, (variable, problem) in flow.unsafe.items():
        told = f"the value gets to {variable}: {problem.message}"
        return ScriptJudgement(unsafe=(source, told, problem.hint, 1))
    for index, place in enumerate(found):
        command = place.command or flow.commands.get(index)
        reached = _all_asked(place.reached, flow.asked.get(index, ()))
        found[index] = replace(place, reached=reached, command=command)
    asked = tuple(
        (name, reached)
        for name in sorted(env)
        for reached in _all_asked(startups.get(name, ()), flow.asked.get(name, ()))
    )
    commands = tuple((name, flow.commands[name]) for name in sorted(env) if name in flow.commands)
    return ScriptJudgement(tuple(found), asked, flow.unchecked, commands)


def _all_asked(startups: tuple[Reached, ...], asked: tuple[Reached, ...]) -> tuple[Reached, ...]:
    """What is asked of a value that may stand for ``ENV``: a number is a plain name as well."""
    is_number = any(each.need is Need.NUMBER for each in asked)
    return asked if is_number else startups + asked
