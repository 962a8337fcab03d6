"""What a piece of a script does: whether it changes something, and what nobody should take over as it is."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.convert.bounds import judge_one
from pup_tui.convert.scripts import without_templates
from pup_tui.convert.settling import destroys
from pup_tui.convert.shell.calls import calls_in
from pup_tui.convert.shell.reading import (
    arguments_of,
    command_name,
    commands_in,
    parsed,
    text_of,
    word_text,
)
from pup_tui.runbook.literal_text import made_file
from pup_tui.runbook.load import load_files

if TYPE_CHECKING:
    from tree_sitter import Node

_CHANGING_SQL = re.compile(
    r"(?is)\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|drop\s|alter\s|truncate\b|exec(?:ute)?\s|call\s|merge\s+into|create\s|grant\s|revoke\s|commit\b)"
)
_SQL_CLIENTS = frozenset(
    {"isql", "sqsh", "sqlcmd", "psql", "mysql", "mariadb", "sqlplus", "sqlite3", "bcp"}
)
_LOOKING_WITH_SUDO = frozenset({
    "cat", "ls", "grep", "tail", "head", "journalctl", "ss", "lsof", "du", "df", "find", "stat",
    "test",
})  # fmt: skip
_CHANGING = frozenset({"certbot", "make", "ansible-playbook", "sqlplus"})
EDITORS = frozenset({
    "vi", "vim", "nvim", "nano", "emacs", "less", "more", "top", "htop", "visudo", "crontab -e",
    "mc",
})  # fmt: skip


@lru_cache(maxsize=1024)
def changes(script: str) -> bool:
    """Whether a script is known to change something, or runs what nobody knows."""
    if not script.strip():
        return False
    judge_one()
    step = {
        "name": "Judged",
        "kind": "shell",
        "run": without_templates(script),
        "shell": "bash",
        "read_only": True,
    }
    loaded = load_files("judged", {"judged.yaml": made_file("judged", [step])}, Path("judged.yaml"))
    if any(
        "read_only" in problem.message
        or "changes" in problem.message
        or "destroy" in problem.message
        for problem in loaded.errors
    ):
        return True
    return destroys(script) or _runs_unknown(script)


def _runs_unknown(script: str) -> bool:
    """Scripts of one's own, copies to other machines, statements for a database, what only root may do."""
    for command in commands_in(parsed(script)):
        name = command_name(command)
        words = [word_text(each) or text_of(each) for each in arguments_of(command)]
        if name == "sudo":
            rest = [word for word in words if not word.startswith("-")]
            if rest and rest[0] not in _LOOKING_WITH_SUDO:
                return True
        if _asks_for_change(name, words):
            return True
        if name.startswith(("./", "../", "/opt/", "/srv/", "/usr/local/")) or name in _CHANGING:
            return True
        if name in ("scp", "rsync") and words and ":" in words[-1] and "://" not in words[-1]:
            return True
        if name in _SQL_CLIENTS and (
            _CHANGING_SQL.search(script) or _reads_statements(command, words)
        ):
            return True
    # Also what runs behind sudo, on other hosts and in containers.
    return any(
        _asks_for_change(call.program, list(call.words)) for call in calls_in(parsed(script), {})
    )


def _reads_statements(command: Node, words: list[str]) -> bool:
    """Whether a client of a database is given statements by a file or a pipe: nobody knows which."""
    if any(re.match(r"-f|-i$|--file\b|--input-file\b", word) for word in words):
        return True
    if any(re.match(r"-\w*[ceQ]$|-[ceQ].|--(?:command|execute|query|version)\b", w) for w in words):
        return False
    above = command.parent
    if above is not None and above.type == "pipeline":
        first = above.named_children[0]
        return first != command and command_name(first) not in ("echo", "printf")
    redirects = above.named_children if above is not None else []
    return any(r.type == "file_redirect" and text_of(r).startswith("<") for r in redirects)


_CHANGING_WORDS = frozenset({"--execute", "--force", "--apply", "--yes-really"})
_CHANGING_VERBS = frozenset(
    ("delete", "destroy", "drop", "purge", "terminate", "rollback", "restart", "apply", "deploy")
) | {"failover", "switchover", "promote", "shutdown", "wipe", "revoke", "decommission", "uninstall"}
"""First words with which programs are told to change something, also those that nobody knows."""
_LOOKING_VERBS = frozenset(
    ("get", "describe", "list", "ls", "show", "status", "logs", "log", "top", "view", "inspect")
) | {"diff", "explain", "help", "version", "history", "info", "events", "check", "search"}
"""First words behind which a verb names a thing: `kubectl get deploy`."""
_WITH_ANY_WORDS = frozenset(
    {"echo", "printf", "grep", "git", "read", "test", "[", "[[", "cat", "log"}
)
_CHANGING_CALLS = {
    "redis-cli": {
        "config set",
        "sentinel failover",
        "cluster failover",
        "debug",
        "replicaof",
        "slaveof",
    },
    "patronictl": {"failover", "switchover", "reinit", "remove"},
    "rabbitmqctl": {
        "stop_app",
        "reset",
        "purge_queue",
        "delete_queue",
        "set_policy",
        "set_vm_memory_high_watermark",
    },
    "pg_ctl": {"promote"},
    "nodetool": {"decommission", "removenode", "assassinate", "rebuild"},
    "vault": {"write", "lease revoke", "token revoke"},
    "repmgr": {"standby promote", "standby switchover"},
}


def _asks_for_change(name: str, words: list[str]) -> bool:
    """Whether the words of a command tell it to change something."""
    if _CHANGING_WORDS & set(words) and name not in ("rm", "ls", "cp", "mv"):
        return True
    if name == "curl" and any(
        re.match(r"-[dFT]|--(?:data|form|upload|json)|POST$", word) for word in words
    ):
        return True
    if name == "sed" and any(re.match(r"-\w*i|--in-place", word) for word in words):
        return True
    first = [word for word in words if not word.startswith("-")][:2]
    only_looks = bool(first) and first[0] in _LOOKING_VERBS
    if set(first) & _CHANGING_VERBS and not only_looks and name not in _WITH_ANY_WORDS:
        return True
    said = " ".join(word.lower() for word in words)
    return any(re.search(rf"\b{call}\b", said) for call in _CHANGING_CALLS.get(name, ()))


def unsafe_removal(script: str, known: frozenset[str]) -> str:
    """Why a removal must not be taken over as it is; empty where it may.

    A variable that nobody checked, without quotes or at the beginning of a path, removes everything where
    it is empty. `known` are variables that cannot be.
    """
    for command in commands_in(parsed(script)):
        words = [text_of(each) for each in arguments_of(command)]
        names = [command_name(command), *words]
        if "rm" not in names[:3] or not any(re.match(r"-\w*[rR]", word) for word in words):
            continue
        for word in words:
            found = re.match(r"""(?P<quote>"?)\$\{?(?P<name>\w+)\}?(?P<rest>.*)""", word)
            if found is None or found["name"] in known:
                continue
            if not found["quote"] or found["rest"].strip('"').startswith("/"):
                removed = found["rest"].strip('"') or "the wrong things"
                told = f"if ${found['name']} is empty it removes {removed}"
                return f"{told}: do it by hand, and look first"
    return ""


def by_hand(script: str) -> str:
    """Why only a person can do it; empty where a step can."""
    for command in commands_in(parsed(script)):
        name = command_name(command).rsplit("/", 1)[-1]
        words = [text_of(each) for each in arguments_of(command)]
        if name == "sudo" and words:
            name = next((word for word in words if not word.startswith("-")), name)
        if name in EDITORS and "-b" not in words:
            return f"{name} needs somebody at the terminal"
        if (
            name == "ssh"
            and len([word for word in words if not word.startswith("-")]) == 1
            and "<<" not in script
            and "|" not in script
        ):
            return "a session on another host needs somebody at the terminal"
    return ""
