"""A plan that others see, and the digest that a run is bound to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pup_tui.bound_plan import OTHER_TEXT, BoundPlan, NotPlanned, bound_plan, told_changes
from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.catalog.value_sources import local_sources

BUNDLED = Path(__file__).parent.parent / "runbooks"
SECRET = "hunter2-hunter2"

TEXT = """
name: one
vars:
  WHO: world
  TOKEN: {type: secret, from: "env:TOKEN"}
  HEADER: {default: "Bearer {{ TOKEN }}"}
  REGION: {from: "env:REGION", default: eu}
steps:
- {name: Say, kind: shell, run: 'echo {{ WHO }} {{ REGION }}', env: {H: "{{ HEADER }}"}}
- {name: Ask, kind: http, url: "https://api.example.com/{{ WHO }}", headers: {Authorization: "{{ HEADER }}"}}
- {name: Only with it, kind: shell, run: echo, if: "TOKEN == 'x'"}
"""


def planned(folder: Path, name: str = "one", *, profile: str = "", **given: Any) -> BoundPlan:
    return planned_in(folder, {}, name, profile=profile, **given)


def planned_in(
    folder: Path, environ: dict[str, str], name: str = "one", *, profile: str = "", **given: Any
) -> BoundPlan:
    catalog = Catalog([Folder(folder, Origin.GIVEN)])
    return bound_plan(
        catalog.load(folder / f"{name}.yaml"),
        given,
        sources=local_sources(environ, folder, profile=profile),
        operator="ada",
        hidden=["api-key-0123456789"],
        refuses=catalog.pup.refuses,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.yaml").write_text(TEXT)
    return tmp_path


@pytest.mark.parametrize("name", sorted(path.stem for path in BUNDLED.glob("*.yaml")))
def test_the_same_is_planned_with_the_same_digest(name: str) -> None:
    runbook = Catalog([Folder(BUNDLED, Origin.BUNDLED)]).load(BUNDLED / f"{name}.yaml").require()
    given = {
        key: next((option.value for option in variable.options), "1")
        for key, variable in runbook.vars.items()
        if variable.required and not variable.has_default and not variable.is_secret
    }
    one, other = (planned(BUNDLED, name, **given) for _ in range(2))
    assert one.digest == other.digest
    assert one.steps == other.steps


def test_no_secret_is_in_it_and_whether_there_is_one_changes_nothing(folder: Path) -> None:
    without = planned(folder)
    known = planned_in(folder, {"TOKEN": SECRET})
    assert SECRET not in repr(known)
    assert known.digest == without.digest
    assert set(known.unknown) == {"TOKEN", "HEADER"}
    assert known.vars == {"WHO": "world", "REGION": "eu"}


CHANGES: list[tuple[str, Callable[[Path], BoundPlan]]] = [
    ("a value", lambda folder: planned(folder, WHO="ada")),
    ("a value from the environment", lambda folder: planned_in(folder, {"REGION": "us"})),
    ("the profile", lambda folder: planned(folder, profile="staging")),
    ("a step", lambda folder: _with(folder, TEXT.replace("echo {{", "echo -n {{"))),
    ("a remark", lambda folder: _with(folder, f"{TEXT}x-note: a\n")),
    ("white space", lambda folder: _with(folder, f"{TEXT}\n")),
]


def _with(folder: Path, text: str) -> BoundPlan:
    (folder / "one.yaml").write_text(text)
    return planned(folder)


@pytest.mark.parametrize("change", [each[1] for each in CHANGES], ids=[each[0] for each in CHANGES])
def test_whatever_changes_gives_another_digest(
    change: Callable[[Path], BoundPlan], folder: Path
) -> None:
    assert planned(folder).digest != change(folder).digest


def test_another_alert_gives_another_digest(folder: Path) -> None:
    catalog = Catalog([Folder(folder, Origin.GIVEN)])

    def about(alert: dict[str, Any]) -> str:
        return bound_plan(
            catalog.load(folder / "one.yaml"),
            {},
            sources=local_sources({}, folder),
            operator="ada",
            hidden=[],
            refuses=catalog.pup.refuses,
            alert=alert,
        ).digest

    alerts: list[dict[str, Any]] = [{}, {"title": "Down"}, {"title": "Up"}]
    assert len({about(alert) for alert in alerts}) == 3


def test_what_has_changed_is_told_by_its_name(folder: Path) -> None:
    before = planned(folder).vars
    assert told_changes(before, planned(folder, WHO="ada")) == "other values of WHO"
    assert told_changes(before, planned(folder)) == OTHER_TEXT


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"TOKEN": SECRET}, "`TOKEN` is a secret: only a person gives it"),
        ({"NOBODY": "x"}, "no variable `NOBODY`"),
    ],
)
def test_what_cannot_be_planned_is_told(given: dict[str, str], told: str, folder: Path) -> None:
    with pytest.raises(NotPlanned, match=told) as refused:
        planned(folder, **given)
    assert SECRET not in str(refused.value)


def test_a_secret_besides_the_variables_is_in_no_value(folder: Path) -> None:
    plan = planned(folder, WHO="my api-key-0123456789")
    assert "api-key" not in repr((plan.vars, plan.steps))


RUNS_SCRIPTS = """
name: one
vars: {WHICH: {default: a}}
steps:
- {name: A, kind: shell, run: '"$PUP_TUI_RUNBOOK_DIR/scripts/check.sh"'}
- {name: B, kind: shell, cwd: "{{ run.dir }}/bin", run: ./b.sh}
- {name: C, kind: shell, run: 'sh "${PUP_TUI_RUNBOOK_DIR}"/more/{{ WHICH }}.sh'}
- {name: D, kind: shell, cwd: "{{ run.dir }}", run: 'sh ./d.sh; sh tools/deep/e.sh'}
"""

BESIDE = [
    "scripts/check.sh",
    "scripts/lib/any.py",
    "bin/b.sh",
    "more/a.sh",
    "d.sh",
    "tools/deep/e.sh",
]


@pytest.fixture
def with_scripts(folder: Path) -> Path:
    (folder / "one.yaml").write_text(RUNS_SCRIPTS)
    for name in [*BESIDE, "notes.txt", "other/f.sh"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("echo hi")
    return folder


@pytest.mark.parametrize("name", BESIDE)
def test_a_script_beside_it_that_changes_or_goes_gives_another_digest(
    name: str, with_scripts: Path
) -> None:
    script, before = with_scripts / name, planned(with_scripts).digest
    script.chmod(0o755)
    as_program = planned(with_scripts).digest
    script.write_text("echo ho")
    changed = planned(with_scripts).digest
    script.unlink()
    assert len({before, as_program, changed, planned(with_scripts).digest}) == 4


def test_what_a_link_beside_it_leads_to_counts(with_scripts: Path, tmp_path: Path) -> None:
    outside = tmp_path / "other" / "f.sh"
    (with_scripts / "scripts" / "link.sh").symlink_to(outside)
    (with_scripts / "scripts" / "round").symlink_to(with_scripts / "scripts")
    before = planned(with_scripts).digest
    outside.write_text("echo ho")
    assert planned(with_scripts).digest != before


def test_what_it_does_not_use_beside_it_changes_nothing(with_scripts: Path) -> None:
    before = planned(with_scripts).digest
    (with_scripts / "notes.txt").write_text("another")
    (with_scripts / "two.yaml").write_text("name: two\nsteps: []\n")
    assert planned(with_scripts).digest == before


def test_scripts_of_what_it_calls_in_another_folder_count(tmp_path: Path) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    for each in (own, elsewhere / "scripts"):
        each.mkdir(parents=True)
    (own / "one.yaml").write_text(
        "name: one\nsteps: [{name: It, kind: runbook, runbook: called}]\n"
    )
    (elsewhere / "called.yaml").write_text(
        "name: called\nsteps: [{name: A, kind: shell, run: 'sh $PUP_TUI_RUNBOOK_DIR/scripts/a.sh'}]\n"
    )
    script = elsewhere / "scripts" / "a.sh"
    script.write_text("echo hi")
    catalog = Catalog([Folder(own, Origin.GIVEN), Folder(elsewhere, Origin.GIVEN)])

    def digest() -> str:
        return bound_plan(
            catalog.load(own / "one.yaml"),
            {},
            sources=local_sources({}, own),
            operator="ada",
            hidden=[],
            refuses=catalog.pup.refuses,
        ).digest

    before = digest()
    script.write_text("echo ho")
    assert digest() != before


def test_what_is_too_much_beside_it_is_refused(
    with_scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pup_tui.runbook.beside.MOST_FILES", 3)
    with pytest.raises(NotPlanned, match="more than 3 files lie beside it"):
        planned(with_scripts)
