"""What may hold a text on its way through a script: a word, what a command prints, a variable, a file …"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell.script_parts import ARGUMENTS

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class InWord:
    """The text is a part of this node; ``is_content``: it is in the file that the node names.

    ``around`` is what this node stands for, where the script says something of it: see `InVariable`. Of a
    node that becomes several words, the text is in the one at ``nth``, from 0, where that is known.
    """

    node: Node
    is_content: bool = False
    around: bytes = b""
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class InOutput:
    """What this statement prints holds the text.

    ``within``: a call of this function prints it, and is followed by itself.
    """

    node: Node
    within: Node | None = None


@dataclass(frozen=True, slots=True)
class InInput:
    """What this statement reads on its standard input holds the text; ``within`` is as in `InOutput`."""

    node: Node
    within: Node | None = None


@dataclass(frozen=True, slots=True)
class InVariable:
    """A variable holds the text; a word that the script was called with is one, in a function within that.

    ``around`` is all that it then holds, as it is assigned, where the text is only a part of that.
    """

    name: bytes
    within: Node | None = None
    around: bytes = b""


@dataclass(frozen=True, slots=True)
class InOwnWord:
    """A function is called with the text in the word of this number, from 1; 0 where that is not known."""

    function: Node
    number: int


@dataclass(frozen=True, slots=True)
class InFile:
    """The file of this name holds the text."""

    name: bytes


@dataclass(frozen=True, slots=True)
class InNames:
    """A file whose name holds the text may have been made."""


@dataclass(frozen=True, slots=True)
class InDescriptor:
    """A descriptor of the script's own, whichever it is, gives the text to who reads from it."""


Carrier = InWord | InOutput | InInput | InVariable | InOwnWord | InFile | InNames | InDescriptor

AS_ARGUMENTS: Final = tuple(map(InVariable, ARGUMENTS))
"""The words that a script is called with."""
