"""Step templates as steps of a new runbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load
from pup_tui.skeleton.offer import StepOffer
from pup_tui.skeleton.offers import offered_steps
from pup_tui.skeleton.text import NewFacts, skeleton

TEMPLATES = {
    "look.yaml": "{name: Look at it, kind: http, url: 'https://example.com/{{ SERVICE }}'}",
    "restart.yaml": "{name: Restart, kind: shell, run: 'restart {{ SERVICE }} -n {{ NS | default(1) }}'}",
    "ask-first.yaml": "{kind: confirm, message: 'Go on with {{ REGION }}?'}",
    "asks.yaml": "{name: Asks itself, kind: shell, run: 'rm -r /tmp/x', confirm: Sure?, danger: true}",
    "checks/slo.yml": """
params:
  SERVICE: {description: Service to look at, pattern: '[a-z]+'}
  MOST: {type: integer, default: 3}
  PLAIN: here
  OPTIONAL: {required: false}
steps: [{name: Read, kind: pup, run: 'slos list --query="{{ SERVICE }}"'}]
""",
    "broken.yaml": "{kind: shell, runn: ls}",
    "no-map.yaml": "[1]",
    "not-yaml.yaml": "{",
    "quoted{{x}}.yaml": "{kind: shell, run: make install}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEMPLATES.items():
        path = tmp_path / "_templates" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    return tmp_path


def offer(folder: Path, key: str) -> StepOffer:
    return next(each for each in offered_steps(folder) if each.key == key)


def test_what_can_be_used_is_offered(folder: Path) -> None:
    found = [each for each in offered_steps(folder) if "template" in each.keys]
    assert {each.key: (each.title, each.asks_before) for each in found} == {
        "ask-first": ("Ask first", False),
        "asks": ("Asks itself", False),
        "checks/slo": ("Checks slo", False),
        "look": ("Look at it", False),
        "quoted{{x}}": ("Quoted{{x}}", True),
        "restart": ("Restart", True),
    }


def test_what_it_needs_is_known(folder: Path) -> None:
    assert offer(folder, "restart").vars == {"SERVICE": {}}
    assert offer(folder, "ask-first").vars == {"REGION": {}}
    slo = offer(folder, "checks/slo")
    assert slo.keys == {"template": "checks/slo", "with": {"SERVICE": "{{ SERVICE }}"}}
    assert slo.vars == {"SERVICE": {"description": "Service to look at", "pattern": "[a-z]+"}}


def test_those_of_other_folders_are_imported(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "_templates").mkdir(parents=True)
    (own / "_templates" / "look.yaml").write_text("{name: Mine, kind: shell, run: ls}")
    found = {each.key: each for each in offered_steps(own, [own, folder])}
    assert (found["look"].title, found["look"].imports) == ("Mine", ())
    assert found["restart"].imports == ("restart",)
    text = skeleton(NewFacts(name="made", steps=(found["look"], found["restart"])))
    (own / "made.yaml").write_text(text)
    assert not load(own / "made.yaml", packs=[own, folder]).errors


@pytest.mark.parametrize("service", ["", "payments", "{{ 7 * 7 }}", "yes", "a: b # c", "Ü-1"])
def test_all_templates_together_make_a_valid_runbook(folder: Path, service: str) -> None:
    steps = [each for each in offered_steps(folder) if "template" in each.keys]
    path = folder / "made.yaml"
    path.write_text(skeleton(NewFacts(name="made", service=service, steps=(*steps, steps[0]))))
    loaded = load(path, linter=linter())
    assert not loaded.errors
    made = loaded.require()
    assert [step.name for step in made.steps][-1] == "Ask first_2"
    assert [s.name for s in made.steps if s.confirm] == ["Asks itself", "Quoted{{x}}", "Restart"]
    assert made.defaults.strict
    assert loaded.tags == ({"service": service} if service else {})


def test_a_value_that_is_judged_gets_no_default_that_may_be_wrong(folder: Path) -> None:
    slo, look = offer(folder, "checks/slo"), offer(folder, "look")
    assert "default:" not in skeleton(NewFacts(name="x", service="Ü 1", steps=(slo, look)))
    assert "default: pay" in skeleton(NewFacts(name="x", service="pay", steps=(look,)))


def test_nothing_is_read_outside_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("{kind: shell, run: ls}")
    own = tmp_path / "own" / "_templates"
    own.mkdir(parents=True)
    (own / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    for place in ("own", "gone"):
        assert not [each for each in offered_steps(tmp_path / place) if "template" in each.keys]


@pytest.mark.parametrize("key", [each.key for each in offered_steps(Path("/nowhere"))])
def test_the_usual_steps_are_free_of_errors_and_warnings(tmp_path: Path, key: str) -> None:
    path = tmp_path / "made.yaml"
    path.write_text(skeleton(NewFacts(name="made", service="web", steps=(offer(tmp_path, key),))))
    assert not load(path, linter=linter()).problems


def test_a_template_comes_before_the_usual_step_of_its_name(folder: Path) -> None:
    assert offer(folder, "look").keys == {"template": "look"}
