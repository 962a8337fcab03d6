"""Actions that start something elsewhere and follow it to its end."""

from __future__ import annotations

from typing import Any

from pup_tui.convert.draft import NewStep
from pup_tui.convert.ssm.commands import known_text, option, told, wrapped
from pup_tui.convert.ssm.made import Making
from pup_tui.convert.ssm.remote import payload

_FOLLOWED = """\
{variable}=$({start})
while :; do
  STATUS=$({look})
  case $STATUS in
    *RUNNING* | *Running* | *InProgress* | *Pending* | *Waiting*) sleep 5 ;;
    *SUCCEEDED* | *Success*) break ;;
    *) echo "it ended as $STATUS" >&2; exit 1 ;;
  esac
done
"""


def execute_state_machine(making: Making) -> NewStep:
    """`aws:executeStateMachine`: starts it and waits until it has ended."""
    inputs = making.inputs
    words = [
        "aws stepfunctions start-execution",
        option("stateMachineArn", inputs.get("stateMachineArn")),
    ]
    if "input" in inputs:
        words.append(f"--input {payload(inputs['input'])}")
    if "name" in inputs:
        words.append(option("name", inputs["name"]))
    look = 'aws stepfunctions describe-execution --execution-arn "$EXECUTION" --query status --output text'
    script = (
        _FOLLOWED.format(variable="EXECUTION", start=_start(words, "executionArn"), look=look)
        + 'aws stepfunctions describe-execution --execution-arn "$EXECUTION" --output json\n'
    )
    making.told("it asks every 5 seconds whether the state machine has ended")
    return making.shell(
        script,
        timeout=making.seconds("1h"),
        **making.captured(
            {
                "executionArn": "json.executionArn",
                "status": "json.status",
                "output": "json.output",
            },
        ),
    )


def _start(words: list[str], query: str) -> str:
    return wrapped([*words, f"--query {query} --output text"])


def execute_automation(making: Making) -> NewStep:
    """`aws:executeAutomation`: starts the other document and waits until it has ended."""
    inputs = making.inputs
    words = [
        "aws ssm start-automation-execution",
        option("DocumentName", inputs.get("DocumentName")),
    ]
    if "DocumentVersion" in inputs:
        words.append(option("DocumentVersion", inputs["DocumentVersion"]))
    if "RuntimeParameters" in inputs:
        words.append(f"--parameters {payload(inputs['RuntimeParameters'])}")
    passed_on = (
        "MaxConcurrency",
        "MaxErrors",
        "TargetParameterName",
        "Targets",
        "TargetMaps",
        "Tags",
        "TargetLocations",
    )
    words += [option(name, inputs[name]) for name in passed_on if name in inputs]
    look = (
        'aws ssm get-automation-execution --automation-execution-id "$EXECUTION" \\\n'
        "    --query AutomationExecution.AutomationExecutionStatus --output text"
    )
    script = (
        _FOLLOWED.format(
            variable="EXECUTION", start=_start(words, "AutomationExecutionId"), look=look
        )
        + 'aws ssm get-automation-execution --automation-execution-id "$EXECUTION" --output json\n'
    )
    document = told(inputs.get("DocumentName"))
    why = (
        f"another document ({document}), which is not in this file: it is started and followed, "
        "its steps stay unknown"
    )
    making.runbook.tell("manual", making.step.name, why)
    making.notes.append(f"review: {why}")
    asked = making.asked(f"start the automation {document}")
    return making.shell(
        script,
        **asked,
        timeout=making.seconds("1h"),
        **making.captured(
            {
                "ExecutionId": "json.AutomationExecution.AutomationExecutionId",
                "Status": "json.AutomationExecution.AutomationExecutionStatus",
                "Output": "json.AutomationExecution.Outputs",
            },
        ),
    )


def invoke_lambda(making: Making) -> NewStep:
    """`aws:invokeLambdaFunction`: an error of the function is a failure."""
    inputs = making.inputs
    words = ["aws lambda invoke", option("FunctionName", inputs.get("FunctionName"))]
    passed_on = ("InvocationType", "LogType", "Qualifier", "ClientContext")
    words += [option(name, inputs[name]) for name in passed_on if name in inputs]
    given = inputs.get("InputPayload", inputs.get("Payload"))
    if given is not None:
        words.append(f"--payload {payload(given)} --cli-binary-format raw-in-base64-out")
    call = wrapped([*words, '--output json "$ANSWER"'])
    script = (
        "ANSWER=$(mktemp)\n"
        f"META=$({call})\n"
        'cat "$ANSWER"\n'
        'rm -f "$ANSWER"\n'
        "case $META in\n"
        '  *FunctionError*) echo "the function failed: $META" >&2; exit 1 ;;\n'
        "esac\n"
    )
    captures = {
        variable: "json" if output == "Payload" else "output"
        for output, variable in making.captures.items()
    }
    own = {
        variable: making.step.outputs[output]
        for output, variable in making.captures.items()
        if output in making.step.outputs
    }
    if own:
        from pup_tui.convert.ssm.selectors import expression_of

        captures |= {
            variable: expression_of(payload_part(selector))[0] for variable, selector in own.items()
        }
    more: dict[str, Any] = {"capture": captures} if captures else {}
    if known_text(inputs.get("InvocationType")) == "Event":
        making.runbook.tell(
            "kept", making.step.name, "the function is only started: nobody waits for it"
        )
    return making.shell(script, timeout=making.seconds("5m"), **more)


def payload_part(selector: str) -> str:
    """A selector behind the payload, which is all that a step prints."""
    inner = selector.strip().removeprefix("$").lstrip(".")
    return "$" + inner.removeprefix("Payload")
