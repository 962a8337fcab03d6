"""Comments that silence a warning on their line: ``# lint: ok CODE, CODE because REASON``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pup_tui.runbook.nodes import SourceText, shown
from pup_tui.runbook.problems import Problem

USELESS: Final = "useless-silencing"
"""The code of the warning about such a comment itself."""

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#\s{0,9}lint:\s{0,9}ok\b([^#\n]{0,400})")
_FORM: Final = re.compile(
    r"\s{1,9}([a-z][a-z-]{0,60}(?:,\s{0,9}[a-z][a-z-]{0,60}){0,9})"
    r"(?:\s{1,9}because\s{1,9}(\S.{0,300}))?\s*"
)
_HINT: Final = "write `# lint: ok CODE because REASON`"


@dataclass(slots=True)
class _Comment:
    """A code in a comment, where it stands and the line it is about: that, or the next if it is alone."""

    source: SourceText
    line: int
    column: int
    about: int
    code: str
    reason: str
    is_used: bool = False


class Silencing:
    """The silencing comments of the files whose texts are linted."""

    def __init__(self, sources: Iterable[SourceText], known: Collection[str]) -> None:
        by_path = {source.path: source for source in sources}
        self._known = known
        self._comments = [each for source in by_path.values() for each in _comments(source)]

    def reason(self, path: str, line: int, code: str) -> str:
        """Why the warning of this code at this place is silenced; empty where it is not."""
        for comment in self._comments:
            if (comment.source.path, comment.about, comment.code) == (path, line, code):
                comment.is_used = True
                if comment.reason:
                    return comment.reason
        return ""

    def problems(self, is_looked_at: Callable[[str, int], bool]) -> Iterator[Problem]:
        """What is wrong with the comments, once all warnings have been looked for; that one silences nothing
        is known only of a line that was looked at.
        """
        for comment in self._comments:
            if not comment.is_used and not is_looked_at(comment.source.path, comment.about):
                continue
            message, hint = self._judged(comment)
            if message:
                yield Problem(
                    path=comment.source.path,
                    line=comment.line,
                    column=comment.column,
                    message=message,
                    hint=hint,
                    severity="warning",
                    code=USELESS,
                )

    def _judged(self, comment: _Comment) -> tuple[str, str]:
        if not comment.code:
            return "this comment names no warning that it silences", _HINT
        if comment.code not in self._known:
            return f"there is no warning {shown(comment.code)}", "docs/warnings.md lists the codes"
        if not comment.reason:
            return f"nothing says why {shown(comment.code)} is silenced", _HINT
        if not comment.is_used:
            told = f"there is no warning {shown(comment.code)} here that this comment would silence"
            return told, "leave it out, or put it on the line of the warning"
        return "", ""


def _comments(source: SourceText) -> Iterator[_Comment]:
    for number, line in enumerate(source.lines, 1):
        match = _COMMENT.search(line) if "lint:" in line else None
        if match is None:
            continue
        form = _FORM.fullmatch(match[1])
        is_alone = not line[: match.start()].strip()
        for code in form[1].split(",") if form else [""]:
            yield _Comment(
                source=source,
                line=number,
                column=match.start() + 1,
                about=number + is_alone,
                code=code.strip(),
                reason=(form[2] or "").strip() if form else "",
            )
