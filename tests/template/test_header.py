"""Headers."""

from __future__ import annotations

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.header import check_header, render_header
from pup_tui.template.text import compile_text


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\n", "\0", "\x1b[2J", "\x7f", "\x85\x0b"])
def test_control_characters_in_a_value_are_refused(value: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_header(compile_text("Bearer {{ TOKEN }}"), {"TOKEN": value})
    assert caught.value.expression == "TOKEN"
    assert value not in str(caught.value)


def test_control_characters_in_the_text_are_refused_at_load() -> None:
    with pytest.raises(TemplateError):
        check_header(compile_text("a\r\nb{{ X }}"))
    with pytest.raises(TemplateError):
        render_header(compile_text("a\nb"), {})
    check_header(compile_text("a\tb {{ X }}"))


def test_values_are_put_in_as_they_are() -> None:
    text = compile_text("Bearer {{ TOKEN }}; é\t{{ N }}")
    assert render_header(text, {"TOKEN": "a b;c", "N": True}) == "Bearer a b;c; é\ttrue"
