"""What is shown before anybody trusts something: what runbooks do, and what they do otherwise."""

from __future__ import annotations

from pup_tui.packs.difference import difference
from pup_tui.packs.told import told_runbook, told_runbooks, whole_files
from tests.support.packs import runbook, tree_of

A = """\
name: a
vars:
  TOKEN: {type: secret, from: "env:FLAG_TOKEN"}
  WHERE: {choices_from: "kubectl get ns -o name", type: enum}
steps:
  - {name: Look, kind: http, url: "https://flags.example.com/v1"}
  - name: Each
    kind: group
    steps:
      - {name: Clean, kind: shell, run: "rm -rf /srv/data"}
      - {name: Say, template: say}
  - name: Change
    kind: shell
    run: |
      clean() { kubectl get pods; }
      clean | grep x
      curl https://user:pw@api.example.com:8443/x
    env: {LD_PRELOAD: /tmp/x.so}
    undo: {kind: shell, run: "kubectl delete ns x"}
  - {name: Call, kind: runbook, runbook: b}
  - {name: Python, kind: shell, shell: python3, run: "print(1)"}
"""
TREE = tree_of(
    {
        "a.yaml": A,
        "theme/b.yaml": runbook("b", "terraform destroy"),
        "_templates/say.yaml": "kind: shell\nrun: echo hello\n",
        "scripts/x.sh": "#!/bin/sh\nevil\n",
    }
)


def test_each_step_is_told_with_what_it_does_and_runs() -> None:
    told = told_runbook(TREE, "a", "a.yaml")
    assert [(step.number, step.effect, step.id) for step in told.steps] == [
        ("1", "reads", "look"),
        ("2", "may change", "each"),
        ("2.1", "destroys", "each/clean"),
        ("2.2", "may change", "each/say"),
        ("3", "may change", "change"),
        ("3 undo", "destroys", "change:undo"),
        ("4", "may change", "call"),
        ("4.1", "destroys", "call/a"),
        ("5", "may change", "python"),
    ]
    texts = {step.id: step.texts for step in told.steps}
    assert texts["each/say"] == ("run: echo hello",)
    assert "env.LD_PRELOAD: /tmp/x.so" in texts["change"]


def test_programs_hosts_secrets_and_commands_are_named() -> None:
    told = told_runbook(TREE, "a", "a.yaml")
    assert set(told.tools) == {"rm", "kubectl", "grep", "curl", "terraform", "python3"}
    assert told.hosts == ("flags.example.com", "api.example.com:8443")
    assert told.secrets == ("TOKEN (from env:FLAG_TOKEN)",)
    assert told.commands == ("kubectl get ns -o name",)
    assert whole_files(TREE) == ["scripts/x.sh"]


def test_a_broken_runbook_is_told_with_its_error() -> None:
    (told,) = told_runbooks(
        tree_of({"a.yaml": "name: a\nstepss: []\nsteps: [{name: a, kind: wait, duration: 1s}]\n"})
    )
    assert "stepss" in told.error


def test_what_steps_do_otherwise_comes_first() -> None:
    now = tree_of(
        {
            **{path: file.data.decode() for path, file in TREE.files.items()},
            "a.yaml": A.replace("echo", "x").replace(
                "      clean | grep x\n", "      rm -rf /srv/other\n"
            ),
            "c.yaml": runbook("c"),
        }
    )
    found = difference(TREE, now)
    told = {each.id: each.effects for each in found.runbooks}
    assert told["a"][0] == "step 3 now destroys: Change (before: may change)"
    assert "it does not name the program grep any more" in told["a"]
    assert told["c"] == ("it is new (1 × may change)",)
    assert set(told) == {"a", "c"}
    files = {file.path: file for file in found.files}
    assert {path: file.how for path, file in files.items()} == {
        "a.yaml": "changed",
        "c.yaml": "added",
    }
    assert "-      clean | grep x" in files["a.yaml"].lines


def test_a_template_or_a_called_runbook_changes_those_that_use_it() -> None:
    template = tree_of(
        {
            **{path: file.data.decode() for path, file in TREE.files.items()},
            "_templates/say.yaml": "kind: shell\nrun: rm -rf /srv\n",
        }
    )
    (told,) = difference(TREE, template).runbooks
    assert told.effects == ("step 2.2 now destroys: Say (before: may change)",)
    called = tree_of(
        {
            **{path: file.data.decode() for path, file in TREE.files.items()},
            "theme/b.yaml": runbook("b", "echo harmless"),
        }
    )
    told_of = {each.id: each.effects[0] for each in difference(TREE, called).runbooks}
    assert told_of == {
        "a": "step 4.1 now may change: a (before: destroys)",
        "b": "step 1 now may change: a (before: destroys)",
    }


def test_what_is_gone_or_a_program_now_is_told() -> None:
    before = tree_of({"a.yaml": runbook("a"), "b.yaml": runbook("b"), "scripts/x": "x"})
    now = tree_of({"a.yaml": runbook("a"), "scripts/x": "x"}, frozenset({"scripts/x"}))
    found = difference(before, now)
    assert [(each.id, each.effects) for each in found.runbooks] == [("b", ("it is gone",))]
    assert [(file.path, file.how) for file in found.files] == [
        ("b.yaml", "removed"),
        ("scripts/x", "changed"),
    ]
    assert found.files[1].lines == ("it is a program now",)
    assert difference(before, before).files == ()
