"""What can be the name of a host: text, and nothing that only looks like one when it is written out."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.host import render_host, render_user
from pup_tui.template.text import compile_text


def host(text: str, item: Any) -> str:
    return render_host(compile_text(text), {"item": item})


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (5, "a number"),
        (5.5, "a number"),
        (["a"], "a list"),
        ([], "a list"),
        ({"name": "a"}, "a map"),
    ],
)
@pytest.mark.parametrize("text", ["{{ item }}", " {{ item }}\n", "ada@{{ item }}"])
def test_only_text_names_a_host(item: Any, said: str, text: str) -> None:
    with pytest.raises(TemplateError, match=f"the host is {said}, not a name") as raised:
        host(text, item)
    assert "ssh configuration" in (raised.value.hint or "")
    assert raised.value.expression == "item"


def test_a_number_may_be_a_part_of_a_name_and_nothing_else_may() -> None:
    assert host("web-{{ item }}", 5) == "web-5"
    for item in (None, True, ["a"], {"a": 1}):
        with pytest.raises(TemplateError, match="not a name"):
            host("web-{{ item }}", item)


def test_a_text_of_digits_is_a_name() -> None:
    assert host("{{ item }}", "5") == "5"
    assert host("{{ item | string }}", 5) == "5"


def test_a_user_is_text_as_well() -> None:
    with pytest.raises(TemplateError, match="the user is null, not a name"):
        render_user(compile_text("{{ item }}"), {"item": None})
    assert render_user(compile_text("{{ item }}"), {"item": "ada"}) == "ada"
