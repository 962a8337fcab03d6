"""What is known of `pup` steps before a run."""

from __future__ import annotations

import pytest

from pup_tui.catalog.known_pup import KnownPup
from pup_tui.core.plan import plan
from tests.support.runbooks import program_of

ANOTHER = "names another Datadog than the configured one, and no keys for it"
URL = "PUP_TUI_DATADOG_URL: 'https://evil.example'"


def refusals(text: str, pup: KnownPup, values: dict[str, str] | None = None) -> str:
    """What a plan says of steps that will be refused."""
    steps = plan(program_of(text), values or {}, (), "ada", lambda _: None, refuses=pup.refuses)
    return "\n".join(line for step in steps for line in step.rules if "refused" in line)


@pytest.mark.parametrize(
    ("env", "told"),
    [
        (URL, ANOTHER),
        ("DD_SITE: datadoghq.eu", ANOTHER),
        ("DD_SITE: datadoghq.eu, DD_API_KEY: '{{ KEY }}'", ANOTHER),
        ("DD_SITE: evil.example", "no Datadog site"),
        ("PUP_MOCK_SERVER: 'https://evil.example'", "not for steps"),
        ("DD_SITE: '{{ SITE }}'", ANOTHER),
        ("DD_SITE: '{{ LATER }}'", ""),
        ("DD_SITE: '{{ KEY }}'", ""),
        ("PUP_TUI_DATADOG_URL: 'https://{{ KEY }}.example', DD_API_KEY: k", ""),
        ("DD_SITE: datadoghq.com", ""),
        (f"{URL}, DD_ACCESS_TOKEN: '{{{{ KEY }}}}'", ""),
        (f"{URL}, DD_ACCESS_TOKEN: '{{{{ LATER }}}}'", ""),
        ("HTTPS_PROXY: 'http://proxy.example'", ""),
    ],
)
def test_the_plan_says_where_a_step_may_not_send_the_operators_keys(env: str, told: str) -> None:
    text = f"""
vars: {{KEY: {{type: secret}}, SITE: {{default: datadoghq.eu}}}}
steps:
  - {{name: a, kind: shell, run: date, capture: LATER, env: {{{env}}}}}
  - {{name: b, kind: pup, run: monitors list, env: {{{env}}}}}
"""
    found = refusals(
        text.replace(f", env: {{{env}}}", "", 1), KnownPup(), {"KEY": "k", "SITE": "datadoghq.eu"}
    )
    assert told in found
    assert (found == "") == (told == "")


def test_what_stands_around_a_step_counts_too() -> None:
    text = "defaults: {env: {DD_SITE: datadoghq.eu}}\nsteps: [{name: b, kind: pup, run: monitors list}]"
    assert ANOTHER in refusals(text, KnownPup())
    assert refusals(text, KnownPup(site="datadoghq.eu")) == ""
    assert refusals(text, KnownPup(datadog="http://127.0.0.1:9")) == ""
