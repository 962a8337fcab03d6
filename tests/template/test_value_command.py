from __future__ import annotations

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.value_command import (
    compile_value_command,
    is_subcommand,
    render_value_command,
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pup slos list", True),
        (" pup slos list --query='a|b' {{ A | default('x;y') }} \\| ", True),
        ("pup slos list | jq .", False),
        ("pup slos list; true", False),
        ("pup slos list\npup slos list", False),
        ("pup slos get $ID", False),
        ("pupil slos list", False),
        ("date", False),
        ("", False),
    ],
)
def test_which_commands_are_subcommands(source: str, expected: bool) -> None:
    assert is_subcommand(source) is expected


def test_values_of_a_script_travel_beside_it() -> None:
    made = render_value_command("ls {{ A }}", {"A": "$(id)"})
    assert made.words == ()
    assert "$(id)" not in made.script
    assert list(made.values.values()) == ["$(id)"]


def test_a_value_is_one_word_of_a_subcommand() -> None:
    assert render_value_command("pup slos get {{ A }}", {"A": "a b"}).words == (
        "slos",
        "get",
        "a b",
    )


def test_a_place_that_is_not_safe_is_refused() -> None:
    with pytest.raises(TemplateError):
        compile_value_command("echo $(({{ A }}")


def test_secrets_reach_scripts_only() -> None:
    scope = {"T": "hunter22"}
    assert render_value_command("login {{ T }}", scope, ["T"]).hidden == ("hunter22",)
    with pytest.raises(TemplateError, match="T is a secret"):
        render_value_command("pup users get {{ T }}", scope, ["T"])


def test_the_key_tells_commands_apart() -> None:
    sources = ["ls {{ A }}", "ls {{ B }}", "pup slos {{ A }}", "pup slos {{ B }}"]
    keys = {render_value_command(source, {"A": "1", "B": "2"}).key for source in sources}
    assert len(keys) == 4
    again = render_value_command("ls {{ A }}", {"A": "1"}).key
    assert again == render_value_command("ls {{ A }}", {"A": "1"}).key
