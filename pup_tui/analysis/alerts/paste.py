"""What somebody pasted, as a tree to read places from: whichever form it has."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import timezone
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.analysis.alerts.broken_json import read_json
from pup_tui.analysis.alerts.cards import card_text
from pup_tui.analysis.alerts.chat import text_of_html, tree_of, trimmed
from pup_tui.analysis.alerts.hiding import hidden_text, hide
from pup_tui.analysis.alerts.moments import zone_of
from pup_tui.analysis.alerts.table import PasteForm
from pup_tui.late_pattern import late_pattern

LARGEST: Final = 1024 * 1024
"""Characters of a paste."""
LONGEST_TEXT: Final = 100_000
"""Characters of a text that is no JSON: what is wrong stands at its beginning."""
MOST_THINGS: Final = 50_000
"""Keys and items of a paste."""
DEEPEST: Final = 60
"""Levels of a paste."""

_HEADER = late_pattern(
    r"(?i)(?:from|to|cc|subject|date|return-path|received|delivered-to|message-id|mime-version|"
    r"content-type|reply-to|sender|von|an|betreff|datum|x-[a-z-]+)[ \t]*:[ \t]*\S"
)
_QUERY = late_pattern(r"\??[A-Za-z_][\w.\[\]-]*=[^&\s]*(?:&[A-Za-z_][\w.\[\]-]*=[^&\s]*)+\Z")
_ADDRESS = late_pattern(r"<?(https?://[^\s<>|]+)(?:\|[^>]*)?>?\Z")
_YAML = late_pattern(r"(?m)^(?:apiVersion|kind|involvedObject):[ \n]")
_ENVELOPES: Final = ("Message", "body", "data", "payload", "message", "alert", "text")
"""Keys whose text may be another paste: of SNS, gateways, queues, Pub/Sub."""
_DEEPEST_ENVELOPE: Final = 4


class Paste(Struct, frozen=True, kw_only=True):
    """A paste without its secrets. `hidden` names the keys that held some, `notes` say how it was read.

    `zone` is that of a mail's date.
    """

    form: PasteForm
    tree: Any
    text: str
    hidden: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    zone: timezone | None = None


class NoAlert(ValueError):
    """What was pasted cannot be read; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read_paste(text: str) -> Paste:
    """What a text is. Raises NoAlert for one that is empty or too large."""
    if len(text) > LARGEST:
        raise NoAlert(
            f"the alert has {len(text):,} characters, and at most {LARGEST:,} are read",
            "paste the part that says what is wrong",
        )
    # A half of a character is none, and what reads mails does not take it.
    text = text.encode("utf-8", "replace").decode().replace("\x00", "")
    text = text.removeprefix("\ufeff").strip()
    if not text:
        raise NoAlert("there is no alert: the text is empty", "paste an alert, or name a file")
    hidden: dict[str, None] = {}
    form, tree, notes, zone = _formed(text)
    if form != "json" and len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        form, tree, notes, zone = _formed(text)
        notes.append(f"only its first {LONGEST_TEXT:,} characters were read")
    _check_size(tree)
    tree = hide(tree, hidden)
    return Paste(
        form=form,
        tree=tree,
        text=json.dumps(tree, indent=2, ensure_ascii=False)
        if form == "json"
        else hidden_text(text),
        hidden=tuple(hidden),
        notes=tuple(notes),
        zone=zone,
    )


def as_message(paste: Paste) -> Paste:
    """JSON that is a message of a chat as the text that people see; everything else as it is."""
    text = card_text(paste.tree) if paste.form == "json" else None
    if text is None:
        return paste
    hidden = dict.fromkeys(paste.hidden)
    tree = hide(tree_of(text), hidden)
    notes = (*paste.notes, "it was read as a message of a chat")
    return replace(paste, form="text", tree=tree, text=text, hidden=tuple(hidden), notes=notes)


def _formed(text: str) -> tuple[PasteForm, Any, list[str], timezone | None]:
    address = _ADDRESS.match(text)
    if address is not None:
        return "url", _address(trimmed(address[1])), [], None
    if _QUERY.match(text):
        return _query(dict(parse_qsl(text.removeprefix("?"), keep_blank_values=True)))
    if _HEADER.match(text):
        return _mail(text)
    found = read_json(text)
    if found is not None and (found.whole or found.cut or _is_most(text)):
        notes = []
        if found.cut:
            notes.append("the text is cut off: what stands before its end was read")
        if found.quotes:
            notes.append("typographic quotes were read as plain ones")
        return "json", _opened(found.value), notes, None
    if _YAML.search(text) and (tree := _yaml(text)) is not None:
        return "json", tree, [], None
    return "text", tree_of(text[:LONGEST_TEXT]), ["it was read as text"], None


def _is_most(text: str) -> bool:
    """Whether the JSON in a text is what it is about, and no detail of a longer message."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=0)
    return start < 300 or start < len(text) // 3


def _query(pairs: dict[str, Any]) -> tuple[PasteForm, Any, list[str], None]:
    payload = pairs.get("payload")
    inner = read_json(payload) if isinstance(payload, str) else None
    if inner is not None:
        return "json", _opened(inner.value), [], None
    return "form", pairs, [], None


def _address(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return {"url": url, "host": "", "path": "", "query": {}}
    try:
        query = dict(parse_qsl(parts.query, max_num_fields=200))
    except ValueError:
        query = {}
    return {
        "url": url,
        "scheme": parts.scheme,
        "host": host,
        "path": parts.path,
        "query": query,
        "fragment": parts.fragment,
    }


def _opened(tree: Any, level: int = 0) -> Any:
    """What is inside the envelopes of those who carry alerts about."""
    if isinstance(tree, list) and len(tree) == 1:
        return _opened(tree[0], level)
    if not isinstance(tree, dict) or level > _DEEPEST_ENVELOPE:
        return tree
    records = tree.get("Records")
    if isinstance(records, list) and records:
        inner = records[0].get("Sns", records[0]) if isinstance(records[0], dict) else None
        return _opened(inner, level + 1) if isinstance(inner, dict) else tree
    if isinstance(tree.get("message"), dict) and "data" in tree["message"]:  # Pub/Sub
        return _opened(tree["message"], level + 1)
    for key in _ENVELOPES:
        inner = _inside(tree.get(key))
        if inner is not None:
            return _opened(inner, level + 1)
    return tree


def _inside(said: Any) -> Any:
    """The JSON that a text is, also in base64."""
    if not isinstance(said, str) or len(said) < 2:
        return None
    if said.lstrip().startswith(("{", "[")):
        found = read_json(said)
        return found.value if found is not None and found.whole else None
    if said.startswith(("eyJ", "ewog", "ewo", "W3si")):
        try:
            return _inside(base64.b64decode(said, validate=True).decode())
        except (binascii.Error, ValueError):
            return None
    return None


def _mail(text: str) -> tuple[PasteForm, Any, list[str], timezone | None]:
    from email import message_from_string, policy

    try:
        mail = message_from_string(text, policy=policy.default)
        headers = {name: str(mail.get(name, "")) for name in ("subject", "from", "date")}
        headers["subject"] = headers["subject"] or str(mail.get("betreff", ""))
        body = _body(mail)
    except Exception:  # headers make the package raise whatever their parts do
        return "text", tree_of(text), ["it was read as text"], None
    inner = read_json(body) if body.lstrip().startswith("{") else None
    if inner is not None and inner.whole:
        return "json", _opened(inner.value), [], zone_of(headers["date"])
    body = body[:LONGEST_TEXT]
    tree = tree_of(body)
    tree["all"] = f"Subject: {headers['subject']}\n\n{tree['all']}"
    return "mail", {**tree, **headers, "body": body}, [], zone_of(headers["date"])


_LONGEST_HTML: Final = 4 * LONGEST_TEXT
"""Characters of a page that is looked through for its words."""


def _body(mail: Any) -> str:
    part = mail.get_body(("plain",)) or mail.get_body(("html",))
    if part is None:
        return ""
    text = _said_in(part)
    return text_of_html(text[:_LONGEST_HTML]) if part.get_content_type() == "text/html" else text


def _said_in(part: Any) -> str:
    if part.get("content-transfer-encoding", "7bit").lower() not in ("base64", "quoted-printable"):
        # It was pasted as text: its charset is that of nobody any more.
        return str(part.get_payload())
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)


def _yaml(text: str) -> Any:
    """What `kubectl -o yaml` printed; anchors, which could stand for any amount of text, are not read."""
    if "&" in text or "*" in text:
        return None
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        tree = yaml.load(text, Loader=loader)  # noqa: S506 - makes nothing but texts
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) and all(isinstance(key, str) for key in tree) else None


def _check_size(tree: Any) -> None:
    count = 0
    waiting = [(tree, 1)]
    while waiting:
        each, level = waiting.pop()
        inner = list(each.values()) if isinstance(each, dict) else each
        if not isinstance(inner, list):
            continue
        count += len(inner)
        if count > MOST_THINGS or level > DEEPEST:
            raise NoAlert(
                f"the alert has more than {MOST_THINGS:,} parts or {DEEPEST} levels",
                "paste the part that says what is wrong",
            )
        waiting.extend((value, level + 1) for value in inner)
