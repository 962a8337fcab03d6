"""Messages of chats as their hooks take them, in JSON: cards, attachments, blocks, embeds.

A message has the same words whether it is copied out of a chat or caught on its way there. So what stands
in a card is written down as text, a pair of name and value as one line, and read as that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pup_tui.late_pattern import late_pattern

_HOLDS: Final = frozenset({"attachments", "blocks", "embeds", "cards", "cardsV2", "sections"})
"""Keys of what a message holds, by Slack and its kin, Discord, Google Chat, Teams."""
_BESIDE: Final = frozenset(
    (
        *("potentialAction", "channel", "channel_id", "username", "user", "icon_emoji"),
        *("icon_url", "props", "mrkdwn", "link_names", "unfurl_links", "unfurl_media", "parse"),
        *("type", "ts", "thread_ts", "themeColor", "@type", "@context", "avatar_url", "tts"),
        *("allowed_mentions", "color", "$schema", "version", "body", "actions", "msteams"),
        *("thread", "response_type", "metadata", "correlationId"),
    )
)
"""Keys that stand beside the words of a message. What has others is no message, but somebody's own JSON."""
_NAMES: Final = ("title", "name", "label", "topLabel", "key")
_VALUES: Final = ("value", "content", "text")
_LINKS: Final = ("title_link", "url", "uri", "href", "author_link")
_WORDS: Final = (
    *("pretext", "title", "header", "subtitle", "summary", "text", "content", "description"),
    *("activityTitle", "activitySubtitle", "activityText", "fallback", "value", "footer"),
)
"""Keys whose texts people read, in the order in which a chat shows them."""
_TALLEST: Final = 12
_BELOW = late_pattern(r"\s*\*{1,2}([^*\n]{1,60}?)\s*:?\s*\*{1,2}\s*:?[ \t]*\n[ \t]*([^\n]+)\s*\Z")
"""A name in bold and below it its value, as Slack writes a field."""


def card_text(tree: Any) -> str | None:
    """The text of a message; None for what is no message of a chat."""
    if not isinstance(tree, Mapping) or not _is_card(tree):
        return None
    return "\n".join(dict.fromkeys(_lines(tree, 0))) or None


def _is_card(tree: Mapping[str, Any]) -> bool:
    if not _HOLDS.union(_BESIDE, _WORDS).issuperset(tree):
        return False
    if any(isinstance(tree.get(key), list) and tree[key] for key in _HOLDS):
        return True
    return any(isinstance(tree.get(key), str) and tree[key] for key in ("text", "content"))


def _lines(tree: Any, level: int) -> Iterator[str]:
    if level > _TALLEST:
        return
    if isinstance(tree, list):
        for each in tree:
            yield from _texts(each) if isinstance(each, str) else _lines(each, level + 1)
        return
    if not isinstance(tree, Mapping):
        return
    pair = _pair(tree)
    if pair is not None:
        yield pair
        return
    told, url = _link(tree)
    if url:
        yield f"<{url}|{told}>" if told else url
    for key in _WORDS:
        said = tree.get(key)
        if isinstance(said, str) and said != told:
            yield from _texts(said)
    for inner in tree.values():
        if isinstance(inner, Mapping | list):
            yield from _lines(inner, level + 1)


def _texts(said: str) -> Iterator[str]:
    below = _BELOW.match(said)
    if below is not None:
        yield f"{below[1]}: {below[2]}"
        return
    yield from (line for line in said.splitlines() if line.strip())


def _pair(tree: Mapping[str, Any]) -> str | None:
    """A field of a card in one line."""
    name = next((tree[key] for key in _NAMES if isinstance(tree.get(key), str)), "").strip(" *:")
    value = next((tree[key] for key in _VALUES if isinstance(tree.get(key), str)), None)
    if not name or not isinstance(value, str) or not value.strip() or len(name) > 60:
        return None
    is_more = any(isinstance(inner, list | Mapping) for inner in tree.values()) or any(
        key in tree for key in ("title_link", "color", "fallback", "description", "subtitle")
    )
    return None if is_more or "\n" in value.strip() else f"{name}: {value.strip()}"


def _link(tree: Mapping[str, Any]) -> tuple[str, str]:
    """The words of a title or button, and the address that it opens; empty where it opens none."""
    url = next((each for each in _addresses(tree) if each.startswith(("http://", "https://"))), "")
    said = tree.get("text") if isinstance(tree.get("text"), Mapping) else tree
    words = (
        (said.get(key) for key in ("title", "name", "text")) if isinstance(said, Mapping) else ()
    )
    return next((word for word in words if isinstance(word, str)), "") if url else "", url


def _addresses(tree: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of a thing itself, by the ways in which chats write them."""
    yield from (tree[key] for key in _LINKS if isinstance(tree.get(key), str))
    click = tree.get("onClick")
    opened = click.get("openLink") if isinstance(click, Mapping) else None
    targets = tree.get("targets")
    for each in (opened, *(targets if isinstance(targets, list) else ())):
        if isinstance(each, Mapping):
            yield from (each[key] for key in _LINKS if isinstance(each.get(key), str))
