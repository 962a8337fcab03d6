"""Commands that open a session of their own, in which more was typed than they say."""

from __future__ import annotations

import re

from pup_tui.convert.shell.reading import (
    arguments_of,
    command_name,
    commands_in,
    parsed,
    text_of,
)

_CLIENTS = {
    "psql": r"-\w*[cfl]|--command.*|--file.*|--list|--version",
    "mysql": r"-e.*|--execute.*|--version",
    "mariadb": r"-e.*|--execute.*|--version",
    "sqlite3": r"[^-].* .*|\.\w.*|-version",
    "mongosh": r"--eval.*|--file|-f|.*\.js|--version",
    "mongo": r"--eval.*|.*\.js|--version",
    "sqlplus": r"@.*|-V",
    "cqlsh": r"-e.*|-f.*|--execute.*|--file.*|--version",
    "clickhouse-client": r"-q.*|--query.*|--version",
    "python": r"-c|-m|-V|--version|[^-].*",
    "python3": r"-c|-m|-V|--version|[^-].*",
    "node": r"-e|-p|--eval.*|-v|--version|[^-].*",
    "irb": r"-e.*",
    "rails": r"(?!c$|console$).*",
    "ftp": r"$^",
    "sftp": r"-b.*",
    "telnet": r"$^",
    "tmux": r"(?!a$|attach.*|new.*|ls$).+",
    "screen": r"-dm.*|-ls|-S",
    "bash": r"-c|[^-].*|--version",
    "sh": r"-c|[^-].*",
    "zsh": r"-c|[^-].*|--version",
    "su": r"-c.*|--command.*",
}
"""Of programs that are typed into: what among their words makes them do something and end."""

_WHERE_A_WORD_IS_WORK = frozenset({"redis-cli", "valkey-cli"})
_SHELLS = re.compile(r"(?:/\S*/)?(?:ba|z|da|a|k)?sh")
_TERMINAL = re.compile(r"-(?:it|ti|t|i)|--tty|--stdin")


def interactive(script: str) -> str:
    """Why only a person can do it, as they then type more; blank where a step can."""
    if re.search(r"<<|(?<![\d&])<(?!\()", script):
        return ""
    for command in commands_in(parsed(script)):
        before = command.prev_sibling
        if before is not None and before.type == "|":
            continue
        name = command_name(command).rsplit("/", 1)[-1]
        words = [text_of(each) for each in arguments_of(command)]
        if name in ("sudo", "doas"):
            if any(re.fullmatch(r"-\w*[is]|--login|--shell", word) for word in words[:2]):
                return f"{name} opens a shell: what was typed into that is not part of this"
            words = [word for word in words if not word.startswith("-")]
            name, words = (words[0], words[1:]) if words else (name, [])
        if _opens(name, words):
            return f"{name} opens a session: what was typed into that is not part of this"
    return ""


def _opens(name: str, words: list[str]) -> bool:
    if name in _CLIENTS:
        return not any(re.fullmatch(_CLIENTS[name], word) for word in words)
    if name in _WHERE_A_WORD_IS_WORK:
        return not [word for at, word in enumerate(words) if _is_work(words, at)]
    if name in ("kubectl", "oc", "docker", "podman", "nerdctl", "docker-compose"):
        has_terminal = any(_TERMINAL.fullmatch(word) for word in words)
        return has_terminal and bool(words) and _SHELLS.fullmatch(words[-1]) is not None
    return False


def _is_work(words: list[str], at: int) -> bool:
    """Whether a word is no option, and no value of one."""
    return not words[at].startswith("-") and (at == 0 or not re.fullmatch(r"-\w", words[at - 1]))
