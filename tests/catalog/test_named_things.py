"""What of Datadog a runbook names."""

from __future__ import annotations

from pathlib import Path

from pup_tui.catalog.named_things import NamedThing, named_beforehand, named_things
from pup_tui.runbook.load import load_files

RUNBOOK = """
name: names
vars: {ID: {default: "1"}}
steps:
  - {name: a, kind: pup, run: "monitors get {{ ID }}"}
  - name: b
    kind: group
    steps:
      - {name: c, kind: pup, run: "monitors delete {{ ID }}"}
      - {name: d, kind: http, url: "/api/v1/monitor/{{ ID }}?it's=1"}
  - {name: f, kind: shell, run: "echo monitors get 5"}
  - {name: g, template: of, with: {ID: "9"}}
"""
CALLED = """
params: {ID: {default: "3"}}
steps: [{name: h, kind: pup, run: "monitors get {{ ID }}"}]
"""


def test_each_thing_is_named_once_with_the_values_of_its_own_file() -> None:
    files = {"names.yaml": RUNBOOK.encode(), "_templates/of.yaml": CALLED.encode()}
    loaded = load_files("names", files, Path("names.yaml"))
    assert loaded.runbook is not None, [problem.message for problem in loaded.problems]
    assert named_things(loaded.runbook, {"ID": "7"}) == [
        NamedThing("monitor", "7"),
        NamedThing("monitor", "", ("ID",)),
    ]


def test_what_a_default_says_is_the_same_thing_beforehand() -> None:
    text = """
name: names
vars: {S: {default: shop}, T: {default: "{{ S }}"}, V: {}}
steps:
  - {name: a, kind: pup, run: "incidents list --service={{ S }}"}
  - {name: b, kind: pup, run: "incidents list --service=shop"}
  - {name: c, kind: pup, run: "incidents list --service={{ V }}"}
  - {name: d, kind: pup, run: "monitors list --service={{ T }}"}
"""
    loaded = load_files("names", {"names.yaml": text.encode()}, Path("names.yaml"))
    assert loaded.runbook is not None, [problem.message for problem in loaded.problems]
    assert named_beforehand(loaded.runbook) == [
        NamedThing("service", "shop"),
        NamedThing("service", "", ("V",)),
        NamedThing("service", "", ("T",)),
    ]
