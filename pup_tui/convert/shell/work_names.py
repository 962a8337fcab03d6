"""What commands do, in the words in which an engineer calls a step that does it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pup_tui.convert.naming import spelled_out
from pup_tui.convert.shell import phrases
from pup_tui.convert.shell.calls import ProgramCall, calls_in
from pup_tui.convert.shell.reading import ScriptStatement, parsed, statements_of

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_FUNCTIONS: Mapping[str, Node] = {}
_KIND = (
    r"(?:(?:deploy(?:ment)?|statefulset|sts|daemonset|ds|node|pod|svc|service|ingress|job)s?[ /])?"
)
_X = r"(?P<x>\S+)"
_CHANGES = (
    (rf"(?:kubectl|oc) rollout restart {_KIND}{_X}", "restart {x}"),
    (rf"(?:kubectl|oc) rollout undo {_KIND}{_X}", "roll back {x}"),
    (rf"(?:kubectl|oc) set image {_KIND}{_X}", "set the image of {x}"),
    (
        rf"(?:kubectl|oc) (?P<verb>scale|drain|cordon|uncordon|annotate|label|patch|taint) {_KIND}{_X}",
        "{verb} {x}",
    ),
    (rf"(?:kubectl|oc) delete (?P<kind>[a-z]+)[ /]{_X}", "delete {kind} {x}"),
    (r"(?:kubectl|oc) (?:apply|replace|create)\b", "apply the manifest"),
    (
        rf"systemctl (?P<verb>start|stop|restart|reload|enable|disable|mask|unmask)\b(?: {_X})?",
        "{verb} {x}",
    ),
    (rf"service {_X} (?P<verb>start|stop|restart|reload)", "{verb} {x}"),
    (
        rf"(?:docker|podman)(?:[ -]compose)? (?P<verb>restart|start|stop|kill|rm|pull|push)(?: {_X})?",
        "{verb} {x}",
    ),
    (rf"helm (?P<verb>upgrade|rollback|install|uninstall) {_X}", "{verb} {x}"),
    (
        rf"patronictl (?P<verb>failover|switchover|restart|reinit|pause|resume)\b(?: {_X})?",
        "{verb} {x}",
    ),
    (r"pg_ctl(?:cluster)?\b.* promote\b|repmgr standby promote", "promote"),
    (r"certbot (?:certonly|renew)", "renew the certificate"),
    (rf"consul kv (?:put|delete) {_X}", "tell Consul the {x}"),
    (rf"vault (?:write|kv put) {_X}", "write {x} into Vault"),
    (rf"(?:pg_dump|pg_dumpall|mysqldump|mongodump)\b(?:.* {_X})?", "dump {x}"),
    (rf"(?:pg_restore|mongorestore)\b(?:.* {_X})?", "restore {x}"),
    (rf"(?:vacuumdb|reindexdb)\b(?:.* {_X})?", "vacuum {x}"),
    (rf"dropdb {_X}", "drop the database {x}"),
    (rf"createdb {_X}", "create the database {x}"),
    (rf"rabbitmqctl purge_queue {_X}", "purge the queue {x}"),
    (r"redis-cli .*\bflush(?:db|all)\b", "flush the database"),
    (r"(?:systemctl )?reboot\b", "reboot"),
    (r"(?:shutdown|poweroff|halt)\b", "shut down"),
    (rf"(?:kill|pkill|killall) {_X}", "kill {x}"),
    (r"(?:iptables|nft|ufw|firewall-cmd)\b", "change the firewall"),
    (rf"ansible-playbook {_X}", "run the playbook {x}"),
    (r"(?:mail|mailx|sendmail)\b", "send a mail"),
    (r"touch \S*(?i:lock|lck)\S*", "take the lock"),
    (rf"(?P<verb>cp|mv|touch|mkdir|ln|truncate|chmod|chown) (?:\d+ )?{_X}", "{verb} {x}"),
    (r"(?:scp|rsync)\b.* (?P<x>[^\s:]+):\S*", "copy to {x}"),
    (rf"(?:scp|rsync) {_X}", "copy {x}"),
)
_LOOKS = (
    (rf"(?:kubectl|oc) rollout status {_KIND}{_X}", "wait for the rollout of {x}"),
    (rf"(?:kubectl|oc) logs {_KIND}{_X}", "read the log of {x}"),
    (rf"(?:kubectl|oc) (?:get|describe) {_KIND}{_X}", "look at {x}"),
    (rf"systemctl (?:is-active|status|show) {_X}", "look at {x}"),
    (r"openssl s_client\b", "look at what is served"),
    (r"openssl x509\b", "look at the certificate"),
    (r"df\b", "look at the disk space"),
    (rf"(?:dig|nslookup|host) {_X}", "look up {x}"),
    (rf"(?:nc|ping) {_X}", "reach {x}"),
    (rf"tail {_X}", "watch {x}"),
    (rf"cat {_X}", "read {x}"),
)
_VERBS = {
    "rm": "remove", "rollback": "roll back", "failover": "fail over", "switchover": "switch over",
    "cp": "copy", "mv": "move", "mkdir": "make", "ln": "link", "chmod": "change the rights of",
    "chown": "change the owner of", "reinit": "build anew",
}  # fmt: skip
_OPTIONS = re.compile(
    r"-[nhHUpculoLtmsdD]|--(?:namespace|context|host|port|user|username|cluster|region|profile|project"
    r"|file|kube-context|selector|tail|since|lines|token|server|dbname)"
)
"""Options that have the word behind them."""
_SQL = (
    (r"(?is)\b(?:exec(?:ute)?|call)\s+(?:\w+\.)?(?P<x>\w{3,})", "{x}"),
    (r"(?is)\bdrop\s+(?P<x>database|table|schema|index|user|role)\b", "drop the {x}"),
    (r"(?is)\bdelete\s+from\s+(?:\w+\.)?(?P<x>\w+)", "delete from {x}"),
    (r"(?is)\btruncate\s+(?:table\s+)?(?:\w+\.)?(?P<x>\w+)", "empty {x}"),
    (r"(?is)\bupdate\s+(?:\w+\.)?(?P<x>\w+)\s+set\b", "update {x}"),
    (r"(?is)\binsert\s+into\s+(?:\w+\.)?(?P<x>\w+)", "insert into {x}"),
    (r"(?is)\b(?P<x>vacuum|reindex|analyze|pg_promote|pg_terminate_backend)\b", "{x}"),
)
_CLIENTS = frozenset(["psql", "mysql", "mariadb", "isql", "sqsh", "sqlcmd", "sqlplus", "sqlite3"])
_FILES = {"log": "logs", "sql": "dumps", "dump": "dumps", "tmp": "temporary files"}


_SAYING_NOTHING = frozenset(
    ("read", "sleep", "exit", "return", "true", "false", "shift", "test", "[", "printf", "echo")
) | {"local", "eval", "set"}
_FAILED = re.compile(r"\|\|\s*(?:\{\s*)?\w+ (?:-\w+ )*[\"'](?P<x>[^\"'\n]{4,60}?) failed\b")
"""What is said where a command fails names what it does."""
_CONFIGURATION = re.compile(r"\$[^/]*\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|env|properties)\"?$")


def name_of_commands(
    statements: Sequence[ScriptStatement],
    functions: Mapping[str, Node] = _NO_FUNCTIONS,
    skipped: frozenset[str] = frozenset(),
) -> str:
    """A step's name out of what its commands do, without those that are `skipped`."""
    told = [
        *map(_by_text, statements),
        *(name_of_work(each.node, functions) for each in statements),
    ]
    calls = [call for each in statements for call in calls_in(each.node, functions)]
    return (
        next(filter(None, told), "")
        or next(filter(None, map(_looking, calls)), "")
        or _by_words([each for each in calls if each.program not in skipped])
    )


def name_of_script(text: str) -> str:
    """A step's name out of what a script does."""
    return name_of_commands(list(statements_of(list(parsed(text).named_children))))


def _by_text(statement: ScriptStatement) -> str:
    failed = _FAILED.search(statement.text)
    target = re.match(r"cat\s*>+\s*(\S+)", statement.text)
    if target:
        is_made = _CONFIGURATION.search(target[1])
        return (
            "Write the configuration"
            if is_made
            else _titled("write {x}", _thing(target[1]) or "a file")
        )
    return phrases.name_from(failed["x"]) if failed else ""


def _by_words(calls: Sequence[ProgramCall]) -> str:
    """The first program that does something, and the words that tell what."""
    for call in calls:
        name = call.program
        if name in _SAYING_NOTHING or not re.fullmatch(r"[\w./+-]+", name):
            continue
        own = re.sub(r"\.(?:sh|pl|py|rb|bash)$", "", name.rsplit("/", 1)[-1])
        words = [] if len(name) < 3 else [own.replace("_", " ")]
        for word in _without_options(call.words)[:3]:
            if not re.fullmatch(r"[a-z][a-z0-9_-]*", word):
                break
            words.append(word)
        told = " ".join(words) or name
        return told[0].upper() + told[1:]
    return ""


def name_of_work(node: Node, functions: Mapping[str, Node]) -> str:
    """What a piece of a script changes first; empty where that is not known."""
    for call in calls_in(node, functions):
        told = _special(call) or _by_rules(call, _CHANGES)
        if told:
            return f"{told} on {call.host}" if call.host else told
    return ""


def _by_rules(call: ProgramCall, rules: tuple[tuple[str, str], ...]) -> str:
    text = " ".join([call.program, *_without_options(call.words)])
    for pattern, title in rules:
        found = re.match(pattern, text)
        if found:
            groups = found.groupdict()
            verb = _VERBS.get(groups.get("verb") or "", groups.get("verb") or "")
            thing = _thing(groups.get("x") or "")
            kind = "" if thing.startswith("the ") else f"{groups.get('kind')} "
            return _titled(title.replace("{verb}", verb).replace("{kind} ", kind), thing)
    return ""


def _looking(call: ProgramCall) -> str:
    if call.program == "aws":
        found = re.match(r"(?:describe|list|get|head|wait)-?(?P<x>[\w-]*)", _operation(call))
        return _titled("look at {x}", found["x"].replace("-", " ")) if found else ""
    if call.program in ("curl", "wget"):
        return _asked(call)
    return _by_rules(call, _LOOKS)


def _special(call: ProgramCall) -> str:
    """Programs whose options say what they do."""
    if call.program == "aws":
        return _aws(call)
    if call.program == "find" and re.search(
        r" -delete\b| -exec\w* rm\b", f" {' '.join(call.words)}"
    ):
        return _deleted(call)
    if call.program == "rm" and call.plain:
        target = call.plain[0]
        is_all = target.rstrip('"').endswith("/*")
        return _titled(
            "empty {x}" if is_all else "remove {x}", _thing(re.sub(r'"?/\*"?$', "", target))
        )
    if call.program in _CLIENTS:
        text = f"{' '.join(call.words)}\n{call.given}"
        for pattern, title in _SQL:
            found = re.search(pattern, text)
            if found:
                return _titled(title, found["x"].lower().replace("_", " ").removeprefix("pg "))
    if call.program in ("curl", "wget") and _method(call) != "GET":
        return _asked(call)
    return ""


def _operation(call: ProgramCall) -> str:
    return [*_without_options(call.words), "", ""][1]


def _aws(call: ProgramCall) -> str:
    words = _without_options(call.words)
    operation = _operation(call)
    if words[:1] == ["s3"] and operation in ("cp", "mv", "sync"):
        is_up = re.match(r"s3:|\$\{?\w*(?:BUCKET|S3)", words[-1]) is not None
        return _titled("upload {x}" if is_up else "download {x}", _thing([*words, "", ""][2]))
    if words[:1] == ["s3"] and operation in ("rm", "rb"):
        return "Delete from S3"
    if not operation or re.match(r"(?:describe|list|get|head|wait|ls$)", operation):
        return ""
    return _titled(operation.replace("-", " "), "")


def _deleted(call: ProgramCall) -> str:
    text = " ".join(call.words)
    named = re.search(r"-i?name [^\s]*?\.(\w+)", text)
    old = "old " if re.search(r"-[mac](?:time|min)\b", text) else ""
    return f"Delete {old}{_FILES.get(named[1] if named else '', 'files')}"


def _method(call: ProgramCall) -> str:
    text = " ".join(call.words)
    found = re.search(r"(?:-\w*X ?|--request[= ])([A-Z]+)", text)
    if found:
        return found[1]
    return "POST" if re.search(r"(?:^| )(?:-[dF]|-\w*d\b|--(?:data|form|json))", text) else "GET"


def _asked(call: ProgramCall) -> str:
    url = next((w for w in call.words if re.match(r"https?://|\$\{?\w*(?:URL|HOST)", w)), "")
    where = re.sub(r"^https?://(?:[^/@]*@)?", "", url)
    method = _method(call)
    if method == "GET":
        if re.search(r"health|ready|live|ping|status", where):
            return "Health check"
        return _titled("ask {x}", _thing(where.split("/")[0].split(":")[0]))
    verb = {"POST": "post to", "PUT": "put to", "DELETE": "delete at"}.get(method, "change")
    return _titled(f"{verb} {{x}}", _thing(where.split("/")[0].split(":")[0]))


def _without_options(words: tuple[str, ...]) -> list[str]:
    left, at = [], 0
    while at < len(words):
        if _OPTIONS.fullmatch(words[at]):
            at += 1
        elif not words[at].startswith(("-", "+", "@")):
            left.append(re.sub(r"\s+", "\u00b7", words[at]))
        at += 1
    return left


def _thing(word: str) -> str:
    """What a word names: a literal name, or the variable that has it; empty where neither tells."""
    text = word.strip("'\"").rstrip("/").rsplit("/", 1)[-1]
    variable = re.fullmatch(r"\$\{?(\w+)\}?", text)
    if variable:
        words = spelled_out(variable[1]).lower().replace("_", " ")
        return f"the {words}" if len(words) > 2 else ""
    is_plain = re.fullmatch(r"[A-Za-z][\w.@:-]{1,40}", text)
    return re.sub(r"\.(?:sh|service|ya?ml)$", "", text) if is_plain else ""


def _titled(title: str, thing: str) -> str:
    """The title with what it is about; without it, and the word that leads to it, where that is empty."""
    told = (
        title.replace("{x}", thing.removeprefix("the ") if "the {x}" in title else thing)
        if thing
        else re.sub(r"(?: the)?(?: (?:of|to|at|into|from))?(?: the)? \{x\}", "", title)
    )
    told = told.strip()
    return told[:1].upper() + told[1:]
