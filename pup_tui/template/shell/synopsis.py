"""What a program does with its words, written in a line, as manual pages write a synopsis.

The words of a line, in any order for options and in theirs for operands:

- ``-p=``: the option takes a value, which is data. ``-p==`` takes two, ``-p?`` only one in its own word,
  ``-p=_*`` all words up to the next option; ``-p`` takes none, as any option that is not in the line
- ``-c=CODE``: the value is code; ``-f=FILE`` names a file of code; ``-x=RUN``: the words behind are a
  command, up to ``;`` or ``+``, and of ``-x=LINE``, as of an operand ``LINE``, a single one is a script;
  ``-v=VAR`` names a variable; ``-I=MARK`` is what `FEED` replaces
- ``python -m timeit``: an option may stand in a subcommand's name
- ``-e=CODE!``: the option stands in place of the operand that is code or a file of code
- ``-c@CODE``: with this option that operand is code; ``-s@STDIN``: standard input is, and operands are data
- ``-c=CODE/regex/``: code only if the value begins so, in any case; ``CODE&/regex/``, as an operand: only
  if the word before does, which is a key
- ``_``: an operand that is data; ``CODE``, ``FILE``, ``VAR`` as above; ``OUT``: a file that is written;
  ``ARGS``: becomes one of the script's own arguments
- ``CODE*``: this operand and all behind it; ``RUN``: a command begins here; ``REST``: all that follows is
  data
- ``<CODE``: standard input is code where nothing else of the command is, nor stands where ``REST`` does
- ``FEED``: standard input is put into the words of the command that is run; ``FEEDALL``: operands are; with
  ``FED/regex/`` what stands behind such a word, if a command stands before it
- ``NAMES``: operands name what is printed, on this machine, and are not printed themselves
- ``FILES``: names of files that it finds are printed
- ``ENV``: variables of the environment are printed, unless a command is run
- ``SETS``: words before the command may set variables: one that a value begins may be any variable or option
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Kind(Enum):
    """What a word is to the program that gets it."""

    DATA = "_"
    CODE = "CODE"
    FILE = "FILE"
    """The name of a file of code."""
    RUN = "RUN"
    """Here another command begins."""
    LINE = "LINE"
    """Here another command begins; a single word is a script."""
    REST = "REST"
    """From here on all is data, whatever it looks like."""
    VAR = "VAR"
    """The name of a variable that is set."""
    OUT = "OUT"
    """The name of a file that is written."""
    ARGS = "ARGS"
    """Becomes one of the script's own arguments."""
    MARK = "MARK"
    """What stands for the text that is fed in."""
    STDIN = "STDIN"
    NAME = "NAME"
    """The name of the command itself."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An operand or the value of an option."""

    kind: Kind = Kind.DATA
    pattern: re.Pattern[bytes] | None = None
    repeated: bool = False
    values: int = 1
    only_attached: bool = False
    replaces: bool = False
    """The operand that is code, or a file of code, is left out."""
    is_keyed: bool = False
    """The pattern is that of the word before."""
    redefines: bool = False
    """The option has no value and says what that operand is."""


@dataclass(slots=True)
class Synopsis:
    """A program or subcommand. ``language`` is that of its code."""

    language: str = ""
    options: dict[bytes, Slot] = field(default_factory=dict)
    operands: tuple[Slot, ...] = ()
    reads_code: bool = False
    feeds: bool = False
    feeds_operands: bool = False
    feeding: re.Pattern[bytes] | None = None
    prints_named: bool = False
    prints_files: bool = False
    prints_environment: bool = False
    sets_variables: bool = False
    subcommands: dict[bytes, Synopsis] = field(default_factory=dict)

    @property
    def is_interpreter(self) -> bool:
        """Whether it runs a script and hands on the words behind it."""
        return self.reads_code and self.operands[-1:] == (_REST,)


_REST: Final = Slot(Kind.REST)
_OPTION: Final = re.compile(r"([-+][^=?@]*)(={0,2}|[?@])(\w*)(\*?)(?:/(.+)/)?(!?)")
_OPERAND: Final = re.compile(r"(\w+?)(\*?)(&?)(?:/(.+)/)?")


class ProgramTable:
    """Lines ``names | language | synopsis``; what is indented continues a line.

    Each is read when it is needed.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        rows: list[str] = []
        for line in filter(None, lines):
            if line[0] == " ":
                rows[-1] += line
            else:
                rows.append(line)
        self._rows: dict[bytes, list[tuple[list[str], str]]] = {}
        for row in rows:
            names, rest = row.split("|", 1)
            for name in names.split(","):
                first, *inner = name.split()
                self._rows.setdefault(first.encode(), []).append((inner, rest))
        self._programs: dict[bytes, Synopsis] = {}

    def get(self, name: bytes) -> Synopsis | None:
        """The program of a name, with its subcommands."""
        if name in self._rows and name not in self._programs:
            self._programs[name] = program = Synopsis()
            for inner, rest in self._rows[name]:
                part = program
                for word in inner:
                    part = part.subcommands.setdefault(word.lower().encode(), Synopsis())
                language, synopsis = rest.split("|", 1)
                part.language = language.strip()
                _read(part, synopsis)
        return self._programs.get(name)

    def has_any(self, beginning: bytes) -> bool:
        """Whether the name of a program begins so."""
        return any(name.startswith(beginning) for name in self._rows)


def _read(program: Synopsis, synopsis: str) -> None:
    operands: list[Slot] = []
    for word in synopsis.split():
        if word[0] in "-+":
            name, slot = _option(word)
            program.options[name] = slot
        elif word == "<CODE":
            program.reads_code = True
        elif word in ("FEED", "FEEDALL"):
            program.feeds, program.feeds_operands = True, word == "FEEDALL"
        elif word.startswith("FED/"):
            program.feeding = _compiled(word[4:-1])
        elif word == "NAMES":
            program.prints_named = True
        elif word == "FILES":
            program.prints_files = True
        elif word == "ENV":
            program.prints_environment = True
        elif word == "SETS":
            program.sets_variables = True
        else:
            operands.append(_operand(word))
    program.operands = tuple(operands)


def _option(token: str) -> tuple[bytes, Slot]:
    match = _OPTION.fullmatch(token)
    if match is None:
        raise ValueError(f"no option of a synopsis: {token}")
    name, sign, kind, repeated, pattern, replaces = match.groups()
    slot = Slot(
        Kind(kind or "_"),
        _compiled(pattern),
        repeated=bool(repeated),
        values=1 if sign == "?" else sign.count("="),
        only_attached=sign == "?",
        replaces=bool(replaces),
        redefines=sign == "@",
    )
    return name.encode(), slot


def _operand(token: str) -> Slot:
    match = _OPERAND.fullmatch(token)
    if match is None:
        raise ValueError(f"no operand of a synopsis: {token}")
    kind, repeated, keyed, pattern = match.groups()
    return Slot(Kind(kind), _compiled(pattern), repeated=bool(repeated), is_keyed=bool(keyed))


def _compiled(pattern: str | None) -> re.Pattern[bytes] | None:
    return re.compile(pattern.encode(), re.IGNORECASE | re.DOTALL) if pattern else None
