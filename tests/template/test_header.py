"""Headers."""

from __future__ import annotations

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.header import check_header, render_header
from pup_tui.template.text import compile_text


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\n", "\0", "\x1b[2J", "\x7f", "\x85\x0b"])
def test_control_characters_in_a_value_are_refused(value: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_header("X-A", compile_text("Bearer {{ TOKEN }}"), {"TOKEN": value})
    assert caught.value.expression == "TOKEN"
    assert "the header `X-A`" in caught.value.message
    assert value not in str(caught.value)


def test_control_characters_in_the_text_are_refused_at_load() -> None:
    with pytest.raises(TemplateError, match="`X-A` cannot hold control characters"):
        check_header("X-A", compile_text("a\r\nb{{ X }}"))
    with pytest.raises(TemplateError, match="`X-A` cannot hold control characters"):
        render_header("X-A", compile_text("a\nb"), {})
    check_header("X-A", compile_text("a\tb {{ X }}"))


@pytest.mark.parametrize("source", ["a ", " a", "{{ X }} ", "\t{{ X }}", " "])
def test_a_blank_at_an_end_is_refused_at_load(source: str) -> None:
    with pytest.raises(TemplateError, match="`X-A` begins or ends with a blank") as caught:
        check_header("X-A", compile_text(source))
    assert caught.value.hint


@pytest.mark.parametrize("value", ["a ", "\ta", " "])
def test_a_value_that_ends_in_a_blank_names_the_header(value: str) -> None:
    with pytest.raises(TemplateError, match="`X-A` begins or ends with a blank") as caught:
        render_header("X-A", compile_text("{{ X }}"), {"X": value})
    assert caught.value.hint == "`| trim` takes blanks off a value"
    assert render_header("X-A", compile_text("{{ X | trim }}"), {"X": value}) == value.strip()


def test_values_are_put_in_as_they_are() -> None:
    text = compile_text("Bearer {{ TOKEN }}; é\t{{ N }}")
    rendered = render_header("X-A", text, {"TOKEN": "a b;c", "N": True})
    assert rendered == "Bearer a b;c; é\ttrue"
