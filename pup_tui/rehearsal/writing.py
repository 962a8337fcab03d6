"""Cases as text: a new one at the end of a file, and answers in the place of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any

import yaml

from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.runbook.written_yaml import PlainDumper, yaml_text

_INDENT = 2


def case_text(case: Mapping[str, Any]) -> str:
    """A case as an item of `cases`, without the indentation of that."""
    return indent(yaml_text(dict(case)), " " * _INDENT).replace(" " * _INDENT, "- ", 1)


def new_file(case: Mapping[str, Any]) -> str:
    """A file of rehearsals with one case."""
    return "cases:\n" + indent(case_text(case), " " * _INDENT)


def with_case(text: str, case: Mapping[str, Any]) -> str | None:
    """A file with one more case at its end; None where its `cases` are not the last that stands in it."""
    root = _composed(text)
    if not isinstance(root, yaml.MappingNode) or not root.value:
        return None
    key, cases = root.value[-1]
    if key.value != "cases" or not isinstance(cases, yaml.SequenceNode) or cases.flow_style:
        return None
    column = cases.start_mark.column
    return text.rstrip() + "\n\n" + indent(case_text(case), " " * column)


def answer_data(answer: RecordedAnswer) -> dict[str, Any]:
    """An answer as it stands in a file: what it says, and nothing else."""
    said = {name: getattr(answer, name) for name in answer.__struct_fields__}
    return {
        name: value
        for name, value in said.items()
        if value or (name == "item" and value is not None)
    }


class SharedAnswer(Exception):
    """An answer that an anchor shares with others stands for one, and cannot become several."""


def with_answers(
    text: str, case: int, replaced: Sequence[int], answers: Sequence[RecordedAnswer]
) -> str:
    """A file in which the case number `case` has `answers` in the place of those that are `replaced`.

    Everything else stays as it was typed, comments and anchors too. Raises SharedAnswer.
    """
    around = _answers(text, case)
    made = [answer_data(answer) for answer in answers]
    changes = [(around.value[at], made[number : number + 1]) for number, at in enumerate(replaced)]
    if changes:
        changes[-1][1].extend(made[len(changes) :])
    for node, items in sorted(changes, key=lambda change: -change[0].start_mark.index):
        within = around.start_mark.index <= node.start_mark.index < around.end_mark.index
        if len(items) != 1 and not within:
            raise SharedAnswer
        text = _replaced(text, around, node, items) if items else _removed(text, around, node)
    return text


def _replaced(
    text: str, around: yaml.SequenceNode, node: yaml.MappingNode, items: list[dict[str, Any]]
) -> str:
    start = node.value[0][0].start_mark.index if not node.flow_style else _brace(text, node)
    column = node.value[0][0].start_mark.column
    written = [_item(each, column, in_block=not node.flow_style) for each in items]
    joint = ", " if around.flow_style else f"\n{' ' * around.start_mark.column}- "
    return text[:start] + joint.join(written) + text[_end(text, node) :]


def _brace(text: str, node: yaml.MappingNode) -> int:
    """Where a map in braces begins: behind its anchor, if it has one."""
    return text.index("{", node.start_mark.index)


def _removed(text: str, around: yaml.SequenceNode, node: yaml.MappingNode) -> str:
    start, end = node.start_mark.index, _end(text, node)
    if not around.flow_style:
        begin = text.rfind("\n", 0, text.rfind("-", 0, start)) + 1
        return text[:begin] + text[end:].lstrip(" ").removeprefix("\n")
    before, after = text[:start].rstrip(), text[end:].lstrip()
    if after.startswith(","):
        return text[:start] + after[1:].lstrip()
    return before.removesuffix(",") + after


def _end(text: str, node: yaml.Node) -> int:
    """Where the text of a node ends: the mark of a block stands where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return _end(text, node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return _end(text, node.value[-1])
    end: int = node.end_mark.index
    return len(text[:end].rstrip())


def _item(answer: Mapping[str, Any], column: int, *, in_block: bool) -> str:
    if not in_block:
        return yaml_text(dict(answer), _OnOneLine).strip()
    first, *rest = yaml_text(dict(answer)).rstrip("\n").split("\n")
    return "\n".join([first, *(f"{' ' * column}{line}".rstrip() for line in rest)])


def _answers(text: str, case: int) -> yaml.SequenceNode:
    root = _composed(text)
    cases = next(value for key, value in root.value if key.value == "cases")
    answers = next(value for key, value in cases.value[case].value if key.value == "answers")
    assert isinstance(answers, yaml.SequenceNode)
    return answers


def _composed(text: str) -> yaml.Node:
    """The tree with its places; the text was read safely before."""
    found = yaml.compose(text, Loader=yaml.SafeLoader)
    assert found is not None
    return found


class _OnOneLine(PlainDumper):
    """Writes a map in braces."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "default_flow_style": True})

    def represent_str(self, data: str) -> yaml.ScalarNode:
        if data.isprintable():
            return super().represent_str(data)
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')


_OnOneLine.add_representer(str, _OnOneLine.represent_str)
