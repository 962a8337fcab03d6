"""Texts in quotes: what was no UTF-8 is told with replacement characters, backslashes stay."""

from __future__ import annotations

import pytest

from pup_tui.quoted import quoted, with_replacements


@pytest.mark.parametrize(
    ("text", "told"),
    [("a", "'a'"), ("a\udcff", "'a\ufffd'"), ("\\udcff", "'\\\\udcff'"), (3, "3"), (None, "None")],
)
def test_a_byte_that_was_no_utf8_is_a_replacement_character(text: object, told: str) -> None:
    assert quoted(text) == told


@pytest.mark.parametrize(
    "text", ["a\udcff", "\\\udcff", "\\udcff", "\\\\udcff", "\\\\\udc80x", "é\n"]
)
def test_a_message_that_quotes_a_text_tells_the_same(text: str) -> None:
    assert with_replacements(f"no such option {text!r}") == f"no such option {quoted(text)}"
