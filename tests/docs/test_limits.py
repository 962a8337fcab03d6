"""Each limit of the manual is the program's own, and holds at one below, at it and at one above."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pup_tui import record_search
from pup_tui.agent import limits as agent
from pup_tui.analysis.alerts import kept, paste
from pup_tui.analysis.report import sections, step_parts, words
from pup_tui.cli import reported_run, reporting, searching
from pup_tui.convert import bounds, source_text
from pup_tui.convert.sessions import kinds
from pup_tui.convert.shell.reading import MOST_STATEMENTS
from pup_tui.core import amounts, loops, plan, sent
from pup_tui.core.state import RunStatus
from pup_tui.inbox import hooks
from pup_tui.journal import inbox, pending
from pup_tui.output import pipeline, spool
from pup_tui.packs import archive, git, tree
from pup_tui.packs import web as packs_web
from pup_tui.rehearsal import play
from pup_tui.runbook import block_rules, calls, expansion, required, rules, yaml
from pup_tui.runbook.load import load_files
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.variables import checks, choices, items
from pup_tui.runbook.variables import rules as variable_rules
from pup_tui.schedules import due
from pup_tui.template import duration, limits, regex, size
from pup_tui.template.arguments import argument_problem
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.shell.grammar import read
from pup_tui.template.text import compile_text
from tests.support.player import Player
from tests.support.runbooks import program_of

ROOT = Path(__file__).parent.parent.parent
MANUAL = (ROOT / "docs" / "limits.md").read_text()
WAIT = "{name: s, kind: wait, duration: 1s}"


@dataclass(frozen=True)
class Limit:
    """A limit as the program has it, its unit in the manual, and whether so much is taken."""

    most: int
    fits: Callable[[int], bool]
    unit: str = ""


def parses(text: bytes) -> bool:
    return not yaml.parse(text, "f")[1]


def loads(**files: str) -> bool:
    texts = {f"{name}.yaml": text.encode() for name, text in files.items()}
    return load_files("r", texts, Path("r.yaml")).ok


def subshells(levels: int) -> bytes:
    """A script of so many levels; the last three are a command, its name, and the word that this is."""
    return b"( " * (levels - 3) + b"x" + b" )" * (levels - 3)


def works(call: Callable[[], object]) -> bool:
    try:
        call()
    except (TemplateError, ValueError):
        return False
    return True


def runs(**values: object) -> bool:
    """Whether a run over two lists, one inside the other, comes to a good end."""
    player = Player(
        program_of(
            """
            vars: {L: x, M: x}
            steps:
              - name: outer
                kind: group
                foreach: L
                as: one
                steps: [{name: inner, kind: shell, run: ls, foreach: M, as: two}]
            """
        )
    )
    return player.create(**values).play().machine.state.status is RunStatus.SUCCEEDED


def calls_so_deep(deep: int) -> bool:
    def calling(name: str, other: str) -> str:
        return f"name: {name}\nsteps: [{{name: c, kind: runbook, runbook: {other}}}]\n"

    called = {f"r{n}": calling(f"r{n}", f"r{n + 1}") for n in range(1, deep)}
    last = f"name: r{deep}\nsteps: [{WAIT}]\n"
    return loads(r=calling("r", "r1"), **called, **{f"r{deep}": last})


def many_variables(number: int) -> str:
    names = "".join(f"  V{n}: {{default: x}}\n" for n in range(number))
    return f"name: r\nvars:\n{names}steps: [{WAIT}]\n"


def requiring(number: int) -> str:
    tools = "".join(f"  tool{n}: '>=1'\n" for n in range(number))
    return f"name: r\nrequires:\n{tools}steps: [{WAIT}]\n"


def nested(number: int) -> str:
    return "{% if 1 %}" * number + "x" + "{% endif %}" * number


def rounds(number: int) -> str:
    return compile_text("{% for a in L %}x{% endfor %}").render({"L": [0] * number})


LIMITS = {
    "a runbook file": Limit(
        yaml.MAX_BYTES, lambda n: parses(b"a: 1\n#" + b"x" * (n - 6)), " bytes"
    ),
    "levels in a file": Limit(
        yaml.MAX_DEPTH, lambda n: parses(b"[" * (n - 1) + b"1" + b"]" * (n - 1))
    ),
    "nodes of a file, what aliases stand for counted in full": Limit(
        yaml.MAX_NODES, lambda n: parses(b"[" + b"1," * (n - 1) + b"]")
    ),
    "steps of a file": Limit(
        expansion.MAX_STEPS, lambda n: loads(r="name: r\nsteps:\n" + f"  - {WAIT}\n" * n)
    ),
    "variables of a file": Limit(
        variable_rules.MAX_VARIABLES, lambda n: loads(r=many_variables(n))
    ),
    "programs that a file requires": Limit(required.MAX_REQUIRED, lambda n: loads(r=requiring(n))),
    "characters of a name": Limit(
        rules.MAX_NAME, lambda n: loads(r=f"name: {'n' * n}\nsteps: [{WAIT}]\n")
    ),
    "items of a `foreach` in a file": Limit(
        block_rules.MAX_ITEMS,
        lambda n: loads(
            r=f"name: r\nsteps: [{{name: s, kind: shell, run: ls, foreach: [{'1, ' * n}]}}]\n"
        ),
    ),
    "items of a `foreach` in a run": Limit(
        amounts.MAX_ITEMS, lambda n: runs(L=[1], M=list(range(n)))
    ),
    "runbooks within runbooks": Limit(calls.MAX_DEEP, calls_so_deep),
    "characters of a variable's value": Limit(
        checks.MAX_VALUE, lambda n: works(lambda: checks.check_value(Variable(), "x" * n))
    ),
    "items of a list": Limit(
        items.MAX_ITEMS,
        lambda n: works(lambda: checks.check_value(Variable(type="list"), ["x"] * n)),
    ),
    "choices of a variable": Limit(
        choices.MAX_CHOICES,
        lambda n: works(lambda: choices.read_choices("\n".join(map(str, range(n))))),
    ),
    "one value for a shell": Limit(
        limits.MAX_ARGUMENT, lambda n: argument_problem("x" * n) is None, " bytes"
    ),
    "a rendered text, in characters": Limit(
        limits.MAX_TEXT,
        lambda n: works(lambda: compile_text("{{ A }}b").render({"A": "x" * (n - 1)})),
    ),
    "an expression, in characters": Limit(
        limits.MAX_EXPRESSION, lambda n: works(lambda: compile_expression(" " * (n - 1) + "1"))
    ),
    "rounds of all loops in a text": Limit(limits.MAX_ROUNDS, lambda n: works(lambda: rounds(n))),
    "blocks within blocks of a text": Limit(
        limits.MAX_BLOCKS, lambda n: works(lambda: compile_text(nested(n)))
    ),
    "nested parentheses": Limit(
        limits.MAX_NESTING, lambda n: works(lambda: compile_expression("(" * n + "1" + ")" * n))
    ),
    "levels of the syntax tree of a script with values": Limit(
        limits.MAX_LEVELS, lambda n: not read(subshells(n)).is_too_deep
    ),
    "a regular expression, in characters": Limit(
        regex.MAX_PATTERN, lambda n: works(lambda: regex.compile_regex("a" * n))
    ),
    "a duration": Limit(
        int(duration.MAX_SECONDS), lambda n: works(lambda: duration.parse_duration(n)), " s"
    ),
    "an amount of data": Limit(
        size.MAX_SIZE, lambda n: works(lambda: size.parse_size(n)), " bytes"
    ),
}
OF_A_RUN = "steps of one run, those of all items counted"


def mebibytes(amount: int) -> str:
    whole, rest = divmod(amount, 1024**2)
    assert not rest
    return f"{whole} MiB"


TRIED_ELSEWHERE = {
    "output kept on disk per step: beyond it the middle is dropped": (
        f"{mebibytes(spool.DEFAULT_LIMIT)}, or its `output_limit`"
    ),
    "what captures and conditions see of an attempt's output": mebibytes(pipeline.CAPTURE_LIMIT),
    "what is recorded of a text that goes into a step": f"{sent.MOST_KEPT:,} characters",
    "steps of a plan": f"{plan.MOST_STEPS:,}",
    "files of a pack": f"{tree.MAX_FILES:,}",
    "bytes of a pack": mebibytes(tree.MAX_BYTES),
    "files of its source, whether they belong to the pack or not": f"{tree.MAX_ENTRIES:,}",
    "what a repository sends": f"{mebibytes(git.MAX_FETCHED)}, {git.SECONDS / 60:.0f} minutes",
    "a tarball, and what is in it": (
        f"{mebibytes(archive.MAX_ARCHIVE)}, {mebibytes(archive.MAX_UNPACKED)}"
    ),
    "what an https address gives": f"{mebibytes(yaml.MAX_BYTES)}, {packs_web.SECONDS:.0f} s",
    "characters and parts of an alert": f"{paste.LARGEST:,} and {paste.MOST_THINGS:,}",
    "characters of one that is no JSON, of which the rest is left out": f"{paste.LONGEST_TEXT:,}",
    "days and number of alerts that are kept": (
        f"{inbox.KEPT_SECONDS / 86_400:.0f} and {inbox.MOST_KEPT:,}"
    ),
    "what one alert says, as JSON": f"{kept.LARGEST_KEPT:,} bytes",
    "the body of a request": f"{hooks.LIMITS.body:,} bytes",
    "the head of a request, and seconds until it is whole": (
        f"{hooks.LIMITS.head:,} bytes, {hooks.LIMITS.seconds:.0f} s"
    ),
    "connections at once": f"{hooks.LIMITS.connections}",
    "requests with the token": f"{hooks._AT_ONCE:.0f} at once, then {hooks._A_SECOND:.0f} a second",
    "lines of an output: the first and the last": f"{reported_run.HEAD} each",
    "characters of a name, a value, a reason or a question in a sentence": f"{words.MOST_SHOWN:,}",
    "runs of one report": f"{reporting.MOST_RUNS}",
    "entries of a timeline, steps of a run: of more those that went well are left out": (
        f"{sections.MOST_ENTRIES:,}, {step_parts.MOST_STEPS}"
    ),
    "lines that hold a text": f"{searching.MOST_FOUND:,}",
    "characters of a line: those around the text": f"{record_search.MOST_SHOWN}",
    "characters of all values, of an alert, of a reason": (
        f"{agent.LONGEST_VALUES:,}, {agent.LONGEST_ALERT:,}, {agent.LONGEST_REASON:,}"
    ),
    "characters of an answer, and of one text in it": (
        f"{agent.LONGEST_ANSWER:,} and {agent.LONGEST_TEXT:,}"
    ),
    "runbooks or lines of output in an answer": f"{agent.MOST_TOLD}",
    "runs that wait for an approval, and for how long": (
        f"{pending.MOST_OPEN}, {pending.LIFETIME:,.0f} s"
    ),
    "a request over HTTP": mebibytes(agent.LARGEST_BODY),
    "attempts of a case of a [rehearsal](rehearsals.md), and what they print": (
        f"{play.MOST_ATTEMPTS:,} and {mebibytes(play.MOST_READ)}"
    ),
    "how late a [set time](schedules.md) may be looked at, and how long it is looked for what was missed": (
        f"{due.GRACE:.0f} s, {due.LOOKS_BACK / 86_400:.0f} days"
    ),
    "a source that is [converted](converting.md), and a recording": (
        f"{mebibytes(source_text.MAX_BYTES)}, {mebibytes(kinds.MAX_BYTES)}"
    ),
    "commands and steps of a script or page that is converted": (
        f"{MOST_STATEMENTS:,} and {bounds.MOST_STEPS}"
    ),
}
"""What the manual says of limits that other tests try."""


def rows() -> list[list[str]]:
    cells = [line.strip("|").split("|") for line in MANUAL.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in row] for row in cells if row[0].strip() not in ("what", "---")
    ]


@pytest.mark.proves("P24")
def test_the_manual_names_every_limit_as_the_program_has_it() -> None:
    told = {row[0]: row[1] for row in rows() if len(row) == 2}
    wanted = {name: f"{limit.most:,}{limit.unit}" for name, limit in LIMITS.items()}
    assert told == {**wanted, OF_A_RUN: f"{loops.MOST_STEPS:,}"}


@pytest.mark.proves("P24")
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_holds_below_at_and_above_it(name: str) -> None:
    limit = LIMITS[name]
    fits = [limit.fits(limit.most + more) for more in (-1, 0, 1)]
    assert fits == [True, True, False]


def test_the_steps_of_a_run_are_counted_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    # A hundred thousand take minutes.
    def fits(most: int) -> bool:
        monkeypatch.setattr(loops, "MOST_STEPS", most)
        return runs(L=[1, 2], M=[1, 2, 3])

    monkeypatch.setattr(loops, "MOST_STEPS", 1000)
    steps = next(most for most in range(1, 1000) if fits(most))
    assert [fits(steps + more) for more in (-1, 0, 1)] == [False, True, True]


@pytest.mark.proves("P24")
def test_the_manual_names_what_is_tried_elsewhere_as_the_program_has_it() -> None:
    assert {row[0]: row[1] for row in rows() if len(row) == 3} == TRIED_ELSEWHERE


@pytest.mark.parametrize("row", [row for row in rows() if len(row) == 3], ids=lambda row: row[0])
def test_what_is_tried_elsewhere_is(row: list[str]) -> None:
    found = re.fullmatch(r"`(tests/\S+\.py)::(\w+)`", row[2])
    assert found is not None
    assert f"def {found[2]}(" in (ROOT / found[1]).read_text()
