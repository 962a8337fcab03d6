"""Secrets that stand in a script: they become secret variables, and their values are not taken over."""

from __future__ import annotations

import re

from pup_tui.convert.naming import variable_name

SECRET_NAME = re.compile(
    r"(?i)(?:^|_)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|apikey|access_key|private_key|credentials?)$"
    r"|PGPASSWORD|MYSQL_PWD|REDISCLI_AUTH|VAULT_TOKEN|AWS_SECRET_ACCESS_KEY"
)
_WORD = r"(?P<value>[^\s'\"$-][^\s'\"$]*|'[^'$]+'|\"[^\"$]+\")"
_HEADERS = "X-API-Key|X-Auth-Token|X-Vault-Token|DD-API-KEY|DD-APPLICATION-KEY|PRIVATE-TOKEN"
_TOKENS = (
    r"gh[pousr]_\w{20,}|glpat-[\w-]{15,}|xox[abeoprs]-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|eyJ[\w-]{10,}\.[\w.-]+"
)
_HOOKS = (
    r"hooks\.slack\.com/(?:services|workflows)/[\w/-]+|discord(?:app)?\.com/api/webhooks/[\w/-]+"
    r"|[\w-]+\.webhook\.office\.com/[\w/@-]+"
)
_WORDS = r"[^\n|;&]*?\s"
_IN_OPTIONS = (
    (rf"\b(?:isql|sqsh|sqlcmd|bcp|tsql|osql)\b{_WORDS}-P ?{_WORD}", "SQL_PASSWORD"),
    (rf"\b(?:mysql\w*|mariadb)\b{_WORDS}(?:-p|--password=){_WORD}", "MYSQL_PASSWORD"),
    (rf"\bsshpass\s+-p\s*{_WORD}", "SSH_PASSWORD"),
    (rf"\b(?:redis-cli|valkey-cli)\b{_WORDS}-a\s+{_WORD}", "REDIS_PASSWORD"),
    (rf"\bldap\w+\b{_WORDS}-w\s+{_WORD}", "LDAP_PASSWORD"),
    (
        rf"\bcurl\b{_WORDS}(?:-u|--user)[ =]?['\"]?[^\s:'\"$]+:(?P<value>[^\s'\"$]+)",
        "HTTP_PASSWORD",
    ),
    (
        r"--(?:password|passwd|token|secret|api-?key|access-key|secret-key|auth-token)[ =]" + _WORD,
        "",
    ),
    (r"(?i:Authorization):\s*(?:Bearer|Basic|token)\s+(?P<value>[\w.~+/=-]{6,})", "API_TOKEN"),
    (rf"(?i:{_HEADERS}):\s*(?P<value>[\w.~+/=-]{{6,}})", "API_KEY"),
    (r"\b[a-z][a-z0-9+]*://[^\s:/@'\"$]+:(?P<value>[^\s:/@'\"$]+)@", "URL_PASSWORD"),
    (rf"(?P<value>\b(?:{_TOKENS}))", "TOKEN"),
    (rf"(?P<value>https://(?:{_HOOKS}))", "WEBHOOK_URL"),
)
"""Where a secret stands in a command, and what its variable is called; empty: as its option."""
_ASSIGNED = re.compile(
    r"(?P<lead>^|[\s;&|(])(?P<export>export\s+)?(?P<name>[A-Za-z_]\w*)="
    r"(?P<value>'[^'$`]+'|\"[^\"$`]+\"|[^\s'\"$`;&|()]+)"
)


def secrets_in(text: str) -> dict[str, str]:
    """The values of secrets in a text, and the variable that each becomes."""
    found: dict[str, str] = {}
    for assigned in _ASSIGNED.finditer(text):
        value = assigned["value"].strip("'\"")
        if SECRET_NAME.search(assigned["name"]) and len(value) >= 4 and not _is_reference(value):
            found.setdefault(value, variable_name(assigned["name"], found.values()))
    for pattern, name in _IN_OPTIONS:
        for option in re.finditer(pattern, text):
            value = option["value"].strip("'\"")
            if value and not _is_reference(value) and value not in found:
                named = name or variable_name(re.sub(r"^--|[ =].*$", "", option.group()))
                found[value] = variable_name(named, found.values())
    return found


def _is_reference(value: str) -> bool:
    return value.startswith(("$", "<", "{", "/", "file:", "env:", "***")) or value.lower() in (
        "prompt",
        "true",
        "false",
        "none",
    )


def without_secrets(text: str, secrets: dict[str, str]) -> str:
    """A script whose secrets are read from variables of the shell."""
    for value, name in sorted(secrets.items(), key=lambda each: -len(each[0])):
        reference, quoted = f"${{{name}}}", re.escape(value)
        text = re.sub(rf"'{quoted}'|\"{quoted}\"", f'"{reference}"', text)
        if _in_quotes(text, value):
            text = text.replace(value, reference)
        else:
            text = re.sub(rf"(?<![\w$'\"])(-p|-P ?|){quoted}(?!\w)", rf'\1"{reference}"', text)
    return text


def _in_quotes(text: str, value: str) -> bool:
    at = text.find(value)
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.count('"') % 2 == 1
