"""Where one types what is searched in an output or a fleet, and how it is taken."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from pup_tui.output.search import TextSearch
from pup_tui.tui.keys import bound, key_of, with_keys


class SearchBar(Input):
    """Where a search is typed; escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": ("leave", "Close the search"),
            "search_plain": "how('plain')",
            "search_capitals": "how('exact')",
        }
    )

    class Left(Message):
        """The operator does not want to search after all."""

    class HowChanged(Message):
        """The text is to be looked for in another way."""

    def __init__(self, id_: str) -> None:
        super().__init__(id=id_, classes="search-bar")
        self.how = TextSearch()

    def on_mount(self) -> None:
        self.placeholder = with_keys(self.app, "enter finds · {back} leaves")

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_how(self, what: str) -> None:
        how = self.how
        self.how = TextSearch(how.plain ^ (what == "plain"), how.exact ^ (what == "exact"))
        self.post_message(self.HowChanged())

    def told_wrong(self, error: re.error) -> str:
        """Why a text is no expression, and which key takes it as it is typed."""
        plain = key_of(self.app, "search_plain")
        return f"not a regular expression: {error.msg} · {plain} takes it as text"

    @property
    def told(self) -> str:
        """How the text is looked for, and what the keys make of that."""
        as_what = ("as text", "as regex") if self.how.plain else ("as regex", "as text")
        when = ("always", "where typed") if self.how.exact else ("where typed", "always")
        told = (
            f"{as_what[0]}, {{search_plain}} {as_what[1]} · "
            f"capitals matter {when[0]}, {{search_capitals}} {when[1]}"
        )
        return with_keys(self.app, told)
