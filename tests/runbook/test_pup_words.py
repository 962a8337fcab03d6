"""Words of `pup` subcommands, judged where they stand in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.catalog.known_pup import KnownPup
from pup_tui.runbook.load import Loaded, load

TEXT = """
name: test
vars: {V: x, N: {type: integer, default: 1}, W: {choices_from: "%s"}}
steps:
  - {name: a, kind: pup, run: "%s"}
"""


def _load(folder: Path, run: str, choices: str = "echo x") -> Loaded:
    path = folder / "test.yaml"
    path.write_text(TEXT.lstrip() % (choices, run))
    return load(path, pup=KnownPup())


def test_an_unknown_subcommand_or_flag_is_an_error_where_it_stands(tmp_path: Path) -> None:
    for run, told in (
        ("monitors lst", "unknown command `monitors lst`: did you mean `monitors list`?"),
        ("monitors list --tag {{ V }}", "unknown flag --tag: did you mean --tags?"),
        ("monitors list --limit abc --tags {{ V }}", "'abc' is no whole number"),
        ("monitors list {% if V %}--tag x{% endif %}", "unknown flag --tag"),
    ):
        (error,) = _load(tmp_path, run).errors
        assert (error.line, told in str(error)) == (4, True), error


@pytest.mark.parametrize(
    "endpoint",
    [
        *("https://example.com/api/v1/x", "-X POST HTTPS:example.com", "//example.com/x"),
        *("https://api.datadoghq.com@example.com/x", "https://api.datadoghq.com.example.com/x"),
        *("https://example.com\\\\@api.datadoghq.com/x", "http://api.datadoghq.com/api/v1/x"),
        *("https://example.com/api/{{ V }}", "https://example.com:{{ N }}/x", "https://{{ V }}"),
    ],
)
def test_an_address_that_no_credentials_are_for_is_an_error(endpoint: str, tmp_path: Path) -> None:
    errors = _load(tmp_path, f"pup -y api {endpoint}").errors
    if endpoint.endswith(("{{ V }}", "{{ N }}/x")) and not endpoint.endswith("/api/{{ V }}"):
        assert errors == ()
        return
    (error,) = errors
    assert "the credentials go to Datadog only" in str(error)


@pytest.mark.parametrize(
    "endpoint",
    [
        *("/api/v1/x", "v2/x", "https://api.datadoghq.com/api/v1/x", "HTTPS://API.datadoghq.EU/x"),
        *("https://api.datadoghq.com:443/api/{{ V }}", "http://127.0.0.1:8080/api/v1/x"),
        *("https://proxy.example.com/dd/api/v1/x", "v2/x -F url=https://example.com"),
    ],
)
def test_an_address_of_a_datadog_is_none(endpoint: str, tmp_path: Path) -> None:
    path = tmp_path / "test.yaml"
    path.write_text(TEXT.lstrip() % ("echo x", f"api {endpoint}"))
    known = KnownPup(datadog="https://Proxy.example.com/dd")
    assert load(path, pup=known).errors == ()


@pytest.mark.parametrize("run", ["api --help", "pup api -h", "--help api", "api v2/x --help"])
def test_what_asks_for_help_gives_no_address(run: str, tmp_path: Path) -> None:
    assert _load(tmp_path, run).errors == ()


@pytest.mark.parametrize(
    "run",
    [
        *("monitors list --tags {{ V }}", "monitors {{ V }}", "{{ V }} list", "pup monitors list"),
        *("monitors get {{ N }}", "monitors get {% if V %}{{ N }}{% else %}2{% endif %}"),
        *(
            "monitors list --{{ V }}",
            "monitors list --limit={{ N }}",
            "{% if V %}monitors list{% endif %}",
        ),
    ],
)
def test_what_values_decide_is_no_error(run: str, tmp_path: Path) -> None:
    assert _load(tmp_path, run).errors == ()


def test_what_gives_a_variable_its_choices_is_judged_alike(tmp_path: Path) -> None:
    (error,) = _load(tmp_path, "monitors list", "pup monitors lst").errors
    assert (error.line, "did you mean `monitors list`" in str(error)) == (2, True)
    assert _load(tmp_path, "monitors list", "pup monitors lst | head").errors == ()
