"""What a template makes out of a secret is a secret: it reaches the process, and nobody else is shown it."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import msgspec
import pytest

from pup_tui.core.notices import StepStarted
from pup_tui.core.program import Program
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.drivers.replay import replay
from pup_tui.journal.codec import decode, encode
from pup_tui.journal.writer import MemoryJournal
from pup_tui.steps.registry import executors
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run

CRED = "deploybot:correct-horse-battery"
PASSWORD = "correct-horse-battery"
HOSTS = '["alpha-host-1", "beta-host-22"]'

LONG = {
    "CRED.split(':')[1]": PASSWORD,
    "CRED | replace('deploybot:', 'pw=')": f"pw={PASSWORD}",
    "CRED[10:]": PASSWORD,
    "CRED[:8]": "deploybo",
    "CRED | upper": CRED.upper(),
    "CRED | reverse": CRED[::-1],
    "CRED.partition(':') | last": PASSWORD,
    "CRED.split(':') | join('/')": f"deploybot/{PASSWORD}",
    "CRED.split('-') | map('upper') | join('')": "DEPLOYBOT:CORRECTHORSEBATTERY",
    "CRED.removeprefix('deploybot:')": PASSWORD,
    "{'p': CRED.split(':')[1]}['p']": PASSWORD,
    "[CRED.split(':')[1]] | first": PASSWORD,
    "NONE | default(CRED[10:])": PASSWORD,
    "CRED[10:] | b64encode": base64.b64encode(PASSWORD.encode()).decode(),
    "'token ' ~ CRED[10:]": f"token {PASSWORD}",
    "HOSTS[1] | upper": "BETA-HOST-22",
    "CRED[10:] if N > 1 else 'plain'": PASSWORD,
}

NOT_SECRET = {
    "CRED | length": str(len(CRED)),
    "'production' if CRED else 'staging-area'": "production",
    "'production' if N > 1 else CRED": "production",
    "N > 1 and 'production' or CRED": "production",
    "PLAIN | default(CRED)": "production",
    "CRED.split(':') | length": "2",
    "CRED == 'production'": "false",
    "'horse' in CRED": "true",
    "CRED.startswith('deploy')": "true",
}


def program_with(step: str, rest: str = "") -> Program:
    return program_of(
        f"""
        vars: {{CRED: {{type: secret}}, HOSTS: {{type: secret}}, N: {{type: integer, default: 3}},
                PLAIN: production, NONE: {{required: false}}}}
        steps:
          - {step}
        {rest}
        """
    )


async def played(program: Program, folder: Path) -> tuple[Seen, MemoryJournal, str]:
    """What a run told, what it recorded, and all of the text that it left on disk."""
    journal = MemoryJournal()
    outputs = folder / "outputs"
    outputs.mkdir()
    run = await local_run(
        program,
        outputs,
        values={"N": 3, "PLAIN": "production"},
        secrets={"CRED": CRED, "HOSTS": HOSTS},
        journal=journal,
        executors=executors(
            DatadogConfiguration.from_environment({"PUP_TUI_DATADOG_URL": "http://127.0.0.1:1"}),
            pup="builtin",
        ),
    )
    seen = Seen(run, {"ask": "yes", "sure": "yes"})
    run.watch(seen)
    async with asyncio.timeout(30):
        await run.drive()
    kept = "".join(
        path.read_text(errors="replace") for path in outputs.rglob("*") if path.is_file()
    )
    return seen, journal, kept


def told(seen: Seen, journal: MemoryJournal, kept: str) -> str:
    """Everything that anybody could read."""
    questions = [msgspec.structs.replace(question, names={}) for question in seen.questions]
    recorded = "".join(encode(event) for event in journal.events["01RUN"])
    lines = "\n".join(line.text for _, line in seen.lines)
    return "\n".join([str(seen.notices), str(questions), recorded, lines, kept])


@pytest.mark.parametrize("expression", LONG)
async def test_a_part_of_a_secret_is_used_and_not_shown(expression: str, tmp_path: Path) -> None:
    step = "{name: a, kind: shell, run: \"printf %s {{ EXPR }} > '%s'; echo {{ EXPR }}\"}"
    step = step.replace("EXPR", expression).replace("'%s'", str(tmp_path / "used"))
    seen, journal, kept = await played(program_with(step), tmp_path)
    assert (tmp_path / "used").read_text() == LONG[expression]
    read = told(seen, journal, kept)
    assert LONG[expression] not in read
    assert PASSWORD not in read
    assert "***" in seen.texts("a")[0]


@pytest.mark.parametrize("expression", NOT_SECRET)
async def test_what_a_secret_decides_is_shown(expression: str, tmp_path: Path) -> None:
    step = f'{{name: a, kind: shell, run: "echo {{{{ {expression} }}}}"}}'
    seen, _, _ = await played(program_with(step), tmp_path)
    assert seen.texts("a") == [NOT_SECRET[expression]]


async def test_short_parts_that_touch_are_searched_for_together(tmp_path: Path) -> None:
    step = '{name: a, kind: shell, run: "echo {% for c in CRED | list | reverse %}{{ c }}{% endfor %}"}'
    seen, journal, kept = await played(program_with(step), tmp_path)
    assert seen.texts("a") == ["***"]
    assert CRED[::-1] not in told(seen, journal, kept)


async def test_short_parts_are_hidden_where_they_are_rendered_only(tmp_path: Path) -> None:
    step = '{name: a, kind: shell, run: "echo {{ CRED[:4] }} {{ CRED[:4] | raw }} depl"}'
    seen, journal, _ = await played(program_with(step), tmp_path)
    started = next(n for n in seen.notices if isinstance(n, StepStarted))
    assert started.command == "echo *** *** depl"
    assert seen.texts("a") == ["depl depl depl"]
    assert "echo *** ***" in "".join(encode(event) for event in journal.events["01RUN"])


async def test_a_text_that_only_holds_a_secret_is_hidden_and_not_searched_for(
    tmp_path: Path,
) -> None:
    program = program_with(
        """name: a
            kind: shell
            run: "echo Bearer {{ CRED }}"
            capture: {ALL: output, AUTH: "'Basic ' ~ CRED"}""",
        """
          - {name: b, kind: shell, run: "echo {{ ALL }} Bearer Basic {{ AUTH }}"}
        """,
    )
    seen, _, _ = await played(program, tmp_path)
    assert seen.texts("b") == ["Bearer *** Bearer Basic Basic ***"]


async def test_parts_in_every_place_of_a_run(tmp_path: Path) -> None:
    """Environment, standard input, questions, lists, calls, captures of captures, assertions, undo."""
    program = program_with(
        """name: a
            kind: shell
            run: printf '%s\\n' "$PASS"; cat
            env: {PASS: "{{ CRED.split(':')[1] }}"}
            stdin: "{{ CRED.split(':')[1] | upper }}"
            capture: {PART: "CRED.split(':')[1]", MADE: {value: "lines[1]", secret: true}}""",
        """
          - {name: b, kind: shell, run: "echo {{ PART[8:] }} {{ MADE | lower }} {{ steps.a.output[:7] }}"}
          - {name: ask, kind: confirm, message: "Really {{ PART }} {{ CRED[:4] }}?"}
          - {name: sure, kind: manual, message: "x", checklist: ["look at {{ PART[:5] }}"]}
          - name: each
            kind: shell
            foreach: "CRED.split(':')"
            run: "{% for c in item.split('-') %}echo {{ c }};{% endfor %} echo {{ item }}"
          - {name: late, kind: shell, run: "echo {{ steps.b.output }}",
             assert: {that: "output == 'x'", message: "not {{ PART[:5] }}"}, on_failure: warn}
          - {name: f, kind: notify, to: "json://127.0.0.1:1/", title: "to {{ PART[:7] }}", message: m,
             on_failure: warn}
          - {name: g, kind: shell, run: "exit 1", undo: {kind: shell, run: "echo {{ PART[:9] }}"}}
        """,
    )
    seen, journal, kept = await played(program, tmp_path)
    read = told(seen, journal, kept)
    for part in (
        PASSWORD,
        PASSWORD.upper(),
        "battery",
        "-battery",
        "correct",
        "deploybot",
        " corre",
    ):
        assert part not in read, part
    events = [decode(encode(event).encode()) for event in journal.events["01RUN"]]
    assert [str(n) for n in replay(program, events).notices] == [str(n) for n in seen.notices]


@pytest.mark.parametrize(
    "step",
    [
        "{name: a, kind: pup, run: \"monitors get {{ CRED.split(':')[0] }}\"}",
        '{name: a, kind: pup, run: "monitors get {{ CRED[:3] }}"}',
        '{name: a, kind: http, url: "http://127.0.0.1:1/?a={{ CRED[:3] }}"}',
        '{name: a, kind: http, url: "http://127.0.0.1:1/", query: {a: ["{{ CRED | upper }}"]}}',
        '{name: a, kind: http, url: "http://127.0.0.1:1/", output_file: "{{ CRED[:3] }}"}',
    ],
)
def test_a_part_is_refused_where_the_secret_is(step: str) -> None:
    with pytest.raises(AssertionError, match="`CRED` is a secret and may not stand in"):
        program_with(step)


async def test_what_a_secret_decides_may_stand_in_an_argument_list(tmp_path: Path) -> None:
    step = "{name: a, kind: pup, run: \"monitors get {{ '12' if CRED else '34' }}\"}"
    seen, _, _ = await played(program_with(step), tmp_path)
    assert "is a secret" not in str(seen.notices)


async def test_parts_in_a_url_are_hidden_in_what_is_said_of_it(tmp_path: Path) -> None:
    step = '{name: a, kind: http, url: "http://127.0.0.1:1/v1/{{ CRED[:4] }}/{{ CRED[10:17] }}"}'
    seen, journal, kept = await played(program_with(step), tmp_path)
    read = told(seen, journal, kept)
    assert "http://127.0.0.1:1/v1/***/***" in read
    assert "/depl" not in read
    assert "correct" not in read


@pytest.mark.parametrize(
    ("first", "then", "made"),
    [
        ("CRED[:8]", "CRED | replace(':', '/')", f"deploybot/{PASSWORD}"),
        ("CRED[10:20]", "CRED[10:25]", PASSWORD[:15]),
        ("CRED[12:]", "CRED[10:] | capitalize", PASSWORD.capitalize()),
        ("CRED[20:] | reverse", "CRED | reverse", CRED[::-1]),
        ("CRED[:8]", "CRED.split('-') | join('_')", "deploybot:correct_horse_battery"),
    ],
)
async def test_a_part_is_masked_whole_though_a_part_of_it_is_masked_already(
    first: str, then: str, made: str, tmp_path: Path
) -> None:
    program = program_with(
        f'{{name: a, kind: shell, run: "echo {{{{ {first} }}}}; echo {{{{ {then} }}}}"}}',
        f"""
          - {{name: b, kind: shell, run: "echo {{{{ {then} }}}} {{{{ {then} }}}}; echo {{{{ {first} }}}}"}}
        """,
    )
    seen, _, kept = await played(program, tmp_path)
    assert seen.texts("a") == ["***", "***"]
    assert seen.texts("b") == ["*** ***", "***"]
    assert made[-6:] not in kept
