"""Answers to `input` steps that are given before a run begins, and the questions that have none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, named, tell

if TYPE_CHECKING:
    from pup_tui.core.events import LeftOutSteps
    from pup_tui.core.program import Node, Program
    from pup_tui.headless.answers import GivenAnswer, GivenAnswers
    from pup_tui.runbook.parts import Variable

SET = "--set"
ARG_FILE = "--arg-file"

NamedAnswers = Mapping[str, Mapping[str, object]]
"""Values by the id of their step and the name of their variable."""


def joined(variable: Variable | None, texts: Sequence[str], told_as: str, option: str) -> object:
    """What an option stands for that was given several times for a variable; Failure where that is wrong."""
    from pup_tui.catalog.inputs import joined_input

    try:
        return joined_input(variable, texts)
    except ValueError as error:
        raise Failure(f"{told_as}: {error}", option) from error


def refuse_list(variable: Variable | None, value: object, told_as: str) -> None:
    """Raise Failure where a file gives a list to what is none."""
    if isinstance(value, list) and variable is not None and not variable.is_list:
        hint = "write its text, or JSON in quotes"
        raise Failure(f"{told_as} must be one value, not a list", ARG_FILE, hint)


def given_answers(
    program: Program, in_file: NamedAnswers, set_texts: Mapping[str, Mapping[str, Sequence[str]]]
) -> GivenAnswers:
    """The answers that were given; `set_texts` are those of `--set`, which count more.

    Raises Failure for a step that asks for no values, an unknown or wrong value, and a secret among those.
    """
    from pup_tui.headless.answers import GivenAnswer

    asking = {node.id: node for node in program.nodes if node.step.asks_values}
    by_set = {
        step: {
            name: joined(_asked(asking, step, name), texts, f"{step}.{name}", SET)
            for name, texts in values.items()
        }
        for step, values in set_texts.items()
    }
    for option, answers in ((ARG_FILE, in_file), (SET, by_set)):
        for step, values in answers.items():
            _check(asking, step, values, option)
    return {
        step: GivenAnswer(
            {**in_file.get(step, {}), **by_set.get(step, {})}, SET if step in by_set else ARG_FILE
        )
        for step in {**in_file, **by_set}
    }


def _asked(asking: Mapping[str, Node], step: str, name: str) -> Variable | None:
    return asking[step].step.asked.get(name) if step in asking else None


def _check(
    asking: Mapping[str, Node], step: str, values: Mapping[str, object], option: str
) -> None:
    from pup_tui.catalog.inputs import check_input
    from pup_tui.template.suggest import did_you_mean

    if step not in asking:
        known = ", ".join(f"`{other}`" for other in asking) or "none"
        hint = did_you_mean(step, asking.keys()) or f"steps that ask for values: {known}"
        raise Failure(f"there is no input step `{step}`", option, hint)
    variables = asking[step].step.asked
    for name, value in values.items():
        if name not in variables:
            known = ", ".join(f"`{other}`" for other in variables)
            hint = did_you_mean(name, variables.keys()) or f"it asks for {known}"
            raise Failure(f"`{step}` does not ask for `{name}`", option, hint)
        if variables[name].is_secret and option == SET:
            raise Failure(
                f"{step}.{name} is a secret and may not stand on a command line",
                option,
                f"use --arg-file: answers: {{{step}: {{{name}: …}}}}",
            )
        refuse_list(variables[name], value, f"{step}.{name}")
        try:
            check_input(variables[name], value)
        except ValueError as error:
            raise Failure(f"{step}.{name}: {error}", option) from error


def check_answered(
    program: Program,
    given: GivenAnswers,
    *,
    yes: bool,
    left: LeftOutSteps,
    barred: Collection[str] = (),
    in_lists: bool = False,
) -> None:
    """Judge the questions of a run in which nobody can be asked, before it begins.

    Raises Failure for a question that is surely asked and surely has no answer; others that would end the
    run are told. What is given is as for `open_questions`.
    """
    if open_ := open_questions(
        program, given, yes=yes, left=left, barred=barred, in_lists=in_lists
    ):
        tell(f"pup-tui: nobody can be asked here: the run ends where it asks {named(open_)}")


def open_questions(
    program: Program,
    given: GivenAnswers,
    *,
    yes: bool,
    left: LeftOutSteps,
    barred: Collection[str] = (),
    in_lists: bool = False,
) -> list[str]:
    """What a run may ask that has no answer, where nobody can be asked.

    That is also whether to go past the gates of steps that are `left` out. With `yes` all are answered but
    for values that nothing gives: no answer, no source and no default. `barred` steps do not begin. With
    `in_lists` what is asked for items that are written out in the file is surely asked as well.
    Raises Failure for a question that is surely asked and surely has no answer.
    """
    from pup_tui.core.leaving_out import stays_open
    from pup_tui.preflight.sure_steps import but_for, sure_steps

    out = {*left.steps, *barred}
    nodes = [node for node in program.nodes if but_for(out, node)]
    lacking = {node.id: _lacking(node, given.get(node.id), yes=yes) for node in nodes}
    unanswered = [node for node in nodes if lacking[node.id] or (not yes and _asks_for_a_yes(node))]
    # What is optional may be skipped, and with it the question before it.
    having_turn = sure_steps(program, out, in_lists=in_lists)
    sure = [
        node
        for node in unanswered
        if node.id in having_turn and not node.step.optional and not _may_end_with_canaries(node)
    ]
    if sure:
        told = named([_with_values(node, lacking[node.id]) for node in sure])
        ways = [_way_out(node, names) for node in sure if (names := lacking[node.id])][:1]
        if not yes and any(_asks_for_a_yes(node) for node in sure):
            ways.append("answer on a terminal, or give --yes to say yes to every question")
        hint = "; ".join(ways)
        raise Failure(f"nobody can be asked here, and there is no answer to {told}", "", hint)
    places = {node.id: place for place, node in enumerate(program.nodes)}
    end = max((places[node.id] for node in nodes if not node.deferred), default=-1)
    gates = (
        step
        for step in left.steps
        if not yes
        and places[step] < end
        and stays_open(program, program.node(step), left.captures.get(step, ()))
    )
    open_ = [f"whether to go on past `{gate}`" for gate in gates]
    return open_ + [f"`{node.id}`" for node in unanswered]


def _with_values(node: Node, lacking: Sequence[str]) -> str:
    return f"`{node.id}` ({', '.join(lacking)})" if lacking else f"`{node.id}`"


def _lacking(node: Node, known: GivenAnswer | None, *, yes: bool) -> list[str]:
    """The variables of an `input` step that nothing gives a value; all of them where nothing was answered."""
    if known is None and not yes:
        return list(node.step.asked)
    return [
        name
        for name, variable in node.step.asked.items()
        if not (known and name in known.values) and variable.needed and variable.when is None
    ]


def _asks_for_a_yes(node: Node) -> bool:
    asks_itself = node.step.is_question and not node.step.asks_values
    before = node.step.asks_beside or (node.asks_first and not node.confirmed_by)
    return asks_itself or before


def _may_end_with_canaries(node: Node) -> bool:
    """Whether it asks after its canaries only, and there may be no other items to ask about."""
    from pup_tui.core.amounts import known_share

    step = node.step
    if step.canary is None or not step.asks_after_canary or step.confirm is not None:
        return False
    if step.is_question or (node.asks_first and not node.confirmed_by):
        return False
    items = len(step.foreach) if isinstance(step.foreach, tuple) else 0
    canaries = known_share(step.canary, items)
    return canaries is None or canaries >= items


def _way_out(node: Node, names: list[str]) -> str:
    secret = next((name for name in names if node.step.asked[name].is_secret), None)
    if secret is not None:
        return f"give --arg-file a file with answers: {{{node.id}: {{{secret}: …}}}}"
    needed = [name for name in names if node.step.asked[name].needed]
    told = " ".join(f"--set {node.id}.{name}=VALUE" for name in needed or names[:1])
    return f"give {told}" if needed else f"give {told}, or --yes where the defaults will do"
