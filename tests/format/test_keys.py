"""Every key is accepted where it belongs, does what it says when run, and is refused elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import keyring
import pytest
from keyring.backend import KeyringBackend

from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.model import AnyStep, Call, Defaults, Runbook, Step
from pup_tui.runbook.parts import (
    Assertion,
    Capture,
    Choice,
    ChoicesFrom,
    Link,
    PagedAnswer,
    Poll,
    Requirement,
    Retry,
    Variable,
)
from tests.format import attempt_rows, block_rows, kind_rows, step_rows, top_rows
from tests.format.kind_rows import OTHER, SMALLEST, smallest
from tests.format.rows import Row, try_out
from tests.support.program import program_in
from tests.support.stage import Refused, Stage
from tests.support.terminal import ended, typed

TABLES = (top_rows, step_rows, attempt_rows, kind_rows, block_rows)
ROWS = [row for table in TABLES for row in table.ROWS]
KINDS = {str(step.__struct_config__.tag): step for step in get_args(AnyStep)}
PLACES: Mapping[str, type] = {
    "top": Runbook,
    "defaults": Defaults,
    "variable": Variable,
    "choice": Choice,
    "choices_from": ChoicesFrom,
    "link": Link,
    "requirement": Requirement,
    "step": Step,
    "retry": Retry,
    "poll": Poll,
    "pages": PagedAnswer,
    "capture": Capture,
    "assertion": Assertion,
    "group file": Call,
    **KINDS,
}
OF_ONE_FILE = {
    "group file": {"steps"},
    "step": {"kind", "template", "with"},
    "top": {"x-notes"},
}
"""Keys that the loader takes away before the model is made."""

TRIED_BELOW = {"top.lock", "shell.interactive"}
"""Keys that need more than one run, or a terminal: each has a test of its own below."""

TRIED_ON_HOSTS = {
    "defaults.host",
    *(
        f"{place}.{key}"
        for place in ("shell", "group")
        for key in ("host", "user", "port", "become")
    ),
}
"""Keys that need another computer: `test_hosts.py` tries them."""


def keys_of(place: str) -> set[str]:
    """The keys of a place, without those of every step where it is a kind."""
    keys = set(fields_of(PLACES[place]))
    if place in KINDS:
        keys -= set(fields_of(Step))
    if place == "parallel":
        keys.add("max_parallel")
    if place == "group file":
        keys.discard("template")
    return keys | OF_ONE_FILE.get(place, set())


def test_every_key_of_the_model_has_a_row() -> None:
    known = {f"{place}.{key}" for place in PLACES for key in keys_of(place)}
    assert known - {row.id for row in ROWS} == TRIED_BELOW | TRIED_ON_HOSTS
    assert {row.id for row in ROWS} - known == set()


class Keyring(KeyringBackend):
    """A keyring with one password."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return "from the keyring" if (service, username) == ("pup-tui", "ada") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def kept_password() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row.id}" for n, row in enumerate(ROWS)])
async def test_key(row: Row, stage: Stage, kept_password: None) -> None:
    for name, value in row.environ.items():
        stage.monkeypatch.setenv(name, value)
    if row.refused:
        with pytest.raises(Refused) as caught:
            await try_out(row, stage)
        assert row.refused in str(caught.value)
    else:
        await try_out(row, stage)


# ------------------------------------------------------------------------ where a key does not belong

ALL_KEYS = sorted({key for place in PLACES for key in keys_of(place)} - {"x-notes"})

STEPS = "steps: [{name: s, kind: wait, duration: 1s}]\n"
AROUND = {
    "top": f"{STEPS}%s\n",
    "defaults": f"defaults: {{%s}}\n{STEPS}",
    "variable": f"vars: {{V: {{%s}}}}\n{STEPS}",
    "choice": f"vars: {{V: {{type: enum, choices: [{{value: a, %s}}]}}}}\n{STEPS}",
    "choices_from": f"vars: {{V: {{type: enum, choices_from: {{run: ls, %s}}}}}}\n{STEPS}",
    "link": f"links: [{{title: t, url: u, %s}}]\n{STEPS}",
    "retry": "steps: [{name: s, kind: shell, run: ls, retry: {attempts: 2, %s}}]",
    "poll": "steps: [{name: s, kind: shell, run: ls, poll: {until: empty, %s}}]",
    "capture": "steps: [{name: s, kind: shell, run: ls, capture: {C: {value: json, %s}}}]",
    "assertion": "steps: [{name: s, kind: shell, run: ls, assert: {that: empty, %s}}]",
    **{kind: f"steps: [{{name: s, {smallest(kind)}, %s}}]" for kind in SMALLEST},
}


def foreign_keys(place: str) -> list[str]:
    """The keys of other places that this place does not have."""
    own = keys_of(place) | (keys_of("step") if place in KINDS else set())
    return [key for key in ALL_KEYS if key not in own]


@pytest.mark.parametrize("place", AROUND)
async def test_a_key_is_refused_where_it_does_not_belong(place: str, stage: Stage) -> None:
    separator = "\n" if place == "top" else ", "
    foreign = foreign_keys(place)
    for some in (foreign[start : start + 10] for start in range(0, len(foreign), 10)):
        told = await stage.errors(
            AROUND[place] % separator.join(f"{key}: x" for key in some), OTHER
        )
        for key in some:
            assert any(f"unknown key `{key}`" in error for error in told), (key, told)


def own_keys() -> Iterator[tuple[str, str, list[str]]]:
    """Each key that only some kinds have, with a kind that lacks it."""
    for key in sorted({key for kind in KINDS for key in keys_of(kind)} - keys_of("step")):
        having = sorted(kind for kind in KINDS if key in keys_of(kind))
        lacking = next(kind for kind in KINDS if kind not in having)
        yield key, lacking, having


@pytest.mark.parametrize(("key", "lacking", "having"), list(own_keys()), ids=str)
async def test_a_key_of_other_kinds_says_where_it_belongs(
    key: str, lacking: str, having: list[str], stage: Stage
) -> None:
    told = await stage.errors(AROUND[lacking] % f"{key}: x", OTHER)
    belongs = ", ".join(f"`{kind}`" for kind in having)
    assert [f"it is a key of {belongs} steps" in error for error in told] == [True]


QUESTIONS = ("confirm", "manual", "input")
BLOCKS = ("group", "parallel", "runbook")
NOT_OF_EVERY_KIND = {
    "optional: true": QUESTIONS,
    "poll: {until: empty}": (*QUESTIONS, "wait", "stop", *BLOCKS),
    "capture: C": (*QUESTIONS, "wait", "stop", *BLOCKS),
    "assert: empty": (*QUESTIONS, "wait", "stop", *BLOCKS),
    "retry: {attempts: 2}": (*QUESTIONS, "wait", "stop"),
    "when: cleanup": ("stop",),
}
"""Keys of every step that make no sense for some kinds."""


@pytest.mark.parametrize("kind", SMALLEST)
@pytest.mark.parametrize("key", NOT_OF_EVERY_KIND)
async def test_keys_of_every_step_that_some_kinds_refuse(key: str, kind: str, stage: Stage) -> None:
    told = await stage.errors(AROUND[kind] % key, OTHER)
    if kind in NOT_OF_EVERY_KIND[key]:
        assert len(told) == 1
        assert kind in told[0]
    else:
        assert told == []


EVERYWHERE = [
    "id: own",
    "description: d",
    "links: [{title: t, url: u}]",
    "if: 1 == 1",
    "on_failure: warn",
    "timeout: 5s",
    "danger: true",
    "confirm: Sure?",
    "undo: {kind: wait, duration: 1s}",
    "idempotent: true",
    "foreach: [1, 2]",
    "foreach: [1, 2], as: x",
    "foreach: [1, 2], label: '{{ item }} {{ loop.index }}', keep_going: true, max_parallel: 50%",
    "foreach: {ansible: hosts.ini, group: web, timeout: 5s}",
    "foreach: [1, 2], canary: 1, batch_pause: 10ms, max_errors: 50%, unreachable: ignore",
    "env: {A: b}",
    "cwd: /",
    "output_limit: 1 MiB",
]


@pytest.mark.parametrize("kind", SMALLEST)
async def test_every_other_key_of_steps_is_taken_by_every_kind(kind: str, stage: Stage) -> None:
    for key in EVERYWHERE:
        assert await stage.errors(AROUND[kind] % key, OTHER) == [], key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("steps: [{name: s, kind: wait, duration: 1s, name: t}]", "`name`"),
        ("steps: [{name: s, kind: wait, duration: 1s, timout: 1s}]", "did you mean `timeout`?"),
        ("steps: [{name: s, kind: wiat, duration: 1s}]", "did you mean `wait`?"),
        (
            "steps: [{name: s, kind: shell, run: ls, shell: fish, strict: true}]",
            "`strict` is for shells, and `fish` runs this script",
        ),
        ("steps: [{name: s, kind: shell, run: ls, retry: {delay: 1s}}]", "no `attempts`"),
        ("steps: [{name: s, kind: shell, run: ls, retry: {attempts: 0}}]", "`attempts`"),
        ("steps: [{name: s, kind: shell, run: ls, poll: {interval: 1s}}]", "no `until`"),
        ("steps: [{name: s, kind: shell, run: ls, output_limit: much}]", "`output_limit`"),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], max_parallel: 0}]",
            "`max_parallel`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], max_parallel: 0%}]",
            "`0%` is neither a whole number over 0 nor a percentage",
        ),
        (
            (AROUND["group"] % "poll: {until: status == OK}"),
            "a group step has no output for `status == OK` to judge: name what a step inside",
        ),
        (
            (AROUND["parallel"] % "poll: {until: 1 == 1, fail_if: exit_code == 1}"),
            "a block as a whole has no `exit_code`: name what a step inside captures",
        ),
        (
            (AROUND["group"] % "poll: {until: steps.s2.outcome == 'failed'}"),
            "there is no step `s2`",
        ),
        (AROUND["group"] % "poll: {interval: 1s}", "`poll` has no `until`"),
        ("steps: [{name: s, kind: shell, run: ls, settles: t}]", "there is no step `t`"),
        (
            "steps: [{name: s, kind: shell, run: ls, settles: s}]",
            "`s` does not come before this one",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls}, {name: t, kind: shell, run: ls, settles: s}]",
            "step `s` has no `undo` that could be settled",
        ),
        (
            """
steps:
  - {name: s, kind: group, steps: [{name: u, kind: shell, run: ls}]}
  - {name: t, kind: shell, run: ls, settles: s}
""",
            "step `s` has no `undo` that could be settled",
        ),
        ("steps: [{name: s, kind: shell, run: ls, label: x}]", "`label` needs a `foreach`"),
        (
            "steps: [{name: s, kind: shell, run: ls, keep_going: true}]",
            "`keep_going` needs a `foreach`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: {}}]",
            "an inventory needs `ansible`, `ssh_config` or `command`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: {ansible: x, command: ls}}]",
            "`command` and `ansible` exclude each other",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: {ssh_config: x, group: y}}]",
            "`group` is one of an `ansible` inventory",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: {ssh_config: x, timeout: 1s}}]",
            "`timeout` has no meaning for `ssh_config`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: {ansibel: x}}]",
            "did you mean `ansible`?",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: {command: 'ls {{ item }}'}}]",
            "`item`",
        ),
        (
            """
            vars: {T: {type: secret}}
            steps: [{name: s, kind: shell, run: ls, foreach: {ansible: 'x/{{ T }}'}}]
            """,
            "`T` is a secret and may not stand in the name of a file",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, max_errors: 1}]",
            "`max_errors` needs a `foreach`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, unreachable: ignore}]",
            "`unreachable` needs a `foreach`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], keep_going: true, max_errors: 1}]",
            "`keep_going` and `max_errors` exclude each other",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], max_errors: 101%}]",
            "`101%` is neither a whole number nor a percentage",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], canary: 0}]",
            "`0` is neither a whole number over 0 nor a percentage",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], canary_confirm: false}]",
            "`canary_confirm` needs a `canary`",
        ),
        (
            "steps: [{name: s, kind: shell, run: ls, foreach: [1], batch_pause: '{{ item }}'}]",
            "`item`",
        ),
        (
            "steps: [{name: s, foreach: [1], confirm: '{{ loop.index }}?', kind: shell, run: ls}]",
            "`loop` is not known here: it stands for the place of one item",
        ),
        (
            "steps: [{name: s, kind: shell, run: 'echo {{ loop.index }}'}]",
            "`loop` is known only inside",
        ),
        ("steps: [{name: s, kind: stop, status: done}]", "`status` cannot be `done`"),
        (
            "steps: [{name: s, kind: shell, run: ls, undo: {kind: group, steps: [{name: t, kind: stop}]}}]",
            "a stop step cannot stand in `undo` or in the cleanup",
        ),
        (
            (AROUND["group"] % "id: s").removesuffix("]")
            + ", {name: t, kind: shell, run: 'echo {{ steps.s.output }}'}]",
            "step `s` is a group step, which has no results",
        ),
        ("steps: [{name: s, kind: shell, run: ls, success_codes: []}]", "`success_codes`"),
        ("steps: [{name: s, kind: shell, run: ls, foreach: '1 ='}]", "1:"),
        ("steps: [{name: s, kind: shell, run: ls, foreach: [1], as: 1x}]", "`1x`"),
        ("steps: [{name: s, kind: group, steps: []}]", "`steps`"),
        ("steps: [{name: s, kind: runbook, runbook: none}]", "`none`"),
        ("steps: [{name: s, kind: runbook, runbook: example}]", "example"),
        ("steps: [{name: s, template: none}]", "`none`"),
        ("steps: [{name: s, kind: input, vars: {}}]", "`vars`"),
        ("steps: [{name: s, kind: input, vars: {V: {tpye: x}}}]", "did you mean `type`?"),
        ("vars: {V: {from: 'nowhere:x'}}\n" + STEPS, "nowhere"),
        ("vars: {V: {when: W}, W: x}\n" + STEPS, "`W`"),
        ("import: [none/such]\n" + STEPS, "none/such"),
        ("lock: '{{ NOTHING }}'\n" + STEPS, "`NOTHING`"),
        (
            "steps: [{name: p, kind: parallel, steps: [{name: s, kind: shell, run: ls, when: always}]}]",
            "`when: always` has no meaning",
        ),
        (
            "steps: [{name: s, foreach: [1], confirm: '{{ item }}?', kind: shell, run: ls}]",
            "`item`",
        ),
        ("steps: [{name: s, kind: shell, run: ls, undo: {kind: shell}}]", "no `run`"),
        ("vars: {A-B: x}\n" + STEPS, "`A-B`"),
        (
            (AROUND["group"] % "retry: {attempts: 2, on: 1 == 1}"),
            "a group step has no output for `on` to judge",
        ),
        (
            "steps: [{name: p, kind: parallel, steps: [&a {name: a, kind: shell, run: ls, capture: X}, *a]}]",
            "step `a` makes `X` at the same time: take another name",
        ),
    ],
)
async def test_what_is_wrong_is_told_when_the_file_is_loaded(
    text: str, message: str, stage: Stage
) -> None:
    told = await stage.errors(text)
    assert len(told) == 1
    assert message in told[0]


# -------------------------------------------------------------- keys that one run in a test cannot show

HELD = """\
name: held
vars: {NODE: a}
lock: "node/{{ NODE }}"
steps:
  - {name: Begin, kind: shell, run: echo begun}
  - {name: Wait, kind: shell, run: "until [ -e go ]; do sleep 0.05; done"}
"""


def test_lock(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    program.write("held", HELD)
    first = program.start("run", "held.yaml")
    try:
        assert first.stdout.readline() == "begun\n"
        second = program("run", "held.yaml")
        assert second.code == 4
        assert "node/a" in second.err
        assert "ada" in second.err
        (program.cwd / "go").touch()
        assert program("run", "held.yaml", "--arg", "NODE=b").code == 0
        assert first.wait(timeout=200) == 0
        assert program("run", "held.yaml").code == 0
    finally:
        first.kill()
        first.communicate()


def test_interactive(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    run = 'read -p "Who? " WHO; [ -t 0 ] && echo "hello $WHO"'
    step = {"name": "a", "kind": "shell", "shell": "bash", "interactive": True, "run": run}
    program.write("x", "name: x\nsteps: " + json.dumps([step]))
    with typed(program, "run", "x.yaml") as child:
        child.expect("Who\\?")
        child.sendline("ada")
        child.expect("hello ada")
        assert ended(child) == 0
