from __future__ import annotations

import json

import pytest

from pup_tui.convert.pieces import NewValue, PiecedText, json_text, raw, shell_word, template
from pup_tui.convert.scripts import marked
from pup_tui.template.text import compile_text

FOREIGN = [
    "{{ x }}",
    "{% if a %}",
    "a {{range .items}} b",
    "${#a[@]}",
    "{{{",
    "}}",
    "{% endraw %} {{ x }}",
    "{%}",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_foreign_braces_compile_to_themselves(text: str) -> None:
    blocks = compile_text(raw(text))
    assert not blocks.names


def test_pieces_in_each_place() -> None:
    pieces: list[str | NewValue] = ["it's ", NewValue("A"), "}"]
    assert template(pieces) == "it's {{ A }}{% raw %}}{% endraw %}"
    assert shell_word([NewValue("A")]) == "{{ A }}"
    assert shell_word(["a=", NewValue("A")]) == "a={{ A }}"
    assert shell_word(["two words ", NewValue("A")]) == '"two words {{ A }}"'
    assert shell_word(["$HOME ", NewValue("A")]) == "'$HOME '{{ A }}"
    assert json.loads(json_text({"a": [1, True, PiecedText(["x"])]})) == {"a": [1, True, "x"]}
    assert json_text({"a": PiecedText([NewValue("A")])}) == '{"a": {{ A | json }} }'


@pytest.mark.parametrize("beside", ["__VALUE_0__", "__VALUE_5__", "_", "___VALUE_0__"])
def test_a_text_that_looks_like_a_mark_stays_as_it_is(beside: str) -> None:
    text = f"curl https://example.com/{beside}{{{{ A }}}}/{beside}"
    put, back = marked(text)
    assert "{" not in put
    assert back(put) == text
