"""The link to a runbook that an alert brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from pup_tui.analysis.alerts.alert import Fact
from pup_tui.analysis.alerts.chat import links_of
from pup_tui.analysis.alerts.places import FoundThere
from pup_tui.analysis.alerts.words import plain, words

_SAYS = ("runbook", "playbook", "anleitung", "handbuch", "betriebshandbuch", "sop", "procedure")
_MOST_TEXTS: Final = 500


def runbook_link(tree: Any, where: str) -> Fact | None:
    """The link that says that it leads to a runbook: by its key, by its words, or by the address itself."""
    by_words: Fact | None = None
    by_address: Fact | None = None
    for number, (key, found) in enumerate(_texts(FoundThere(tree, where), "")):
        if number > _MOST_TEXTS:
            break
        text = str(found.value)
        if "http" not in text:
            continue
        if words().facts.get(plain(key)) == "runbook_url" and text.startswith("http"):
            return Fact(text.split(maxsplit=1)[0], found.where)
        for link in links_of(text):
            said = plain(link["text"])
            if by_words is None and any(word in said for word in _SAYS):
                by_words = Fact(link["url"], found.where or "the text")
            if by_address is None and _is_runbook(link["url"]):
                by_address = Fact(link["url"], found.where or "the text", guess=True)
    return by_words or by_address


def _is_runbook(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "runbook" in f"{parts.hostname or ''}{parts.path}".lower()


def _texts(found: FoundThere, key: str) -> Iterator[tuple[str, FoundThere]]:
    if isinstance(found.value, dict):
        text, url = found.value.get("text"), found.value.get("url")
        if isinstance(text, str) and isinstance(url, str) and len(found.value) == 2:
            yield text, FoundThere(url, f"{found.where} (the link `{text[:40]}`)")
            return
        for name, inner in found.value.items():
            yield from _texts(
                FoundThere(inner, f"{found.where}.{name}" if found.where else name), name
            )
    elif isinstance(found.value, list):
        for number, inner in enumerate(found.value):
            yield from _texts(FoundThere(inner, f"{found.where}[{number}]"), key)
    elif isinstance(found.value, str):
        yield key, found
