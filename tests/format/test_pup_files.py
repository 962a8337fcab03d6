"""Files written for `pup runbooks` do what their authors meant: files, variables, what runs after what.

docs/pup-compatibility.md names these tests, one for each difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.stage import Refused, Stage

SHELL = "steps: [{name: a, kind: shell, run: echo hi}]\n"


# ---------------------------------------------------------------------------------------- files


def test_pups_directory_is_a_source(program: Program, tmp_path: Path) -> None:
    for name, folder in (("one", tmp_path / "pup"), ("two", tmp_path / "home" / ".config" / "pup")):
        (folder / "runbooks").mkdir(parents=True)
        (folder / "runbooks" / f"{name}.yaml").write_text(f"name: {name}\n{SHELL}")
    at_home = program("list", "--json").json
    assert [(e["id"], e["source"], e["trusted"]) for e in at_home if e["source"] == "pup"] == [
        ("two", "pup", True)
    ]
    named = program("list", "--json", PUP_CONFIG_DIR=str(tmp_path / "pup")).json
    assert [entry["id"] for entry in named if entry["source"] == "pup"] == ["one"]
    assert program("run", "one", PUP_CONFIG_DIR=str(tmp_path / "pup")).out == "hi\n"


async def test_unknown_keys_are_errors(stage: Stage) -> None:
    text = "steps: [{name: a, kind: shell, run: ls, on_faliure: warn, poll: {untill: empty}}]"
    told = await stage.errors(text)
    assert any("unknown key `on_faliure`: did you mean `on_failure`?" in one for one in told)
    assert any("unknown key `untill`: did you mean `until`?" in one for one in told)


async def test_scalars_need_no_quotes(stage: Stage) -> None:
    played = await stage.play(
        "tags: {version: 1.2}\nvars: {N: 60, B: no}\n"
        "steps: [{name: a, kind: shell, run: 'echo {{ N }} {{ B }}'}]"
    )
    assert played.printed() == ["60 no"]


async def test_import_brings_in_templates(stage: Stage) -> None:
    played = await stage.play(
        "import: [hello]\nsteps: [{name: a, template: hello}]",
        {"_templates/hello.yaml": "name: ignored\nkind: shell\nrun: echo hello"},
    )
    assert played.printed() == ["hello"]


async def test_assert_is_enforced(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: shell, run: 'echo 1', assert: {empty: true, message: No.}}]"
    )
    assert (played.ended, played.code) == ("failed", 1)


async def test_a_missing_kind_is_told_at_load(stage: Stage) -> None:
    assert "has no `kind`" in await stage.error("steps: [{name: a, run: ls}]")


async def test_single_step_templates(stage: Stage) -> None:
    """A step's keys win, headers and inputs are merged, null clears, the template's name is ignored."""
    played = await stage.play(
        "steps: [{name: a, template: t, headers: {X-B: own}, assert: null}]",
        {
            "_templates/t.yml": "name: other\nkind: http\nurl: https://api.example.com/x\n"
            "headers: {X-A: given, X-B: given}\nassert: {empty: true}\n"
        },
    )
    (sent,) = played.requests
    assert (sent.headers["x-a"], sent.headers["x-b"]) == ("given", "own")
    assert played.statuses == {"a": "succeeded"}


async def test_inputs_of_a_template_are_merged(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, template: t, inputs: {version: '2', n: 3}, poll: {interval: 100ms}}]",
        {
            "_templates/t.yaml": "kind: datadog-workflow\ninputs: {service: payments, version: '1'}\n"
            "workflow_id: 0f6c2a4e-5b1d-4c3e-9a7f-2d8e1b6c4a01\n"
        },
    )
    assert played.world is not None
    assert played.world.instances[0].inputs == {"service": "payments", "version": "2", "n": 3}


def test_variables_keep_the_order_of_the_file(program: Program) -> None:
    names = ["ZULU", "ALPHA", "MIKE", "ECHO", "BRAVO"]
    program.write("x", f"name: x\nvars: {{{': 1, '.join(names)}: 1}}\n{SHELL}")
    assert list(program("describe", "x.yaml", "--json").json["vars"]) == names


def test_the_files_name_counts_and_another_one_is_warned_of(program: Program) -> None:
    program.write("x", f"name: another\n{SHELL}")
    (file,) = program("validate", "x.yaml", "--json").json["files"]
    assert [warning["code"] for warning in file["warnings"]] == ["name-differs"]
    assert program("run", "x.yaml").code == 0
    assert program("run", "another").code == 2


# ------------------------------------------------------------------------------ variables and texts


async def test_a_name_that_nothing_defines_is_an_error(stage: Stage) -> None:
    told = await stage.error("steps: [{name: a, kind: shell, run: 'echo {{ NOWHERE }}'}]")
    assert "`NOWHERE` is not defined" in told


async def test_required_variables_are_asked_for_before_the_first_step(stage: Stage) -> None:
    with pytest.raises(Refused, match="`X` is required"):
        await stage.play("vars: {X: {required: true}}\n" + SHELL)


def test_a_required_variable_does_not_make_a_file_invalid(program: Program) -> None:
    program.write("x", f"name: x\nvars: {{X: {{required: true}}}}\n{SHELL}")
    assert program("validate", "x.yaml").code == 0


def test_values_for_unknown_variables_are_errors(program: Program) -> None:
    program.write("x", f"name: x\n{SHELL}")
    done = program("run", "x.yaml", "--arg", "SERVCE=x")
    assert (done.code, done.out) == (2, "")
    assert "SERVCE" in done.err


async def test_the_default_filter_of_pup(stage: Stage) -> None:
    """Without a declaration, with double or single quotes, with an empty value, and set by the operator."""
    text = """
        vars: {EMPTY: {required: false, default: ""}}
        steps:
          - name: a
            kind: shell
            run: |
              echo {{ A | default: "x y" }} {{ B | default: 'z' }} [{{ EMPTY | default: "unused" }}]
        """
    assert (await stage.play(text)).printed() == ["x y z []"]
    assert (await stage.play(text, given={"A": "given"})).printed() == ["given z []"]


async def test_an_unknown_filter_is_an_error(stage: Stage) -> None:
    told = await stage.error(
        "vars: {X: a}\nsteps: [{name: a, kind: shell, run: 'echo {{ X | uper }}'}]"
    )
    assert "uper" in told


async def test_three_braces(stage: Stage) -> None:
    """The metric scope of the maintenance example: a brace, the value, a brace."""
    played = await stage.play(
        """
        vars: {SERVICE: redis}
        steps:
          - {name: a, kind: shell, run: 'echo "avg:x{{{ SERVICE }}}"'}
          - name: b
            kind: pup
            run: metrics query --query="sum:trace.redis.command.hits{service:{{ SERVICE }}}" --from=5m
            capture: {SCOPE: "json.series[0].scope"}
          - {name: c, kind: shell, run: "echo {{ SCOPE }}"}
        """
    )
    assert played.printed("a") == ["avg:x{redis}"]
    assert played.printed("c") == ["service:redis"]


async def test_braces_that_do_not_close_are_an_error(stage: Stage) -> None:
    told = await stage.error("steps:\n  - name: a\n    kind: shell\n    run: 'echo {{ X'\n")
    assert told.startswith("5:")


async def test_foreign_braces_stay_as_they_are(stage: Stage) -> None:
    played = await stage.play(
        "steps:\n  - name: a\n    kind: shell\n"
        "    run: echo '{{#is_alert}}{{ .Names }}{{/is_alert}} ${#x}'\n"
    )
    assert played.printed() == ["{{#is_alert}}{{ .Names }}{{/is_alert}} ${#x}"]


async def test_more_texts_are_rendered(stage: Stage) -> None:
    """Defaults, methods, accept, content types and the times of a poll."""
    played = await stage.play(
        """
        vars: {A: x, B: "{{ A }}y", METHOD: PUT, TIME: 100ms}
        steps:
          - name: a
            kind: http
            url: https://api.example.com/{{ B }}
            method: "{{ METHOD }}"
            accept: "text/{{ A }}"
            poll: {interval: "{{ TIME }}", timeout: "{{ 30 }}s", until: attempt == 2}
        """
    )
    sent = played.requests[-1]
    assert (sent.method, sent.path, sent.headers["accept"]) == ("PUT", "/xy", "text/x")


async def test_values_are_data_in_scripts_and_json(stage: Stage) -> None:
    value = "\"; touch pwned; echo '$(touch pwned)"
    played = await stage.play(
        """
        vars: {X: {}}
        steps:
          - {name: a, kind: shell, run: 'echo {{ X }}'}
          - {name: b, kind: http, method: POST, url: "https://api.example.com/x", body: '{"a": "{{ X }}"}'}
        """,
        given={"X": value},
    )
    assert played.printed("a") == [value]
    assert played.requests[0].json == {"a": value}
    assert not (stage.folder / "pwned").exists()


# --------------------------------------------------------------------------------- order and failure


async def test_unknown_words_for_when_and_on_failure_are_errors(stage: Stage) -> None:
    step = "steps: [{name: a, kind: shell, run: ls, %s}]"
    assert "`when` cannot be `never`" in await stage.error(step % "when: never")
    assert "`on_failure` cannot be" in await stage.error(step % "on_failure: continue")


async def test_when_on_failure_means_it(stage: Stage) -> None:
    text = (
        "steps:\n  - {name: a, kind: shell, run: exit %s}\n"
        "  - {name: b, when: on_failure, kind: shell, run: ls}"
    )
    assert (await stage.play(text % 0)).statuses["b"] == "skipped"
    assert (await stage.play(text % 1)).statuses["b"] == "succeeded"


async def test_a_failure_stays_one(stage: Stage) -> None:
    """A skipped step does not pass it on, and an `always` step that succeeds does not end it."""
    played = await stage.play(
        """
        steps:
          - {name: a, kind: shell, run: exit 1}
          - {name: b, when: always, kind: shell, run: echo always}
          - {name: c, kind: shell, run: echo never}
        """
    )
    assert played.ended == "failed"
    assert played.statuses == {"a": "failed", "b": "succeeded", "c": "skipped"}


async def test_a_skipped_step_holds_nobody_up(stage: Stage) -> None:
    played = await stage.play(
        "steps:\n  - {name: a, if: 1 > 2, kind: shell, run: ls}\n"
        "  - {name: b, kind: shell, run: echo b}"
    )
    assert played.printed() == ["b"]


async def test_warn_lets_later_steps_run(stage: Stage) -> None:
    played = await stage.play(
        "steps:\n  - {name: a, on_failure: warn, kind: shell, run: exit 1}\n"
        "  - {name: b, kind: shell, run: echo b}"
    )
    assert (played.ended, played.code, played.printed()) == ("succeeded", 0, ["b"])


async def test_no_step_gets_past_a_confirmation_that_was_not_given(stage: Stage) -> None:
    """The deploy example: a failure before the question must not start the workflow behind it."""
    text = """
        steps:
          - {name: check, kind: shell, run: exit %s}
          - {name: ask, kind: confirm, message: Deploy?}
          - {name: deploy, when: always, kind: shell, run: echo deployed}
        """
    failed = await stage.play(text % 1)
    assert (failed.statuses["ask"], failed.statuses["deploy"]) == ("skipped", "skipped")
    refused_ = await stage.play(text % 0, answers={"ask": "no"})
    assert (refused_.ended, refused_.printed()) == ("aborted", [])


async def test_continue_after_a_failure_continues(stage: Stage) -> None:
    played = await stage.play(
        "steps:\n  - {name: a, on_failure: confirm, kind: shell, run: exit 1}\n"
        "  - {name: b, kind: shell, run: echo b}",
        answers={"a": "continue"},
    )
    assert played.printed() == ["b"]


async def test_steps_that_always_run_do_so_after_a_failure(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - {name: a, kind: shell, run: exit 1}
          - {name: b, when: always, kind: shell, run: echo always}
          - {name: c, when: cleanup, kind: shell, run: echo cleanup}
        """
    )
    assert played.printed() == ["always", "cleanup"]


async def test_optional_tells_a_missing_tool_from_a_failure(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - {name: a, optional: true, kind: shell, run: no-such-tool-here}
          - {name: b, optional: true, kind: shell, run: exit 1}
        """
    )
    assert played.statuses == {"a": "skipped", "b": "warned"}


async def test_a_question_cannot_be_optional(stage: Stage) -> None:
    told = await stage.error("steps: [{name: a, kind: confirm, message: x, optional: true}]")
    assert "cannot be optional" in told


async def test_exit_codes_tell_a_refusal_from_a_failure(stage: Stage) -> None:
    text = "steps: [{name: a, kind: confirm, message: Go?}]"
    assert (await stage.play(text, answers={"a": "no"})).code == 3
    assert (await stage.play("steps: [{name: a, kind: shell, run: exit 7}]")).code == 1


async def test_an_http_step_has_a_time_limit(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: http, url: 'https://api.example.com/slow', timeout: 200ms}]"
    )
    assert "timed out" in played.finished["a"].reason
