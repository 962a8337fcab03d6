"""What is told of a runbook from its head is what judging it whole tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.runbook.head import read_head
from pup_tui.runbook.load import load

STEPS = "steps:\n- {name: a, kind: shell, run: echo}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"name: plain\n{STEPS}",
        f"# remark\nname: 'quoted: yes'\ndescription: |\n  Two\n\n  lines\ntags: {{team: db, n: 1}}\n{STEPS}",
        f"name: a\nx-tags: &t {{team: db}}\ntags: {{<<: *t, type: incident}}\ndescription: ~\n{STEPS}",
        f"{STEPS}name: behind\ntags: {{team: db}}\n",
        f"name: a\n{STEPS}# remark\ndescription: behind\n",
        f'name: a\ndescription: "first\n\n  steps:\n  second"\n{STEPS}',
        f'name: a\ndescription: "first\nsteps:\nsecond"\n{STEPS}',
        "\ufeffname: windows\r\nsteps:\r\n  - {name: a, kind: shell, run: echo}\r\n",
        '{"name": "json", "tags": {"team": "db"},\n"steps":\n[{"name": "a", "kind": "shell", "run": "ls"}]}',
        "{name: flow,\nsteps: [{name: a, kind: shell, run: ls}],\ndescription: behind}",
    ],
)
def test_the_head_tells_what_judging_tells(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode())
    judged, head = load(path).require(), read_head(path, None)
    if head is not None:
        assert (head.name, head.description, head.tags) == (
            judged.name,
            judged.description,
            judged.tags,
        )


@pytest.mark.parametrize("behind", ["", "steps: {", "steps:\n  - {kind: nothing}\n  ]\n", STEPS])
def test_the_steps_are_not_looked_at(tmp_path: Path, behind: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"name: told\ntags: {{team: db}}\n{behind}")
    head = read_head(path, None)
    assert head is not None
    assert (head.name, head.tags) == ("told", {"team": "db"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "steps: [",
        "- a list\n",
        f"{STEPS}",
        f"name: [a]\n{STEPS}",
        f"name: a\nname: b\n{STEPS}",
        f"name: a\ntags: [team]\n{STEPS}",
        f"name: a\ntags: {{team: [db]}}\n{STEPS}",
        f"name: a\ndescription: {{b: c}}\n{STEPS}",
        f"name: !!python/object x\n{STEPS}",
    ],
)
def test_where_it_is_not_in_order_only_judging_tells(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert read_head(path, None) is None


def test_what_may_not_be_read_is_not(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(f"name: outside\n{STEPS}")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.yaml").symlink_to(outside)
    assert read_head(inside / "a.yaml", inside) is None
    assert read_head(inside / "none.yaml", None) is None
    assert read_head(tmp_path, None) is None
