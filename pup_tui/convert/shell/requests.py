"""A `curl` as a request."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.scripts import marked
from pup_tui.convert.shell.reading import arguments_of, command_name, parsed, text_of, word_text

_QUIET = re.compile(r"-[fsSLki]+|--(?:fail|silent|show-error|location|compressed|fail-with-body)")
_WITH_WORD = {
    "-X": "method",
    "--request": "method",
    "-H": "header",
    "--header": "header",
    "-d": "body",
    "--data": "body",
    "--data-raw": "body",
    "--data-binary": "body",
    "--url": "url",
    "-m": "timeout",
    "--max-time": "timeout",
}


def request_of(command: str) -> dict[str, Any] | None:
    """The keys of an `http` step that asks the same; None where curl is told more than such a step can say.

    What was filled into the command (`{{ NAME }}`) stays in it.
    """
    text, back = marked(command)
    root = parsed(text)
    if len(root.named_children) != 1 or root.named_children[0].type != "command":
        return None
    node = root.named_children[0]
    if command_name(node) != "curl":
        return None
    said = _said([word_text(each) or text_of(each) for each in arguments_of(node)])
    if said is None or not str(said.get("url", "")).startswith(("http://", "https://")):
        return None
    return {
        key: {name: back(text) for name, text in value.items()}
        if isinstance(value, dict)
        else back(value)
        for key, value in said.items()
    }


def may_change(request: dict[str, Any]) -> bool:
    """Whether a request may change something, by its method."""
    return request.get("method", "GET") not in ("GET", "HEAD")


def _option(word: str) -> str:
    """The option with a word behind it that a word is, or begins with."""
    if word in _WITH_WORD:
        return word
    return word[:2] if word[:2] in _WITH_WORD and len(word) > 2 and word[1] != "-" else ""


def _said(words: list[str]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    headers: dict[str, str] = {}
    at = 0
    while at < len(words):
        word = words[at]
        option = _option(word)
        if option:
            value = word[2:] if word != option else (words[at + 1] if at + 1 < len(words) else "")
            at += 1 if word != option else 2
            what = _WITH_WORD[option]
            if what == "header":
                name, _, text = value.partition(":")
                headers[name.strip()] = text.strip()
            elif what == "timeout":
                made[what] = f"{value}s"
            elif what == "body" and value.startswith("@"):
                return None
            else:
                made[what] = value
            continue
        if not _QUIET.fullmatch(word) and (word.startswith("-") or "url" in made):
            return None
        if not word.startswith("-"):
            made["url"] = word
        at += 1
    if "body" in made:
        made.setdefault("method", "POST")
    ordered: dict[str, Any] = {key: made[key] for key in ("method", "url") if key in made}
    if headers:
        ordered["headers"] = headers
    return {**ordered, **{key: made[key] for key in ("body", "timeout") if key in made}}
