"""Commands that run on a host by Systems Manager: there a shell evaluates the values once more."""

from __future__ import annotations

import re
from textwrap import indent
from typing import Any

from pup_tui.convert.draft import NewStep
from pup_tui.convert.pieces import (
    NewValue,
    PiecedText,
    Pieces,
    json_text,
    json_word,
    literal_of,
    only_value,
    shell_word,
)
from pup_tui.convert.scripts import without_templates
from pup_tui.convert.settling import destroys
from pup_tui.convert.ssm.commands import known_text, option, waited, words_of, wrapped
from pup_tui.convert.ssm.made import Making

_SHELLS = frozenset({"AWS-RunShellScript"})
_POWERSHELLS = frozenset({"AWS-RunPowerShellScript"})
_CHANGES_WINDOWS = re.compile(
    r"\b(?:Remove|Stop|Restart|Clear|Uninstall|Disable|Set|Format|Reset|Suspend|Move|Rename|Install)-[A-Z]\w+"
)
_PASSED_ON = (
    "TimeoutSeconds",
    "MaxErrors",
    "MaxConcurrency",
    "CloudWatchOutputConfig",
    "OutputS3BucketName",
)
_LOOKS = frozenset({"AWS-GatherSoftwareInventory", "AWS-RunInspecChecks"})


def run_command(making: Making) -> NewStep:
    """`aws:runCommand`: send, wait, show what it printed."""
    inputs = making.inputs
    document = known_text(inputs.get("DocumentName"))
    given = inputs.get("Parameters")
    parameters = given if isinstance(given, dict) else {}
    if document in _SHELLS or document in _POWERSHELLS:
        parameters = {
            name: _quoted(value, making, document in _POWERSHELLS) if name == "commands" else value
            for name, value in parameters.items()
        }
    words = ["aws ssm send-command", option("DocumentName", inputs.get("DocumentName"))]
    words += [
        option(name, inputs[name])
        for name in ("DocumentVersion", "InstanceIds", "Targets")
        if name in inputs
    ]
    if parameters:
        words.append(f"--parameters {json_word(_lists(parameters))}")
    words += [option(name, inputs[name]) for name in _PASSED_ON if name in inputs]
    script = _followed(making, words)
    keys: dict[str, Any] = {"timeout": making.seconds("1h")}
    if _changes(document, making.step.inputs.get("Parameters")):
        keys |= making.asked(f"run {document or 'the document'} on the host")
    return making.shell(script, **keys)


def _lists(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters of documents that run commands are lists of texts."""
    return {
        name: value if isinstance(value, list) or _is_list(value) else [_as_text(value)]
        for name, value in parameters.items()
    }


def _is_list(value: Any) -> bool:
    whole = only_value(value.pieces) if isinstance(value, PiecedText) else None
    return whole is not None and whole.kind == "list"


def _as_text(value: Any) -> Any:
    return value if isinstance(value, PiecedText | dict) else PiecedText([json_text(value)])


def _followed(making: Making, words: list[str]) -> str:
    """The script that sends a command, waits until it has ended everywhere, and shows its output."""
    send = wrapped([*words, "--query Command.CommandId --output text"]).replace("\n", "\n  ")
    ids = making.inputs.get("InstanceIds")
    if ids is None:
        return (
            f"COMMAND=$({send})\n"
            "while :; do\n"
            '  STATUS=$(aws ssm list-commands --command-id "$COMMAND" \\\n'
            '    --query "Commands[0].Status" --output text)\n'
            "  case $STATUS in\n"
            "    *Success*) break ;;\n"
            "    *Pending* | *InProgress* | *Cancelling*) sleep 5 ;;\n"
            '    *) echo "the command ended as $STATUS" >&2; exit 1 ;;\n'
            "  esac\n"
            "done\n"
            'aws ssm list-command-invocations --command-id "$COMMAND" --details --output json\n'
        )
    if isinstance(ids, list) and len(ids) == 1 and not _is_list(ids[0]):
        host = option("InstanceId", ids[0])
        return f"COMMAND=$({send})\n{_ended(host)}"
    hosts = words_of(ids if isinstance(ids, list) else [ids])
    each = indent(_ended('--instance-id "$HOST"'), "  ")
    return f"COMMAND=$({send})\nfor HOST in {hosts}; do\n{each}done\n"


def _ended(host: str) -> str:
    wait = waited(f'aws ssm wait command-executed --command-id "$COMMAND" {host}')
    return (
        f'{wait}aws ssm get-command-invocation --command-id "$COMMAND" {host} \\\n'
        "  --query StandardOutputContent --output text\n"
    )


def _changes(document: str | None, parameters: Any) -> bool:
    """Whether what runs there may destroy something; of a document that is not known nobody can tell."""
    commands = parameters.get("commands") if isinstance(parameters, dict) else None
    lines = commands if isinstance(commands, list) else [commands]
    text = "\n".join(str(line) for line in lines if line is not None)
    if document in _SHELLS:
        return destroys(without_templates(text))
    if document in _POWERSHELLS:
        return bool(_CHANGES_WINDOWS.search(text))
    return document not in _LOOKS


def _quoted(value: Any, making: Making, is_powershell: bool) -> Any:
    """Commands in which each value is one word of the shell that runs them there."""
    if isinstance(value, list):
        return [_quoted(each, making, is_powershell) for each in value]
    if not isinstance(value, PiecedText):
        return value
    quote = _for_powershell if is_powershell else _for_shell
    return PiecedText(quote(value.pieces, making))


def _for_shell(pieces: Pieces, making: Making) -> Pieces:
    made: list[str | NewValue] = []
    quotes = ""
    for piece in pieces:
        if isinstance(piece, str):
            quotes = _quotes_after(piece, quotes)
            made.append(piece)
        elif _is_harmless(piece, making):
            made.append(piece)
        else:
            made += [quotes, NewValue(f"({piece.expression} | shell_quote)"), quotes]
    return [piece for piece in made if piece != ""]


def _for_powershell(pieces: Pieces, making: Making) -> Pieces:
    """A value that is no word of its own within a command of PowerShell is put in by its own quotes."""
    made: list[str | NewValue] = []
    quotes = ""
    for piece in pieces:
        if isinstance(piece, str):
            quotes = _quotes_after(piece, quotes)
            made.append(piece)
            continue
        if _is_harmless(piece, making):
            made.append(piece)
            continue
        doubled = NewValue(f"""({piece.expression} | string | replace("'", "''"))""")
        if quotes == '"':
            made += ['" + ', "'", doubled, "'", ' + "']
        else:
            made += ["" if quotes else "'", doubled, "" if quotes else "'"]
    return [piece for piece in made if piece != ""]


def _quotes_after(text: str, quotes: str) -> str:
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and quotes != "'":
            at += 1
        elif character in "'\"" and quotes in ("", character):
            quotes = "" if quotes else character
        at += 1
    return quotes


_HARMLESS_PATTERN = re.compile(
    r"(?:\[(?!\^)[A-Za-z0-9_/:.,@%+=\\d-]*\]|\\[dw]|\((?:\?:)?|\)|[A-Za-z0-9_/:@%=,-]|\\\.|[|*+?]|\{\d*,?\d*\})*"
)


def _is_harmless(value: NewValue, making: Making) -> bool:
    """Whether a value cannot be code: a number, a choice, or one with a pattern without such characters."""
    if value.kind in ("number", "boolean"):
        return True
    said = making.runbook.vars.get(value.expression, {})
    if said.get("type") == "enum":
        return all(
            re.fullmatch(r"[\w./:@%+=,-]+", str(choice)) for choice in said.get("choices", [])
        )
    pattern = str(said.get("pattern") or "")
    return bool(pattern) and _HARMLESS_PATTERN.fullmatch(pattern) is not None


def payload(value: Any) -> str:
    """An input that is a text or a tree, as the JSON of it in one word of a shell."""

    if isinstance(value, PiecedText):
        return shell_word(json_pieces(value.pieces))
    return json_word(value)


def json_pieces(pieces: Pieces) -> Pieces:
    """A text that is JSON: what is put into a text within it is escaped as JSON does."""
    if literal_of(pieces) is not None or len(pieces) == 1:
        return pieces
    made: list[str | NewValue] = []
    is_in_text = False
    for piece in pieces:
        if isinstance(piece, str):
            is_in_text ^= len(re.findall(r'(?<!\\)"', piece)) % 2 == 1
            made.append(piece)
        elif is_in_text:
            made.append(NewValue(f"({piece.expression} | string | json)[1:-1]"))
        else:
            made.append(piece)
    return made
