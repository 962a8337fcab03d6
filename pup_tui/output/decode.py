"""Bytes to text: UTF-8 in pieces, whatever the bytes are."""

from __future__ import annotations

import codecs


class Decoder:
    """An incremental UTF-8 decoder that never raises.

    What is not UTF-8 becomes U+FFFD, one for each ill-formed part, wherever the chunks are cut.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> str:
        """Return the text that is complete now; an unfinished character waits for its rest."""
        return self._decoder.decode(data)

    def flush(self) -> str:
        """End the stream: an unfinished character becomes U+FFFD. The decoder can be used on."""
        text = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        return text
