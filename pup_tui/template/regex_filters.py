"""The filters and the test that take regular expressions; names and arguments are those of Ansible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import check_length
from pup_tui.template.operands import text_of
from pup_tui.template.regex import (
    Match,
    PatternError,
    Regex,
    RegexOptions,
    TooCostly,
    compile_regex,
)

_Result = TypeVar("_Result")

_REFERENCE: Final = late_pattern(r"\\(?:([1-9][0-9]?)|g<(\w+)>|(.))", re.DOTALL)
_GROUP: Final = late_pattern(r"\\?([0-9]{1,2})|\\g<(\w+)>|([A-Za-z_]\w*)")


def regex_search(
    value: Any, pattern: Any, *groups: Any, ignorecase: bool = False, multiline: bool = False
) -> Any:
    """Find the first match: its text, or null; with the number or name of a group the text of that."""

    def find(regex: Regex) -> Any:
        found = next(regex.all(text_of(value)), None)
        if found is None:
            return None
        texts = [_group(found, group) for group in groups]
        return texts if len(texts) > 1 else texts[0] if texts else found.group()

    return _with(pattern, ignorecase, multiline, find)


def regex_findall(
    value: Any, pattern: Any, ignorecase: bool = False, multiline: bool = False
) -> list[Any]:
    """List all matches: their texts, those of the group where there is one, lists where there are several."""

    def find(regex: Regex) -> list[Any]:
        matches = list(regex.all(text_of(value)))
        if regex.groups == 0:
            return [found.group() for found in matches]
        return [f.group(1) if regex.groups == 1 else f.groups for f in matches]

    return _with(pattern, ignorecase, multiline, find)


def regex_replace(
    value: Any,
    pattern: Any,
    replacement: Any = "",
    ignorecase: bool = False,
    multiline: bool = False,
    count: int = 0,
) -> str:
    r"""Replace every match, or the first `count`; `\\1` and `\\g<NAME>` stand for what a group has found."""
    text, new = text_of(value), text_of(replacement)

    def replaced(regex: Regex) -> Iterator[str]:
        position = 0
        for number, found in enumerate(regex.all(text), 1):
            yield text[position : found.start]
            yield _expanded(found, new)
            position = found.end
            if number == count:
                break
        yield text[position:]

    def replace(regex: Regex) -> str:
        parts, length = [], 0
        for part in replaced(regex):
            length += len(part)
            check_length(length)
            parts.append(part)
        return "".join(parts)

    return _with(pattern, ignorecase, multiline, replace)


def matches(value: Any, pattern: Any, ignorecase: bool = False, multiline: bool = False) -> bool:
    """Whether a text begins with a match."""
    return _with(
        pattern, ignorecase, multiline, lambda regex: regex.match(text_of(value)) is not None
    )


def check_pattern(pattern: str) -> None:
    """Refuse what is no regular expression that can be used here."""
    try:
        compile_regex(pattern)
    except PatternError as error:
        raise TemplateError(f"the pattern is not usable: {error}") from None


def _with(
    pattern: Any, ignorecase: bool, multiline: bool, work: Callable[[Regex], _Result]
) -> _Result:
    try:
        return work(
            compile_regex(text_of(pattern), RegexOptions(bool(ignorecase), bool(multiline)))
        )
    except PatternError as error:
        raise TemplateError(f"the pattern is not usable: {error}") from None
    except TooCostly as error:
        raise TemplateError(str(error)) from None


def _group(found: Match, group: Any) -> str:
    name = _GROUP.fullmatch(text_of(group))
    if name is None:
        raise TemplateError("a group is named by its number or its name")
    return _text_of_group(found, int(name[1]) if name[1] else name[2] or name[3])


def _expanded(found: Match, replacement: str) -> str:
    return _REFERENCE.sub(lambda reference: _referred(found, reference), replacement)


def _referred(found: Match, reference: re.Match[str]) -> str:
    if reference[3]:
        return reference[3] if reference[3] == "\\" else reference[0]
    name = reference[1] or reference[2]
    return _text_of_group(found, int(name) if name.isdigit() else name)


def _text_of_group(found: Match, group: int | str) -> str:
    try:
        return found.group(group)
    except KeyError:
        raise TemplateError(f"the pattern has no group `{group}`") from None
