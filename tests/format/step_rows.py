"""The keys of every step, but for those about its attempts."""

from __future__ import annotations

from pathlib import Path

from pup_tui.core.notices import StepPaused
from pup_tui.output.shown import made_path
from pup_tui.output.spool import spool_name
from pup_tui.output.style import strip_style
from tests.format.rows import Row
from tests.support.stage import Played


def step(key: str, text: str, **told: object) -> Row:
    return Row(place="step", key=key, text=text, **told)  # type: ignore[arg-type]


SIDE_BY_SIDE = "touch {{ item }}; until [ -e one ] && [ -e two ]; do sleep 0.02; done"
"""Ends only if the steps that run it, for the items one and two, run at the same time."""


def made_of(played: Played, step: str) -> str:
    """What was made of a step's output for people."""
    name = made_path(Path(spool_name(0, step))).name
    return next(played.outputs.rglob(name)).read_text()


def asked(played: Played) -> dict[str, str]:
    return {question.step: question.message for question in played.questions}


ALWAYS_THERE = [
    step(
        "name",
        "steps: [{name: Äh – what?, kind: shell, run: echo 1}]",
        steps={"h_what": "succeeded"},
    ),
    step(
        "id",
        """
        steps:
          - {name: First, id: own, kind: shell, run: echo 1}
          - {name: Next, kind: shell, run: 'echo {{ steps.own.output }} again'}
        """,
        prints=("1", "1 again"),
    ),
    step(
        "description",
        "steps: [{name: a, description: '**Look** here', kind: shell, run: echo}]",
        shown=lambda told: told["steps"][0]["description"] == "**Look** here",
    ),
    step(
        "links",
        "steps: [{name: a, links: [{title: t, url: u}], kind: shell, run: echo}]",
        shown=lambda told: told["steps"][0]["links"] == [{"title": "t", "url": "u"}],
    ),
    step("kind", "steps: [{name: a, kind: shell, run: echo hi}]", prints=("hi",)),
    step(
        "template",
        "steps: [{name: a, template: hello}]",
        files={"_templates/hello.yaml": "kind: shell\nrun: echo from a file"},
        prints=("from a file",),
    ),
    step(
        "with",
        "steps: [{name: a, template: hello, with: {WHO: ada}}]",
        files={
            "_templates/hello.yaml": "params: {WHO: {}}\n"
            "steps: [{name: b, kind: shell, run: 'echo {{ WHO }}'}]"
        },
        prints=("ada",),
        steps={"a": "succeeded", "a/b": "succeeded"},
    ),
]

ORDER = [
    step(
        "when",
        """
        steps:
          - {name: c, when: cleanup, kind: shell, run: echo cleanup}
          - {name: a, kind: shell, run: exit 1}
          - {name: s, when: on_success, kind: shell, run: echo success}
          - {name: f, when: on_failure, kind: shell, run: echo failure}
          - {name: w, when: always, kind: shell, run: echo always}
        """,
        ends="failed",
        prints=("failure", "always", "cleanup"),
        steps={"s": "skipped"},
    ),
    step(
        "if",
        """
        vars: {X: ada}
        steps:
          - {name: a, if: X == 'ada', kind: shell, run: echo yes}
          - {name: b, if: X == 'grace', kind: shell, run: echo no}
          - {name: c, if: steps.b.output | int > 1, kind: shell, run: echo no, on_failure: warn}
        """,
        prints=("yes",),
        steps={"a": "succeeded", "b": "skipped", "c": "warned"},
    ),
    step(
        "optional",
        """
        vars: {NONE: ""}
        steps:
          - {name: a, optional: true, kind: shell, run: no-such-tool-here --now}
          - {name: b, optional: true, kind: http, url: '{{ NONE }}'}
          - {name: c, optional: true, kind: datadog-workflow, workflow_id: '{{ NONE }}'}
          - {name: d, optional: true, kind: shell, run: exit 1}
          - {name: e, optional: true, kind: shell, run: exit 1, on_failure: ignore}
        """,
        steps={"a": "skipped", "b": "skipped", "c": "skipped", "d": "warned", "e": "ignored"},
    ),
    step(
        "on_failure",
        """
        steps:
          - {name: w, on_failure: warn, kind: shell, run: exit 1}
          - {name: i, on_failure: ignore, kind: shell, run: exit 1}
          - {name: c, on_failure: confirm, kind: shell, run: exit 1}
          - {name: f, on_failure: fail, kind: shell, run: exit 1}
          - {name: n, kind: shell, run: echo never}
        """,
        answers={"c": "continue"},
        ends="failed",
        prints=(),
        steps={"w": "warned", "i": "ignored", "c": "warned", "f": "failed", "n": "skipped"},
    ),
    step(
        "timeout",
        "steps: [{name: a, timeout: '{{ \"200ms\" }}', kind: shell, run: sleep 600}]",
        ends="failed",
        reasons={"a": "timed out"},
    ),
    step(
        "timeout",
        "steps: [{name: a, timeout: 200ms, kind: confirm, message: Go?}]",
        answers={"a": "silence"},
        ends="aborted",
    ),
]

CARE = [
    step(
        "danger",
        "steps: [{name: a, danger: true, kind: shell, run: echo gone}]",
        answers={"a": "no"},
        ends="aborted",
        prints=(),
        sees=lambda played: played.questions[0].danger,
    ),
    step(
        "danger",
        """
        steps:
          - {name: ask, kind: confirm, message: Go?}
          - {name: a, danger: true, kind: shell, run: echo gone}
        """,
        prints=("gone",),
        sees=lambda played: list(asked(played)) == ["ask"],
    ),
    step(
        "confirm",
        "vars: {X: y}\nsteps: [{name: a, confirm: 'Do {{ X }}?', kind: shell, run: echo done}]",
        prints=("done",),
        sees=lambda played: asked(played) == {"a": "Do y?"},
    ),
    step(
        "undo",
        """
        steps:
          - {name: a, kind: shell, run: echo 1, capture: A, undo: {kind: shell, run: 'echo undo {{ A }}'}}
          - {name: b, kind: shell, run: exit 1, undo: {kind: shell, run: echo never}}
        """,
        undo=True,
        ends="failed",
        prints=("1", "undo 1"),
        steps={"a:undo": "succeeded"},
    ),
    step(
        "undo",
        """
        steps:
          - {name: a, kind: shell, run: echo 1, undo: {kind: shell, run: echo undo}}
          - {name: b, kind: shell, run: exit 1}
        """,
        ends="failed",
        prints=("1",),
    ),
    step(
        "settles",
        """
        steps:
          - {name: a, kind: shell, run: echo 1, undo: {kind: shell, run: echo undo a}}
          - {name: b, kind: shell, run: echo 2, undo: {kind: shell, run: echo undo b}}
          - {name: c, kind: shell, run: echo back, settles: a}
          - {name: d, kind: shell, run: exit 1}
        """,
        undo=True,
        ends="failed",
        prints=("1", "2", "back", "undo b"),
    ),
    step(
        "idempotent",
        "steps: [{name: a, idempotent: true, kind: shell, run: echo once}]",
        prints=("once",),
        shown=lambda told: told["steps"][0]["idempotent"] is True,
    ),
    step(
        "read_only",
        "steps: [{name: a, read_only: true, kind: sql, url: 'sqlite://', query: create table t (a)}]",
        ends="failed",
        reasons={"a": "readonly"},
    ),
    step(
        "show",
        "steps: [{name: a, show: json, kind: shell, run: 'echo [1.10]'}]",
        prints=("[1.10]",),
        sees=lambda played: strip_style(made_of(played, "a")) == "[\n  1.10\n]\n",
        shown=lambda told: told["steps"][0]["show"] == "json",
    ),
    step(
        "show",
        """
        vars: {HEAD: Age}
        steps:
          - name: a
            foreach: [ada, grace]
            kind: shell
            stdin: '{"of": [{"name": "{{ item }}", "at": {"age": 36}}]}'
            run: cat
            show:
              table:
                rows: json.of
                columns: [name, at.age, {title: '{{ HEAD }}', value: at.age + 1}]
        """,
        sees=lambda played: (
            made_of(played, "a[1]").splitlines()[::2]
            == ["name  | at.age | Age", "grace | 36     | 37"]
        ),
    ),
    step(
        "show",
        """
        steps:
          - name: a
            kind: shell
            stdin: '{"data": [{"type": "log", "id": "1", "attributes": {"service": "web", "message": "up"}}]}'
            run: cat
            show: table
        """,
        sees=lambda played: (
            made_of(played, "a").splitlines()
            == ["service | message", "--------+--------", "web     | up", "(1 row)"]
        ),
        shown=lambda told: told["steps"][0]["show"] == "table",
    ),
    step(
        "show",
        "steps: [{name: a, show: table, kind: shell, run: 'echo \\[]'}]",
        prints=("[]",),
        sees=lambda played: made_of(played, "a") == "(0 rows)\n",
    ),
    step(
        "show",
        "steps: [{name: a, show: none, kind: shell, run: echo kept}]",
        prints=("kept",),
    ),
    step(
        "show",
        "steps: [{name: a, show: text, kind: shell, run: echo as it is}]",
        prints=("as it is",),
    ),
    step(
        "read_only",
        "steps: [{name: a, read_only: true, kind: shell, run: echo looks}]",
        prints=("looks",),
        shown=lambda told: told["steps"][0]["read_only"] is True,
    ),
]

ITEMS = [
    step(
        "foreach",
        """
        vars: {LIST: '["a b", "c"]'}
        steps:
          - {name: a, foreach: [x, 2, '{{ LIST | length }}'], kind: shell, run: 'echo {{ item }}'}
          - {name: b, foreach: LIST | fromjson, kind: shell, run: 'echo {{ item }}', capture: SAID}
          - {name: c, foreach: '{{ LIST }}', kind: shell, run: 'echo {{ item | upper }}'}
          - {name: d, foreach: [], kind: shell, run: echo never}
          - {name: e, kind: shell, run: "echo {{ SAID | join('+') }}"}
        """,
        prints=("x", "2", "2", "a b", "c", "A B", "C", "a b+c"),
        steps={"b": "succeeded", "b[0]": "succeeded", "b[1]": "succeeded", "d": "succeeded"},
    ),
    step(
        "foreach",
        "steps: [{name: a, foreach: [1, 2, 3], kind: shell, run: 'echo {{ item }}; [ {{ item }} != 2 ]'}]",
        ends="failed",
        prints=("1", "2"),
        steps={"a": "failed", "a[0]": "succeeded", "a[1]": "failed"},
    ),
    step(
        "foreach",
        """
        vars: {REGION: eu}
        steps:
          - name: a
            foreach: {command: "echo '[1, \\"x y\\"]'"}
            kind: shell
            run: 'echo {{ item }}'
          - {name: b, foreach: {command: 'echo {{ REGION }}-1; echo'}, kind: shell, run: 'echo {{ item }}'}
        """,
        prints=("1", "x y", "eu-1"),
    ),
    step(
        "foreach",
        "steps: [{name: a, foreach: {ansible: none.ini}, kind: shell, run: echo}]",
        ends="failed",
        reasons={"a": "the inventory gives no items: there is no such file or folder"},
    ),
    step(
        "as",
        """
        steps:
          - name: g
            kind: group
            foreach: [1, 2]
            as: node
            steps: [{name: a, kind: shell, run: 'echo node {{ node }}'}]
        """,
        prints=("node 1", "node 2"),
        steps={"g[1]/a": "succeeded"},
    ),
    step(
        "max_parallel",
        "steps: [{name: a, foreach: [one, two], max_parallel: '{{ 2 }}', timeout: 30s, kind: shell, "
        f"run: '{SIDE_BY_SIDE}'}}]",
        steps={"a[0]": "succeeded", "a[1]": "succeeded"},
    ),
    step(
        "max_parallel",
        "steps: [{name: a, foreach: [1, 2, 3], max_parallel: 1, kind: shell, "
        "run: 'mkdir busy && echo {{ item }} && rmdir busy'}]",
        prints=("1", "2", "3"),
    ),
]

ITEMS += [
    step(
        "max_parallel",
        "steps: [{name: a, foreach: [one, two], max_parallel: 100%, timeout: 30s, kind: shell, "
        f"run: '{SIDE_BY_SIDE}'}}]",
        steps={"a[0]": "succeeded", "a[1]": "succeeded"},
    ),
    step(
        "max_parallel",
        "steps: [{name: a, foreach: [1, 2, 3], max_parallel: 34%, kind: shell, "
        "run: 'mkdir busy && echo {{ item }} && rmdir busy'}]",
        prints=("1", "2", "3"),
    ),
    step(
        "label",
        "steps: [{name: a, foreach: [x, y], label: '{{ item | upper }} {{ loop.index }}', kind: shell, "
        "run: 'echo {{ loop.index }} of {{ loop.length }} {{ loop.first }} {{ loop.last }}'}]",
        prints=("1 of 2 true false", "2 of 2 false true"),
        sees=lambda played: [played.finished[f"a[{n}]"].label for n in range(2)] == ["X 1", "Y 2"],
    ),
    step(
        "keep_going",
        """
        steps:
          - name: a
            foreach: [1, 2, 3]
            keep_going: true
            kind: shell
            run: 'echo {{ item }}; [ {{ item }} != 2 ]'
            capture: SAID
          - {name: t, when: on_failure, kind: shell, run: "echo {{ SAID | tojson }} {{ steps.a.outcome[1] }}"}
        """,
        ends="failed",
        prints=("1", "2", "3", '["1", null, "3"] failed'),
        steps={"a": "failed", "a[0]": "succeeded", "a[1]": "failed", "a[2]": "succeeded"},
    ),
    step(
        "max_errors",
        "steps: [{name: a, foreach: [1, 2, 3, 4, 5], max_errors: 20%, kind: shell, "
        "run: 'echo {{ item }}; [ {{ item }} = 2 ]'}]",
        ends="failed",
        prints=("1", "2", "3"),
        steps={"a": "failed", "a[1]": "succeeded", "a[2]": "failed", "a[3]": "skipped"},
        reasons={"a": "2 of 5 items failed", "a[3]": "2 items failed, and at most 1 may"},
    ),
    step(
        "canary",
        "steps: [{name: a, foreach: [1, 2, 3], canary: 34%, kind: shell, run: 'echo {{ item }}'}]",
        answers={"a": "yes"},
        prints=("1", "2", "3"),
    ),
    step(
        "canary",
        "steps: [{name: a, foreach: [1, 2, 3], canary: 2, kind: shell, run: 'echo {{ item }}'}]",
        answers={"a": "no"},
        ends="aborted",
        prints=("1", "2"),
        steps={"a": "cancelled", "a[1]": "succeeded", "a[2]": "skipped"},
    ),
    step(
        "canary_confirm",
        "steps: [{name: a, foreach: [1, 2, 3], canary: 1, canary_confirm: false, kind: shell, "
        "run: 'echo {{ item }}'}]",
        prints=("1", "2", "3"),
        sees=lambda played: not played.questions,
    ),
    step(
        "batch_pause",
        "steps: [{name: a, foreach: [1, 2, 3], max_parallel: 2, batch_pause: 100ms, kind: shell, "
        "run: 'echo {{ item }}'}]",
        steps={"a[0]": "succeeded", "a[1]": "succeeded", "a[2]": "succeeded"},
        sees=lambda played: [n.reason for n in played.told(StepPaused)] == ["between two batches"],
    ),
    step(
        "unreachable",
        "steps: [{name: a, foreach: [1, 2], unreachable: ignore, kind: shell, run: exit 1}]",
        ends="failed",
        steps={"a": "failed", "a[0]": "failed", "a[1]": "skipped"},
    ),
    step(
        "keep_going",
        "steps: [{name: a, foreach: [1, 2], keep_going: false, kind: shell, run: 'exit 1'}]",
        ends="failed",
        steps={"a[0]": "failed", "a[1]": "skipped"},
    ),
]

PROCESSES = [
    step(
        "env",
        "vars: {X: '$(id)'}\n"
        "steps: [{name: a, env: {A: '{{ X }}', B: 1.10}, kind: shell, run: 'echo \"$A $B\"'}]",
        prints=("$(id) 1.10",),
    ),
    step(
        "env",
        "steps: [{name: a, env: {HOME_REGION: '{{ X | default(omit) }}'}, kind: shell,"
        " run: 'echo ${HOME_REGION-unset}'}]",
        environ={"HOME_REGION": "eu1"},
        prints=("unset",),
    ),
    step(
        "foreach",
        "steps: [{name: a, foreach: [3.9, 3.10, '{{ omit }}'], kind: shell,"
        " run: 'echo {{ item }} {{ item < 3.9 }} {{ item == \"3.10\" }}'}]",
        prints=("3.9 false false", "3.10 true true"),
    ),
    step(
        "foreach",
        "steps: [{name: a, foreach: [18446744073709551617, {n: -9223372036854775809}], kind: shell,"
        " run: 'echo {{ item }} {{ item == 18446744073709551617 }}'}]",
        prints=("18446744073709551617 true", '{"n": -9223372036854775809} false'),
    ),
    step(
        "cwd",
        "vars: {X: usr}\nsteps: [{name: a, cwd: '/{{ X }}', kind: shell, run: pwd}]",
        prints=("/usr",),
    ),
    step(
        "output_limit",
        "steps: [{name: a, output_limit: 200 kB, kind: shell, run: 'yes 0123456789 | head -n 100000'}]",
        sees=lambda played: 50_000 < played.kept < 400_000,
    ),
]

ROWS = [*ALWAYS_THERE, *ORDER, *CARE, *ITEMS, *PROCESSES]
