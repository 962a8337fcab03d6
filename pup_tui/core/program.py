"""A runbook compiled for a run: a flat list of nodes, and what is wanted of each one's output."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from pup_tui.runbook.model import AnyStep, ConfirmStep, Runbook
from pup_tui.runbook.texts import texts_of
from pup_tui.template.arguments import compile_arguments
from pup_tui.template.condition import parse_condition
from pup_tui.template.expression import compile_expression
from pup_tui.template.text import compile_text
from pup_tui.template.usage import UsesNames


class Node(Struct, frozen=True, kw_only=True):
    """One step of the run, where it stands, and which of its results later texts name.

    `asks_first` is true where the step is dangerous and no confirm step stands right before it.
    """

    id: str
    index: int
    step: AnyStep
    results: tuple[str, ...] = ()
    asks_first: bool = False


class Program(Struct, frozen=True, kw_only=True):
    """A compiled runbook.

    `nodes` are all steps in the order of the file: `body` runs in that order, `cleanup` at the end whatever
    happened. `captures` maps each capture's name to the id of the step that makes it.
    """

    id: str
    runbook: Runbook
    nodes: tuple[Node, ...]
    body: tuple[Node, ...]
    cleanup: tuple[Node, ...]
    by_id: dict[str, Node]
    captures: dict[str, str]
    declared: frozenset[str]

    def node(self, step: str) -> Node:
        """The node of a step's id; KeyError if there is none."""
        return self.by_id[step]


def compile_program(id_: str, runbook: Runbook) -> Program:
    """Compile a loaded runbook (every step has its id); it has been checked, so nothing can fail here."""
    wanted = _wanted_results(runbook.steps, frozenset(runbook.vars))
    nodes = []
    captures: dict[str, str] = {}
    before: AnyStep | None = None
    for index, step in enumerate(runbook.steps):
        asks_first = step.danger and not step.is_question and not isinstance(before, ConfirmStep)
        nodes.append(
            Node(
                id=step.id,
                index=index,
                step=step,
                results=tuple(sorted(wanted.get(step.id, ()))),
                asks_first=asks_first,
            )
        )
        captures.update(dict.fromkeys(step.captures, step.id))
        before = step
    return Program(
        id=id_,
        runbook=runbook,
        nodes=tuple(nodes),
        body=tuple(node for node in nodes if node.step.when != "cleanup"),
        cleanup=tuple(node for node in nodes if node.step.when == "cleanup"),
        by_id={node.id: node for node in nodes},
        captures=captures,
        declared=frozenset(runbook.vars) | frozenset(captures),
    )


def _wanted_results(steps: Iterable[AnyStep], declared: frozenset[str]) -> dict[str, set[str]]:
    compilers: dict[str, Callable[[str], UsesNames]] = {
        "template": compile_text,
        "shell": compile_text,
        "url": compile_text,
        "header": compile_text,
        "json": compile_text,
        "duration": compile_text,
        "arguments": compile_arguments,
        "expression": compile_expression,
        "condition": lambda source: parse_condition(source, declared),
    }
    wanted: dict[str, set[str]] = {}
    for step in steps:
        for text in texts_of(step):
            if "steps" in text.source and text.role in compilers:
                for step_id, name in compilers[text.role](text.source).step_fields:
                    wanted.setdefault(step_id, set()).add(name)
    return wanted
