"""The types of a runbook's texts, each with its role, and what a key of the format says about itself."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from pup_tui.runbook.roles import Role

ROLE: Final = "role"
NEVER_BLANK: Final = "never_blank"
SENT: Final = "sent"
"""Marks a key whose text goes into a step beside its command, by the name that the record has for it."""
LOADED: Final = "loaded"
"""Marks a field that the loader fills in: no key of the file."""


def key(
    about: str,
    *,
    examples: tuple[object, ...] = (),
    never_blank: bool = False,
    sent: Literal["stdin", "body", "body_file", "statement", ""] = "",
) -> Meta:
    """What a key means, for people who write it: editors show it beside the key, with the examples.

    A text that is `never_blank` holds more than white space. One that is `sent` goes into a step beside its
    command and is told with it under that name: before a yes, in the plan, in the record.
    """
    extra = {NEVER_BLANK: never_blank, SENT: sent} if never_blank or sent else None
    return Meta(description=about, examples=list(examples) or None, extra=extra)


def filled_in() -> Meta:
    """Marks a field that the loader fills in."""
    return Meta(extra={LOADED: True})


def _text(role: Role) -> Meta:
    return Meta(extra={ROLE: role})


Name = Annotated[str, Meta(max_length=200, extra={ROLE: Role.NAME, NEVER_BLANK: True})]
Markdown = Annotated[str, _text(Role.MARKDOWN)]
LiteralName = Annotated[str, _text(Role.LITERAL)]
PatternText = Annotated[str, _text(Role.PATTERN)]
Versions = Annotated[str, _text(Role.VERSIONS)]
"""Such as >=1.28 or >=2,<3; blank for any."""
FilledName = Annotated[str, Meta(extra={ROLE: Role.LITERAL, NEVER_BLANK: True})]
Message = Annotated[str, _text(Role.MESSAGE)]
Note = Annotated[str, _text(Role.NOTE)]
LinkAddress = Annotated[str, _text(Role.LINK)]
PlainText = Annotated[str, _text(Role.TEXT)]
Stdin = Annotated[str, _text(Role.STDIN)]
Expect = Annotated[str, _text(Role.EXPECT)]
LockValue = Annotated[str, _text(Role.LOCK)]
FileName = Annotated[str, _text(Role.FILE)]
WrittenFile = Annotated[str, _text(Role.WRITTEN_FILE)]
HostName = Annotated[str, _text(Role.HOST)]
UserName = Annotated[str, _text(Role.USER)]
Port = Annotated[str | int, _text(Role.PORT)]
"""A whole number from 1 to 65535."""
Method = Annotated[str, _text(Role.METHOD)]
Address = Annotated[str, _text(Role.URL)]
QueryValue = Annotated[Any, _text(Role.QUERY)]
Header = Annotated[str, _text(Role.HEADER)]
Target = Annotated[str, Meta(extra={ROLE: Role.TARGET, NEVER_BLANK: True})]
Resource = Annotated[str, _text(Role.RESOURCE)]
JsonTree = Annotated[Any, _text(Role.JSON)]
Script = Annotated[str, _text(Role.SCRIPT)]
Statements = Annotated[str, _text(Role.STATEMENTS)]
DatabaseUrl = Annotated[str, _text(Role.DATABASE)]
ValueCommandText = Annotated[str, _text(Role.VALUE_COMMAND)]
Argument = Annotated[str, _text(Role.ARGUMENT)]
ArgumentsText = Annotated[str, _text(Role.ARGUMENTS)]
Subcommand = Annotated[str, _text(Role.SUBCOMMAND)]
ExpressionText = Annotated[str, _text(Role.EXPRESSION)]
ConditionText = Annotated[str, _text(Role.CONDITION)]
Items = Annotated[str, _text(Role.ITEMS)]
Seconds = Annotated[str | int | float, _text(Role.DURATION)]
"""A duration such as 30s, 5m or 1h30m; a bare number is seconds."""
Size = Annotated[str | int, _text(Role.SIZE)]
"""An amount such as 64 MiB or 500 kB; a bare number is bytes."""
Count = Annotated[str | int, _text(Role.COUNT)]
"""A whole number from 1."""
Share = Annotated[str | int, _text(Role.SHARE)]
"""A whole number from 1, or a percentage over 0."""
Tolerance = Annotated[str | int, _text(Role.TOLERANCE)]
"""A whole number from 0, or a percentage."""
Factor = Annotated[str | int | float, _text(Role.FACTOR)]
"""A number from 1."""
StatusPattern = Annotated[str | int, _text(Role.STATUS)]
"""A status code (204) or a class of them (2xx)."""
