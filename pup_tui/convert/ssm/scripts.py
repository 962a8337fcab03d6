"""`aws:executeScript`: Python runs here, with the payload in its environment."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.draft import NewStep
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.pieces import PiecedText, json_text, template
from pup_tui.convert.ssm.commands import kebab, may_destroy
from pup_tui.convert.ssm.made import Making, output_of
from pup_tui.convert.ssm.remote import json_pieces
from pup_tui.convert.ssm.started import payload_part
from pup_tui.convert.ssm.texts import names_in

_CALL = re.compile(r"\.\s*(?P<call>[a-z]+(?:_[a-z0-9]+)+)\s*\(")
_CHANGING_METHODS = re.compile(
    r"""method\s*=\s*["'](?:DELETE|PUT|PATCH)["']|requests\.(?:delete|put|patch)\("""
)
_TAIL = """

if __name__ == "__main__":
    import json as _json
    import os as _os

    _answer = {handler}(_json.loads(_os.environ["INPUT_PAYLOAD"]), None)
    print(_json.dumps(_answer, default=str))
"""


def execute_script(making: Making) -> NewStep:
    """A step that runs the script with the installed Python."""
    runtime = str(making.step.inputs.get("Runtime") or "")
    script = making.step.inputs.get("Script")
    if not runtime.startswith("python"):
        raise Inexpressible(
            f"{runtime or 'its runtime'} is no shell that a step has: a person runs the script"
        )
    if making.step.inputs.get("Attachment") or not isinstance(script, str):
        raise Inexpressible("its script is an attachment, which is not in the document")
    if any(making.names.knows(name) for name in names_in(script)):
        raise Inexpressible(
            "the document puts values into the text of the script, where they could be code"
        )
    handler = str(making.step.inputs.get("Handler") or "").rsplit(".", 1)[-1]
    text = script.rstrip("\n")
    if handler:
        text += _TAIL.format(handler=handler)
    given = making.inputs.get("InputPayload", {})
    payload = (
        template(json_pieces(given.pieces)) if isinstance(given, PiecedText) else json_text(given)
    )
    making.told(
        f"the script runs here by python3 with the libraries that it needs, not by {runtime} at AWS"
    )
    keys: dict[str, Any] = {
        "shell": "python3",
        "env": {"INPUT_PAYLOAD": payload},
        "timeout": making.seconds("10m"),
    }
    if destroys(script):
        keys |= making.asked("run its script, which changes things")
    captures = {
        variable: output_of(making, output, payload_part(making.step.outputs.get(output, "$")))
        for output, variable in making.captures.items()
    }
    if captures:
        keys["capture"] = captures
    return NewStep(
        making.step.name, "shell", {"run": text, **keys}, id=making.id, notes=making.notes
    )


def is_change(name: str) -> bool:
    """Whether a name in kebab case begins with the verb of a call that changes something."""
    return may_destroy(name) and name.split("-", 1)[0] in _API_VERBS


def destroys(script: str) -> bool:
    """Whether a script calls an API that changes something."""
    if _CHANGING_METHODS.search(script):
        return True
    return any(is_change(kebab(found["call"])) for found in _CALL.finditer(script))


_API_VERBS = [
    "abort", "accept", "attach", "authorize", "cancel", "change", "create", "deactivate",
    "delete", "deploy", "deregister", "detach", "disable", "disassociate", "drop", "enable",
    "evict", "failover", "force", "import", "issue", "modify", "move", "associate", "promote",
    "purge", "put", "reboot", "register", "release", "reject", "remove", "replace", "reset",
    "restore", "revoke", "rotate", "run", "scale", "set", "stop", "suspend", "terminate",
    "unassign", "untag", "update", "upload", "write",
]  # fmt: skip
