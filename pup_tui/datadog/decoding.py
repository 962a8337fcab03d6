"""From the bytes of the wire to a body that is never larger than its limit.

Compressed answers are accepted, since a page of monitors shrinks tenfold and a server may
compress unasked. They are inflated here, 64 KiB at a time, because a library that inflates a
network chunk in one go has made the whole of a bomb before anyone can count its bytes.
"""

from __future__ import annotations

import io
import zlib

ACCEPT_ENCODING = "gzip"

_PIECE = 64 * 1024
_EITHER_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


_OTHERS = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "aes128gcm"})
"""Encodings with names of their own that are not read here; any other text may be anything."""


class BodyTooLargeError(Exception):
    """The decoded body would exceed its limit."""


class BodyUndecodableError(Exception):
    """The body is not what its Content-Encoding says, or that encoding is not known."""


class BodyIncompleteError(Exception):
    """The compressed stream ended before its end mark."""


class BodyDecoder:
    """Collects a body chunk by chunk; holds at most `limit` decoded bytes at any moment."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        coding = content_encoding.strip().lower()
        if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            named = f" '{coding}'" if coding in _OTHERS else ""
            raise BodyUndecodableError(f"unknown content encoding{named}")
        self._inflater = _new_inflater() if coding not in {"", "identity"} else None
        self._limit = limit
        self._body = io.BytesIO()
        self._fed = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the wire."""
        if not chunk:
            return
        self._fed = True
        if self._inflater is None:
            self._append(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error:
            raise BodyUndecodableError("the compressed body is damaged") from None

    def finish(self) -> bytes:
        """The whole body, once the wire has said that it is over."""
        if self._inflater is not None and self._fed and not self._inflater.eof:
            raise BodyIncompleteError
        return self._body.getvalue()  # which shares its memory, where it is the only one to hold it

    def _inflate(self, pending: bytes) -> None:
        assert self._inflater is not None
        while True:
            if self._inflater.eof:
                self._inflater = _new_inflater()  # a gzip file may hold several members
            piece = self._inflater.decompress(pending, _PIECE)
            self._append(piece)
            if self._inflater.eof:
                pending = self._inflater.unused_data
                if not pending:
                    return
                continue
            pending = self._inflater.unconsumed_tail
            if not pending and len(piece) < _PIECE:
                return

    def _append(self, piece: bytes) -> None:
        if self._body.tell() + len(piece) > self._limit:
            self._body.close()
            raise BodyTooLargeError
        self._body.write(piece)


def _new_inflater() -> zlib._Decompress:
    return zlib.decompressobj(_EITHER_GZIP_OR_ZLIB)
