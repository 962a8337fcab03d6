"""What a step does, in a line: as its kind words it, with the texts of its keys."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

import msgspec

from pup_tui.core.notices import checked_off
from pup_tui.core.sent import Sent, Shown
from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.allowed import Options, fields_of, inner_options, options_of
from pup_tui.runbook.model import Step
from pup_tui.runbook.roles import Role
from pup_tui.spelling import as_typed, token
from pup_tui.template.code import Code
from pup_tui.template.errors import TemplateError
from pup_tui.template.not_yet import StandIns
from pup_tui.template.secrets import MASK, hiding
from pup_tui.template.text import compile_text
from pup_tui.template.values import Omitted

_SERVICE = late_pattern(r"([A-Za-z][A-Za-z0-9+.-]*://)?.*", re.DOTALL)
"""An address of a service: its kind, and what people are not shown."""
_PASSWORD_OPTION = late_pattern(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)
_KEY = late_pattern(r"\{(\w+)\}")


def line_of(step: Step, text: Callable[[str], str]) -> str:
    """What a step does; `text` gives the text of a key."""
    told = []
    for part in step.line or _usual_line(type(step)):
        texts = {key: text(key) for key in _KEY.findall(part)}
        if not texts or any(each.strip() for each in texts.values()):
            told.append(part.format_map(texts))
    return reduce(_joined, told, "")


def _joined(line: str, part: str) -> str:
    """A line with one more part, which may begin a line of its own."""
    if not line.strip():
        return part.removeprefix("\n")
    return f"{line.rstrip()}{part}" if part.startswith("\n") else f"{line} {part}"


def sent_of(step: Step, text: Callable[[str], str]) -> Sent:
    """What goes into a step beside its command; `text` gives the text of a key."""
    given = {
        sent: text(key)
        for sent, key, name in _sent_keys(type(step))
        if getattr(step, name) not in (None, msgspec.UNSET)
    }
    return Sent(**given)


@cache
def _sent_keys(kind: type[Step]) -> tuple[tuple[str, str, str], ...]:
    """The keys whose text goes into a step, each with its field, behind what it is to the step."""
    options = {key: (options_of(field.type), field) for key, field in fields_of(kind).items()}
    return tuple(
        (each.sent, key, field.name) for key, (each, field) in options.items() if each.sent
    )


def as_written(step: Step, scope: Mapping[str, Any]) -> Shown:
    """What a step does in the author's words, with the values that are known already.

    Nothing is told of the places in which they will stand.
    """
    fields = fields_of(type(step))

    def text(key: str) -> str:
        field = fields[key]
        return told(getattr(step, field.name), options_of(field.type))

    line = as_known(line_of(step, text), scope)
    return Shown(line, sent_of(step, lambda key: as_known(text(key), scope)))


def items_as_known(step: Step, scope: Mapping[str, Any]) -> str:
    """The items of a foreach as people are told them before they are all known."""
    items = step.foreach if isinstance(step.foreach, tuple) else (step.foreach,)
    return as_known(", ".join(map(as_typed, items)), scope)


def as_known(given: object, scope: Mapping[str, Any]) -> str:
    """What an author wrote as people may see it, rendered as far as that is possible."""
    text = str(given)
    try:
        return compile_text(text).render(hiding(scope))
    except TemplateError:
        return text


def put_back(shown: Shown, stand_ins: StandIns) -> Shown:
    """A step with what was written in the place of what is not known yet."""
    sent = {name: stand_ins.put_back(text) for name, text in shown.sent.parts()}
    if shown.sent.statement is not None:
        # Whether it will be a text or a number is not known either.
        sent["statement"] = stand_ins.put_back(shown.sent.statement, quote="'")
    return Shown(stand_ins.put_back(shown.command), Sent(**sent))


def told(value: Any, options: Options) -> str:
    """The value of a key as people see it, whether it is rendered or as the author wrote it."""
    if value is None or value is msgspec.UNSET:
        return ""
    if isinstance(value, Step):
        return value.name
    if isinstance(value, tuple) and options.items is not None:
        inner = inner_options(options.items)
        items = [told(item, inner) for item in value]
        return checked_off(items) if inner.role is Role.MESSAGE else ", ".join(items)
    if isinstance(value, Code):
        return value.shown
    match options.role:
        case Role.ARGUMENTS | Role.SUBCOMMAND:
            line = shlex.join(value) if isinstance(value, tuple) else value.strip()
            return line.removeprefix("pup ") if options.role is Role.SUBCOMMAND else line
        case Role.ARGUMENT:
            return shlex.quote(value)
        case Role.URL | Role.DATABASE:
            return _without_password(value)
        case Role.TARGET:
            return _SERVICE.sub(r"\1…", value, count=1) if value else ""
        case Role.DURATION if isinstance(value, float):
            return f"{value:g} s"
        case _ if isinstance(value, str | int | float):
            return str(value)
        case _ if isinstance(value, Omitted):
            return ""
    return msgspec.json.encode(value, enc_hook=token).decode() if value else ""


@cache
def _usual_line(kind: type[Step]) -> tuple[str, ...]:
    """The kind, the texts that a step of it never lacks, and those of its own keys that it has."""
    common = fields_of(Step)
    own = {key: field for key, field in fields_of(kind).items() if key not in common}
    options = {key: options_of(field.type) for key, field in own.items()}
    told = [key for key, each in options.items() if each.role is not None and not each.sent]
    needed = [f"{{{key}}}" for key in told if own[key].required]
    given = [f"{key}: {{{key}}}" for key in told if not own[key].required]
    return (str(kind.__struct_config__.tag), *needed, *given)


def _without_password(url: str) -> str:
    """A URL as people may see it: its passwords are hidden."""
    url = _PASSWORD_OPTION.sub(rf"\1{MASK}", url)
    scheme, slashes, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    credentials, _, host = authority.rpartition("@")
    user, colon, _ = credentials.partition(":")
    if not colon:
        return url
    return f"{scheme}{slashes}{user}:{MASK}@{host}{slash}{path}"
