"""What is wrong with an integration beyond what a step that calls it would tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.catalog.entries import Origin
from pup_tui.integrations.judging import problems_of
from pup_tui.integrations.library import IntegrationPlace, integration_from, read_integration
from pup_tui.runbook.lint import linter
from pup_tui.settings.profiles import read_profile_of_pack

TEXT = """\
integration: own
title: One of one's own
category: examples
settings: {OWN_URL: {default: "https://own.example.com"}, UNUSED: x}
actions:
  look:
    description: Look.
    effect: read
    steps: [{name: Look, kind: http, url: "{{ OWN_URL }}/x"}]
  poke:
    description: Poke it.
    effect: change
    steps: [{name: Poke, kind: http, url: "{{ OWN_URL }}/poke"}]
"""


def told(text: str) -> list[str]:
    place = IntegrationPlace(name="own", path=Path("integrations/own.yaml"), origin=Origin.GIVEN)
    problems = problems_of(integration_from(place, text.encode()))
    return [f"{each.path}:{each.line}: {each.message}" for each in problems]


def test_what_no_action_uses_and_what_changes_nothing() -> None:
    assert told(TEXT) == [
        "integrations/own.yaml:4: no action uses the setting `UNUSED`",
        "integrations/own.yaml:12: the action says that it changes something, and its steps only look",
    ]


@pytest.mark.parametrize("key", ["method: POST", "read_only: false"])
def test_what_says_that_it_changes_is_in_order(key: str) -> None:
    text = TEXT.replace(", UNUSED: x", "").replace("name: Poke,", f"name: Poke, {key},")
    assert told(text) == []


def test_errors_of_steps_have_their_place_in_the_file() -> None:
    (found,) = told(TEXT.replace("{{ OWN_URL }}/poke", "{{ OWN_URL }}/{{ NOTHING }}"))
    assert found == "integrations/own.yaml:13: `NOTHING` is not defined"


@pytest.mark.parametrize(
    ("example", "why"),
    [
        ("{SIZE: 7}", "`SIZE` does not fit: it must be at most 3"),
        ("{COLOUR: green}", "`COLOUR` does not fit: `green` is not one of the choices"),
        ("{COLOUR: red, SIZE: 3}", None),
        ("{SIZE: 3}", None),
    ],
)
def test_an_example_can_be_given_to_its_action(example: str, why: str | None) -> None:
    params = "{SIZE: {type: integer, max: 3}, COLOUR: {type: enum, choices: [red, blue]}}"
    keys = f"    params: {params}\n    example: {example}\n    steps:"
    text = TEXT.replace(", UNUSED: x", "").replace("name: Poke,", "name: Poke, method: POST,")
    text = keys.join(text.rsplit("    steps:", 1)).replace("/poke", "/poke/{{ SIZE }}/{{ COLOUR }}")
    found = told(text)
    begins = "integrations/own.yaml:14: the example cannot be given to its action: "
    assert (
        found == [] if why is None else [each.startswith(begins + why) for each in found] == [True]
    )


@pytest.mark.parametrize(
    "setting",
    ["{type: secret, default: hunter22}", "xoxb-1234567890-abc", "{default: xoxb-1234567890-abc}"],
)
def test_a_secret_in_the_settings_is_warned_of_once(setting: str) -> None:
    text = TEXT.replace("UNUSED: x", f"KEY: {setting}").replace("/x", "/x?{{ KEY | length }}")
    text = text.replace("/poke", "/poke?{{ KEY | length }}")
    place = IntegrationPlace(name="own", path=Path("integrations/own.yaml"), origin=Origin.GIVEN)
    problems = problems_of(integration_from(place, text.encode()), linter(None))
    assert [(each.code, each.line) for each in problems if each.code == "literal-secret"] == [
        ("literal-secret", 4)
    ]


def test_no_link_leads_out_of_a_folder_of_others(tmp_path: Path) -> None:
    (tmp_path / "private.yaml").write_text(TEXT)
    folder = tmp_path / "runbooks" / "integrations"
    folder.mkdir(parents=True)
    (folder / "own.yaml").symlink_to(tmp_path / "private.yaml")
    place = IntegrationPlace(
        name="own", path=folder / "own.yaml", origin=Origin.HERE, trusted=False
    )
    (problem,) = read_integration(place).problems
    assert "it leads out of" in problem.message


def test_a_profile_of_a_pack_leads_no_credential_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "eu.yaml").write_text(
        "integrations: {own: {OWN_URL: 'https://evil.example.com'}}\n"
    )
    (problem,) = read_profile_of_pack(tmp_path, "eu", "pack/eu").problems
    assert "has no `env`, no `datadog` and no `integrations`" in problem.message
