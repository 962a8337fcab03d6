"""What a text of a runbook is: from its role alone follows how it is read, judged, rendered, linted and
shown, and whether a secret may stand in it.

The model names the role of every text in the text's type; nothing else in the program asks in which kind of
step a text stands. A role cannot be added without saying what it is written in and who can read it.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from msgspec import Struct


class Language(Enum):
    """What a text is written in."""

    # That of Enum is not in C, and each text of a runbook is looked up by its role and language.
    __hash__ = object.__hash__

    PLAIN = auto()
    """Nothing in it is replaced."""
    TEMPLATE = auto()
    """Text with `{{ … }}`."""
    SCRIPT = auto()
    """A script for a shell, in which `{{ … }}` is data."""
    ARGUMENTS = auto()
    """Words of a command, in which `{{ … }}` is within one word."""
    SQL = auto()
    """Statements of SQL, in which `{{ … }}` is a parameter."""
    VALUE_COMMAND = auto()
    """A `pup` subcommand, or else a script for `sh`."""
    EXPRESSION = auto()
    CONDITION = auto()
    """An expression or one of the short forms."""
    ITEMS = auto()
    """A template that is one value, or an expression."""


class Exposure(Struct, frozen=True):
    """A place in which others could read a secret, why, and what to do instead."""

    place: str
    why: str
    instead: str


_READ: Final = "others can read it there"
_SAFER: Final = "give it to a shell step, or to the headers or the body of an http step"
_ARGUMENTS: Final = Exposure("an argument list", _READ, _SAFER)
_QUERY: Final = Exposure("the query of a URL", _READ, _SAFER)
_FILE: Final = Exposure("the name of a file", _READ, _SAFER)
_DATABASE_FILE: Final = Exposure(_FILE.place, _READ, "name the database by what is no secret")
_METHOD: Final = Exposure("the method of a request", _READ, _SAFER)
_RESOURCE: Final = Exposure("the id of a resource", _READ, _SAFER)
_EXPECT: Final = Exposure(
    "`expect`", "it is shown, and typed in sight", "let something else be typed"
)
_HOST: Final = Exposure(
    "the address of a host", _READ, "name the host and its user by what is no secret"
)
_LOCK: Final = Exposure("`lock`", "others are told it", "lock by something else")
_MASKED: Final = None
"""No exposure: a secret may stand there, and is masked where the text is shown."""


class Role(Enum):
    """What a text is for.

    `exposure` is None where a secret may stand; elsewhere none may.
    """

    __hash__ = object.__hash__

    NAME = "name", Language.PLAIN, _MASKED
    MARKDOWN = "markdown", Language.PLAIN, _MASKED
    LITERAL = "literal", Language.PLAIN, _MASKED
    """A name that must be known when the file is loaded."""
    PATTERN = "pattern", Language.PLAIN, _MASKED
    """A regular expression."""
    VERSIONS = "versions", Language.PLAIN, _MASKED
    """Which versions of a program will do."""
    MESSAGE = "message", Language.TEMPLATE, _MASKED
    """What people read."""
    NOTE = "note", Language.TEMPLATE, _MASKED
    """What people read beside a step: no run waits for it, and none fails for it."""
    LINK = "link", Language.TEMPLATE, _MASKED
    """Where a link beside a step leads."""
    TEXT = "text", Language.TEMPLATE, _MASKED
    """Data: a body, an environment variable, a field of a form."""
    STDIN = "stdin", Language.TEMPLATE, _MASKED
    """What the script of the same step reads on its standard input."""
    EXPECT = "expect", Language.TEMPLATE, _EXPECT
    LOCK = "lock", Language.TEMPLATE, _LOCK
    HOST = "host", Language.TEMPLATE, _HOST
    """Where a step runs, as the `ssh` of the operator knows it."""
    USER = "user", Language.TEMPLATE, _HOST
    """Who a step is on its host."""
    PORT = "port", Language.TEMPLATE, _HOST
    """The number of a port."""
    FILE = "file", Language.TEMPLATE, _FILE
    """The name of a file or a directory."""
    WRITTEN_FILE = "written_file", Language.TEMPLATE, _FILE
    """The name of a file that the step writes."""
    METHOD = "method", Language.TEMPLATE, _METHOD
    URL = "url", Language.TEMPLATE, _QUERY
    """Of a URL only what stands behind its `?` is exposed."""
    QUERY = "query", Language.TEMPLATE, _QUERY
    HEADER = "header", Language.TEMPLATE, _MASKED
    TARGET = "target", Language.TEMPLATE, _MASKED
    """An address that holds credentials: only its scheme is ever shown."""
    RESOURCE = "resource", Language.TEMPLATE, _RESOURCE
    JSON = "json", Language.TEMPLATE, _MASKED
    """A JSON value; one that stands alone in its text keeps its type."""
    SCRIPT = "script", Language.SCRIPT, _MASKED
    INPUT_SCRIPT = "input_script", Language.SCRIPT, _MASKED
    """What a shell reads on standard input as its script."""
    STATEMENTS = "statements", Language.SQL, _MASKED
    """What a database is asked to carry out."""
    DATABASE = "database", Language.TEMPLATE, _DATABASE_FILE
    """The URL of a database: a password stands in it as a value only, and is never shown. One that names a
    file is exposed."""
    PROGRAM = "program", Language.PLAIN, _MASKED
    """A script for an interpreter that is no shell."""
    ARGUMENT = "argument", Language.TEMPLATE, _ARGUMENTS
    """One word for a program."""
    ARGUMENTS = "arguments", Language.ARGUMENTS, _ARGUMENTS
    SUBCOMMAND = "subcommand", Language.ARGUMENTS, _ARGUMENTS
    """Words of a `pup` subcommand; a leading `pup` counts for nothing."""
    VALUE_COMMAND = "value_command", Language.VALUE_COMMAND, _ARGUMENTS
    """What gives a variable's value or its choices; exposed where it is a `pup` subcommand."""
    EXPRESSION = "expression", Language.EXPRESSION, _MASKED
    CONDITION = "condition", Language.CONDITION, _MASKED
    ITEMS = "items", Language.ITEMS, _MASKED
    DURATION = "duration", Language.TEMPLATE, _MASKED
    SIZE = "size", Language.TEMPLATE, _MASKED
    COUNT = "count", Language.TEMPLATE, _MASKED
    SHARE = "share", Language.TEMPLATE, _MASKED
    """How many of a known number: a whole number, or a percentage."""
    TOLERANCE = "tolerance", Language.TEMPLATE, _MASKED
    """How many of a known number may fail: as a share, or none."""
    FACTOR = "factor", Language.TEMPLATE, _MASKED
    STATUS = "status", Language.TEMPLATE, _MASKED
    """A status code of HTTP or a class of them."""

    language: Language
    exposure: Exposure | None

    def __new__(cls, name: str, language: Language, exposure: Exposure | None) -> Role:
        role = object.__new__(cls)
        role._value_ = name
        role.language, role.exposure = language, exposure
        return role


NOTES: Final = frozenset({Role.NOTE, Role.LINK})
"""What is told beside a step, and is no part of what it does."""
AMOUNTS: Final = frozenset(
    {
        *(Role.DURATION, Role.SIZE, Role.COUNT, Role.SHARE, Role.TOLERANCE),
        *(Role.FACTOR, Role.STATUS, Role.PORT),
    }
)
"""What a text of these is rendered to is a number or a code."""
INPUTS: Final = frozenset({Role.STDIN, Role.INPUT_SCRIPT})
"""What a process reads on its standard input."""
TARGETS: Final = frozenset({Role.URL, Role.DATABASE, Role.TARGET, Role.RESOURCE})
"""What a step reaches for: where that renders to nothing, an optional step is skipped."""
EXPRESSIONS: Final = frozenset({Language.EXPRESSION, Language.CONDITION, Language.ITEMS})
"""Languages whose texts are an expression as a whole, without `{{ }}`."""
COMMANDS: Final = frozenset(
    {Role.SCRIPT, Role.PROGRAM, Role.ARGUMENT, Role.ARGUMENTS, Role.SUBCOMMAND}
)
"""What starts a process: its step has an environment and a directory."""
FILES: Final = frozenset({Role.FILE, Role.WRITTEN_FILE})
"""Names of files, which are relative to the directory of the step."""
EDITED: Final = frozenset(
    {
        *(Role.METHOD, Role.URL, Role.QUERY, Role.HEADER, Role.JSON, Role.TEXT),
        *FILES,
        *(Role.MESSAGE, Role.RESOURCE, Role.STATEMENTS, Role.ARGUMENTS, Role.SUBCOMMAND),
    }
)
"""What a person may change of a step that failed: what it sends and where, but no address with credentials.

Scripts are changed as they are run, with their values beside them.
"""

CHANGING_METHODS: Final = frozenset({"PUT", "PATCH", "DELETE"})
"""What a `METHOD` says that is there to change what it is sent to. A POST may be a search with a body."""
