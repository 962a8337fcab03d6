"""What sentences of a page say: conditions, waits, warnings, questions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pup_tui.convert.markdown.blocks import code_in, plain

_DANGER = re.compile(
    r"(?i)⚠|🚨|☠|\b(?:careful|danger(?:ous)?|destructive|destroys?|irreversible"
    r"|cannot be undone|loses?|lost|data loss|"
    r"outage|downtime|caution|warning|only database|without writes|last resort)\b"
)
_PREREQUISITES = re.compile(
    r"(?i)\b(pre-?requisites?|requirements?|before you (?:start|begin)|you need|access"
    r"|preparation|prerequisite)\b"
)
_CONTACTS = re.compile(
    r"(?i)\b(contacts?|escalation|owners?|ownership|who to call|on-?call|references?"
    r"|see also|related|further reading|links|changelog|history)\b"
)
_ROLLBACK = re.compile(r"(?i)\b(roll-?back|back ?out|undo|revert|reverse)\b")
_VERIFY = re.compile(r"(?i)\b(verif\w+|validation|check that|confirm(?:ation)?|post-?checks?)\b")
_ALERTS = re.compile(r"(?i)\b(alerts?|detection|triggers?|symptoms?)\b")
_ABOUT = re.compile(
    r"(?i)^(?:overview|meaning|impact|summary|about|background|description|context"
    r"|purpose|scope|introduction|when to use)"
)
_UNTIL = re.compile(
    r"(?i)\b(?:repeat(?:ed(?:ly)?)?|wait|retry|watch|poll|again)\b[^.]*?\buntil\b\s*(?P<what>[^.:]*)"
)
_NUMBER = r"(?P<number>\d[\d.,]*)"
_LIMIT = re.compile(
    rf"(?i)\b(?P<side>above|over|more than|greater than|exceeds|higher than|below|under"
    rf"|less than|fewer than|lower than|at least|at most)\s+{_NUMBER}"
)
_LIMIT_BEFORE = re.compile(
    rf"(?i)^\W*(?P<side>more than|over|above|less than|fewer than|below)\s+{_NUMBER}"
)
_STOP = re.compile(
    r"(?i)\b(stop|abort|do not (?:continue|go on|proceed)|don't (?:continue|go on|proceed))\b"
)
_TIME = re.compile(r"(?i)\(?\b(\d+)\s*(s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?)\b\)?")
_QUESTION = re.compile(r"^(?P<asked>[^.!?\n]{3,80})\?")
_CONDITION = re.compile(r"(?i)^(?P<asked>(?:if|when|in case)\b[^,:\n]{3,80})[,:]")
_TWO_PEOPLE = re.compile(
    r"(?i)\b(?:two people|two persons|second person|four[- ]eyes|two-person|in pairs"
    r"|somebody else reads|another engineer)\b"
)
_ORDERED_WORK = re.compile(
    r"(?i)\b(call|ask|tell|notify|page|escalate|write|inform|contact|answer|open|close|announce"
    r"|update|make sure|check|post|create|assign|send)\b"
)
_GIVEN = re.compile(
    r"(?i)^give\s+(?:it|(?:the|this|each|every)\s+(?P<thing>[\w-]+)|this|that)\s+(?P<what>an?\s+[^.:;!?]+)"
)
_WORD = re.compile(r"[A-Za-z]+")
_BEHIND = re.compile(r"[:,(–—]")
_GENERIC = frozenset({"name", "title", "id", "number", "label", "key", "code"})
"""Words that say what a value is of only with the thing that it belongs to."""
CHOSEN = frozenset({"severity", "priority", "sev"})
"""Heads of tables of which one row is chosen."""
NO_WORK = frozenset({"about", "alerts", "contacts", "rollback"})
"""Sections in which nothing is to be done."""


@dataclass(frozen=True)
class Limit:
    """Where to stop: the condition that must hold, and the sentence that says so."""

    condition: str
    message: str


def section_kind(title: str) -> str:
    """What a section is for, by its title; empty where that does not tell."""
    text = plain(title)
    for kind, pattern in (
        ("rollback", _ROLLBACK),
        ("prerequisites", _PREREQUISITES),
        ("contacts", _CONTACTS),
        ("about", _ABOUT),
        ("verification", _VERIFY),
        ("alerts", _ALERTS),
    ):
        if pattern.search(text):
            return kind
    return ""


def is_dangerous(*texts: str) -> bool:
    """Whether a text warns of what a command does."""
    return any(_DANGER.search(text) for text in texts)


def orders_work(text: str) -> bool:
    """Whether a text tells somebody to do something."""
    return bool(_ORDERED_WORK.search(text))


def given_in(text: str, title: str) -> list[str]:
    """What somebody is to give: `Give it a severity and a name` is `severity` and `incident name`.

    `title` is that of the page: what it is about stands before its first colon.
    """
    found = _GIVEN.match(re.sub(r"\([^)]*\)", " ", plain(text)))
    if found is None:
        return []
    about = [found["thing"]] if found["thing"] else _WORD.findall(_BEHIND.split(plain(title))[0])
    given = []
    for part in re.split(r"\s*(?:,|\band\b)\s*", found["what"]):
        words = re.fullmatch(r"(?:an?|the)\s+([A-Za-z][\w -]{1,30}?)\s*", part)
        if words is None:
            continue
        of = f"{about[-1].lower()} " if words[1].lower() in _GENERIC and about else ""
        given.append(f"{of}{words[1].lower()}")
    return given


def needs_two(text: str) -> bool:
    """Whether a text wants a second person."""
    return bool(_TWO_PEOPLE.search(text))


def until_of(text: str) -> str | None:
    """The condition of a wait: all words that stand as code in what is waited for are in the output."""
    found = _UNTIL.search(text)
    if found is None:
        return None
    words = code_in(found["what"])
    return " and ".join(f"'{word}' in output" for word in words if "'" not in word) or None


def limit_of(text: str) -> Limit | None:
    """`If it is above 30, stop`: what must hold of the number that the command before printed."""
    if not _STOP.search(text):
        return None
    found = _LIMIT.search(plain(text)) or _LIMIT_BEFORE.search(plain(text))
    if found is None:
        return None
    operators = {
        "above": "<=",
        "over": "<=",
        "more": "<=",
        "greater": "<=",
        "exceeds": "<=",
        "higher": "<=",
        "at most": "<=",
    }
    side = found["side"].lower()
    operator = next((o for word, o in operators.items() if side.startswith(word)), ">=")
    return Limit(f"{operator} {number(found['number'])}", plain(text))


def expected_of(text: str) -> str | None:
    """`Expected result: below 30`: the condition of the number."""
    if not re.match(r"(?i)\W*(?:expected|expect|should be|must be)", plain(text)):
        return None
    found = _LIMIT.search(plain(text))
    if found is None:
        return None
    side = found["side"].lower()
    high = side in ("above", "over", "more than", "greater than", "exceeds", "higher than")
    operator = ">=" if side == "at least" else "<=" if side == "at most" else ">" if high else "<"
    return f"{operator} {number(found['number'])}"


def number(text: str) -> str:
    """A number as people write it: `10.000` and `10,000` are ten thousand."""
    text = text.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return re.sub(r"[.,]", "", text)
    return text.replace(",", ".")


def time_in(text: str) -> str | None:
    """A time that a title names: `(2 min)` is `2m`."""
    found = _TIME.search(text)
    return f"{found[1]}{found[2][0].lower()}" if found else None


def pause_in(text: str) -> str | None:
    """How long to wait, where a sentence says nothing else: `Wait for 5 minutes.` is `5m`."""
    found = re.fullmatch(
        r"(?i)(?:then\s+)?wait(?:\s+for)?(?:\s+(?:about|another|at least))?\s+(\d+)\s*"
        r"(s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?)\b\W*",
        plain(text),
    )
    return f"{found[1]}{found[2][0].lower()}" if found else None


def asked_in(text: str) -> str | None:
    """The question, or the condition, with which an item begins."""
    found = _QUESTION.match(plain(text)) or _CONDITION.match(plain(text))
    return found["asked"].strip() if found else None


def condition_in(text: str) -> str | None:
    """The condition of a sentence that says what to do then: `If it hangs, restart it:`."""
    found = _CONDITION.match(plain(text))
    if found is None or not re.match(r"(?i)if|in case", found["asked"]) or limit_of(text):
        return None
    return found["asked"].strip()


def title_of(text: str) -> str:
    """A step's name out of a title or the beginning of a text."""
    text = re.sub(r"(?i)^(?:step|phase)\s*\d+\s*[:.)-]?\s*|^\d+[.)]\s*", "", plain(text))
    text = re.sub(r"\s*\([^)]*\)\s*:?\s*$", "", text)
    text = re.sub(r"[^\w\s`'\"/,.:()<>=%&+@#-]", "", text).strip(" :.-")
    first = re.split(r"(?<=[a-z0-9])[.:!?;](?:\s|$)", text)[0].strip(" :.-?!")
    if len(first) > 60:
        first = first[:60].rsplit(" ", 1)[0].rstrip(" ,")
    first = re.sub(r"\s+(?:with|by|using|via|like|as|for|in|on|of|to|run|running)$", "", first)
    return first[:1].upper() + first[1:]


def pattern_like(example: str) -> str:
    """A pattern for values that look like an example: `c-12345` gives `c-[0-9]+`."""
    return re.sub(
        r"(?:\[0-9\])+", "[0-9]+", re.sub(r"\d+", "[0-9]", re.escape(example).replace("\\-", "-"))
    )
