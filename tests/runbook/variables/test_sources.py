"""Values that are looked up: commands, the keyring, and what is asked for only at times."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.undeclared import names_under_default
from pup_tui.runbook.variables.resolve import Resolved, choices_for, resolve
from pup_tui.runbook.variables.sources import Sources
from tests.support.value_sources import AnyCommand, Commands, Kept, sources_of

Check = Callable[..., Loaded]
Find = Callable[..., Awaitable[Resolved]]

NOTHING = sources_of()


@pytest.fixture
def find(check: Check) -> Find:
    """The values of a runbook with these variables, and what is wrong with them as texts."""

    async def work_out(
        variables: str,
        given: Mapping[str, object] | None = None,
        sources: Sources = NOTHING,
        secrets: tuple[str, ...] = (),
    ) -> Resolved:
        text = f"name: r\nvars: {variables}\nsteps: [{{name: s, kind: shell, run: echo}}]\n"
        made = check(text).require()
        undeclared = names_under_default(made)
        return await resolve(
            made.vars, given or {}, sources=sources, undeclared=undeclared, secrets=secrets
        )

    return work_out


async def test_a_command_gives_its_trimmed_output(find: Find) -> None:
    commands = Commands({"date +%F": "\n 2026-01-02 \n"})
    made = await find('{DAY: {from: "command:date +%F"}}', sources=sources_of(commands=commands))
    assert made.values == {"DAY": "2026-01-02"}
    assert made.sources == {"DAY": "from"}


async def test_what_is_given_wins_over_a_command_which_is_not_run(find: Find) -> None:
    commands = Commands()
    variables = '{DAY: {from: "command:date"}}'
    made = await find(variables, {"DAY": "today"}, sources_of(commands=commands))
    assert made.values == {"DAY": "today"}
    assert commands.ran == []


async def test_a_command_sees_the_variables_above_it_as_data(find: Find) -> None:
    commands = Commands({"whois $(rm)": "ada"})
    made = await find(
        '{A: {}, B: {from: "command:whois {{ A }}"}}',
        {"A": "$(rm)"},
        sources_of(commands=commands),
    )
    assert made.values["B"] == "ada"


async def test_a_pup_command_is_words(find: Find) -> None:
    commands = Commands({"pup users get ada lovelace": "1"})
    made = await find(
        '{A: {}, B: {from: "command:pup users get {{ A }}"}}',
        {"A": "ada lovelace"},
        sources_of(commands=commands),
    )
    assert made.values["B"] == "1"


async def test_a_command_that_fails_is_named(find: Find) -> None:
    made = await find(
        '{DAY: {from: "command:date", default: x}}', sources=sources_of(commands=Commands())
    )
    (problem,) = made.problems
    told = "`DAY` cannot be read from command:date: the command failed: exited with 1"
    assert str(problem) == told


async def test_what_a_command_gives_is_checked(find: Find) -> None:
    commands = Commands({"date": "soon"})
    variables = '{DAY: {type: integer, from: "command:date"}}'
    made = await find(variables, sources=sources_of(commands=commands))
    assert str(made.problems[0]) == "`DAY` (from command:date): `soon` is not a whole number"


async def test_a_command_that_needs_a_missing_variable_is_not_run(find: Find) -> None:
    commands = Commands()
    made = await find(
        '{A: {}, B: {from: "command:whois {{ A }}"}}', sources=sources_of(commands=commands)
    )
    assert [str(problem) for problem in made.problems] == [
        "`A` is required: give it a value",
        "`B` has a command that needs another variable",
    ]
    assert commands.ran == []


CRED = "deploybot:correct-horse-battery"
PASSWORD = "correct-horse-battery"


@pytest.mark.proves("P30")
@pytest.mark.parametrize(
    ("command", "printed"),
    [
        ("login {{ CRED }}", f"ok {CRED}"),
        ("login {{ CRED.split(':')[1] }}", f"acct-{PASSWORD}-x"),
        ("login {{ CRED.split(':')[1] }}", base64.b64encode(PASSWORD.encode()).decode()),
        ("login {{ CRED.split(':')[1] }}", json.dumps({"pw": PASSWORD})),
        ("login {{ CRED.split(':')[1] | upper }}", PASSWORD.upper()),
        ("login {{ CRED.split(':')[1] | upper }}", PASSWORD),
        ("login {{ CRED[:4] }}", "depl"),
        ("login {{ CRED[:4] }}", "as depl, since today"),
    ],
)
async def test_what_a_command_tells_of_a_secret_is_secret(
    find: Find, command: str, printed: str
) -> None:
    variables = f'{{CRED: {{type: secret}}, E: {{from: "command:{command}"}}}}'
    commands = AnyCommand(printed)
    made = await find(variables, {"CRED": CRED}, sources_of(commands=commands))
    assert made.values["E"] == printed
    assert made.secrets == ("CRED", "E")
    typed = variables.replace("from:", "type: integer, from:")
    wrong = await find(typed, {"CRED": CRED}, sources_of(commands=commands))
    assert wrong.problems
    assert printed not in str(wrong.problems[0])


@pytest.mark.parametrize("printed", ["account 4711", "deplored"])
async def test_a_command_that_knows_a_secret_may_tell_other_things(
    find: Find, printed: str
) -> None:
    variables = '{CRED: {type: secret}, E: {from: "command:login {{ CRED[:4] }}"}}'
    made = await find(variables, {"CRED": CRED}, sources_of(commands=AnyCommand(printed)))
    assert made.secrets == ("CRED",)
    assert "depl" in made.made[0]


@pytest.mark.proves("P30")
async def test_no_choice_tells_what_is_made_of_a_secret(find: Find) -> None:
    variables = """{CRED: {type: secret},
        A: {type: enum, default: blue, choices_from: "x {{ CRED.split(':')[1] }}"}}"""
    coded = base64.b64encode(PASSWORD.encode()).decode()
    made = await find(variables, {"CRED": CRED}, sources_of(commands=AnyCommand(f"blue\n{coded}")))
    assert "the command gives the value of a secret" in made.notes[0]
    assert PASSWORD in made.made[0]


async def test_the_keyring(find: Find) -> None:
    variables = '{T: {type: secret, from: "keyring:flags.example.com/ada"}}'
    there = sources_of(passwords={("flags.example.com", "ada"): "hunter22"})
    made = await find(variables, sources=there)
    assert made.values == {"T": "hunter22"}
    assert made.secrets == ("T",)
    made = await find(variables)
    told = "`T` is required: keyring:flags.example.com/ada holds none; give it a value"
    assert str(made.problems[0]) == told


async def test_at_rest_nothing_is_run_and_what_follows_from_it_is_unknown(find: Find) -> None:
    commands = Commands({"whoami": "ada"})
    variables = """{
        A: {from: "command:whoami"}, B: "{{ A }}-x", C: {when: "A == 'ada'"},
        D: {from: "keyring:s/u"}, E: plain, F: {type: enum, choices_from: "ls", default: any}}"""
    resting = sources_of(commands=commands).at_rest()
    made = await find(variables, sources=resting)
    assert made.unknown == ("A", "B", "C", "D")
    assert made.values == {"E": "plain", "F": "any"}
    assert not made.problems
    assert commands.ran == []


async def test_choices_that_follow_from_what_is_not_known_yet_are_not_judged(find: Find) -> None:
    variables = """{
        A: {from: "command:whoami"}, C: {choices_from: {items: "[A]"}, type: enum, default: ada},
        D: {choices_from: {items: "[A | default('eve')]"}, type: enum, default: ada}}"""
    sources = sources_of(commands=Commands({"whoami": "ada"}))
    for given in (sources, sources.at_rest()):
        made = await find(variables, sources=given)
        assert (made.values["C"], made.values["D"], made.problems) == ("ada", "ada", ())


async def test_a_variable_whose_when_does_not_hold_is_left_out(find: Find) -> None:
    variables = """{
        ENV: staging, TICKET: {when: "ENV == 'production'"},
        NOTE: {when: "TICKET is defined", default: x}, TEXT: "<{{ TICKET }}>"}"""
    made = await find(variables)
    assert made.values == {"ENV": "staging", "TEXT": "<>"}
    assert made.left_out == made.not_asked == ("TICKET", "NOTE")
    assert not made.problems
    made = await find(variables, {"ENV": "production"})
    assert [problem.name for problem in made.problems] == ["TICKET", "NOTE", "TEXT"]
    made = await find(variables, {"ENV": "production", "TICKET": "T-1"})
    assert made.values["NOTE"] == "x"


async def test_a_value_for_a_variable_that_is_not_asked_for_is_a_problem(find: Find) -> None:
    made = await find("""{ENV: staging, TICKET: {when: "ENV == 'production'"}}""", {"TICKET": "T"})
    told = "`TICKET` is not asked for here: its `when` (`ENV == 'production'`) does not hold"
    assert [str(problem) for problem in made.problems] == [f"{told}: leave it out"]


async def test_a_when_that_cannot_be_worked_out_is_a_problem(find: Find) -> None:
    made = await find("""{ENV: staging, TICKET: {when: "ENV.region == 'eu'"}}""")
    assert made.problems[0].name == "TICKET"
    assert "the `when` of `TICKET` cannot be worked out" in made.problems[0].message


CHOSEN = '{ENV: {type: enum, choices_from: "ls envs"}}'


async def test_the_value_of_an_enum_is_one_of_what_its_command_gives(find: Find) -> None:
    sources = sources_of(commands=Commands({"ls envs": "staging\nproduction\n"}))
    assert (await find(CHOSEN, {"ENV": "staging"}, sources)).values == {"ENV": "staging"}
    made = await find(CHOSEN, {"ENV": "stagin"}, sources)
    told = "`ENV`: `stagin` is not one of the choices: did you mean `staging`?"
    assert str(made.problems[0]) == told


async def test_without_choices_a_value_is_taken_and_that_is_noted(find: Find) -> None:
    made = await find(CHOSEN, {"ENV": "any"}, sources_of(commands=Commands()))
    assert made.values == {"ENV": "any"}
    why = "the choices cannot be had: the command failed: exited with 1"
    assert made.notes == (f"`ENV` could not be checked: {why}",)


async def test_a_string_with_choices_is_free(find: Find) -> None:
    commands = Commands({"ls": "a"})
    made = await find('{A: {choices_from: "ls"}}', {"A": "b"}, sources_of(commands=commands))
    assert made.values == {"A": "b"}
    assert commands.ran == []


async def test_choices_follow_the_values_above(check: Check) -> None:
    text = """\
name: r
vars:
  REGION: eu
  HOST: {type: enum, choices_from: {run: "hosts {{ REGION }}", timeout: 3s}}
steps: [{name: s, kind: shell, run: echo}]
"""
    variables = check(text).require().vars
    commands = Commands({"hosts us": "u1\n", "hosts eu": "e1\ne2\n"})
    sources = sources_of(commands=commands)
    for region, hosts in (("us", ["u1"]), ("eu", ["e1", "e2"])):
        resolved = await resolve(variables, {"REGION": region}, sources=sources)
        choices = await choices_for(variables, "HOST", resolved, sources)
        assert [option.value for option in choices.options] == hosts
    assert set(commands.seconds) == {3.0}


async def test_what_holds_a_secret_is_a_secret(find: Find) -> None:
    made = await find(
        '{T: {type: secret}, U: "https://{{ T }}@x", V: plain, W: {}}',
        {"T": "hunter22", "W": "given"},
        secrets=("W",),
    )
    assert set(made.secrets) == {"T", "U", "W"}


async def test_a_default_that_is_made_out_of_a_secret_is_a_secret(find: Find) -> None:
    made = await find(
        """{T: {type: secret}, PART: "{{ T[:4] }}", MORE: "{{ PART | upper }}", ON: "{{ T == 'x' }}",
            WORD: "{{ 'a' if T else T }}", N: {type: integer, default: "{{ T[:4] }}"}}""",
        {"T": "hunter22"},
    )
    assert set(made.secrets) == {"T", "PART", "MORE"}
    assert made.values["MORE"] == "HUNT"
    assert "hunt" not in str(made.problems)
    assert "the secret in it does not fit" in str(made.problems)


async def test_choices_that_knew_a_secret_are_not_kept(find: Find) -> None:
    kept = Kept()
    commands = Commands({"ls envs": "a"})
    sources = sources_of(commands=commands, kept=kept)
    await find(
        '{T: {type: secret}, ENV: {type: enum, choices_from: "ls envs"}}',
        {"T": "hunter22", "ENV": "a"},
        sources,
    )
    assert kept == {}
    await find(CHOSEN, {"ENV": "a"}, sources)
    assert len(kept) == 1


async def test_names_of_the_run_can_be_used(check: Check) -> None:
    text = """\
name: r
vars: {WHO: {default: "{{ A }}"}, T: {default: "{{ S }}"}, N: {when: "A == 'ada'", default: n}}
steps: [{name: s, kind: shell, run: echo}]
"""
    asked = check(text.replace("WHO", "A, WHO").replace("T:", "S, T:")).require().vars
    variables = {name: asked[name] for name in ("WHO", "T", "N")}
    names = {"A": "ada", "S": "hunter22"}
    made = await resolve(variables, {}, sources=NOTHING, names=names, secrets=("S",))
    assert made.values == {"WHO": "ada", "T": "hunter22", "N": "n"}
    assert made.secrets == ("T",)


async def test_remembering_runs_a_command_once_also_where_it_fails(find: Find) -> None:
    commands = Commands({"ls envs": "a"})
    sources = sources_of(commands=commands).remembering()
    variables = '{ENV: {type: enum, choices_from: "ls envs"}, D: {from: "command:date"}}'
    for _ in range(2):
        made = await find(variables, {"ENV": "a"}, sources)
        assert [problem.name for problem in made.problems] == ["D"]
    assert commands.ran == ["ls envs", "date"]


@pytest.mark.parametrize(
    ("variable", "error"),
    [
        ("{A: {from: 'command:'}}", "`command:` names no place to take a value from"),
        ("{A: {from: ['env:X', 'keyring:service']}}", "does not name a service and a user"),
        ("{A: {from: ['env:X', 'somewhere:else']}}", "names no place to take a value from"),
        ("{A: {from: ['env:X', 'command:echo {{ NOPE }}']}}", "`NOPE` is not known here"),
        ("{A: {from: 'keyring:service'}}", "does not name a service and a user of the keyring"),
        ("{A: {from: 'command:echo {{ B }}'}, B: x}", "`B` is not known here"),
        ("{A: {from: 'command:cat <(echo {{ A }})'}}", "`A` is not known here"),
        ("{A: x, B: {from: 'command:echo $(({{ A'}}", ""),
        ("{A: {when: 'B == 1'}, B: x}", "`B` is not known here"),
        ("{A: {when: '1 =='}}", ""),
        ("{A: {choices_from: 'ls {{ B }}', type: enum}, B: x}", "`B` is not known here"),
        ("{A: {choices_from: ls, type: integer}}", "`choices_from` does not fit type `integer`"),
        ("{A: {choices_from: ls, type: enum, choices: [a]}}", "exclude each other"),
        ("{A: {choices_from: {timeout: 5s}}}", "either `run`, a command, or `items`"),
        ("{B: x, A: {choices_from: {run: ls, items: B}}}", "either `run`, a command, or `items`"),
        ("{B: x, A: {choices_from: {items: B, timeout: 5s}}}", "`timeout` is that of a command"),
        ("{A: {choices_from: {items: B}}, B: x}", "`B` is not known here"),
        ("{A: {choices_from: {run: ls, timeout: soon}}}", "soon"),
        (
            "{S: {type: secret}, A: {from: 'command:pup users get {{ S }}'}}",
            "`S` is a secret and may not stand in an argument list",
        ),
        (
            "{S: {type: secret}, B: 'x{{ S }}', A: {from: 'command:pup users get {{ B }}'}}",
            "`B` is a secret and may not stand in an argument list",
        ),
        (
            "{S: {type: secret}, A: {choices_from: 'pup users get {{ S }}', type: enum}}",
            "`S` is a secret and may not stand in an argument list",
        ),
        (
            """{S: {type: secret}, B: {from: "command:printf '%s' {{ S[4:] }}"},
            A: {from: 'command:pup users get {{ B }}'}}""",
            "`B` is a secret and may not stand in an argument list",
        ),
    ],
)
def test_refused_when_the_file_is_loaded(variable: str, error: str, check: Check) -> None:
    text = f"name: r\nvars: {variable}\nsteps: [{{name: s, kind: shell, run: echo}}]\n"
    told = [problem.message for problem in check(text).errors]
    assert len(told) == 1
    assert error in told[0]


def test_a_name_under_default_in_a_command_may_be_given(check: Check) -> None:
    text = """\
name: r
vars:
  A: {from: "command:whois {{ X | default('me') }}", when: "Y | default(true)"}
  B: {type: enum, choices_from: "ls {{ Z | default('') }}"}
steps: [{name: s, kind: shell, run: echo}]
"""
    assert names_under_default(check(text).require()) == {"X", "Y", "Z"}


PLACES = "from: ['env:A', 'file:a.txt', 'keyring:s/u', 'command:get']"


@pytest.mark.parametrize(
    ("sources", "value"),
    [
        (sources_of({"A": "1"}, {"a.txt": "2"}), "1"),
        (sources_of({"A": " "}, {"a.txt": "2"}), "2"),
        (sources_of({}, {}, {("s", "u"): "3"}), "3"),
        (sources_of({}, {}, {}, Commands({"get": "4"})), "4"),
        (sources_of({}, {"a.txt": PermissionError(13, "denied")}, {("s", "u"): "3"}), "3"),
    ],
)
async def test_of_several_places_the_first_that_has_a_value_wins(
    find: Find, sources: Sources, value: str
) -> None:
    made = await find(f"{{V: {{{PLACES}}}}}", sources=sources)
    assert (made.values, made.problems) == ({"V": value}, ())


async def test_why_a_place_was_passed_over_is_told(find: Find) -> None:
    sources = sources_of({}, {"a.txt": PermissionError(13, "denied")}, {("s", "u"): "3"})
    made = await find(f"{{V: {{{PLACES}}}}}", sources=sources)
    assert made.notes == ("`V` cannot be read from file:a.txt: denied",)


async def test_without_a_value_every_place_that_failed_is_told(find: Find) -> None:
    sources = sources_of({}, {"a.txt": PermissionError(13, "denied")}, {}, Commands())
    made = await find(f"{{V: {{{PLACES}}}}}", sources=sources)
    told = (
        "`V` cannot be read from file:a.txt: denied; command:get: the command failed: exited with 1; "
        "env:A and keyring:s/u hold none"
    )
    assert [str(problem) for problem in made.problems] == [told]


@pytest.mark.parametrize(
    ("listed", "without"),
    [("'env:NOPE', 'command:no'", "env:NOPE"), ("'command:no', 'keyring:a/b'", "keyring:a/b")],
)
async def test_a_list_of_places_without_a_value_leaves_it_to_the_default(
    find: Find, listed: str, without: str
) -> None:
    sources = sources_of({}, {}, {}, Commands())
    told = ("`V` cannot be read from command:no: the command failed: exited with 1",)
    made = await find(f"{{V: {{required: false, from: [{listed}]}}}}", sources=sources)
    assert (made.left_out, made.problems, made.notes) == (("V",), (), told)
    made = await find(f"{{V: {{default: x, from: [{listed}]}}}}", sources=sources)
    assert (made.values, made.problems, made.notes) == ({"V": "x"}, (), told)
    made = await find(f"{{V: {{from: [{listed}]}}}}", sources=sources)
    assert [str(problem) for problem in made.problems] == [f"{told[0]}; {without} holds none"]


async def test_a_command_alone_that_fails_is_no_missing_value(find: Find) -> None:
    sources = sources_of({}, {}, {}, Commands())
    made = await find("{V: {required: false, from: 'command:no'}}", sources=sources)
    assert (made.left_out, len(made.problems)) == ((), 1)


async def test_a_place_that_is_not_asked_yet_leaves_those_behind_it(find: Find) -> None:
    variables = "{V: {from: ['command:get', 'env:A']}}"
    made = await find(variables, sources=sources_of({"A": "1"}).at_rest())
    assert (made.values, made.unknown) == ({}, ("V",))


@pytest.mark.parametrize("kind", ["{}", "{type: text}", "{pattern: '.*'}"])
@pytest.mark.parametrize("blank", ["", "  ", "\n"])
async def test_what_is_required_may_not_be_blank(find: Find, kind: str, blank: str) -> None:
    made = await find(f"{{V: {kind}}}", {"V": blank})
    assert [str(p) for p in made.problems] == ["`V`: it is required and may not be blank"]


@pytest.mark.parametrize("kind", ["{min_length: 0}", "{required: false}", "{default: a}"])
async def test_what_need_not_be_given_may_be_blank(find: Find, kind: str) -> None:
    made = await find(f"{{V: {kind}}}", {"V": ""})
    assert (made.values, made.problems) == ({"V": ""}, ())
