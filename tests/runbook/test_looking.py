"""Which steps may say that they only look, and what is told of the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pup_tui.catalog.known_pup import KnownPup
from pup_tui.runbook.load import Loaded, load

CALLED = "name: called\nsteps: [{name: b, kind: shell, run: rm -rf /srv/x, danger: true}]\n"
GROUP = "steps: [{name: b, kind: shell, run: rm -rf /srv/x}]\n"


def _load(folder: Path, step: str, files: Mapping[str, str] | None = None) -> Loaded:
    path = folder / "test.yaml"
    path.write_text(f"name: test\nvars: {{V: x}}\nsteps:\n  - {{name: a, {step}}}\n")
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return load(path, pup=KnownPup(lambda name: name == "pup-an-extension"))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("kind: shell, run: ls, danger: true", "`read_only` and `danger` exclude each other"),
        ("kind: shell, run: ls, danger: True", "`read_only` and `danger` exclude each other"),
        ("kind: confirm, message: x, danger: true", "exclude each other"),
        ("kind: notify, to: 'slack://a/b/c', message: x", "a notify step changes something"),
        ("kind: datadog-workflow, workflow_id: x", "a datadog-workflow step changes something"),
        ("kind: http, method: delete, url: 'https://example.com'", "DELETE changes what"),
        ("kind: http, method: PUT, url: 'https://example.com'", "PUT changes what"),
        (
            "kind: http, url: 'https://example.com', output_file: '{{ V }}'",
            "`output_file` writes a file",
        ),
        ("kind: pup, run: 'downtime cancel {{ V }}'", "`pup downtime cancel {{ V }}` changes"),
        ("kind: shell, run: 'ls; rm -rf /srv/{{ V }}'", "`rm -rf /srv/{{...}}` may destroy"),
        ("kind: shell, run: systemctl stop x", "`systemctl stop x` may destroy"),
        ("kind: shell, run: kubectl delete pod x", "`kubectl delete pod x` may destroy"),
        ("kind: shell, run: systemctl restart x", "`systemctl restart x` changes something"),
        ("kind: shell, run: 'sudo systemctl --no-block reload {{ V }}'", "changes something"),
        ("kind: shell, run: ssh h 'kubectl rollout restart deploy/a'", "changes something"),
        ("kind: shell, run: curl -sXPUT https://example.com", "changes something"),
        ("kind: shell, run: curl -sTfile https://example.com", "changes something"),
        ("kind: shell, run: curl -k4sXPUT https://example.com", "changes something"),
        ("kind: shell, run: 'curl -#T file https://example.com'", "changes something"),
        ("kind: shell, run: wget --method put https://example.com", "changes something"),
        ("kind: shell, run: terraform force-unlock -force a", "changes something"),
        ("kind: shell, run: aws ec2 reboot-instances --instance-ids a", "changes something"),
        ("kind: shell, run: psql -XAt, stdin: drop table t", "`drop table t` may destroy"),
        (
            "kind: sql, url: 'sqlite:///a', query: select 1; drop table t",
            "`drop table t` may destroy",
        ),
        ("kind: shell, run: bash -s, stdin: 'ls; rm -r /srv/{{ V }}'", "may destroy"),
        ("kind: group, steps: [{name: b, kind: shell, run: rm -rf /srv/x}]", "`rm -rf /srv/x`"),
        (
            "kind: parallel, steps: [{name: b, kind: http, method: PUT, url: 'https://example.com'}]",
            "in its step `b`, PUT changes what",
        ),
        ("kind: runbook, runbook: called", "in its step `b`, `danger` says"),
        ("template: group", "`rm -rf /srv/x` may destroy something (line 1)"),
    ],
)
def test_a_step_that_is_known_to_change_something_is_refused(
    step: str, told: str, tmp_path: Path
) -> None:
    files = {"called.yaml": CALLED, "_templates/group.yaml": GROUP}
    (error,) = _load(tmp_path, f"{step}, read_only: true", files).errors
    assert told in error.message
    assert error.line == 4
    assert _load(tmp_path, f"{step}, read_only: false", files).ok


@pytest.mark.parametrize(
    "step",
    [
        "kind: shell, run: kubectl get pods",
        "kind: shell, run: kubectl delete pod x --dry-run=server",
        "kind: shell, run: 'rm -r /tmp/mine'",
        "kind: shell, run: systemctl status restart",
        "kind: shell, run: aws eks update-kubeconfig --name a",
        "kind: shell, run: aws logs start-query --query-string a",
        "kind: shell, run: aws s3 cp s3://a/b -",
        "kind: shell, run: kubectl apply -f a.yml --dry-run=server",
        "kind: shell, run: kubectl rollout status deploy/a",
        "kind: shell, run: curl -X POST https://example.com/_search",
        "kind: shell, run: curl -sXPOST https://example.com/_search",
        "kind: shell, run: curl -s -XGET https://example.com/_cluster/health",
        "kind: shell, run: curl -sXOPTIONS https://example.com",
        "kind: shell, run: curl -sATool https://example.com",
        "kind: shell, run: curl -s4m5 https://example.com/T",
        "kind: shell, run: 'sleep 9 & echo $! > a.pid; kill $(cat a.pid)'",
        "kind: shell, shell: python3, run: 'print(1)'",
        "kind: http, method: POST, url: 'https://example.com/_search'",
        "kind: pup, run: monitors list",
        "kind: pup, run: an-extension look",
        "kind: sql, url: 'sqlite://', query: select 1",
        "kind: confirm, message: x",
        "kind: wait, duration: 1s",
        "kind: group, steps: [{name: b, kind: confirm, danger: true, message: x}]",
        "kind: group, steps: [{name: b, kind: shell, run: ls}]",
    ],
)
def test_a_step_that_may_only_look_can_say_so(step: str, tmp_path: Path) -> None:
    assert _load(tmp_path, f"{step}, read_only: true").errors == ()


def test_a_contradiction_is_told_with_the_other_errors_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "test.yaml"
    path.write_text(
        "name: test\nsteps:\n"
        "  - {name: a, kind: shell, run: rm -r /srv, read_only: true}\n"
        "  - {name: b, kind: http, method: PUT, url: 'https://example.com', read_only: true}\n"
        "  - {name: c, kind: shell, runs: ls}\n"
    )
    assert [error.line for error in load(path).errors] == [3, 4, 5, 5]


@pytest.mark.parametrize("spelled", ["true", "True", "TRUE"])
def test_truth_is_known_however_it_is_spelled(spelled: str, tmp_path: Path) -> None:
    step = f"kind: confirm, message: x, optional: {spelled}"
    assert "cannot be optional" in _load(tmp_path, step).errors[0].message
    step = f"kind: shell, run: ls, interactive: {spelled}, tty: {spelled}"
    assert "exclude each other" in _load(tmp_path, step).errors[0].message
    step = f"kind: shell, run: ls, interactive: {spelled}, tty: FALSE"
    assert _load(tmp_path, step).errors == ()


def test_a_file_in_an_untrusted_directory_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "test.yaml"
    path.write_text("name: test\nsteps: [{name: a, kind: shell, run: ls, read_only: true}]\n")
    assert load(path).is_believed
    assert not load(path, root=tmp_path).is_believed
