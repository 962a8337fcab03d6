from __future__ import annotations

import base64
import html
import json
import re
import shlex
import threading
from itertools import pairwise
from typing import Literal
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pup_tui.output.mask import MIN_SECRET, Masker, SecretTooShort
from pup_tui.output.style import strip_style
from pup_tui.secret_spellings import spellings

SECRET = 'hunter2-S3cr3t/+"x"&y=z<\'$`\\'
KEY = "-----BEGIN KEY-----\nAbCdEf0123456789\nshort\nGhIjKl9876543210\n-----END KEY-----"

Form = Literal["NFC", "NFD"]

secrets = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="*"), min_size=6, max_size=12
).filter(lambda secret: len(secret.strip()) >= MIN_SECRET)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.proves("P8")
@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        b64(SECRET),
        b64(SECRET + "\n"),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        re.sub("%..", lambda found: found.group().lower(), quote(SECRET, safe="")),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(SECRET))[3:-3],
        html.escape(SECRET),
        html.escape(SECRET, quote=False),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        shlex.quote(SECRET)[1:-1],
        SECRET.replace("'", "'\\''"),
        re.sub(r'([\\"$`])', r"\\\1", SECRET),
        repr(SECRET)[1:-1],
        SECRET.replace('"', '""'),
        SECRET.replace("\\", "\\\\"),
        SECRET.replace("'", "''"),
    ],
)
def test_a_secret_is_found_in_its_encodings(text: str) -> None:
    masker = Masker([SECRET])
    assert masker.mask(f"a {text} b") == "a *** b"
    assert masker.holds_secret(text)


@pytest.mark.parametrize("user", ["", "u:", "us:", "use:"])
@pytest.mark.parametrize("after", ["", "\n", "@host/", "@h", "@ho"])
def test_base64_of_a_longer_text_does_not_show_the_secret(user: str, after: str) -> None:
    encoded = b64(user + SECRET + after)
    shown = Masker([SECRET]).mask(encoded)
    assert "***" in shown
    # What is left and right of the mask may decide two bits of a byte of the secret at most.
    assert len(shown) - len("***") <= (len(user) + len(after)) * 4 / 3 + 4


@given(secrets, st.binary(max_size=5), st.binary(max_size=5))
def test_base64_at_any_offset_is_found(secret: str, before: bytes, after: bytes) -> None:
    masker = Masker([secret])
    assert masker.holds_secret(base64.b64encode(before + secret.encode() + after).decode())
    assert masker.holds_secret(base64.urlsafe_b64encode(before + secret.encode() + after).decode())


def test_a_secret_of_several_lines_is_found_line_by_line() -> None:
    masker = Masker([KEY])
    for text in (KEY, KEY.replace("\n", "\r\n"), json.dumps(KEY)[1:-1]):
        assert masker.mask(text) == "***"
    indented = KEY.replace("\n", "\n   ")
    assert masker.mask(indented) == "***\n   ***\n   ***\n   ***\n   ***"


@pytest.mark.parametrize(
    "text",
    [
        "AbCdEf0123456789\nshort",
        "short\nGhIjKl9876543210",
        "web | AbCdEf0123456789\nweb | short\nok",
        "x\n  2\tAbCdEf0123456789\r\n  3\tshort\r\n",
        '["AbCdEf0123456789",\n "short",\n "x"]',
        "export KEY='AbCdEf0123456789\nshort'",
        "AbCdEf0123456789\n\x1b[0;31mshort\x1b[0m\n",
    ],
)
def test_a_short_line_is_masked_next_to_a_masked_line_of_its_secret(text: str) -> None:
    masker = Masker([KEY])
    assert "short" not in masker.mask(text)
    stream = masker.stream()
    assert "".join(map(stream.feed, text)) + stream.flush() == masker.mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "GhIjKl9876543210\nshort",
        "short\nAbCdEf0123456789",
        "AbCdEf0123456789\nother\nshort",
        "AbCdEf0123456789\nshort of disk",
        "AbCdEf0123456789\nunshort",
        "AbCdEf0123456789 short",
    ],
)
def test_a_short_line_elsewhere_is_ordinary_text(text: str) -> None:
    masker = Masker([KEY])
    assert "short" in masker.mask(text)
    stream = masker.stream()
    assert "".join(map(stream.feed, text)) + stream.flush() == masker.mask(text)


def test_short_lines_of_a_secret_are_followed_one_by_one() -> None:
    secret = "a\nbc\n\nAbCdEf0123456789\nde\n\nf\ng"
    masker = Masker([secret])
    indented = secret.replace("\n", "\n  ")
    shown = masker.mask(indented)
    assert shown.split() == ["***"] * 6
    assert masker.mask("a\nbc\nx\nde\nf\ng") == "a\nbc\nx\nde\nf\ng"


def test_a_short_line_is_masked_after_a_pause_too() -> None:
    stream = Masker([KEY]).stream()
    assert stream.feed("AbCdEf0123456789\n") + stream.flush() == "***\n"
    assert stream.feed("sho") == ""
    assert stream.feed("rt\n") + stream.flush() == "***\n"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_a_secret_is_found_with_accents_composed_and_decomposed(form: Form, written: Form) -> None:
    secret, text = (
        normalize(each, "pässwörd-Ångström\nzwölf\n일이삼사오육칠팔") for each in (form, written)
    )
    masker = Masker([secret])
    for spelled in (text, quote(text), b64(text), json.dumps(text)[1:-1]):
        assert masker.mask(spelled) == "***"
    assert masker.mask(text.replace("\n", "\n  ")).split() == ["***"] * 3


def test_a_secret_with_a_line_end_is_found_without_it() -> None:
    assert Masker(["S3cr3t-value\n"]).mask("x S3cr3t-value y") == "x *** y"


def test_a_secret_is_found_as_the_sanitizer_prints_it() -> None:
    masker = Masker(["pa\u200bss\x07word"])
    assert masker.mask("pa\\u200bssword") == "***"
    assert masker.mask("pa\\u200bss\\x07word") == "***"


@pytest.mark.parametrize("secret", ["", "12345", "      ", " 12345 \n"])
def test_short_secrets_are_refused_without_being_told(secret: str) -> None:
    masker = Masker()
    with pytest.raises(SecretTooShort) as caught:
        masker.add(secret)
    assert "12345" not in str(caught.value)
    Masker(["123456"])


def test_an_ordinary_word_is_not_masked_in_other_case() -> None:
    assert Masker(["Payments"]).mask("payments of Payments") == "payments of ***"


def test_lines_are_masked_as_one_text_and_stay_apart() -> None:
    masker = Masker([KEY])
    rows = ["before", *KEY.split("\n"), "\x1b[0;31mshort\x1b[0m"]
    assert masker.mask_rows(rows) == ["before", *["***"] * 5, "\x1b[0;31mshort\x1b[0m"]
    assert masker.mask_rows(["a", ""]) == ["a", ""]


@pytest.mark.parametrize(("at", "is_parted"), [(1, False), (2, True), (10, True), (11, False)])
def test_whether_a_secret_lies_across_a_place_is_known(at: int, is_parted: bool) -> None:
    masker = Masker(["abcdefghij"])
    assert masker.parts_secret("_abcdefghij_", [at]) is is_parted
    assert not masker.parts_secret("_abcdefghi_", [at])


def test_overlapping_secrets_leave_nothing() -> None:
    masker = Masker(["abcdefgh", "efghijkl", "cdefgh"])
    assert masker.mask("-abcdefghijkl-") == "-***-"
    assert masker.mask("abcdefghabcdefgh") == "******"


def test_colours_inside_a_secret_do_not_hide_it() -> None:
    masker = Masker(["S3cr3t-value"])
    text = "\x1b[0;31mx S3cr\x1b[0;1m3t-value\x1b[0m y"
    assert masker.mask(text) == "\x1b[0;31mx ***\x1b[0;1m\x1b[0m y"
    assert masker.holds_secret(text)


def test_without_secrets_nothing_changes() -> None:
    stream = Masker().stream()
    assert stream.feed("token=\x1b[31") == "token=\x1b[31"
    assert stream.pending == ""


def test_a_secret_added_later_is_masked_from_then_on() -> None:
    masker = Masker()
    stream = masker.stream()
    assert stream.feed("S3cr3t-value ") == "S3cr3t-value "
    masker.add("S3cr3t-value")
    assert stream.feed("S3cr3t-value ") == "*** "


def test_a_possible_beginning_waits_and_is_shown_in_the_end() -> None:
    stream = Masker(["S3cr3t-value"]).stream()
    assert stream.feed("token=S3cr3") == "token="
    assert stream.pending == "S3cr3"
    assert stream.preview("t-val") == ""
    assert stream.preview("t-val", final=True) == "S3cr3t-val"
    assert stream.preview("t-value!") == "***!"
    assert stream.pending == "S3cr3"
    assert stream.feed("t-no") == "S3cr3t-no"
    assert stream.feed("S3c") == ""
    assert stream.flush() == "S3c"
    assert stream.pending == ""


@pytest.mark.proves("P8")
@given(
    st.lists(secrets, min_size=1, max_size=3),
    st.lists(st.integers(0, 400), max_size=8),
    st.data(),
)
def test_a_stream_masks_as_a_whole_wherever_it_is_cut(
    values: list[str], cuts: list[int], data: st.DataObject
) -> None:
    masker = Masker(values)
    forms = sorted(form for value in values for form in spellings(value) if len(form) >= MIN_SECRET)
    halves = [form[: len(form) // 2] for form in forms] + [form[3:] for form in forms]
    noise = ["a", "\n", " ", "\x1b[0;31m", "\x1b[0m"]
    part = st.one_of(st.sampled_from(forms), st.sampled_from(halves), st.sampled_from(noise))
    text = "".join(data.draw(st.lists(part, max_size=8)))
    assume("*" not in text)
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    stream = masker.stream()
    chunks = (text[a:b] for a, b in pairwise(edges))
    shown = "".join(map(stream.feed, chunks)) + stream.flush()
    assert shown == masker.mask(text)
    assert not any(form in strip_style(shown) for form in forms)


_line = st.sampled_from(["a", "b c", "=", "", "x-7", "LONG-LINE-1", "LONG-LINE-2"])
_between = st.sampled_from(
    ["\n", "\n", "\n  ", '",\n"', "\r\n", "\nlog a ", " ", "w", "\x1b[0;31m"]
)


@given(
    st.lists(_line, min_size=3, max_size=6), st.data(), st.lists(st.integers(0, 200), max_size=8)
)
def test_short_lines_are_masked_the_same_wherever_a_stream_is_cut(
    lines: list[str], data: st.DataObject, cuts: list[int]
) -> None:
    masker = Masker(["\n".join(["LONG-LINE-0", *lines])])
    parts = st.one_of(st.sampled_from(["LONG-LINE-0", *lines]), _line, _between)
    text = "".join(data.draw(st.lists(st.one_of(parts, _between), max_size=20)))
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    stream = masker.stream()
    shown = "".join(stream.feed(text[a:b]) for a, b in pairwise(edges)) + stream.flush()
    assert shown == masker.mask(text)


def test_secrets_are_added_while_others_mask() -> None:
    masker = Masker(["secret-of-old"])
    text = "it is secret-of-old, " * 5
    masked = masker.mask(text)
    done = threading.Event()

    def add() -> None:
        for number in range(100):
            masker.add(f"secret-{number:05}")
        done.set()

    thread = threading.Thread(target=add)
    thread.start()
    while not done.is_set():
        assert masker.mask(text) == masked
    thread.join()
    assert masker.mask("secret-00007 secret-00099") == "*** ***"


SPOKEN = 'it\'s "me" ok\\now\nnext\tline'
ON_TWO_LINES = "it's me\nand you"


@pytest.mark.parametrize(
    ("secret", "printed"),
    [
        # mysql_real_escape_string and PyMySQL; sqlstring, which escapes tabs too; MySQL's quote().
        (SPOKEN, 'it\\\'s \\"me\\" ok\\\\now\\nnext\tline'),
        (SPOKEN, 'it\\\'s \\"me\\" ok\\\\now\\nnext\\tline'),
        (SPOKEN, 'it\\\'s "me" ok\\\\now\nnext\tline'),
        (SPOKEN, "it''s \"me\" ok\\\\now\\nnext\\tline"),
        # PostgreSQL's quote_literal; the output of `mysql -B`.
        (SPOKEN, "it''s \"me\" ok\\\\now\nnext\tline"),
        ("a\r\\b\tc\nd'e", "a\r\\\\b\\tc\\nd'e"),
        # SQLite's `.mode insert`, older and newer.
        (ON_TWO_LINES, r"it''s me\nand you"),
        (r"it's \n" + ON_TWO_LINES, r"it''s \nit''s me\012and you"),
        (SPOKEN, r"""it''s "me" ok\\now\u000anext\u0009line"""),
        # URLs without what programs leave out; a path without needless slashes.
        (
            "https://u:p@Hooks.Example/api/hooks/1/T0k?w=1#f",
            "https://hooks.example/api/hooks/1/T0k",
        ),
        ("https://Hooks.Example/api/hooks/1/T0k?w=1#f", "POST /api/hooks/1/T0k?w=1 HTTP/1.1"),
        ("vaults//ada/./keys.db", "vaults/ada/keys.db"),
    ],
)
def test_what_databases_and_urls_make_of_a_secret(secret: str, printed: str) -> None:
    masked = Masker([secret]).mask(f"<{printed}>")
    assert masked in {"<***>", "<POST *** HTTP/1.1>"}


def test_a_short_path_of_a_url_is_an_ordinary_word() -> None:
    assert Masker(["https://db.example/postgres?x=1"]).mask("/postgres") == "/postgres"


@pytest.mark.parametrize(
    ("secret", "printed"),
    [
        (r"CORP\nadmin-pass\4word", "CORP\nadmin-pass\x04word"),
        (r"CORP\tadmin\\pass\101x", "CORP\tadmin\\passAx"),
        (r"CORP\x41dmin\u00e9\0101x", "CORPAdmin\xe9Ax"),
        (r"CORP\x41dmin\0101x", r"CORP\x41dminAx"),
        (r"a-long-domain\carl", "a-long-domain"),
        ("two  words\tand more", "two words and more"),
    ],
)
def test_what_echo_and_sentences_make_of_a_secret(secret: str, printed: str) -> None:
    assert Masker([secret]).mask(f"<{printed}>") == "<***>"
