from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest

from pup_tui.catalog.effects import effect_word, may_change, mutates
from pup_tui.core.program import compile_program
from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import Loaded, load_files
from pup_tui.runbook.model import GroupStep

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

CHAT = """\
integration: chat
title: A chat
category: chat
settings:
  CHAT_URL: {type: url, from: "env:CHAT_URL", default: "https://chat.example.com"}
  CHAT_TOKEN: {type: secret, from: "env:CHAT_TOKEN"}
  ROUTING_KEY: {type: secret, from: "env:ROUTING_KEY"}
check: who
actions:
  who:
    description: Who the token is of.
    effect: read
    steps:
      - {name: Ask, kind: http, url: "{{ CHAT_URL }}/who", capture: {WHO: json.name},
         headers: {Authorization: "Bearer {{ CHAT_TOKEN }}"}}
      - {name: Look, kind: shell, run: "uptime"}
    outputs: {WHO: WHO}
  post:
    description: Post a message.
    effect: change
    params: {TEXT: {description: What to say}}
    steps:
      - {name: Post, kind: http, method: POST, url: "{{ CHAT_URL }}/post", json: {text: "{{ TEXT }}"}}
  page:
    description: Call somebody.
    effect: change
    steps: [{name: Page, kind: shell, run: "page", env: {KEY: "{{ ROUTING_KEY }}"}}]
  drop:
    description: Drop everything.
    effect: destroy
    steps: [{name: Drop, kind: shell, run: "true"}]
"""

FILE = "integrations/chat.yaml"


def calling(action: str, *keys: str) -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    return f"name: runbook\nsteps:\n  - name: own\n    template: {action}\n{lines}"


def call(check: Check, action: str, *keys: str, chat: str = CHAT) -> GroupStep:
    (step,) = check(calling(action, *keys), {FILE: chat}).require().steps
    assert isinstance(step, GroupStep)
    return step


def test_an_action_is_a_group_with_the_settings_that_it_uses(check: Check) -> None:
    step = call(check, "chat/who")
    assert step.action is not None
    assert (step.action.integration, step.action.action, step.action.effect) == (
        "chat",
        "who",
        "read",
    )
    assert step.action.settings == ("CHAT_URL", "CHAT_TOKEN")
    assert step.call is not None
    assert list(step.call.params) == ["CHAT_URL", "CHAT_TOKEN"]
    assert step.outputs == {"WHO": "WHO"}
    paging = call(check, "chat/page").action
    assert paging is not None
    assert paging.settings == ("ROUTING_KEY",)


def test_a_setting_brings_the_settings_that_its_default_uses(check: Check) -> None:
    chat = CHAT.replace(
        'default: "https://chat.example.com"', 'default: "https://{{ HOST }}"'
    ).replace("settings:\n", "settings:\n  HOST: chat.example.com\n")
    step = call(check, "chat/post", "with: {TEXT: x}", chat=chat)
    assert step.action is not None
    assert step.action.settings == ("HOST", "CHAT_URL")


def test_what_it_says_of_its_effect_reaches_the_steps(check: Check) -> None:
    looking = call(check, "chat/who")
    assert mutates(looking, is_believed=True) is False
    assert mutates(looking) is None  # a script: nobody believes a file that is not trusted
    posting = call(check, "chat/post", "with: {TEXT: x}")
    assert effect_word(posting, mutates(posting)) == "changes"
    # The script alone would tell nothing.
    assert mutates(call(check, "chat/page")) is True
    dropping = call(check, "chat/drop")
    assert dropping.danger
    assert effect_word(dropping, mutates(dropping)) == "destroys"
    assert not call(check, "chat/drop", "danger: false").danger


def test_what_changes_does_not_begin_where_nothing_may(check: Check) -> None:
    program = compile_program("r", check(calling("chat/page"), {FILE: CHAT}).require())
    assert may_change(program, is_believed=True) == ("own/page",)


def test_what_only_looks_may_not_change_anything(errors: Errors) -> None:
    chat = CHAT.replace('url: "{{ CHAT_URL }}/who"', 'method: DELETE, url: "{{ CHAT_URL }}/who"')
    (told,) = errors(calling("chat/who"), {FILE: chat})
    assert "that is `read_only` only looks, and DELETE changes what it is sent to" in told
    (told,) = errors(calling("chat/post", "with: {TEXT: x}", "read_only: true"), {FILE: CHAT})
    assert "the `effect` of what it calls is `change`" in told


def test_no_step_gives_a_setting(errors: Errors) -> None:
    (told,) = errors(
        calling("chat/post", "with: {TEXT: x, CHAT_URL: 'https://evil.example.com'}"), {FILE: CHAT}
    )
    assert told == "5:21: `CHAT_URL` is a setting of `chat`"


@pytest.mark.parametrize(
    ("url", "strange"),
    [
        ("{{ TEXT }}/post", "TEXT"),
        ("https://{{ TEXT }}/post", "TEXT"),
        ("https://chat.example.com{{ TEXT }}", "TEXT"),
        ("{{ CHAT_URL }}{{ TEXT }}", "TEXT"),
        ("https://{{ CHAT_URL | replace('/', TEXT) }}/x", "TEXT"),
        ("HTTPS://x@{{ TEXT }}:80?a", "TEXT"),
    ],
)
def test_no_step_chooses_where_requests_go(url: str, strange: str, errors: Errors) -> None:
    chat = CHAT.replace('"{{ CHAT_URL }}/post"', f'"{url}"')
    (told,) = errors(calling("chat/post", "with: {TEXT: x}"), {FILE: chat})
    assert f"`{strange}` would choose where the action's requests go" in told


@pytest.mark.parametrize("capture", ["CHAT_URL", "{CHAT_URL: json.next}", "{CHAT_TOKEN: json.t}"])
def test_no_answer_chooses_where_requests_go(capture: str, errors: Errors) -> None:
    chat = CHAT.replace("{WHO: json.name}", capture).replace("outputs: {WHO: WHO}", "")
    (told,) = errors(calling("chat/who"), {FILE: chat})
    assert "is a setting of the integration, which no step changes" in told


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("template: ask, with: {URL: '{{ TEXT }}'}", "an action calls no group of steps"),
        ("template: chat/who", "an action calls no group of steps"),
        ("kind: runbook, runbook: ask, vars: {URL: x}", "an action calls no runbook"),
        (
            "kind: group, steps: [{name: Ask, template: ask, with: {URL: x}}]",
            "an action calls no group of steps",
        ),
    ],
)
def test_an_action_says_itself_what_it_does(step: str, told: str, errors: Errors) -> None:
    lines = CHAT.splitlines()
    at = next(number for number, line in enumerate(lines) if "name: Post" in line)
    lines[at] = f"      - {{name: Post, {step}}}"
    ask = "params: {URL: {}}\nsteps: [{name: Ask, kind: http, url: '{{ URL }}/x'}]\n"
    there = {FILE: "\n".join(lines), "_templates/ask.yaml": ask, "ask.yaml": f"name: ask\n{ask}"}
    found = errors(calling("chat/post", "with: {TEXT: x}"), there)
    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("method: PUT, read_only: false", "this step that it may change something"),
        ("undo: {kind: shell, run: touch x}", "so has nothing to take back"),
    ],
)
def test_an_action_that_only_looks_has_no_step_that_says_otherwise(
    added: str, told: str, errors: Errors
) -> None:
    chat = CHAT.replace('url: "{{ CHAT_URL }}/who"', f'{added}, url: "{{{{ CHAT_URL }}}}/who"')
    (found,) = errors(calling("chat/who"), {FILE: chat})
    assert told in found


@pytest.mark.parametrize(
    "url", ["{{ CHAT_URL }}/{{ TEXT }}", "https://a.example.com/{{ TEXT }}?b={{ TEXT }}"]
)
def test_values_may_stand_behind_the_place(url: str, errors: Errors) -> None:
    chat = CHAT.replace('"{{ CHAT_URL }}/post"', f'"{url}"')
    assert errors(calling("chat/post", "with: {TEXT: x}"), {FILE: chat}) == []


def test_a_file_of_ones_own_comes_before_an_action(check: Check) -> None:
    own = {FILE: CHAT, "_templates/chat/who.yaml": "kind: shell\nrun: echo\n"}
    (step,) = check(calling("chat/who"), own).require().steps
    assert step.kind == "shell"


def test_what_is_not_there(check: Check) -> None:
    def hint(action: str) -> tuple[str, str]:
        (problem,) = check(calling(action), {FILE: CHAT}).errors
        return problem.message, problem.hint

    assert hint("chat/pots") == (
        "the integration `chat` has no action `pots`", "did you mean `post`?"
    )  # fmt: skip
    assert hint("chet/post") == (
        "no step template `chet/post`", "did you mean `chat/post`?"
    )  # fmt: skip


def test_an_action_takes_what_it_says(errors: Errors) -> None:
    (told,) = errors(calling("chat/post"), {FILE: CHAT})
    assert "the action `chat/post` needs `TEXT`" in told
    (told,) = errors(calling("chat/post", "with: {TEXT: x, MORE: y}"), {FILE: CHAT})
    assert "the action `chat/post` has no variable `MORE`" in told


def test_an_action_of_another_pack_is_not_found(errors: Errors) -> None:
    assert errors(calling("chat/who"), {f"pack-1/{FILE}": CHAT}) == []
    (told,) = errors(calling("chat/who"), {f"pack-1.other/{FILE}": CHAT})
    assert "no step template `chat/who`" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "integration: chat",
            "integration: other",
            "the integration of the file `chat` is called otherwise",
        ),
        ("title: A chat\n", "", "an integration has no `title`"),
        (CHAT[CHAT.index("actions:") :], "actions: {}\n", "`actions` is empty"),
        ("effect: read", "effect: reads", "`effect` cannot be `reads`"),
        ("check: who", "check: post", "`check` names the action `post`, which does not only look"),
        ("check: who", "check: whom", "`check` names no action: `whom`"),
        ("category: chat", "category: chat\nkategory: x", "unknown key `kategory`"),
        (
            "params: {TEXT:",
            "params: {CHAT_URL: x, TEXT:",
            "`CHAT_URL` is a setting of the integration",
        ),
        (
            "    effect: destroy\n",
            "    effect: destroy\n    example: {X: 1}\n",
            "the action takes no `X`",
        ),
        ('from: "env:CHAT_TOKEN"', "from: CHAT_TOKEN", "names no place to take a value from"),
    ],
)
def test_what_is_wrong_with_the_file(old: str, new: str, told: str, errors: Errors) -> None:
    assert old in CHAT
    found = errors(calling("chat/who"), {FILE: CHAT.replace(old, new)})
    assert any(told in each for each in found), found


@pytest.mark.parametrize(("action", "told"), [("post", 0), ("drop", 1)])
def test_a_comment_that_silences_nothing_is_told_where_its_action_is_called(
    action: str, told: int
) -> None:
    comment = "    # lint: ok verify-off because nothing is verified\n"
    chat = CHAT.replace("    steps: [{name: Drop", comment + "    steps: [{name: Drop")
    given = "with: {TEXT: hello}" if action == "post" else "danger: false"
    files = {"runbook.yaml": calling(f"chat/{action}", given).encode(), FILE: chat.encode()}
    loaded = load_files("runbook", files, Path("runbook.yaml"), linter=linter(None))
    assert [problem.code for problem in loaded.warnings].count("useless-silencing") == told


@pytest.mark.parametrize("danger", ["danger: false", "danger: true"])
@pytest.mark.parametrize("is_held", [False, True])
def test_what_a_caller_marks_is_silenced_for_others_all_the_same(
    danger: str, is_held: bool
) -> None:
    comment = "    # lint: ok destructive-without-danger because others may call it\n"
    chat = CHAT.replace("    steps: [{name: Drop", comment + "    steps: [{name: Drop")
    chat = chat.replace("effect: destroy", "effect: change").replace('"true"', '"rm -r /srv/chat"')
    text = calling("chat/drop", danger)
    if is_held:
        steps = indent(text.removeprefix("name: runbook\n"), "    ")
        text = f"name: runbook\nsteps:\n  - name: held\n    kind: group\n{steps}"
    files = {"runbook.yaml": text.encode(), FILE: chat.encode()}
    loaded = load_files("runbook", files, Path("runbook.yaml"), linter=linter(None))
    silencing = {"useless-silencing", "destructive-without-danger"}
    assert silencing.isdisjoint(problem.code for problem in loaded.warnings)
