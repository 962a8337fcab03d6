"""Where one types what is searched in an output, and how it is taken."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from pup_tui.tui.lines.finder import TextSearch


class SearchBar(Input):
    """Where a search is typed; escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close the search", show=False),
        Binding("ctrl+t", "how('plain')", "Text as it is, or a regular expression", show=False),
        Binding("ctrl+y", "how('exact')", "Capitals matter always, or where typed", show=False),
    ]

    class Left(Message):
        """The operator does not want to search after all."""

    class HowChanged(Message):
        """The text is to be looked for in another way."""

    def __init__(self) -> None:
        super().__init__(id="output-search", placeholder="enter finds · esc leaves")
        self.how = TextSearch()

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_how(self, what: str) -> None:
        how = self.how
        self.how = TextSearch(how.plain ^ (what == "plain"), how.exact ^ (what == "exact"))
        self.post_message(self.HowChanged())

    @property
    def told(self) -> str:
        """How the text is looked for, and the keys that change it."""
        plain = "text as it is" if self.how.plain else "regular expression"
        exact = "matter" if self.how.exact else "matter where typed"
        return f"{plain} ^t · capitals {exact} ^y"
