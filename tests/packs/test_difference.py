"""What is shown before anybody trusts something: what runbooks do, and what they do otherwise."""

from __future__ import annotations

from pup_tui.packs.difference import difference
from pup_tui.packs.library import TrustSubject
from pup_tui.packs.lines import lines_to_trust
from pup_tui.packs.told import told_runbook, told_runbooks
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


def test_what_there_is_to_fear_of_hosts_is_told_with_them() -> None:
    steps = (
        "- {name: a, kind: http, url: 'https://api.example.com/x', verify: false}",
        "- {name: b, kind: shell, run: 'curl http://0xa9fea9fe:80/latest'}",
        "- {name: c, kind: http, url: 'http://[fd00:ec2::254]/x'}",
    )
    text = "name: a\nsteps:\n  " + "\n  ".join(steps)
    told = told_runbook(tree_of({"a.yaml": text}), "a", "a.yaml")
    tells = "it tells machines their credentials"
    assert told.hosts == (
        "api.example.com (its certificate is not checked)",
        f"0xa9fea9fe:80 ({tells})",
        f"[fd00:ec2::254] ({tells})",
    )
    was = tree_of({"a.yaml": text.replace(", verify: false", "")})
    (changed,) = difference(was, tree_of({"a.yaml": text})).runbooks
    assert (
        "it names the host api.example.com (its certificate is not checked) now" in changed.effects
    )


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


def _shown(files: dict[str, str]) -> str:
    subject = TrustSubject(told="the pack x", tree=tree_of(files), before=None)
    return "\n".join(lines_to_trust(subject))


def test_every_file_is_shown_in_full_whatever_it_is_called() -> None:
    """A step can run any of them, and one that cannot be judged here may run elsewhere."""
    hidden = {
        "_templates/run.sh": "first-hidden",
        "_templates/deep/er.txt": "second-hidden",
        "_tests/a.sh": "third-hidden",
        "scripts/x.sh": "#!/bin/sh\nfourth-hidden\n#\0\n",
        "theme/a.yaml": runbook("a", "fifth-hidden"),
        "calls.yaml": "name: calls\nsteps:\n  - {name: x, kind: shell, run: sixth-hidden}\n"
        "  - {name: y, kind: runbook, runbook: other/a}\n",
        "pack.yaml": "description: seventh-hidden\n",
    }
    shown = _shown({"a.yaml": runbook("a"), **hidden})
    for number in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh"):
        assert f"{number}-hidden" in shown
    large = _shown({"a.yaml": runbook("a"), "scripts/x": "\0" * 100_000})
    assert "100,000 bytes that are no text, with the sha256 " in large


def test_what_runs_before_the_steps_or_in_each_of_them_is_told() -> None:
    text = (
        'requires: {git: {version: ">=2", command: "sh -c evil"}}\n'
        "defaults: {env: {BASH_ENV: /tmp/evil}}\n"
    )
    called = "name: b\nsteps: [{name: x, kind: runbook, runbook: a}]\n"
    now = tree_of({"a.yaml": text + runbook("a"), "b.yaml": called})
    for told in told_runbooks(now):
        assert told.commands == ("sh -c evil",)
        assert told.defaults == ("env.BASH_ENV: /tmp/evil",)
    before = tree_of({"a.yaml": runbook("a"), "b.yaml": called})
    (effects, _) = (each.effects for each in difference(before, now).runbooks)
    assert "it names a command that runs before its steps, sh -c evil now" in effects
    assert "it names for every step env.BASH_ENV: /tmp/evil now" in effects


def test_a_step_of_a_runbook_beside_another_of_its_id_is_judged_by_its_own_file() -> None:
    tree = tree_of(
        {
            "b.yaml": runbook("b"),
            "theme/a.yaml": "name: a\nsteps: [{name: x, kind: runbook, runbook: b}]\n",
            "theme/b.yaml": runbook("b", "rm -rf /srv/x"),
        }
    )
    told = told_runbook(tree, "a", "theme/a.yaml")
    assert [step.effect for step in told.steps] == ["may change", "destroys"]


def test_a_caller_is_told_of_however_its_key_is_written() -> None:
    for key in ('"runbook"', '"\\x72unbook"'):
        caller = f'{{"name": "a", "steps": [{{"name": "x", "kind": "\\x72unbook", {key}:"b"}}]}}\n'
        before = tree_of({"a.yaml": caller, "b.yaml": runbook("b")})
        now = tree_of({"a.yaml": caller, "b.yaml": runbook("b", "rm -rf /srv/x")})
        assert {each.id for each in difference(before, now).runbooks} == {"a", "b"}


def test_no_difference_is_hidden_by_what_only_looks_like_the_end_of_a_line() -> None:
    for end in ("\r", "\v", "\f", "\x1c", "\x85", "\u2028"):
        before = tree_of({"a.yaml": runbook("a"), "scripts/x": f"# note{end}rm -rf /srv\n"})
        now = tree_of({"a.yaml": runbook("a"), "scripts/x": "# note\nrm -rf /srv\n"})
        (file,) = difference(before, now).files
        assert {"+# note", "+rm -rf /srv"} <= set(file.lines)


def test_a_long_difference_is_told_to_its_end() -> None:
    padding = "".join(f"# {number}\n" for number in range(9_000))
    before = tree_of({"a.yaml": runbook("a"), "scripts/x": "true\n"})
    now = tree_of({"a.yaml": runbook("a"), "scripts/x": f"{padding}evil\n"})
    (file,) = difference(before, now).files
    assert file.lines[-1] == "+evil"


def test_lines_that_take_too_long_to_compare_are_told_as_other_ones() -> None:
    before = "".join(f"same {at % 50}\nold {at}\n" for at in range(20_000))
    now = "".join(f"same {at % 50}\nnew {at}\n" for at in range(20_000))
    (file,) = difference(
        tree_of({"a.yaml": runbook("a"), "scripts/x": before}),
        tree_of({"a.yaml": runbook("a"), "scripts/x": now}),
    ).files
    assert [line for line in file.lines if line.startswith("+")] == [
        f"+{line}" for line in now.splitlines()[1:]
    ]
