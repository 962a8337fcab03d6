"""Tasks that mean the same as steps: those of a play on this machine, with modules that keep no state."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any, Final

from pup_tui.convert.ansible.expressions import PlayNames
from pup_tui.convert.ansible.playbook import LOCAL
from pup_tui.convert.draft import NewStep
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.paths import negated
from pup_tui.convert.pieces import NewValue, duration, raw, shell_word, template
from pup_tui.convert.scripts import marked, started
from pup_tui.convert.shell import judging

_KEYS = frozenset([
    "name", "register", "when", "loop", "with_items", "loop_control", "until", "retries", "delay",
    "async", "poll", "ignore_errors", "failed_when", "changed_when", "no_log", "tags", "vars",
    "environment", "delegate_to", "run_once", "check_mode", "become", "connection", "args",
    "any_errors_fatal", "throttle",
])  # fmt: skip


def module_of(task: dict[str, Any]) -> tuple[str, Any]:
    """The module of a task, without its collection, and what it is given."""
    for key, given in task.items():
        if key in _KEYS:
            continue
        return key.removeprefix("ansible.builtin.").removeprefix("ansible.legacy."), given
    raise Inexpressible("the task has no module")


def step_of(task: dict[str, Any], names: PlayNames, title: str, id_: str) -> NewStep:
    """The step that a task is. Raises Inexpressible where only Ansible can run it."""
    if (
        task.get("become")
        or str(task.get("delegate_to") or "localhost") not in LOCAL
        or "notify" in task
    ):
        raise Inexpressible("become, delegation and handlers are Ansible's")
    module, given = module_of(task)
    if module not in _MODULES:
        raise Inexpressible(f"the module {module} is known to Ansible only")
    arguments = {**(given if isinstance(given, dict) else {}), **(task.get("args") or {})}
    free = (
        given
        if isinstance(given, str)
        else arguments.pop("cmd", arguments.pop("_raw_params", None))
    )
    step = _MODULES[module](NewStep(title, "shell", id=id_), free, arguments, names)
    _add_shared(step, task, names)
    return step


def _command(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    if isinstance(arguments.get("argv"), list):
        words = [shell_word(names.pieces(str(each))) for each in arguments["argv"]]
        return _run(step, " ".join(words), arguments, names)
    return _run(step, _words(str(free or ""), names), arguments, names)


def _words(text: str, names: PlayNames) -> str:
    """The words of a command that no shell reads, as a shell reads them."""
    line, back = marked(text)
    return " ".join(shell_word(names.pieces(back(word))) for word in shlex.split(line))


def _shell(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    return _run(step, template(names.pieces(str(free or "").strip("\n"))), arguments, names)


def _run(step: NewStep, script: str, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    if not script:
        raise Inexpressible("the task has no command")
    for key, test in (("creates", "-e"), ("removes", "! -e")):
        if key in arguments:
            path = shell_word(names.pieces(str(arguments[key])))
            script = f"if [ {test} {path} ]; then echo 'nothing to do'; exit 0; fi\n{script}"
    step.keys["run"] = started(script)
    if arguments.get("chdir"):
        step.keys["cwd"] = template(names.pieces(str(arguments["chdir"])))
    if arguments.get("stdin"):
        step.keys["stdin"] = template(names.pieces(str(arguments["stdin"])))
    if judging.changes(step.keys["run"]):
        step.ask()
    return step


def _uri(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    step.kind = "http"
    method = str(arguments.get("method") or "GET").upper()
    step.keys = {"method": method, "url": template(names.pieces(str(arguments.get("url") or "")))}
    url = names.pieces(str(arguments.get("url") or ""))
    if len(url) == 1 and isinstance(url[0], NewValue):
        step.keys["url"] = f"{{{{ {url[0].expression} }}}}"
    if isinstance(arguments.get("headers"), dict):
        step.keys["headers"] = {
            key: template(names.pieces(str(value))) for key, value in arguments["headers"].items()
        }
    body = arguments.get("body")
    if body is not None and arguments.get("body_format") == "json":
        step.keys["json"] = _tree(body, names)
    elif (
        body is not None
        and arguments.get("body_format") == "form-urlencoded"
        and isinstance(body, dict)
    ):
        step.keys["form"] = {key: template(names.pieces(str(value))) for key, value in body.items()}
    elif isinstance(body, str):
        step.keys["body"] = template(names.pieces(body))
    if "status_code" in arguments:
        step.keys["expect_status"] = arguments["status_code"]
    if arguments.get("validate_certs") is False:
        step.keys["verify"] = False
    if method in ("PUT", "PATCH", "DELETE"):
        step.ask()
    return step


def _tree(data: Any, names: PlayNames) -> Any:
    if isinstance(data, dict):
        return {key: _tree(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [_tree(each, names) for each in data]
    return template(names.pieces(data)) if isinstance(data, str) else data


def _number(given: Any, otherwise: float) -> float:
    """A number of a task. Raises Inexpressible for one that is known only when the play runs."""
    try:
        return float(given or otherwise)
    except (TypeError, ValueError):
        raise Inexpressible(f"the number {given} is known only when the play runs") from None


def _pause(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    seconds = 60 * _number(arguments.get("minutes"), 0) + _number(arguments.get("seconds"), 0)
    if seconds:
        return NewStep(step.name, "wait", {"duration": duration(seconds)}, id=step.id)
    prompt = str(arguments.get("prompt") or "Go on?")
    prompt = re.sub(
        r"[,;.]?\s*(?:press\s+)?enter to (?:go on|continue)[^?]*$|\(?\s*ctrl\+c.*$",
        "",
        prompt,
        flags=re.IGNORECASE,
    ).strip()
    return NewStep(
        step.name,
        "confirm",
        {"message": template(names.pieces(prompt)), "danger": True},
        id=step.id,
    )


def _debug(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    if "var" in arguments:
        word = f"{{{{ {names.expression(str(arguments['var']))} }}}}"
    else:
        message = arguments.get("msg", "Hello world!")
        word = " ".join(
            shell_word(names.pieces(str(each)))
            for each in (message if isinstance(message, list) else [message])
        )
    step.keys = {"run": f"printf '%s\\n' {word}", "read_only": True}
    return step


def _assert(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    that = arguments.get("that")
    conditions = [
        names.expression(str(each)) for each in (that if isinstance(that, list) else [that])
    ]
    holds = " and ".join(f"({each})" if len(conditions) > 1 else each for each in conditions)
    message = (
        arguments.get("fail_msg")
        or arguments.get("msg")
        or "What the playbook asserts does not hold."
    )
    keys = {
        "if": negated(holds),
        "status": "failed",
        "message": template(names.pieces(str(message))),
    }
    return NewStep(step.name, "stop", keys, id=step.id)


def _fail(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    message = template(names.pieces(str(arguments.get("msg") or "The playbook ends here.")))
    return NewStep(step.name, "stop", {"status": "failed", "message": message}, id=step.id)


def _set_fact(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    from pup_tui.convert.naming import variable_name

    facts = {key: value for key, value in arguments.items() if key != "cacheable"}
    lines, captures = [], {}
    for at, (name, value) in enumerate(facts.items()):
        pieces = names.pieces(value) if isinstance(value, str) else [raw(str(value))]
        lines.append(f"printf '%s\\n' {shell_word(pieces)}")
        captures[variable_name(name)] = f"lines[{at}]"
        names.variables[name] = variable_name(name)
    step.keys = {"run": started("\n".join(lines)), "capture": captures}
    return step


def _stat(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    path = shell_word(names.pieces(str(arguments.get("path") or "")))
    step.keys = {"run": f"test -e {path}", "success_codes": [0, 1], "read_only": True}
    return step


def _wait_for(step: NewStep, free: Any, arguments: dict[str, Any], names: PlayNames) -> NewStep:
    seconds = _number(arguments.get("timeout"), 300)
    absent = str(arguments.get("state") or "started") in ("absent", "stopped", "drained")
    if arguments.get("port"):
        host = template(names.pieces(str(arguments.get("host") or "127.0.0.1")))
        port = template(names.pieces(str(arguments["port"])))
        look = f"timeout 5 bash -c 'exec 3<>\"/dev/tcp/$1/$2\"' _ {host} {port}"
    elif arguments.get("path"):
        look = f"test -e {shell_word(names.pieces(str(arguments['path'])))}"
    else:
        return NewStep(step.name, "wait", {"duration": duration(seconds)}, id=step.id)
    poll = {
        "interval": duration(max(1.0, _number(arguments.get("sleep"), 1))),
        "timeout": duration(seconds),
        "until": f"exit_code {'!=' if absent else '=='} 0",
    }
    step.keys = {"run": look, "read_only": True, "poll": poll}
    return step


_MODULES: Final[dict[str, Callable[[NewStep, Any, dict[str, Any], PlayNames], NewStep]]] = {
    "command": _command,
    "shell": _shell,
    "uri": _uri,
    "pause": _pause,
    "wait_for": _wait_for,
    "assert": _assert,
    "fail": _fail,
    "debug": _debug,
    "set_fact": _set_fact,
    "stat": _stat,
}


def _add_shared(step: NewStep, task: dict[str, Any], names: PlayNames) -> None:
    """What every task may say beside its module."""
    own = str(task.get("register") or "")
    if "when" in task:
        given = task["when"] if isinstance(task["when"], list) else [task["when"]]
        conditions = [names.expression(str(each)) for each in given]
        condition = " and ".join(
            f"({each})" if len(conditions) > 1 else each for each in conditions
        )
        former = step.keys.pop("if", None)
        step.keys = {"if": f"({condition}) and {former}" if former else condition, **step.keys}
    if "until" in task:
        delay, count = _number(task.get("delay"), 5), int(_number(task.get("retries"), 3))
        step.keys["poll"] = {
            "interval": duration(delay),
            "timeout": duration(max(60.0, 2 * delay * count)),
            "max_attempts": count,
            "until": names.expression(str(task["until"]), own=own),
        }
    if task.get("async"):
        step.keys["timeout"] = duration(_number(task["async"], 0))
    if task.get("environment") and isinstance(task["environment"], dict):
        step.keys["env"] = {
            key: template(names.pieces(str(value))) for key, value in task["environment"].items()
        }
    if str(task.get("ignore_errors", "")).lower() in ("true", "yes"):
        step.keys["on_failure"] = "ignore"
    if "failed_when" in task:
        _add_failed_when(step, task["failed_when"], own)
    if task.get("no_log"):
        step.keys["show"] = "none"


def _add_failed_when(step: NewStep, given: Any, own: str) -> None:
    text = str(given).strip()
    if text.lower() in ("false", "no"):
        step.keys["on_failure"] = "ignore"
        return
    listed = re.fullmatch(rf"{re.escape(own)}\.rc\s+not\s+in\s+\[([\d,\s]+)\]", text)
    one = re.fullmatch(rf"{re.escape(own)}\.rc\s*(>|!=)\s*(\d+)", text)
    if listed:
        step.keys["success_codes"] = [int(each) for each in listed[1].split(",")]
    elif one and one[1] == "!=":
        step.keys["success_codes"] = [int(one[2])]
    elif one:
        step.keys["success_codes"] = list(range(int(one[2]) + 1))
    else:
        raise Inexpressible(f"failed_when: {text} is no list of codes")
