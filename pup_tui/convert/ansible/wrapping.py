"""A playbook that only Ansible can run: looked at, checked, confirmed, run."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.ansible.playbook import PlayInputs, is_local, pattern_in, tasks_of, texts_of
from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.convert.naming import variable_name
from pup_tui.convert.pieces import NewValue, PiecedText, json_text, raw
from pup_tui.convert.scripts import started

_OUTSIDE = (
    "roles", "include_tasks", "import_tasks", "include_role", "import_role", "import_playbook",
    "vars_files", "include_vars",
)  # fmt: skip
_PATIENCE = "2h"


def wrap(plays: list[dict[str, Any]], runbook: NewRunbook, file: str) -> None:
    """The steps around a run of the playbook, which lies beside the runbook as `file`."""
    asked = _asked(plays)
    texts = list(texts_of(plays))
    secrets = _declare(runbook, asked, texts)
    tags = any(
        "tags" in task for play in plays for task in (play, *tasks_of(play), *_role_maps(play))
    )
    if any(not is_local(play) for play in plays if "hosts" in play):
        runbook.vars["INVENTORY"] = {
            "description": "The inventory: a file, a folder, or hosts with a comma behind",
            "pattern": "[^-].*",
        }
        runbook.vars["LIMIT"] = {
            "description": "Only these hosts or groups",
            "required": False,
            "pattern": "[^-].*",
        }
    if tags:
        runbook.vars["TAGS"] = {
            "description": "Only tasks with these tags",
            "required": False,
            "pattern": "[^-].*",
        }
    call = _call(runbook, file)
    given = {
        name: PiecedText([NewValue(variable)])
        for name, variable in asked_names(runbook, asked).items()
    }
    values = {"stdin": json_text(given)} if given else {}
    extra = " -e @/dev/stdin" if given else ""
    look = f"{call} --syntax-check --list-tasks{extra}"
    runbook.steps = [
        _step("Syntax and list of tasks", look, values, timeout="5m"),
        _step("What would change", f"{call} --check --diff{extra}", values, timeout=_PATIENCE),
        _step(
            "Run it",
            f"{call}{extra}",
            values,
            confirm=f"Run {raw(file)} for real?",
            danger=True,
            timeout=_PATIENCE,
        ),
    ]
    runbook.tell(
        "changed",
        file,
        "wrapped, not translated: put it beside the runbook, with all that it includes",
    )
    _tell(runbook, plays, secrets)


def _step(name: str, run: str, values: dict[str, str], **keys: Any) -> NewStep:
    return NewStep(
        name, "shell", {"run": started(run), **values, **keys}, id=name.lower().replace(" ", "_")
    )


def _call(runbook: NewRunbook, file: str) -> str:
    words = [f'ansible-playbook "$PUP_TUI_RUNBOOK_DIR/{file}"']
    if "INVENTORY" in runbook.vars:
        words.append("-i {{ INVENTORY }}")
    for name, option in (("LIMIT", "--limit"), ("TAGS", "--tags")):
        if name in runbook.vars:
            words.append(f"{{% if {name} %}}{option} {{{{ {name} }}}}{{% endif %}}")
    return " ".join(words)


def _asked(plays: list[dict[str, Any]]) -> PlayInputs:
    asked = PlayInputs()
    for play in plays:
        for prompt in play.get("vars_prompt") or []:
            if isinstance(prompt, dict):
                asked.said[str(prompt.get("name"))] = _prompted(prompt)
        for key in ("hosts", "when", "serial", "max_fail_percentage", "environment"):
            for text in texts_of(play.get(key)):
                wrapped = text if "{{" in text else f"{{{{ {text} }}}}"
                asked.add_defaulted(wrapped)
                if key in ("hosts", "serial"):
                    asked.add_named(text)
        for name, value in (
            (play.get("vars") or {}).items() if isinstance(play.get("vars"), dict) else ()
        ):
            if isinstance(value, str) and re.search(r"\bundef\(", value):
                asked.said[str(name)] = {}
            elif isinstance(value, str):
                asked.add_defaulted(value)
    return asked


def _prompted(prompt: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if prompt.get("prompt"):
        said["description"] = raw(str(prompt["prompt"]))
    private = prompt.get("private", True)
    if private is True or str(private).lower() in ("yes", "true"):
        said["type"] = "secret"
    elif prompt.get("default") not in (None, ""):
        said["default"] = raw(str(prompt["default"]))
    return said


def _declare(runbook: NewRunbook, asked: PlayInputs, texts: list[str]) -> list[str]:
    for name, said in asked.said.items():
        pattern = pattern_in(texts, name)
        if pattern and said.get("type", "string") == "string":
            said = {**said, "pattern": pattern}
        runbook.vars[variable_name(name)] = said
        runbook.tell("kept", f"variable {name}", variable_name(name))
    return sorted({found for text in texts for found in re.findall(r"\bvault_\w+", text)})


def asked_names(runbook: NewRunbook, asked: PlayInputs) -> dict[str, str]:
    """The variables of the runbook by their names in the playbook."""
    return {name: variable_name(name) for name in asked.said if variable_name(name) in runbook.vars}


def _role_maps(play: dict[str, Any]) -> list[dict[str, Any]]:
    return [role for role in play.get("roles") or [] if isinstance(role, dict)]


def _tell(runbook: NewRunbook, plays: list[dict[str, Any]], vaulted: list[str]) -> None:
    outside = sorted(
        {
            key.rsplit(".", 1)[-1]
            for play in plays
            for task in (play, *tasks_of(play))
            for key in task
            if key.rsplit(".", 1)[-1] in _OUTSIDE
        }
    )
    if outside:
        runbook.tell(
            "manual",
            ", ".join(outside),
            "files that are not here: put them beside the playbook; no task in them is visible",
        )
    if any("rescue" in task or "always" in task for play in plays for task in tasks_of(play)):
        runbook.tell(
            "manual",
            "block/rescue/always per host",
            "only Ansible can keep that: one host may fail while others go on",
        )
    if vaulted:
        why = "secrets of the vault: ANSIBLE_VAULT_PASSWORD_FILE has to lead to its password"
        runbook.tell("manual", ", ".join(vaulted), why)
    if any("never" in str(task.get("tags") or "") for play in plays for task in tasks_of(play)):
        runbook.tell("changed", "tag never", "such tasks run only where TAGS names them")
    for play in plays:
        hosts = str(play.get("hosts") or "")
        if "{{" in hosts:
            runbook.tell(
                "changed",
                f"hosts: {hosts}",
                "a wrong value runs it elsewhere: look at what would change first",
            )
