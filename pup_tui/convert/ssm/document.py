"""An Automation document as it is read: its steps with what all of them can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pup_tui.convert.errors import ConversionError

SCHEMA = "0.3"


@dataclass(slots=True)
class SsmStep:
    """One step of a document; `inputs` are its action's, `outputs` what later steps may name of it."""

    name: str
    action: str
    inputs: dict[str, Any]
    outputs: dict[str, str] = field(default_factory=dict)
    max_attempts: int = 1
    timeout: str = ""
    on_failure: str = "Abort"
    on_cancel: str = "Abort"
    is_critical: bool | None = None
    is_end: bool = False
    next_step: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def inside(self) -> list[SsmStep]:
        """The steps of a loop; none of another step."""
        given = self.inputs.get("Steps") if self.action == "loop" else None
        if not isinstance(given, list):
            return []
        return [read_step(each, at, self.name) for at, each in enumerate(given, 1)]

    @property
    def variable(self) -> str:
        """The variable of the document that it sets."""
        return str(self.inputs.get("Name") or "").removeprefix("variable:")


@dataclass(slots=True)
class SsmDocument:
    """A document; parameters and variables as they are written."""

    description: str
    parameters: dict[str, dict[str, Any]]
    variables: dict[str, dict[str, Any]]
    steps: list[SsmStep]
    outputs: list[str]
    has_files: bool


def is_document(data: Any) -> bool:
    """Whether data is a document of Systems Manager."""
    return (
        isinstance(data, dict)
        and "schemaVersion" in data
        and ("mainSteps" in data or "runtimeConfig" in data)
    )


def read_document(data: dict[str, Any], name: str) -> SsmDocument:
    """The document. Raises ConversionError where it is none that runs as an automation."""
    version = str(data.get("schemaVersion"))
    if version != SCHEMA:
        raise ConversionError(
            f"a Systems Manager document of schema {version} is no Automation document",
            name,
            f"give one of schemaVersion '{SCHEMA}'",
        )
    steps = data.get("mainSteps")
    if not isinstance(steps, list) or not steps:
        raise ConversionError("the document has no mainSteps", name, "give a whole document")
    outputs = data.get("outputs")
    return SsmDocument(
        description=str(data.get("description") or "").strip(),
        parameters=_maps(data.get("parameters")),
        variables=_maps(data.get("variables")),
        steps=[read_step(step, at, name) for at, step in enumerate(steps, 1)],
        outputs=[str(each) for each in outputs] if isinstance(outputs, list) else [],
        has_files=bool(data.get("files")),
    )


def _maps(given: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(given, dict):
        return {}
    return {str(key): value if isinstance(value, dict) else {} for key, value in given.items()}


def read_step(given: Any, at: int, name: str) -> SsmStep:
    """One step. Raises ConversionError where it has no action."""
    if not isinstance(given, dict) or not given.get("action"):
        raise ConversionError(f"step {at} has no action", name, "correct the document")
    outputs = given.get("outputs")
    timeout = given.get("timeoutSeconds")
    return SsmStep(
        name=str(given.get("name") or f"step{at}"),
        action=str(given["action"]).removeprefix("aws:"),
        inputs=given["inputs"] if isinstance(given.get("inputs"), dict) else {},
        outputs={
            str(each.get("Name")): str(each.get("Selector") or "$")
            for each in (outputs if isinstance(outputs, list) else [])
            if isinstance(each, dict) and each.get("Name")
        },
        max_attempts=_whole(given.get("maxAttempts"), 1),
        timeout="" if timeout is None else str(timeout),
        on_failure=str(given.get("onFailure") or "Abort"),
        on_cancel=str(given.get("onCancel") or "Abort"),
        is_critical=_truth(given.get("isCritical")),
        is_end=_truth(given.get("isEnd")) is True,
        next_step=None if given.get("nextStep") is None else str(given["nextStep"]),
        raw=given,
    )


def _whole(given: Any, otherwise: int) -> int:
    try:
        return max(1, int(given))
    except (TypeError, ValueError):
        return otherwise


def _truth(given: Any) -> bool | None:
    if given is None:
        return None
    return given if isinstance(given, bool) else str(given).strip().lower() == "true"
