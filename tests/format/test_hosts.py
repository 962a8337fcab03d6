"""The keys that say on which computer scripts run, on real servers of ssh."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pup_tui.core.notices import StepStarted
from tests.support.needed import needs_sudo
from tests.support.sshd import Fleet, fleet
from tests.support.stage import Played, Stage

__all__ = ["fleet"]


@pytest.fixture
async def on_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fleet: Fleet
) -> AsyncIterator[Stage]:
    """A stage on which the hosts of the fleet are known."""
    monkeypatch.setenv("PATH", fleet.path)
    async with Stage(tmp_path, monkeypatch) as made:
        yield made


def hosts(played: Played) -> dict[str, str]:
    """By the step that runs a script, where it did."""
    return {
        each.step: each.host for each in played.told(StepStarted) if each.command.startswith("echo")
    }


async def test_a_step_runs_on_its_host(on_hosts: Stage) -> None:
    played = await on_hosts.play("""
        vars: {H: web1, X: "it's $HOME"}
        steps:
          - {name: a, kind: shell, host: "{{ H }}", capture: A,
             run: 'echo {{ X }}; echo ${SSH_CONNECTION:+there}'}
          - {name: b, kind: shell, run: 'echo {{ A }} ${SSH_CONNECTION:-here}'}
        """)
    assert played.printed() == ["it's $HOME", "there", "it's $HOME", "there here"]
    assert hosts(played) == {"a": "web1", "b": ""}


async def test_the_nearest_word_wins_and_null_is_this_computer(on_hosts: Stage) -> None:
    where = "echo ${SSH_CONNECTION:-here} | cut -d ' ' -f 3"
    played = await on_hosts.play(f"""
        defaults: {{host: web1}}
        steps:
          - {{name: a, kind: shell, run: &where "{where}"}}
          - {{name: b, kind: shell, host: web2, run: *where}}
          - {{name: c, kind: shell, host: null, run: *where}}
          - name: g
            kind: group
            host: web3
            steps:
              - {{name: d, kind: shell, run: *where}}
              - {{name: e, kind: shell, host: null, run: *where}}
              - name: p
                kind: parallel
                steps: [{{name: f, kind: shell, run: *where}}]
          - {{name: n, kind: group, host: null, steps: [{{name: i, kind: shell, run: *where}}]}}
        """)
    assert hosts(played) == {
        "a": "web1",
        "b": "web2",
        "c": "",
        "g/d": "web3",
        "g/e": "",
        "g/p/f": "web3",
        "n/i": "",
    }
    addresses = ["127.0.1.1", "127.0.1.2", "here", "127.0.1.3", "here", "127.0.1.3", "here"]
    assert played.printed() == addresses


async def test_each_item_on_a_host_of_its_own(on_hosts: Stage) -> None:
    played = await on_hosts.play("""
        steps:
          - {name: a, kind: shell, foreach: [web1, web2, unreachable], host: "{{ item }}", keep_going: true,
             max_parallel: 3, run: 'echo {{ item }}', capture: A}
        """)
    assert played.ended == "failed"
    assert hosts(played) == {"a[0]": "web1", "a[1]": "web2", "a[2]": "unreachable"}
    assert {id_: ended.unreachable for id_, ended in played.finished.items() if "[" in id_} == {
        "a[0]": False,
        "a[1]": False,
        "a[2]": True,
    }


async def test_an_undo_runs_where_its_step_ran(on_hosts: Stage) -> None:
    played = await on_hosts.play(
        """
        steps:
          - {name: a, kind: shell, host: web1, run: 'echo', undo: {kind: shell, run: 'echo undone'}}
          - {name: b, kind: shell, run: 'false'}
        """,
        undo=True,
    )
    assert hosts(played)["a:undo"] == "web1"
    assert played.printed() == ["", "undone"]


async def test_user_and_port(on_hosts: Stage) -> None:
    me = getpass.getuser()
    played = await on_hosts.play(f"""
        vars: {{ME: {me}, PORT: "1"}}
        steps:
          - {{name: a, kind: shell, host: web1, user: "{{{{ ME }}}}", run: id -un}}
          - {{name: b, kind: group, user: "{{{{ ME }}}}", host: web1,
             steps: [{{name: c, kind: shell, run: id -un}}]}}
          - {{name: d, kind: shell, host: web1, user: nobody-there, on_failure: warn, run: echo never}}
          - {{name: e, kind: shell, host: web1, port: "{{{{ PORT }}}}", on_failure: warn, run: echo never}}
          - {{name: f, kind: group, port: 1, host: web1, on_failure: warn,
             steps: [{{name: g, kind: shell, run: echo never}}]}}
        """)
    assert played.printed("a") + played.printed("b/c") == [me, me]
    assert [played.finished[step].unreachable for step in ("d", "e", "f/g")] == [True, True, True]
    assert "port 1:" in played.finished["e"].reason


async def test_become(on_hosts: Stage) -> None:
    needs_sudo()
    played = await on_hosts.play("""
        steps:
          - {name: a, kind: shell, host: web1, become: true, run: 'echo $SUDO_UID; id -u'}
          - name: g
            kind: group
            host: web1
            become: true
            steps:
              - {name: b, kind: shell, run: 'echo ${SUDO_UID:+root}'}
              - {name: c, kind: shell, become: false, run: 'echo ${SUDO_UID:-nobody else}'}
        """)
    assert played.printed("a")[1] == "0"
    assert played.printed("g/b") + played.printed("g/c") == ["root", "nobody else"]


async def test_a_host_that_renders_empty(on_hosts: Stage) -> None:
    played = await on_hosts.play("""
        vars: {H: {required: false}}
        steps:
          - {name: a, kind: shell, host: "{{ H }}", optional: true, run: echo never}
          - {name: b, kind: shell, host: "{{ H }}", run: echo never}
        """)
    assert played.statuses == {"a": "skipped", "b": "failed"}
    assert played.finished["a"].reason == "its `host` is empty"
    assert played.finished["b"].reason == "`host` is empty"


async def test_a_tool_is_looked_for_on_the_host(on_hosts: Stage) -> None:
    played = await on_hosts.play("""
        steps:
          - {name: a, kind: shell, host: web1, optional: true, run: no-such-program-anywhere x}
          - {name: b, kind: shell, host: web1, optional: true, run: cat /dev/null}
          - {name: c, kind: shell, host: unreachable, optional: true, run: cat /dev/null}
        """)
    assert played.statuses == {"a": "skipped", "b": "succeeded", "c": "warned"}
    assert played.finished["c"].unreachable


async def test_what_is_retried_and_polled(on_hosts: Stage, tmp_path: Path) -> None:
    count = f"echo x >>{tmp_path}/count; wc -l <{tmp_path}/count | tr -d ' '"
    played = await on_hosts.play(f"""
        steps:
          - {{name: a, kind: shell, host: web1, run: "{count}",
             poll: {{interval: 100ms, until: "value >= 2"}}}}
          - {{name: b, kind: shell, host: web1, retry: {{attempts: 3, delay: 10ms}},
             run: "n=$({count}); test $n -ge 4"}}
          - {{name: c, kind: shell, host: web1, timeout: 1s, on_failure: warn, run: sleep 600}}
        """)
    assert played.statuses == {"a": "succeeded", "b": "succeeded", "c": "warned"}
    assert (played.finished["a"].attempts, played.finished["b"].attempts) == (2, 2)
    assert played.finished["c"].reason == "timed out after 1 s"


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("-oProxyCommand=id", "begins with `-`, as an option does"),
        ("ada@-oX", "begins with `-`, as an option does"),
        ("a b", "holds a blank"),
        ("a\u3000b", "holds a blank"),
        ("a\nb", "holds a blank"),
        ("a\x07b", "holds a control character"),
        ("a\u202eb", "holds a control character"),
        ("$(id)", "holds $, which is code to a shell"),
        ("a`id`", "holds `, which is code to a shell"),
        ("a;id", "holds ;, which is code to a shell"),
        ("ssh://a", "is a URL, not a host"),
        ("ssh://ada@a:22", "is a URL, not a host"),
        ("@a", "has nothing on one side of its `@`"),
        ("x" * 256, "has more than 255 characters"),
    ],
)
async def test_what_is_no_host(host: str, why: str, stage: Stage) -> None:
    text = "vars: {H: {required: false}}\nsteps: [{name: a, kind: shell, host: '{{ H }}', run: echo never}]"
    played = await stage.play(text, given={"H": host})
    assert played.ended == "failed"
    assert why in played.finished["a"].reason


@pytest.mark.parametrize("user", ["", " "])
async def test_an_empty_user_is_no_host_out_of_reach(user: str, stage: Stage) -> None:
    text = """
        vars: {U: {required: false}}
        steps: [{name: g, kind: group, host: a, user: '{{ U }}', steps: [{name: a, kind: shell, run: ls}]}]
        """
    played = await stage.play(text, given={"U": user})
    ended = played.finished["g/a"]
    assert ended.status == "failed"
    assert "is empty: leave the key out" in ended.reason


@pytest.mark.parametrize("key", ["host", "user", "port"])
async def test_no_secret_in_an_address(key: str, stage: Stage) -> None:
    host = "" if key == "host" else "host: web1, "
    for place in ("kind: shell, run: ls", "kind: group, steps: [{name: b, kind: shell, run: ls}]"):
        told = await stage.error(
            f"vars: {{S: {{type: secret}}}}\nsteps: [{{name: a, {host}{key}: '{{{{ S }}}}', {place}}}]"
        )
        assert "is a secret and may not stand in the address of a host" in told


async def test_no_secret_that_turned_up_in_the_run(stage: Stage) -> None:
    text = """
        vars: {S: {type: secret}}
        steps:
          - {name: a, kind: shell, run: 'echo {{ S }}', capture: O}
          - {name: g, kind: group, host: "{{ O }}", steps: [{name: b, kind: shell, run: echo never}]}
        """
    played = await stage.play(text, given={"S": "secretly"})
    assert played.ended == "failed"
    assert (
        "O is a secret and may not stand in the address of a host" in played.finished["g/b"].reason
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "steps: [{name: a, kind: shell, host: x, tty: true, run: ls}]",
            "`tty` is refused on a host",
        ),
        (
            "defaults: {host: x}\nsteps: [{name: a, kind: shell, interactive: true, run: ls}]",
            "`interactive` is refused on a host",
        ),
        (
            "steps: [{name: g, kind: group, host: x, steps: [{name: a, kind: shell, tty: true, run: ls}]}]",
            "`tty` is refused on a host",
        ),
        (
            "steps: [{name: a, kind: shell, become: true, run: ls}]",
            "`become` says something of a `host`",
        ),
        (
            "steps: [{name: g, kind: group, user: x, steps: [{name: a, kind: shell, run: ls}]}]",
            "`user` says something of a `host`",
        ),
        ("steps: [{name: a, kind: shell, host: -x, run: ls}]", "this host begins with `-`"),
        (
            "steps: [{name: a, kind: shell, host: x, user: 'a b', run: ls}]",
            "this user holds a blank",
        ),
        ("steps: [{name: a, kind: shell, host: x, port: 0, run: ls}]", "is no port"),
        ("steps: [{name: a, kind: shell, host: x, become: maybe, run: ls}]", "true or false"),
    ],
)
async def test_what_is_wrong_is_told_when_the_file_is_loaded(
    text: str, message: str, stage: Stage
) -> None:
    assert message in await stage.error(text)


async def test_a_terminal_is_no_matter_for_a_step_that_is_at_home(stage: Stage) -> None:
    text = "defaults: {host: x}\nsteps: [{name: a, kind: shell, host: null, tty: true, run: tty}]"
    assert (await stage.play(text)).ended == "succeeded"


async def test_a_group_may_say_who_for_the_hosts_inside(stage: Stage) -> None:
    inside = "steps: [{name: a, kind: shell, host: x, run: ls}]"
    assert await stage.errors(f"steps: [{{name: g, kind: group, user: ada, {inside}}}]") == []


async def test_a_runbook_with_an_interactive_step_is_not_called_on_a_host(stage: Stage) -> None:
    other = {
        "other.yaml": "name: other\nsteps: [{name: a, kind: shell, interactive: true, run: ls}]"
    }
    call = "steps: [{name: b, kind: runbook, runbook: other}]"
    told = await stage.errors(f"steps: [{{name: g, kind: group, host: x, {call}}}]", other)
    assert "which is refused on a host" in told[0]


async def test_a_question_names_the_host(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - {name: a, kind: shell, danger: true, host: web1, user: ada, port: 2222, cwd: app, run: echo it}
          - name: g
            kind: group
            host: web2
            confirm: Go?
            steps: [{name: b, kind: shell, become: true, run: echo that}]
        """,
        answers={"a": "no"},
    )
    (asked,) = played.questions
    assert asked.upcoming == "echo it\non ada@web1, port 2222\nin app"


async def test_a_question_before_a_group_names_the_hosts_inside(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - name: g
            kind: group
            host: web2
            confirm: Go?
            steps: [{name: b, kind: shell, become: true, run: echo that}]
        """,
        answers={"g": "no"},
    )
    (asked,) = played.questions
    assert "b: echo that\n    on web2, as root by sudo" in (asked.upcoming or "")
