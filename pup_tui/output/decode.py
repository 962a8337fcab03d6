"""Bytes to text: UTF-8 in pieces, whatever the bytes are."""

from __future__ import annotations

import codecs

_REPLACEMENT = "\ufffd"
_REPLACEMENT_BYTES = _REPLACEMENT.encode()


class Decoder:
    """An incremental UTF-8 decoder that never raises.

    What is not UTF-8 becomes U+FFFD, one for each ill-formed part, wherever the chunks are cut.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.lossy = False
        """Whether bytes have been replaced, so that the text is not what was written."""

    def feed(self, data: bytes) -> str:
        """Return the text that is complete now; an unfinished character waits for its rest."""
        return self._decode(data, final=False)

    def flush(self) -> str:
        """End the stream: an unfinished character becomes U+FFFD. The decoder can be used on."""
        text = self._decode(b"", final=True)
        self._decoder.reset()
        return text

    def _decode(self, data: bytes, *, final: bool) -> str:
        waiting = self._decoder.getstate()[0]
        text = self._decoder.decode(data, final)
        if not self.lossy and _REPLACEMENT in text:
            # A program may print U+FFFD itself; only those beyond the ones it wrote are losses.
            written = (waiting + data).count(_REPLACEMENT_BYTES)
            self.lossy = text.count(_REPLACEMENT) > written
        return text
