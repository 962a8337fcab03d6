"""Actions on instances, images and stacks that are a call and a wait."""

from __future__ import annotations

from typing import Any

from pup_tui.convert.draft import NewStep
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.naming import variable_name
from pup_tui.convert.pieces import NewValue, PiecedText, list_words, literal_of
from pup_tui.convert.scripts import started
from pup_tui.convert.ssm.commands import (
    command,
    flag_value,
    known_text,
    option,
    told,
    waited,
    wrapped,
)
from pup_tui.convert.ssm.made import Making

_STATES = {
    "running": ("start-instances", "instance-running"),
    "stopped": ("stop-instances", "instance-stopped"),
    "terminated": ("terminate-instances", "instance-terminated"),
}
_HOUR = "1h"


def change_instance_state(making: Making) -> NewStep:
    """`aws:changeInstanceState`: the call, and a wait for the state."""
    wanted = making.inputs.get("DesiredState")
    state = literal_of(wanted.pieces) if wanted is not None else None
    if state not in _STATES:
        raise Inexpressible(
            f"the state {state or 'that is wanted'} is known only when the document runs"
        )
    call, waiter = _STATES[state]
    ids = option("InstanceIds", making.inputs.get("InstanceIds"))
    wait = waited(f"aws ec2 wait {waiter} {ids}")
    if flag_value(making.inputs.get("CheckStateOnly")):
        return making.shell(wait, timeout=making.seconds(_HOUR), read_only=True)
    force = " --force" if flag_value(making.inputs.get("Force")) and state == "stopped" else ""
    script = f"aws ec2 {call} {ids}{force}\n{wait}"
    keys: dict[str, Any] = {"timeout": making.seconds(_HOUR)}
    if state != "running":
        verb = "stop" if state == "stopped" else "terminate"
        keys |= making.asked(
            f"{verb} {told(making.inputs.get('InstanceIds'))}{' by force' if force else ''}"
        )
    return making.shell(script, **keys)


def run_instances(making: Making) -> NewStep:
    """`aws:runInstances`: new instances, a wait until they run; undo terminates them."""
    inputs = dict(making.inputs)
    least = inputs.pop("MinInstanceCount", None)
    most = inputs.pop("MaxInstanceCount", None)
    words = ["aws ec2 run-instances"]
    words += [option(name, value) for name, value in inputs.items()]
    if least is not None or most is not None:
        words.append(f"--count {_range(least, most)}")
    call = wrapped([*words, "--query 'Instances[].InstanceId' --output text"])
    wait = waited("aws ec2 wait instance-running --instance-ids $INSTANCES")
    script = f"INSTANCES=$({call})\n{wait}printf '%s\\n' $INSTANCES\n"
    name = _captured(making, "InstanceIds")
    making.told("its instances can be terminated by undo")
    stop = f"aws ec2 terminate-instances --instance-ids {list_words(NewValue(name, 'list'))}"
    return making.shell(
        script,
        **making.asked("start new instances"),
        timeout=making.seconds(_HOUR),
        capture={name: "lines"},
        undo={"kind": "shell", "run": stop.rstrip()},
    )


def _range(least: Any, most: Any) -> str:
    if least is None or most is None or least == most:
        return told(least if least is not None else most)
    return f"{told(least)}:{told(most)}"


def _captured(making: Making, output: str) -> str:
    """The variable of an output; one that nothing reads has the step's name before it."""
    return making.captures.setdefault(output, variable_name(f"{making.step.name}_{output}"))


def create_image(making: Making) -> NewStep:
    """`aws:createImage`: reboots the instance unless it says otherwise."""
    inputs = _image_inputs(making)
    reboots = not flag_value(inputs.pop("NoReboot", False))
    words = ["aws ec2 create-image", *(option(name, value) for name, value in inputs.items())]
    words.append("--reboot" if reboots else "--no-reboot")
    asked = making.asked("take an image, which reboots the instance") if reboots else {}
    return _imaged(making, words, asked)


def copy_image(making: Making) -> NewStep:
    """`aws:copyImage`."""
    inputs = _image_inputs(making)
    words = ["aws ec2 copy-image", *(option(name, value) for name, value in inputs.items())]
    return _imaged(making, words, {})


def _image_inputs(making: Making) -> dict[str, Any]:
    """The inputs by their names in the API."""
    names = {"ImageName": "Name", "ImageDescription": "Description"}
    return {names.get(name, name): value for name, value in making.inputs.items()}


def _imaged(making: Making, words: list[str], asked: dict[str, Any]) -> NewStep:
    call = wrapped([*words, "--query ImageId --output text"])
    wait = waited('aws ec2 wait image-available --image-ids "$IMAGE"')
    script = f'IMAGE=$({call})\n{wait}echo "$IMAGE"\n'
    image = making.captures.get("ImageId")
    keys = {**asked, "timeout": making.seconds(_HOUR), **({"capture": image} if image else {})}
    return making.shell(script, **keys)


def delete_image(making: Making) -> NewStep:
    """`aws:deleteImage`: the image and the snapshots that it was made of."""
    image = option("ImageIds", [making.inputs.get("ImageId")])
    name = option("ImageId", making.inputs.get("ImageId"))
    script = (
        f"SNAPSHOTS=$(aws ec2 describe-images {image} \\\n"
        "  --query 'Images[].BlockDeviceMappings[].Ebs.SnapshotId' --output text)\n"
        f"aws ec2 deregister-image {name}\n"
        "for SNAPSHOT in $SNAPSHOTS; do\n"
        '  aws ec2 delete-snapshot --snapshot-id "$SNAPSHOT"\n'
        "done\n"
    )
    asked = making.asked(f"delete the image {told(making.inputs.get('ImageId'))} and its snapshots")
    return making.shell(script, **asked, timeout=making.seconds(_HOUR))


def create_stack(making: Making) -> NewStep:
    """`aws:createStack`: a stack of CloudFormation, and a wait until it is there; undo deletes it."""
    name = option("StackName", making.inputs.get("StackName"))
    create = command("cloudformation", "CreateStack", making.inputs)
    describe = f"aws cloudformation describe-stacks {name} --output json"
    made = waited(f"aws cloudformation wait stack-create-complete {name}")
    script = f"{create}\n{made}{describe}\n"
    making.told("the stack can be deleted by undo")
    gone = started(f"aws cloudformation delete-stack {name}\n{_deleted(name)}")
    return making.shell(
        script,
        **making.asked(f"create the stack {told(making.inputs.get('StackName'))}"),
        timeout=making.seconds(_HOUR),
        undo={"kind": "shell", "run": gone},
        **stack_outputs(making),
    )


def stack_outputs(making: Making) -> dict[str, Any]:
    """Captures of what the action says of its stack."""
    known = {"StackId": "json.Stacks[0].StackId", "StackStatus": "json.Stacks[0].StackStatus"}
    made = {
        variable: known[output] for output, variable in making.captures.items() if output in known
    }
    return {"capture": made} if made else {}


def delete_stack(making: Making) -> NewStep:
    """`aws:deleteStack`."""
    call = command("cloudformation", "DeleteStack", making.inputs)
    name = option("StackName", making.inputs.get("StackName"))
    script = f"{call}\n{_deleted(name)}"
    asked = making.asked(f"delete the stack {told(making.inputs.get('StackName'))}")
    return making.shell(script, **asked, timeout=making.seconds(_HOUR))


def _deleted(name: str) -> str:
    return waited(f"aws cloudformation wait stack-delete-complete {name}")


def create_tags(making: Making) -> NewStep:
    """`aws:createTags`: of EC2, or of what Systems Manager itself has."""
    inputs = dict(making.inputs)
    kind = inputs.pop("ResourceType", None)
    named = "EC2" if kind is None else known_text(kind)
    ids, tags = inputs.get("ResourceIds", []), option("Tags", inputs.get("Tags", []))
    if named in (None, "EC2"):
        return making.shell(wrapped(["aws ec2 create-tags", option("Resources", ids), tags]))
    type_ = option("ResourceType", PiecedText([named or ""]))
    calls = [
        wrapped(["aws ssm add-tags-to-resource", type_, option("ResourceId", each), tags])
        for each in (ids if isinstance(ids, list) else [ids])
    ]
    return making.shell("\n".join(calls))
