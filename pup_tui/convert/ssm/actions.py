"""What each action becomes.

An action that is not here, or that raises Inexpressible, is done by a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pup_tui.convert.draft import NewStep, manual
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.pieces import PiecedText, expression, literal, literal_of, shell_word, template
from pup_tui.convert.ssm.commands import command, kebab, known_text, may_destroy, only_looks, told
from pup_tui.convert.ssm.durations import from_iso
from pup_tui.convert.ssm.instances import (
    change_instance_state,
    copy_image,
    create_image,
    create_stack,
    create_tags,
    delete_image,
    delete_stack,
    run_instances,
)
from pup_tui.convert.ssm.made import Making, output_of
from pup_tui.convert.ssm.remote import run_command
from pup_tui.convert.ssm.scripts import execute_script, is_change
from pup_tui.convert.ssm.selectors import expression_of
from pup_tui.convert.ssm.started import execute_automation, execute_state_machine, invoke_lambda

_OWN = ("Service", "Api", "PropertySelector", "DesiredValues")


def call(making: Making) -> str:
    """The API that a step calls, as a command that prints JSON."""
    inputs = {name: value for name, value in making.inputs.items() if name not in _OWN}
    service, api = making.step.inputs.get("Service"), making.step.inputs.get("Api")
    if not service or not api or "{{" in f"{service}{api}":
        raise Inexpressible("which API it calls is known only when the document runs")
    return command(str(service), str(api), inputs, "--output json")


def captures(making: Making) -> dict[str, Any]:
    """The outputs of a step as captures."""
    outputs = [output for output in making.captures if output in making.step.outputs]
    return making.captured({output: output_of(making, output) for output in outputs})


def execute_api(making: Making) -> NewStep:
    """`aws:executeAwsApi`."""
    api = kebab(str(making.step.inputs.get("Api") or ""))
    script = call(making)
    keys = captures(making)
    if only_looks(api):
        return making.shell(script, read_only=True, **keys)
    if may_destroy(api):
        keys = {**making.asked(f"call {making.step.inputs['Service']} {api}"), **keys}
    return making.shell(script, **keys)


def assert_property(making: Making) -> NewStep:
    """`aws:assertAwsResourceProperty`."""
    script = call(making)
    asked, wanted = _desired(making)
    message = f"{making.step.inputs.get('PropertySelector')} is not {wanted}"
    return making.shell(
        script,
        read_only=True,
        **{"assert": {"that": asked, "message": message}},
        **captures(making),
    )


def wait_for_property(making: Making) -> NewStep:
    """`aws:waitForAwsResourceProperty`: asks until every element is as desired."""
    script = call(making)
    asked, _ = _desired(making)
    poll = {"interval": "10s", "timeout": making.seconds("1h"), "until": asked}
    return making.shell(script, read_only=True, poll=poll, **captures(making))


def _desired(making: Making) -> tuple[str, str]:
    """The condition that a property has one of its desired values, and these in words."""
    found, is_list = expression_of(str(making.step.inputs.get("PropertySelector") or "$"))
    given = making.inputs.get("DesiredValues") or []
    values = given if isinstance(given, list) else [given]
    in_words = " or ".join(map(told, values))
    texts = [_literal(value) for value in values]
    if is_list:
        each = f"({found} | map('string') | unique | list)"
        if len(texts) == 1:
            return f"{each} == [{texts[0]}]", in_words
        wanted = f"[{', '.join(texts)}]"
        return (
            f"{each} | length > 0 and ({each} | reject('in', {wanted}) | list | length) == 0",
            in_words,
        )
    if len(texts) == 1:
        return f"{_text_of(found, values[0])} == {texts[0]}", in_words
    return f"({found} | string) in [{', '.join(texts)}]", in_words


def _text_of(found: str, value: Any) -> str:
    text = known_text(value)
    is_text = text is not None and not text.replace(".", "").isdigit()
    return found if is_text and text not in ("true", "false") else f"({found} | string)"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "'true'" if value else "'false'"
    if not isinstance(value, PiecedText):
        return literal(str(value))
    text = literal_of(value.pieces)
    return expression(value.pieces) if text is None else literal(text)


def approve(making: Making) -> list[NewStep]:
    """`aws:approve`: a confirm; a second approval is a person's word that a person notes."""
    inputs = making.inputs
    steps: list[NewStep] = []
    message = told(inputs["Message"]) if "Message" in inputs else f"{making.step.name}: go on?"
    least = inputs.get("MinRequiredApprovals")
    least = known_text(least) if isinstance(least, PiecedText) else least
    if least is not None and str(least) not in ("0", "1"):
        why = (
            f"the document wants {least} approvals, and a run asks one operator: "
            "write the others' names into the note"
        )
        making.runbook.tell("manual", making.step.name, why)
        steps.append(manual(f"{making.step.name}: others approve", why, "", f"{making.id}_others"))
        steps[0].keys["checklist"] = [f"{least} people agree: {message}"]
    for name in ("Approvers", "NotificationArn"):
        if name in inputs:
            why = (
                "who is at the terminal answers"
                if name == "Approvers"
                else "nobody is told: the question is asked here"
            )
            making.runbook.tell("dropped", f"{making.step.name}: {name}", why)
    keys = {"message": message, "danger": True, "timeout": making.seconds("7d")}
    steps.append(NewStep(making.step.name, "confirm", keys, id=making.id, notes=making.notes))
    return steps


def sleep(making: Making) -> NewStep:
    """`aws:sleep`."""
    if "Timestamp" in making.inputs:
        until = told(making.inputs["Timestamp"])
        raise Inexpressible(f"a run cannot wait for a moment: go on at {until}")
    duration = from_iso(str(making.step.inputs.get("Duration") or ""), making.names)
    return NewStep(
        making.step.name, "wait", {"duration": duration}, id=making.id, notes=making.notes
    )


def pause(making: Making) -> NewStep:
    """`aws:pause`: waits for a person's word."""
    why = "the document waits here until somebody resumes it"
    making.runbook.tell("manual", making.step.name, why)
    return manual(making.step.name, f"{why}: go on when it is time.", "", making.id)


def webhook(making: Making) -> NewStep:
    """`aws:invokeWebhook`."""
    integration = told(making.inputs.get("IntegrationName", ""))
    body = making.inputs.get("Body")
    changes = is_change(kebab(making.step.name)) or is_change(kebab(integration))
    step = manual(
        making.step.name,
        f"Call the webhook {integration}: its address is kept in AWS and is not in the document.",
        "",
        making.id,
    )
    if isinstance(body, PiecedText):
        step.keys = {"message": f"{step.keys['message']}\nIts body: {template(body.pieces)}\n"}
    making.runbook.tell(
        "manual",
        making.step.name,
        f"aws:invokeWebhook: the address of {integration} is not in the document",
    )
    if changes:
        step.keys |= making.asked(f"call the webhook {integration}")
    return step


def update_variable(making: Making) -> NewStep:
    """`aws:updateVariable` with a text that is known when it is set."""
    value = making.inputs.get("Value")
    if not isinstance(value, PiecedText | bool | int | float):
        raise Inexpressible("a list or map that grows has no counterpart")
    word = shell_word(value.pieces) if isinstance(value, PiecedText) else str(value).lower()
    (variable,) = making.captures.values()
    return making.shell(f"printf '%s\\n' {word}", capture=variable)


MadeSteps = NewStep | list[NewStep]

ACTIONS: Final[dict[str, Callable[[Making], MadeSteps]]] = {
    "executeAwsApi": execute_api,
    "assertAwsResourceProperty": assert_property,
    "waitForAwsResourceProperty": wait_for_property,
    "approve": approve,
    "sleep": sleep,
    "pause": pause,
    "updateVariable": update_variable,
    "executeScript": execute_script,
    "runCommand": run_command,
    "changeInstanceState": change_instance_state,
    "runInstances": run_instances,
    "createImage": create_image,
    "copyImage": copy_image,
    "deleteImage": delete_image,
    "createStack": create_stack,
    "deleteStack": delete_stack,
    "createTags": create_tags,
    "executeAutomation": execute_automation,
    "executeStateMachine": execute_state_machine,
    "invokeLambdaFunction": invoke_lambda,
    "invokeWebhook": webhook,
}
