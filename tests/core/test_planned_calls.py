"""What a plan knows inside of runbooks and groups that steps call."""

from __future__ import annotations

from pathlib import Path

from pup_tui.catalog.inputs import Sources, resolving_at_rest
from pup_tui.core.plan import PlannedStep, plan
from pup_tui.core.program import compile_program
from pup_tui.runbook.load import load


async def _no_file(path: Path) -> str:
    raise FileNotFoundError(path)


SOURCES = Sources(environ={}, home=Path("/"), read_file=_no_file)


def planned(folder: Path, caller: str, **files: str) -> dict[str, PlannedStep]:
    """The plan of a runbook beside others, by the ids of its steps."""
    for name, text in {"caller": caller, **files}.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"name: {path.stem}\n{text}" if "__" not in name else text)
    runbook = load(folder / "caller.yaml").require()
    program = compile_program("caller", runbook)
    values = {name: each.default for name, each in runbook.vars.items() if each.has_default}
    steps = plan(program, values, (), "ada", lambda _: None, resolving=resolving_at_rest(SOURCES))
    return {step.id: step for step in steps}


TYPED = """
vars:
  FORCE: {type: boolean, default: true}
  OFF: {type: boolean, default: false}
  REGIONS: {type: list, default: [eu, us]}
  N: {type: integer, default: 10}
  G: {type: integer, default: 1}
  W: {when: "N == 4", default: wdef, required: false}
steps:
  - {name: force, kind: shell, if: FORCE == true, run: go}
  - {name: off, kind: shell, run: "x {{ '--force' if OFF else '--dry-run' }}"}
  - {name: region, kind: shell, if: "'us' in REGIONS and N is number", run: "x {{ N + 1 }}"}
  - name: body
    kind: http
    method: POST
    url: 'https://example.com'
    json: {n: '{{ N }}', l: '{{ REGIONS }}', g: '{{ G }}'}
  - {name: wait, kind: shell, run: "x {{ W | default('wnot') }}"}
  - {name: each, kind: shell, foreach: REGIONS, run: "rm {{ item }}"}
"""


def test_values_have_the_types_of_their_variables(tmp_path: Path) -> None:
    call = "steps: [{name: r, kind: runbook, runbook: callee, vars: {G: '5'}}]"
    steps = planned(tmp_path, call, callee=TYPED)
    assert all(step.known and not step.reason for step in steps.values())
    assert steps["r/off"].command == "x --dry-run"
    assert steps["r/region"].command == "x 11"
    assert steps["r/body"].body == '{"n":10,"l":["eu","us"],"g":5}'
    assert steps["r/wait"].command == "x wnot"
    assert [id_ for id_ in steps if id_.startswith("r/each[")] == ["r/each[0]", "r/each[1]"]


def test_a_default_over_a_value_that_is_not_known_yet_is_not_known(tmp_path: Path) -> None:
    caller = """
steps:
  - {name: a, kind: shell, run: a, capture: V}
  - {name: r, kind: runbook, runbook: callee, vars: {P: "{{ V }}"}}
"""
    callee = """
vars:
  P: {default: p}
  Q: {default: "q-{{ P }}"}
  R: {default: "r-{{ Q | default('none') }}"}
  S: {default: s}
steps:
  - {name: u, kind: shell, run: "echo {{ R }} {{ S }}"}
  - {name: x, kind: stop, if: "R == 'r-none'"}
  - {name: y, kind: shell, run: echo y}
"""
    steps = planned(tmp_path, caller, callee=callee)
    assert (steps["r/u"].command, steps["r/u"].known) == ("echo {{ R }} s", False)
    assert (steps["r/x"].known, steps["r/y"].known) == (False, False)
    assert steps["r/y"].reason == "`r/x` may end the runbook before it"


def test_a_call_with_values_that_do_not_fit_does_not_begin(tmp_path: Path) -> None:
    call = """
vars: {X: {default: no number}}
steps: [{name: r, kind: runbook, runbook: callee, vars: {G: "{{ X }}"}}]
"""
    steps = planned(tmp_path, call, callee=TYPED)
    assert steps["r"].reason == "`G`: `no number` is not a whole number"
    assert steps["r"].known is False
    assert steps["r/off"].reason == "skipped: `r` does not begin"


def test_a_stop_in_what_is_called_for_unknown_items_ends_only_that(tmp_path: Path) -> None:
    caller = """
steps:
  - {name: a, kind: shell, run: a, capture: LS}
  - {name: r, kind: runbook, runbook: callee, foreach: LS}
  - {name: b, kind: shell, run: b}
"""
    callee = "steps: [{name: st, kind: stop, if: run.id == 'x'}, {name: z, kind: shell, run: z}]"
    steps = planned(tmp_path, caller, callee=callee)
    assert (steps["b"].known, steps["b"].reason) == (True, "")
    assert steps["r/z"].known is False
