"""A profile that names entries of the keyring: credentials for processes and for Datadog, and values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.cli.failure import Failure
from pup_tui.cli.wiring import Parts
from pup_tui.core.program import compile_program
from pup_tui.drivers.source import source_of
from pup_tui.runbook.load import load
from pup_tui.settings.settings import CommandLine, read_settings
from pup_tui.steps.leftovers import Leftovers
from tests.support.keyrings import keyring_with
from tests.support.runs import Seen

PROFILE = """\
vars: {TOKEN: {from: "keyring:deploy/production"}}
datadog: {site: datadoghq.eu, api_key: pup-tui/api, app_key: pup-tui/app}
"""
RUNBOOK = """\
name: shows
vars: {TOKEN: {type: secret}}
steps:
  - name: Compare
    kind: shell
    run: |
      found="$DD_API_KEY $DD_APP_KEY $DD_ACCESS_TOKEN $DD_SITE "{{ TOKEN }}
      [ "$found" = "$(cat "$PUP_TUI_RUNBOOK_DIR/expected")" ] || exit 1
      echo "$DD_API_KEY and {{ TOKEN }}"
"""


@pytest.fixture
def store() -> Iterator[None]:
    entries = {("pup-tui", "api"): "the-api-key", ("pup-tui", "app"): "the-app-key"}
    with keyring_with({**entries, ("deploy", "production"): "the-deploy-token"}):
        yield


def parts(folder: Path, profile: str) -> Parts:
    (folder / "profiles").mkdir()
    (folder / "profiles" / "production.yaml").write_text(profile)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PUP_TUI_CONFIG_DIR": str(folder),
        "PUP_TUI_STATE_DIR": str(folder / "state"),
        "DD_API_KEY": "of-another-account",
        "DD_ACCESS_TOKEN": "of-another-account",
    }
    settings = read_settings(CommandLine(profile="production"), environ)
    assert not settings.problems
    return Parts(settings)


@pytest.mark.usefixtures("store")
async def test_entries_that_are_found_reach_the_steps_and_are_masked(tmp_path: Path) -> None:
    from pup_tui.catalog.inputs import resolve_inputs

    made = parts(tmp_path, PROFILE)
    (tmp_path / "shows.yaml").write_text(RUNBOOK)
    (tmp_path / "expected").write_text("the-api-key the-app-key  datadoghq.eu the-deploy-token")
    loaded = load(tmp_path / "shows.yaml")
    resolved = await resolve_inputs(loaded.require(), {}, made.sources)
    assert not resolved.problems
    with made.state() as state, Leftovers() as leftovers:
        async with made.launcher(state, leftovers) as launcher:
            run = await launcher.launch(
                compile_program(loaded.id, loaded.require()),
                source=source_of(loaded),
                files=loaded.files,
                values=resolved.values,
                secrets=resolved.secrets,
            )
            seen = Seen(run)
            run.watch(seen)
            ended = await run.drive()
    assert (str(ended.status), ended.reason) == ("succeeded", "")
    assert seen.texts("compare") == ["*** and ***"]
    kept = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert b"the-deploy-token" not in kept
    assert b"the-api-key" not in kept


@pytest.mark.usefixtures("store")
def test_credentials_of_elsewhere_do_not_count_beside_those_of_the_profile(tmp_path: Path) -> None:
    made = parts(tmp_path, PROFILE)
    secrets = set(made.credentials.datadog.secrets())
    assert secrets == {"the-api-key", "the-app-key"}
    assert made.credentials.datadog.base_url == "https://api.datadoghq.eu"


@pytest.mark.usefixtures("store")
def test_an_entry_that_is_missing_is_told_with_the_way_out(tmp_path: Path) -> None:
    made = parts(tmp_path, "datadog: {api_key: pup-tui/api, app_key: pup-tui/nobody}\n")
    with pytest.raises(Failure) as failure:
        _ = made.credentials.environ
    told = str(failure.value)
    assert "the keyring holds nothing for `pup-tui/nobody`" in told
