"""Takes out of an alert what nobody may see: keys, tokens, addresses that are a password."""

from __future__ import annotations

import re
from typing import Any, Final

from pup_tui.analysis.alerts.words import is_secret_name
from pup_tui.late_pattern import late_pattern

HIDDEN: Final = "***"

_HOOKS = late_pattern(
    r"(?i)(https?://(?:hooks\.slack\.com/(?:services|workflows|triggers)|[a-z0-9.-]*webhook\.office\.com|"
    r"outlook\.office\.com/webhook|discord(?:app)?\.com/api/webhooks|"
    r"events\.pagerduty\.com/integration|api\.opsgenie\.com/v\d/[a-z/]+\?apiKey=|"
    r"alert\.victorops\.com/integrations/generic/\d+/alert|api\.telegram\.org/bot|"
    r"chat\.googleapis\.com/v1/spaces|hc-ping\.com|maker\.ifttt\.com/trigger/[^/]+/with/key)"
    r")[^\s\"'<>|)\]}]*"
)
_IN_ADDRESS = late_pattern(r"(?<=[?&;])([A-Za-z][\w.-]*)=([^&\s\"'<>|)\]}#;]+)")
_CREDENTIALS = late_pattern(r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)")
_PRIVATE_KEY = late_pattern(
    r"(?s)-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,30}-----|\Z)"
)
_USER = late_pattern(r"(?<=\s)(-u|--user|--proxy-user)([ =])([^\s:\"']+):[^\s\"']+")
_BEARER = late_pattern(
    r"(?i)\b(bearer|basic|apikey|genie[kK]ey|token)[ =:]+([A-Za-z0-9+/_.=-]{12,})"
)
_PARTS_NAME = late_pattern(r"\\?[\"'“”`*]{0,3}\s{0,3}[:=]\s{0,3}\\?[\"'“”`*]{0,3}[ \t]{0,3}")
_NAME_BEFORE = late_pattern(r"([A-Za-z][A-Za-z0-9_. -]{0,39}[A-Za-z0-9_.-])\s{0,3}\Z")
_SAID_BEHIND = late_pattern(r"[^\s\"'“”`,;&}\]]{4,}")
_LONGEST_NAME: Final = 44
"""Characters before a colon that are looked at for a name."""
_KNOWN = late_pattern(
    r"\b(?:xox[abeprs]-[A-Za-z0-9-]{10,}|gh[pousr]_[A-Za-z0-9]{20,}|glpat-[\w-]{16,}|"
    r"AKIA[0-9A-Z]{16}|sk_live_[A-Za-z0-9]{16,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|"
    r"glsa_[A-Za-z0-9_]{20,}|dt0[a-z]\d\d\.[A-Z0-9]{10,}\.[A-Z0-9]{20,}|NRAK-[A-Z0-9]{20,})"
)


def hidden_text(text: str) -> str:
    """A text without the secrets in it."""
    text = _HOOKS.sub(rf"\1{HIDDEN}", text)
    text = _CREDENTIALS.sub(HIDDEN, text)
    text = _IN_ADDRESS.sub(_without_value, text)
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _USER.sub(rf"\1\2\3:{HIDDEN}", text)
    text = _KNOWN.sub(HIDDEN, text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _without_said(text)


def hide(tree: Any, hidden: dict[str, None]) -> Any:
    """The same tree without secrets; the names of the keys that held one are added to `hidden`."""
    if isinstance(tree, dict):
        kept: dict[str, Any] = {}
        for key, value in tree.items():
            if is_secret_name(key) and value not in (None, "", [], {}):
                hidden[key] = None
            else:
                kept[hidden_text(key)] = hide(value, hidden)
        return kept if not _is_secret_pair(tree) else {**kept, "value": HIDDEN}
    if isinstance(tree, list):
        return [hide(value, hidden) for value in tree]
    return hidden_text(tree) if isinstance(tree, str) else tree


def _is_secret_pair(tree: dict[str, Any]) -> bool:
    """Whether a map is a name and a value, and the name that of a secret."""
    name = tree.get("name") or tree.get("key") or tree.get("tag") or tree.get("title")
    return isinstance(name, str) and "value" in tree and is_secret_name(name)


def _without_value(match: re.Match[str]) -> str:
    return f"{match[1]}={HIDDEN}" if is_secret_name(match[1]) else match[0]


def _without_said(text: str) -> str:
    """A text without what stands behind the name of a secret and a colon, whatever is around both."""
    kept: list[str] = []
    done = 0
    for parts in _PARTS_NAME.finditer(text):
        if parts.start() < done or not _is_behind_secret(text, parts.start()):
            continue
        said = _SAID_BEHIND.match(text, parts.end())
        if said is not None and not said.group().startswith(("//", HIDDEN)):
            kept += text[done : parts.end()], HIDDEN
            done = said.end()
    return "".join([*kept, text[done:]])


def _is_behind_secret(text: str, at: int) -> bool:
    name = _NAME_BEFORE.search(text, max(0, at - _LONGEST_NAME), at)
    return name is not None and (
        is_secret_name(name[1]) or is_secret_name(name[1].rpartition(" ")[2])
    )
