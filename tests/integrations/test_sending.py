"""Who gets which setting, as it is told before anybody trusts an integration."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.catalog.entries import Origin
from pup_tui.integrations.calling import calling_all
from pup_tui.integrations.library import IntegrationPlace, integration_from
from pup_tui.integrations.sending import settings_sent

TEXT = """\
integration: own
title: One of one's own
category: examples
settings:
  HOST: {default: chat.example.com, from: "env:OWN_HOST"}
  URL: {type: url, default: "https://{{ HOST }}", from: "env:OWN_URL"}
  TOKEN: {type: secret, from: "env:OWN_TOKEN"}
  BASIC: {default: "Basic {{ TOKEN }}"}
  ID: {from: "env:SOME_ID", default: ""}
actions:
  act:
    description: Act.
    effect: change
    params: {KEY: {description: A key, from: "env:SOME_KEY"}}
    steps:
      - {name: Look, kind: http, url: "{{ URL }}/x"}
      - {name: Act, kind: http, method: POST, url: "https://x.example.com/"}
"""
LAST = '      - {name: Act, kind: http, method: POST, url: "https://x.example.com/"}\n'


def sent(steps: str, text: str = TEXT) -> dict[str, tuple[str, ...]]:
    lines = "".join(f"      - {step}\n" for step in steps.splitlines())
    place = IntegrationPlace(name="own", path=Path("integrations/own.yaml"), origin=Origin.GIVEN)
    found = integration_from(place, text.replace(LAST, LAST + lines).encode())
    return {each.name: each.to for each in settings_sent(found, calling_all(found).require())}


@pytest.mark.parametrize(
    ("step", "to"),
    [
        (
            '{name: A, kind: http, url: "{{ URL }}/x", headers: {A: "{{ TOKEN }}"}}',
            "https://chat.example.com, or where env:OWN_HOST leads, or where env:OWN_URL leads",
        ),
        (
            '{name: A, kind: http, url: "https://a:{{ TOKEN }}@b.example.com:8/c"}',
            "b.example.com:8",
        ),
        (
            '{name: A, kind: http, url: "https://e.example.com/", headers: {A: "{{ BASIC }}"}}',
            "e.example.com",
        ),
        ('{name: A, kind: http, method: POST, url: /api/x, body: "{{ TOKEN }}"}', "Datadog"),
        (
            '{name: A, kind: sql, url: "postgresql://a:{{ TOKEN }}@d.example.com/db", query: select 1}',
            "the database d.example.com",
        ),
        (
            '{name: A, kind: sql, url: "mysql://a:{{ TOKEN }}@{{ HOST }}/", query: select 1}',
            "the database chat.example.com, or where env:OWN_HOST leads",
        ),
        ('{name: A, kind: shell, run: "send", env: {A: "{{ TOKEN }}"}}', "the program send"),
        (
            '{name: A, kind: shell, host: web-1, run: "cat", stdin: "{{ TOKEN }}"}',
            "the program cat on web-1",
        ),
        (
            '{name: A, kind: shell, shell: python3, run: "import os", env: {A: "{{ TOKEN }}"}}',
            "the program python3",
        ),
        (
            '{name: G, kind: group, env: {A: "{{ TOKEN }}"}, steps: [{name: A, kind: shell, run: send}]}',
            "the program send",
        ),
        (
            '{name: A, kind: manual, message: "Type {{ TOKEN }}"}',
            "its step a (manual)",
        ),
    ],
)
def test_who_gets_a_credential(step: str, to: str) -> None:
    (told,) = sent(step)["TOKEN"]
    assert told == to


def test_what_a_step_captured_that_got_a_credential_may_hold_it() -> None:
    steps = (
        '{name: A, kind: shell, run: "tr a a", env: {A: "{{ TOKEN }}"}, capture: {B: output}}\n'
        '{name: C, kind: http, method: POST, url: "https://c.example.com/", body: "{{ B }}"}'
    )
    assert sent(steps)["TOKEN"] == ("the program tr", "c.example.com")


def test_what_comes_from_somewhere_is_told_whatever_it_is_called() -> None:
    step = '{name: A, kind: http, method: POST, url: "https://a.example.com/", body: "{{ ID }}{{ KEY }}"}'
    assert sent(step) == {
        "TOKEN": (),
        "ID": ("a.example.com",),
        "KEY": ("a.example.com",),
    }
