"""The keys of the kinds that hold steps, and of the files that groups come from."""

from __future__ import annotations

import json

from tests.format.kind_rows import kind

BLOCKS = [
    kind(
        "group",
        "steps",
        """
  - name: g
    kind: group
    steps:
      - {name: a, kind: shell, run: echo 1, capture: A}
      - name: deeper
        kind: group
        steps: [{name: b, kind: shell, run: 'echo {{ A }} {{ steps.a.output }}'}]
  - {name: c, kind: shell, run: 'echo {{ A }}'}
""",
        prints=("1", "1 1", "1"),
        steps={"g": "succeeded", "g/a": "succeeded", "g/deeper/b": "succeeded"},
    ),
    kind(
        "group",
        "with",
        "  - {name: g, template: t, with: {N: '{{ 1 + 1 }}'}}\n",
        files={
            "_templates/t.yaml": "params: {N: {type: integer}}\n"
            "steps: [{name: a, kind: shell, run: 'echo {{ N + 1 }}'}]"
        },
        prints=("3",),
    ),
    kind(
        "group",
        "with",
        "  - {name: g, template: t, with: {V: 1.10, D: '{{ X | default(omit) }}'}}\n",
        files={
            "_templates/t.yaml": "params: {V: {}, D: d}\n"
            "steps: [{name: a, kind: shell, run: 'echo {{ V }} {{ D }}'}]"
        },
        prints=("1.10 d",),
    ),
    kind(
        "parallel",
        "steps",
        """
  - name: p
    kind: parallel
    timeout: 30s
    steps:
      - {name: a, kind: shell, run: 'touch one; until [ -e two ]; do sleep 0.02; done', capture: A}
      - {name: b, kind: shell, run: 'touch two; until [ -e one ]; do sleep 0.02; done; echo b', capture: B}
  - {name: c, kind: shell, run: 'echo {{ B }}{{ A }}'}
""",
        prints=("b", "b"),
        steps={"p/a": "succeeded", "p/b": "succeeded"},
    ),
    kind(
        "parallel",
        "max_parallel",
        """
  - name: p
    kind: parallel
    max_parallel: 1
    steps:
      - {name: a, kind: shell, run: 'mkdir busy && echo a && rmdir busy'}
      - {name: b, kind: shell, run: 'mkdir busy && echo b && rmdir busy'}
""",
        prints=("a", "b"),
    ),
    kind(
        "parallel",
        "fail_fast",
        """
  - name: p
    kind: parallel
    fail_fast: true
    steps:
      - {name: slow, kind: shell, run: sleep 600}
      - {name: bad, kind: shell, run: exit 1}
""",
        ends="failed",
        steps={"p": "failed", "p/slow": "cancelled", "p/bad": "failed"},
    ),
    kind(
        "parallel",
        "fail_fast",
        """
  - name: p
    kind: parallel
    fail_fast: false
    steps:
      - {name: bad, kind: shell, run: touch failed; exit 1}
      - {name: slow, kind: shell, run: 'until [ -e failed ]; do sleep 0.02; done; echo done'}
""",
        ends="failed",
        prints=("done",),
        steps={"p/slow": "succeeded", "p/bad": "failed"},
    ),
    kind(
        "runbook",
        "runbook",
        "  - {name: r, kind: runbook, runbook: other}\n",
        files={"other.yaml": "name: other\nsteps: [{name: a, kind: shell, run: echo called}]"},
        prints=("called",),
        steps={"r": "succeeded", "r/a": "succeeded"},
    ),
    kind(
        "runbook",
        "vars",
        "  - {name: r, kind: runbook, runbook: other, vars: {N: '{{ 1 + 1 }}'}}\n",
        files={
            "other.yaml": "name: other\nvars: {N: {type: integer}, D: d}\n"
            "steps: [{name: a, kind: shell, run: 'echo {{ N + 1 }} {{ D }}'}]"
        },
        prints=("3 d",),
    ),
    kind(
        "runbook",
        "vars",
        "  - {name: r, kind: runbook, runbook: other, vars: {V: 1.10, D: '{{ X | default(omit) }}'}}\n",
        files={
            "other.yaml": "name: other\nvars: {V: {}, D: d}\n"
            "steps: [{name: a, kind: shell, run: 'echo {{ V }} {{ D }}'}]"
        },
        prints=("1.10 d",),
    ),
]

GROUP = """
description: What the group is for
params: {N: {type: integer, max: 9}, D: {default: d}}
steps: [{name: a, kind: shell, run: 'echo {{ N }} {{ D }}', capture: SAID}]
outputs: {TOLD: SAID | upper, TWICE: N * 2}
"""

GROUP_FILE = [
    kind(
        "group file",
        "description",
        "  - {name: g, template: t, with: {N: 1}}\n",
        files={"_templates/t.yaml": GROUP},
        shown=lambda told: "What the group is for" in json.dumps(told),
    ),
    kind(
        "group file",
        "params",
        "  - {name: g, template: t, with: {N: 1}}\n",
        files={"_templates/t.yaml": GROUP},
        prints=("1 d",),
    ),
    kind(
        "group file",
        "params",
        "  - {name: g, template: t, with: {N: '{{ 5 * 2 }}'}}\n",
        files={"_templates/t.yaml": GROUP},
        prints=(),
        ends="failed",
        reasons={"g": "at most 9"},
    ),
    kind(
        "group file",
        "steps",
        "  - {name: g, template: t, with: {N: 1}}\n",
        files={"_templates/t.yaml": GROUP},
        steps={"g/a": "succeeded"},
    ),
    kind(
        "group file",
        "outputs",
        "  - {name: g, template: t, with: {N: 4}}\n"
        "  - {name: b, kind: shell, run: 'echo {{ TOLD }} {{ TWICE }}'}\n",
        files={"_templates/t.yaml": GROUP},
        prints=("4 d", "4 D 8"),
    ),
]

ROWS = [*BLOCKS, *GROUP_FILE]
