"""What of Datadog the words of a step name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pup_tui.datadog.named import NamedThing, things_in_url, things_named
from pup_tui.runbook.pup_words import text_with, words_with


@pytest.mark.parametrize(
    ("source", "values", "things"),
    [
        ("monitors get 12", {}, [NamedThing("monitor", "12")]),
        ("pup monitors get {{ ID }}", {"ID": "12"}, [NamedThing("monitor", "12")]),
        ("monitors get {{ ID }}", {}, [NamedThing("monitor", "", ("ID",))]),
        ("slos status abc --from=7d --to=now", {}, [NamedThing("SLO", "abc")]),
        ("feature-flags get new-checkout", {}, [NamedThing("flag", "new-checkout")]),
        (
            "feature-flags disable {{ KEY }} --env={{ ENV }}",
            {"KEY": "f", "ENV": "production"},
            [NamedThing("flag", "f", environment="production")],
        ),
        ("feature-flags disable f --env {{ ENV }}", {}, [NamedThing("flag", "f")]),
        ("monitors list --service web --state=alert", {}, [NamedThing("service", "web")]),
        (
            "monitors list --service={{ A }}-{{ B }}",
            {"A": "x"},
            [NamedThing("service", "", ("B",))],
        ),
        ('logs search --query="service:web status:error"', {}, [NamedThing("service", "web")]),
        (
            'metrics query --query="avg:{{ M }}{service:{{ S }},env:prod}"',
            {"M": "m"},
            [NamedThing("service", "", ("S",))],
        ),
        ("downtime create --scope=service:{{ S }}", {"S": "web"}, [NamedThing("service", "web")]),
        ('logs search --query="-service:web @service:x service:a* my.service:y"', {}, []),
        ('logs search --query="NOT service:web"', {}, []),
        ('incidents list --query="services:web"', {}, [NamedThing("service", "web")]),
        ("monitors get {{ ID | default('7') }}", {}, [NamedThing("monitor", "7")]),
        ("monitors list", {}, []),
        ("monitors get 1 --no-such-flag", {}, []),
        ("someextension service:web", {}, [NamedThing("service", "web")]),
        ("incidents get {{ ID }}", {}, []),
    ],
)
def test_things(source: str, values: Mapping[str, str], things: list[NamedThing]) -> None:
    assert list(things_named(words_with(source, values))) == things


@pytest.mark.parametrize(
    ("url", "things"),
    [
        ("/api/v1/monitor/12?with_downtimes=true", [NamedThing("monitor", "12")]),
        ("/api/v1/monitor/{{ ID }}", [NamedThing("monitor", "", ("ID",))]),
        ("/api/v2/slo/" + "a1" * 16 + "/status", [NamedThing("SLO", "a1" * 16)]),
        (
            "/api/v2/feature-flags/00000000-0000-4000-8000-000000000000",
            [NamedThing("flag", "00000000-0000-4000-8000-000000000000")],
        ),
        ("/api/v1/monitor/search", []),
        ("/api/v1/monitor", []),
        ("/api/v2/feature-flags/environments", []),
        ("https://example.com/api/v1/monitor/12", []),
    ],
)
def test_things_in_the_path_of_a_request(url: str, things: list[NamedThing]) -> None:
    assert list(things_in_url(text_with(url, {}))) == things
