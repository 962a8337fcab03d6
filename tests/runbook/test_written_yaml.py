"""What is written as YAML is read again as what it was."""

from __future__ import annotations

import pytest

from pup_tui.convert.source_text import plain
from pup_tui.convert.writer import dumped
from pup_tui.rehearsal.writing import case_text
from pup_tui.runbook import yaml
from pup_tui.runbook.written_yaml import yaml_text

TEXTS = [
    "1e3", "0E0", "1e999", "-.5", "5.", "0o17", "0x1F", "1_000", "12:30:45", "~", "null", "yes", "Off",
    "True", ".inf", ".nan", "2026-11-30", "", " a", "a ", "# x", "a: b", "- a", "{{ A }}", "é", "\t", "a\n",
    "a\n\n", "a\nb", " a\nb\n", "a\r\nb", "a\x85b\n", "a\u2028b\n", "\ta\n",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_what_it_is(text: str) -> None:
    data = {"key": text, "list": [text, [text]], "map": {"inside": {"text": text}}}
    for written in (yaml_text(data), dumped(data)):
        tree, problems = yaml.parse(written.encode(), "written")
        assert not problems, written
        assert tree is not None
        assert plain(tree) == data


def test_lists_stand_deeper_than_their_key_and_nothing_by_an_anchor() -> None:
    shared = ["a", {"b": "c"}]
    assert yaml_text({"x": shared, "y": shared}) == ("x:\n  - a\n  - b: c\ny:\n  - a\n  - b: c\n")


def test_a_case_has_a_number_that_is_a_text_in_quotes() -> None:
    assert case_text({"name": "1e3"}) == "- name: '1e3'\n"
