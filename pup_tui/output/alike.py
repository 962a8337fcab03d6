"""Which of many steps printed the same: what each printed, as one small thing that can be compared."""

from __future__ import annotations

from contextlib import closing, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct

from .overwritten import AGAIN, states
from .sanitize import safe_text
from .spool import SpoolReader
from .style import strip_style

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_COMPARED = 1024 * 1024
"""Bytes of an output that are read to compare it; a longer one is like no other."""

MOST_OF_LAST = 500
"""Bytes of the last line that are kept to be told."""

_LOOKED_BACK = 20
"""Lines from the end among which the last one is looked for that is not blank."""


class OutputDigest(Struct, frozen=True):
    """What was printed: how many `lines`, the `last` that is not blank, and a `digest` of all of it.

    The digest is of the streams one by one, since nothing tells in which order both were written, and of what
    their lines said in the end. It is empty where there was too much to compare: that is like nothing else.
    Where there is nothing to compare a `note` says why.
    """

    digest: bytes = b""
    lines: int = 0
    last: str = ""
    note: str = ""


NOT_REACHED = OutputDigest(b"not reached", note="nothing ran there")
NOT_SHOWN = OutputDigest(b"not shown", note="the output is not shown")


class AlikeGroup(Struct, frozen=True):
    """Items that ended in the same `state` and printed the same, by their ids."""

    state: str
    items: tuple[str, ...]
    printed: OutputDigest

    def who(self, noun: str, name: str) -> str:
        """Whose it is, in words that are safe to show: `38 hosts alike`, or the `name` of the only one."""
        number, note = len(self.items), self.printed.note
        how = "" if self.state == "succeeded" and not note else f", {safe_text(self.state)}"
        if number == 1:
            return f"{safe_text(name)}{how}"
        return f"{number:,} {noun}s{'' if note else ' alike'}{how}"

    @property
    def told(self) -> str:
        """The last line, safe to show, and how many there are where it is not the only one."""
        digest = self.printed
        more = f"  ({digest.lines:,} lines)" if digest.lines > 1 else ""
        return (
            f"{safe_text(digest.last)}{more}" if digest.last else digest.note or "nothing printed"
        )


def digest_of(spools: Iterable[Path | None], *, reached: bool) -> OutputDigest:
    """What an item printed; a spool is None where people are not shown what stands in it.

    Of one whose host was not `reached` only that counts: what `ssh` says has the name of the host.
    """
    if not reached:
        return NOT_REACHED
    every = list(spools)
    paths = [path for path in every if path is not None]
    return printed_in(paths) if len(paths) == len(every) else NOT_SHOWN


def printed_in(spools: Iterable[Path]) -> OutputDigest:
    """What stands in these spools, one after the other; what cannot be read was not printed."""
    digests = {"stdout": blake2b(digest_size=16), "stderr": blake2b(digest_size=16)}
    lines, size, last = 0, 0, ""
    for path in spools:
        with suppress(OSError), closing(SpoolReader(path)) as reader:
            count = reader.line_count
            lines, size = lines + count, size + reader.size
            last = _last_line(reader, count) or last
            if size <= MOST_COMPARED:
                for _, passage in reader.passages(0, count):
                    text = _in_the_end(passage.text)
                    digests[passage.stream].update(text.encode("utf-8", "surrogatepass"))
            for digest in digests.values():
                digest.update(b"\0")
    if size > MOST_COMPARED:
        return OutputDigest(b"", lines, last)
    return OutputDigest(b"".join(each.digest() for each in digests.values()), lines, last)


def last_printed(spool: Path) -> str:
    """The last line of a spool that is not blank, without colours; empty where there is none to be read."""
    with suppress(OSError), closing(SpoolReader(spool)) as reader:
        return _last_line(reader, reader.line_count)
    return ""


def _in_the_end(text: str) -> str:
    """Lines without what they said before they were overwritten."""
    if AGAIN not in text:
        return text
    return "\n".join(states(line)[-1] for line in text.split("\n"))


def _last_line(reader: SpoolReader, count: int) -> str:
    found = reader.lines(max(0, count - _LOOKED_BACK), count, MOST_OF_LAST)
    texts = (strip_style(_in_the_end(line.text)).strip() for line in reversed(found))
    return next(filter(None, texts), "")


def alike(ended: Iterable[tuple[str, str, OutputDigest]]) -> list[AlikeGroup]:
    """Items that ended, each with its state and what it printed, in groups: the largest first."""
    groups: dict[tuple[str, bytes], tuple[OutputDigest, list[str]]] = {}
    for number, (item, state, printed) in enumerate(ended):
        key = (state, printed.digest or number.to_bytes(4, "big"))
        groups.setdefault(key, (printed, []))[1].append(item)
    found = [
        AlikeGroup(state, tuple(items), printed) for (state, _), (printed, items) in groups.items()
    ]
    return sorted(found, key=lambda group: -len(group.items))
