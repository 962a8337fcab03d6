"""What a command does, in few words: the name of its step."""

from __future__ import annotations

import re

from pup_tui.convert.shell.reading import arguments_of, command_name, commands_in, parsed, text_of

_LEADING = frozenset({"sudo", "doas", "env", "nohup", "nice", "command", "exec", "time", "timeout"})
_LOOKS = frozenset(
    {"grep", "egrep", "jq", "awk", "sed", "head", "tail", "sort", "uniq", "wc", "less"}
)
_WORDS = 4
_LONGEST = 60


def command_in_words(text: str) -> str:
    """The program and the words that tell what it does on what; blank where no program is named."""
    for command in commands_in(parsed(text)):
        words = [text_of(word) for word in arguments_of(command)]
        name = command_name(command).rsplit("/", 1)[-1]
        if name in _LEADING:
            rest = [word for word in words if not word.startswith("-") and "=" not in word]
            name, words = (rest[0].rsplit("/", 1)[-1], rest[1:]) if rest else (name, [])
        if not re.fullmatch(r"[\w.+-]+", name) or name in ("cd", "export", "set"):
            continue
        return _told(name, words)
    return ""


def _told(name: str, words: list[str]) -> str:
    told = [re.sub(r"\.(?:sh|pl|py|rb|bash)$", "", name).replace("_", " ")]
    is_value = False
    for word in words:
        if word.startswith("-"):
            is_value = "=" not in word and (len(word) == 2 or word.startswith("--"))
            continue
        plain = re.fullmatch(r"[A-Za-z0-9][\w./-]*|/[\w./-]+|[a-z][\w-]*=\w+", word)
        if plain and not is_value and not (name in _LOOKS and len(told) > 1):
            told.append(word)
        is_value = False
        if len(told) > _WORDS:
            break
    text = " ".join(told)
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rsplit(" ", 1)[0]
    return text[:1].upper() + text[1:]
