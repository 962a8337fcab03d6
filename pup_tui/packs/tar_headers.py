"""Headers of a tarball that say more of its members, within limits.

`tarfile` reads such a header as a whole, keeps what one says of all members for each of them anew, looks for
patterns in it that take a time with the square of its length, and calls itself for each one behind another.
"""

from __future__ import annotations

import tarfile
from typing import Any, Final, Self

_MOST: Final = 8 * 1024
"""Bytes of one such header: a name and what systems keep beside a file."""
_MOST_OF_ALL: Final = 1024
"""Bytes of those that are about all members, together: git says there which commit it was."""
_MOST_IN_A_ROW: Final = 8

_EXTENSIONS: Final = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
    | {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)


class TooLongHeader(Exception):
    """A header says more of a member than any needs."""


def member_kind() -> type[tarfile.TarInfo]:
    """What `tarfile` is to read the members of one tarball as. Reading raises TooLongHeader."""
    in_a_row = of_all = 0

    class Member(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: Any, encoding: str, errors: str) -> Self:
            nonlocal in_a_row, of_all
            found = super().frombuf(buf, encoding, errors)
            is_extension = found.type in _EXTENSIONS
            in_a_row = in_a_row + 1 if is_extension else 0
            of_all += found.size if found.type == tarfile.XGLTYPE else 0
            if is_extension and (
                found.size > _MOST or of_all > _MOST_OF_ALL or in_a_row > _MOST_IN_A_ROW
            ):
                raise TooLongHeader
            return found

    return Member
