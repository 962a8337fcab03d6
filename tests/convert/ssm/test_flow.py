from __future__ import annotations

import pytest

from tests.support.conversions import Conversion


def steps(*lines: str) -> Conversion:
    return Conversion("schemaVersion: '0.3'\nmainSteps:\n" + "\n".join(lines) + "\n", "doc.yaml")


def api(name: str, api: str, more: str = "") -> str:
    return f"- {{name: {name}, action: 'aws:executeAwsApi', inputs: {{Service: ec2, Api: {api}}}{more}}}"


LOOK = (
    "- {name: look, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: DescribeThing},"
    " outputs: [{Name: state, Selector: $.State, Type: String}]}"
)


def branch(choices: str, more: str = "") -> str:
    return f"- {{name: choose, action: 'aws:branch', inputs: {{Choices: [{choices}]{more}}}}}"


def choice(said: str, target: str) -> str:
    return f"{{Variable: '{{{{ look.state }}}}', {said}, NextStep: {target}}}"


def test_a_branch_is_the_if_of_what_it_chooses() -> None:
    done = steps(
        LOOK,
        branch(
            ", ".join([choice("StringEquals: a", "one"), choice("StartsWith: b", "two")]),
            ", Default: three",
        ),
        api("one", "DescribeA", ", nextStep: end"),
        api("two", "DescribeB", ", nextStep: end"),
        api("three", "DescribeC"),
        api("end", "DescribeD"),
    )
    assert done.names == ["look", "one", "two", "three", "end"]
    assert done["one"]["if"] == "STATE == 'a'"
    assert done["two"]["if"] == "STATE.startswith('b') and not (STATE == 'a')"
    assert done["three"]["if"] == "not (STATE == 'a') and not (STATE.startswith('b'))"
    assert "if" not in done["end"]


def test_choices_that_exclude_each_other_are_not_negated() -> None:
    done = steps(
        LOOK,
        branch(", ".join([choice("StringEquals: a", "one"), choice("StringEquals: b", "two")])),
        api("one", "DescribeA", ", isEnd: true"),
        api("two", "DescribeB", ", isEnd: true"),
    )
    # No choice holds: the next step of the file.
    assert done["one"]["if"] == "STATE == 'a' or (not (STATE == 'a') and not (STATE == 'b'))"
    assert done["two"]["if"] == "STATE == 'b'"


@pytest.mark.parametrize(
    ("said", "expression"),
    [
        ("EqualsIgnoreCase: Up", "STATE | lower == 'up'"),
        ("EndsWith: x", "STATE.endswith('x')"),
        ("Contains: x", "'x' in STATE"),
        ("NumericGreaterOrEquals: 3", "STATE | float >= 3"),
        ("BooleanEquals: true", "STATE | string | lower == 'true'"),
        ('StringEquals: "it\'s"', 'STATE == "it\'s"'),
    ],
)
def test_operators(said: str, expression: str) -> None:
    done = steps(
        LOOK,
        branch(choice(said, "one"), ", Default: two"),
        api("one", "DescribeA", ", isEnd: true"),
        api("two", "DescribeB"),
    )
    assert done["one"]["if"] == expression


def test_and_or_not_nest() -> None:
    name = "Variable: '{{ look.state }}'"
    neither = f"{{Not: {{Or: [{{{name}, StartsWith: b}}, {{{name}, EndsWith: c}}]}}}}"
    inner = f"{{And: [{{{name}, StringEquals: a}}, {neither}], NextStep: one}}"
    done = steps(
        LOOK,
        branch(inner, ", Default: two"),
        api("one", "DescribeA", ", isEnd: true"),
        api("two", "DescribeB"),
    )
    assert (
        done["one"]["if"] == "STATE == 'a' and not (STATE.startswith('b') or STATE.endswith('c'))"
    )


def test_only_a_failure_leads_to_a_handler() -> None:
    done = steps(
        api("first", "DescribeA"),
        api("risky", "TerminateThing", ", onFailure: 'step:rescue'"),
        api("last", "DescribeB", ", isEnd: true"),
        api("rescue", "DescribeC", ", isEnd: true"),
    )
    group = done["risky, and rescue where it fails"]
    assert [step["name"] for step in group["steps"]] == ["risky", "rescue"]
    assert done["rescue"]["when"] == "on_failure"
    assert done.names[-1] == "last"


def test_a_handler_of_steps_with_another_between_asks_which_one_failed() -> None:
    done = steps(
        api("one", "DescribeA", ", onFailure: 'step:rescue'"),
        api("two", "DescribeB"),
        api("three", "DescribeC", ", onFailure: 'step:rescue', isEnd: true"),
        api("rescue", "DescribeD"),
    )
    assert (
        done["rescue"]["if"] == "steps.one.outcome == 'failed' or steps.three.outcome == 'failed'"
    )


def test_an_end_that_success_and_failure_share_is_cleanup() -> None:
    done = steps(
        api("before", "DescribeA"),
        api("work", "ModifyThing", ", onFailure: 'step:restore'"),
        api("more", "DescribeB"),
        api("restore", "ModifyBack"),
    )
    assert done["restore"]["when"] == "cleanup"
    assert done["restore"]["if"] == "steps.work.outcome != 'skipped'"
    assert "confirm" not in done["restore"]


def test_a_rollback_step_at_the_end_runs_after_success_too() -> None:
    done = steps(api("work", "ModifyThing", ", onFailure: 'step:back'"), api("back", "ModifyBack"))
    # The file's order is the order in which it falls through: it is just a warning.
    assert done["work"]["on_failure"] == "warn"
    assert "when" not in done["back"]


def test_a_cancel_leads_to_cleanup() -> None:
    done = steps(
        api("work", "ModifyThing", ", onCancel: 'step:back', isEnd: true"),
        api("back", "ModifyBack"),
    )
    assert done["back"]["when"] == "cleanup"
    assert done["back"]["if"] == "steps.work.outcome in ['cancelled']"


def test_a_handler_that_leads_back_is_a_branch() -> None:
    done = steps(
        api("try", "DescribeA", ", onFailure: 'step:fix', nextStep: after"),
        api("fix", "DescribeB", ", nextStep: last"),
        api("after", "DescribeC"),
        api("last", "DescribeD"),
    )
    assert done["try"]["on_failure"] == "warn"
    assert done["fix"]["if"] == "steps.try.outcome == 'warned'"
    assert done["after"]["if"] == "not (steps.try.outcome == 'warned')"
    assert "if" not in done["last"]


def test_what_goes_on_and_is_critical_fails_in_the_end() -> None:
    done = steps(
        api("a", "DescribeA", ", onFailure: Continue, isCritical: true"), api("b", "DescribeB")
    )
    assert done["a"]["on_failure"] == "warn"
    assert done["Fail because of a"]["if"] == "steps.a.outcome == 'warned'"
    assert done["Fail because of a"]["status"] == "failed"


def test_a_circle_with_a_wait_is_polled() -> None:
    done = steps(
        LOOK,
        branch(choice("StringEquals: ready", "done"), ", Default: pause"),
        "- {name: pause, action: 'aws:sleep', inputs: {Duration: PT20S}, nextStep: look}",
        api("done", "DescribeD"),
    )
    group = done["look until it is so"]
    assert group["poll"]["until"] == "STATE == 'ready'"
    assert group["poll"]["interval"] == "20s"
    assert done.names == ["look until it is so", "look", "done"]


def test_any_other_circle_is_done_by_hand() -> None:
    done = steps(api("a", "DescribeA"), api("b", "ModifyB", ", nextStep: a"), api("c", "DescribeC"))
    assert done["a and what leads back to it"]["kind"] == "manual"
    assert "ModifyB" in done["a and what leads back to it"]["description"]
    assert any("lead back" in told for told in done.told("manual"))


def test_what_nothing_leads_to_is_dropped() -> None:
    done = steps(
        api("a", "DescribeA", ", nextStep: c"), api("b", "DescribeB"), api("c", "DescribeC")
    )
    assert done.names == ["a", "c"]
    assert done.told("dropped") == ["b: nothing leads to it"]


def test_a_handler_of_failures_and_of_a_cancel_runs_once_for_a_failure() -> None:
    done = steps(
        api("change", "ModifyThing", ", onFailure: 'step:back', onCancel: 'step:back'"),
        api("wait", "DescribeThing", ", onFailure: 'step:back', isEnd: true"),
        api("back", "ModifyThing", ", isEnd: true"),
    )
    group, again = done.steps
    assert group["steps"][-1]["when"] == "on_failure"
    assert again["when"] == "cleanup"
    assert again["if"] == "steps.change.outcome in ['cancelled']"


def test_images_that_nobody_reads_are_not_captured() -> None:
    image = "{name: %s, action: 'aws:%s', inputs: {%s: '%s', ImageName: x}}"
    done = steps(
        "- " + image % ("make", "createImage", "InstanceId", "i-1"),
        "- " + image % ("copy", "copyImage", "SourceImageId", "{{ make.ImageId }}"),
        "- {name: tag, action: 'aws:createTags', inputs: {ResourceIds: ['{{ make.ImageId }}'],"
        " Tags: [{Key: a, Value: b}]}}",
    )
    assert [step.get("capture") for step in done.steps] == ["IMAGE_ID", None, None]
