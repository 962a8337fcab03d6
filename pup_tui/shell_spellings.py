"""How shells spell a text when they quote it: `printf %q`, `${x@Q}`, `${(q)x}`, `set -x`, `export -p`.

Without the quotes around it, since it may be a part of a longer text: what bash, zsh, ksh, dash, busybox and
the programs of GNU (`ls -b`, `ls -Q`, `ls` on a terminal, their `printf %q`) make of each character, in a
UTF-8 locale and in the locale `C`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from string import hexdigits

from pup_tui.late_pattern import late_pattern

_ECHO_ESCAPES = {
    "of dash": late_pattern(r"\\(?:(?P<named>[\\abfnrtv])|0?(?P<octal>[0-7]{1,3})|(?P<end>c))"),
    "of zsh": late_pattern(
        r"\\(?:(?P<named>[\\abfnrtveE])|0(?P<octal>[0-7]{0,3})|x(?P<hex>[0-9A-Fa-f]{1,2})"
        r"|u(?P<code>[0-9A-Fa-f]{1,4})|U(?P<long>[0-9A-Fa-f]{1,8})|(?P<end>c))"
    ),
}
"""What `echo` takes for more than a backslash: in dash, busybox and `printf %b`, in zsh and bash (`-e`)."""

_QUOTES = late_pattern("'+")
_IN_DOUBLE_QUOTES = late_pattern(r'[\\"$`]')
_IN_BASH = late_pattern(r"""[ !"$&'()*,;<>?\[\\\]^`{|}]|(?<=[:=])~""")
_IN_ZSH = late_pattern(r"""[ "#$&'()*;<>?\[\\\]^`{|}]""")
_IN_LIBRARIES = late_pattern(r"[^A-Za-z0-9_@%+=:,./\n-]")
"""What is escaped by those who are on the safe side of every shell."""

_SPECIAL = {
    "utf-8": late_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029'\\!]"),
    "latin-1": late_pattern(r"[\x00-\x1f\x7f-\xff'\\!]"),
}
"""What may not be written as it is in `$'…'`: in a UTF-8 locale, and of bytes in the locale `C`."""

_ESCAPED = "'\\"
_NAMED = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r"}
_BY_LETTER = {letter: name for name, letter in _NAMED.items()} | {"e": "\x1b", "E": "\x1b"}
_NAMED_IN_BASH = {**_NAMED, "\x1b": "E"}
_NAMED_IN_KSH = {name: letter for name, letter in _NAMED_IN_BASH.items() if name != "\v"}


_Spell = Callable[[str, bytes, str], str]
"""How a shell writes a special character, with its bytes and in front of another one."""


def shell_spellings(text: str) -> Iterator[str]:
    """Every way in which a shell may quote a text."""
    for of_quotes in (_escaped_each, _doubled_each, _escaped_together, _doubled_together):
        spelled = _QUOTES.sub(of_quotes, text)
        yield spelled
        yield spelled.strip("'")  # Some put no quotes around nothing, at an end of the text.
    if "'" in text:
        yield from _between_quotes_in_zsh(text)
    for escaped in (_IN_DOUBLE_QUOTES, _IN_BASH, _IN_ZSH, _IN_LIBRARIES):
        yield escaped.sub(r"\\\g<0>", text)
    for read_as, codec in _readings(text):
        yield _in_ansi_quotes(read_as, codec, _ESCAPED, partial(_octal, _NAMED_IN_BASH))
        yield _in_ansi_quotes(read_as, codec, f"{_ESCAPED}!", partial(_octal, _NAMED))
        yield _in_ansi_quotes(read_as, codec, _ESCAPED, _caret)
        yield _in_ansi_quotes(read_as, codec, _ESCAPED, _hexadecimal)
        yield _one_by_one_in_zsh(read_as, codec)
        in_gnu = _in_ansi_quotes(read_as, codec, "\\", partial(_octal, _NAMED))
        yield in_gnu.replace(" ", "\\ ")
        yield in_gnu.replace('"', '\\"')
        yield _run_by_run_in_gnu(read_as, codec)
    name, _, value = text.partition("=")
    if value and name.isidentifier():
        # For ksh it is an assignment, of which only the value needs quotes.
        yield f"{name}='{value}"
        for read_as, codec in _readings(value):
            yield f"{name}=$'{_in_ansi_quotes(read_as, codec, _ESCAPED, _hexadecimal)}"


def echoed(text: str) -> Iterator[str]:
    """What `echo` makes of a text with backslashes, which it takes for escapes in some shells."""
    if "\\" not in text:
        return
    for escape in _ECHO_ESCAPES.values():
        said, end = "", 0
        for found in escape.finditer(text):
            said += text[end : found.start()]
            end = found.end()
            named = found.groupdict()
            if named["end"]:  # the rest is not printed
                end = len(text)
                break
            said += _meant(named)
        yield said + text[end:]


def _meant(named: Mapping[str, str | None]) -> str:
    if letter := named["named"]:
        return _BY_LETTER.get(letter, letter)
    if (octal := named["octal"]) is not None:
        return chr(int(octal or "0", 8) & 0xFF)
    number = int(named["hex"] or named["code"] or named["long"] or "0", 16)
    return chr(number) if number <= 0x10FFFF else ""


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """A text as characters, and as bytes where that is another thing, with the codec of each."""
    yield text, "utf-8"
    if not text.isascii():
        yield text.encode("utf-8", "surrogatepass").decode("latin-1"), "latin-1"


def _escaped_each(found: re.Match[str]) -> str:
    return r"'\''" * len(found.group())


def _doubled_each(found: re.Match[str]) -> str:
    return "'\"'\"'" * len(found.group())


def _escaped_together(found: re.Match[str]) -> str:
    return "'" + r"\'" * len(found.group()) + "'"


def _doubled_together(found: re.Match[str]) -> str:
    return f"'\"{found.group()}\"'"


def _between_quotes_in_zsh(text: str) -> Iterator[str]:
    """A text of which only those parts between its quotes are quoted that need it.

    What stands beside it may make the first and the last need it.
    """
    first, *inner, last = text.split("'")
    middle = [f"'{part}'" if _IN_ZSH.search(part) else part for part in inner]
    for closing in ("", "'"):
        for opening in ("", "'"):
            yield r"\'".join((first + closing, *middle, opening + last))


def _in_ansi_quotes(text: str, codec: str, escaped: str, spell: _Spell) -> str:
    """A text as it stands in `$'…'`."""

    def spelled(found: re.Match[str]) -> str:
        character = found.group()
        if character in "'\\!":
            return f"\\{character}" if character in escaped else character
        return spell(character, character.encode(codec), text[found.end() : found.end() + 1])

    return _SPECIAL[codec].sub(spelled, text)


def _one_by_one_in_zsh(text: str, codec: str) -> str:
    """A text in which each special character has quotes of its own."""

    def spelled(found: re.Match[str]) -> str:
        character = found.group()
        if character in "'\\!":
            return character
        return f"$'{_octal(_NAMED, character, character.encode(codec), '')}'"

    return _SPECIAL[codec].sub(spelled, _IN_ZSH.sub(r"\\\g<0>", text))


def _run_by_run_in_gnu(text: str, codec: str) -> str:
    """A text in which special characters in a row have quotes of their own."""
    spelled, is_quoted = "", True
    for character in text:
        is_special = character not in "\\!'" and _SPECIAL[codec].match(character) is not None
        if is_special:
            spelled += "'$'" * is_quoted + _octal(_NAMED, character, character.encode(codec), "")
        elif character == "'":
            spelled += r"'\''"
        else:
            spelled += ("" if is_quoted else "''") + character
        is_quoted = not is_special
    return spelled


def _octal(named: Mapping[str, str], character: str, raw: bytes, _: str) -> str:
    if character in named:
        return f"\\{named[character]}"
    return "".join(f"\\{byte:03o}" for byte in raw)


def _caret(character: str, raw: bytes, _: str) -> str:
    if character in "\t\n":
        return f"\\{_NAMED[character]}"
    spelled = ""
    for byte in raw:
        low = byte & 0x7F
        is_control = low < 0x20 or low == 0x7F
        spelled += r"\M-" * (byte > 0x7F) + (rf"\C-{chr(low ^ 0x40)}" if is_control else chr(low))
    return spelled


def _hexadecimal(character: str, raw: bytes, after: str) -> str:
    if character in _NAMED_IN_KSH:
        return f"\\{_NAMED_IN_KSH[character]}"
    if len(raw) > 1:
        return rf"\u[{ord(character):x}]"
    return rf"\x[{raw.hex()}]" if after and after in hexdigits else rf"\x{raw.hex()}"
