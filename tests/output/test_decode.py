from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.decode import Decoder

pieces = st.sampled_from(
    [
        *(b"a", b"\n", "é".encode(), "日".encode(), "👩".encode(), "\ufffd".encode()),
        *(b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90", b"\xe2\x82", b"\xf0\x9f", b"\xff"),
    ]
)


def decoded(chunks: list[bytes]) -> str:
    decoder = Decoder()
    return "".join(map(decoder.feed, chunks)) + decoder.flush()


@given(st.lists(pieces), st.data())
def test_where_chunks_are_cut_does_not_matter(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    cut = data.draw(st.integers(0, len(whole)))
    bytewise = [whole[at : at + 1] for at in range(len(whole))]
    assert decoded([whole]) == decoded([whole[:cut], whole[cut:]]) == decoded(bytewise)


@given(st.binary())
def test_any_bytes_decode_as_python_replaces_them(data: bytes) -> None:
    assert decoded([data]) == data.decode("utf-8", "replace")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_good_text_is_kept(text: str) -> None:
    assert decoded([text.encode()]) == text


def test_a_decoder_is_as_new_after_flush() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\xe2\x82") == ""
    assert decoder.flush() == "\ufffd"
    assert decoder.feed("€".encode()) == "€"
