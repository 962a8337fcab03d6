"""The jobs of a file, whichever of the three formats it has, as the maps that the YAML format writes."""

from __future__ import annotations

from typing import Any

from pup_tui.convert.source_text import Element, read_xml

_TRUTHS = {"true": True, "false": False}


def is_jobs(data: Any) -> bool:
    """Whether data is a list of jobs, or one."""
    jobs = data if isinstance(data, list) else [data]
    return bool(jobs) and all(
        isinstance(job, dict) and isinstance(job.get("sequence"), dict) for job in jobs
    )


def jobs_of(data: Any) -> list[dict[str, Any]]:
    """The jobs."""
    return [job for job in (data if isinstance(data, list) else [data]) if isinstance(job, dict)]


def is_xml(text: str) -> bool:
    """Whether a text is XML of jobs."""
    return text.lstrip().startswith("<") and "<job" in text


def jobs_of_xml(text: str, name: str) -> list[dict[str, Any]]:
    """The jobs of a `joblist`. Raises ConversionError."""
    root = read_xml(text, name)
    jobs = root.all("job") if root.name == "joblist" else [root]
    return [_job(job) for job in jobs]


def _job(job: Element) -> dict[str, Any]:
    made: dict[str, Any] = {
        each.name: _value(each.text)
        for each in job.inside
        if not each.inside and each.text.strip() and each.name != "retry"
    }
    context = job.first("context")
    options = context.first("options") if context else job.first("options")
    if options:
        made["options"] = [_option(each) for each in options.all("option")]
    retry = job.first("retry")
    if retry is not None:
        made["retry"] = {"retry": retry.text.strip(), **retry.attributes}
    filters, dispatch = job.first("nodefilters"), job.first("dispatch")
    if filters is not None or dispatch is not None:
        made["nodefilters"] = {
            "filter": (filters.text_of("filter") if filters else "") or "",
            "dispatch": {each.name: each.text.strip() for each in dispatch.inside}
            if dispatch
            else {},
        }
    schedule = job.first("schedule")
    if schedule is not None:
        made["schedule"] = schedule.attributes or {
            each.name: each.attributes for each in schedule.inside
        }
    notification = job.first("notification")
    if notification is not None:
        made["notification"] = {each.name: _notification(each) for each in notification.inside}
    if (orchestrator := job.first("orchestrator")) is not None:
        made["orchestrator"] = {"type": orchestrator.text_of("type") or ""}
    sequence = job.first("sequence")
    made["sequence"] = _sequence(sequence) if sequence else {"commands": []}
    return made


def _value(text: str) -> Any:
    return _TRUTHS.get(text.strip(), text.strip())


def _option(option: Element) -> dict[str, Any]:
    said: dict[str, Any] = {key: _value(value) for key, value in option.attributes.items()}
    if "values" in said:
        separator = str(said.get("valuesListDelimiter") or ",")
        said["values"] = [
            each.strip() for each in str(said["values"]).split(separator) if each.strip()
        ]
    said["enforced"] = said.pop("enforcedvalues", said.get("enforced", False))
    description = option.text_of("description")
    if description:
        said["description"] = description
    return said


def _sequence(sequence: Element) -> dict[str, Any]:
    made: dict[str, Any] = {key: _value(value) for key, value in sequence.attributes.items()}
    made["commands"] = [_command(each) for each in sequence.all("command")]
    config = sequence.first("pluginConfig")
    for element in config.inside if config else ():
        made.setdefault("pluginConfig", {})[element.name] = {
            inner.name: {entry.name: entry.text.strip() for entry in inner.inside}
            for inner in element.inside
        }
    return made


def _command(command: Element) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for each in command.inside:
        if each.name in (
            "exec",
            "script",
            "scriptfile",
            "scripturl",
            "description",
            "fileExtension",
        ):
            made[each.name] = each.text.strip("\n") if each.name == "script" else each.text.strip()
        elif each.name == "scriptargs":
            made["args"] = each.text.strip()
        elif each.name == "scriptinterpreter":
            made["scriptInterpreter"] = each.text.strip()
        elif each.name == "jobref":
            argument = each.first("arg")
            made["jobref"] = {
                **each.attributes,
                "args": argument.attributes.get("line", "") if argument else "",
            }
        elif each.name in ("step-plugin", "node-step-plugin"):
            made["type"] = each.attributes.get("type", "")
            made["configuration"] = {
                entry.attributes.get("key", ""): entry.attributes.get("value", "")
                for holder in each.inside
                for entry in holder.inside
            }
        elif each.name == "errorhandler":
            made["errorhandler"] = {**each.attributes, **_command(each)}
        elif each.name == "plugins":
            made["plugins"] = {"LogFilter": [_filter(f) for f in each.all("LogFilter")]}
    return made


def _filter(element: Element) -> dict[str, Any]:
    config = element.first("config")
    return {
        "type": element.attributes.get("type", ""),
        "config": {each.name: each.text.strip() for each in config.inside} if config else {},
    }


def _notification(element: Element) -> dict[str, Any]:
    return {each.name: each.attributes or each.text.strip() for each in element.inside}
