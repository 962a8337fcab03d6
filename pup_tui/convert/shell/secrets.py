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
    r"|eyJ[\w-]{10,}\.[\w.-]+|github_pat_\w{20,}|hv[sbr]\.[\w-]{10,}|dckr_pat_[\w-]{10,}|npm_\w{30,}"
    r"|[sr]k_(?:live|test)_\w{10,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|xapp-[\w-]{10,}"
    r"|dop_v1_[0-9a-f]{32,}|pypi-[\w-]{16,}|sha256~[\w-]{20,}|AGE-SECRET-KEY-\w+"
)
_WORDS = r"[^\n|;&]{0,400}?\s"
_PRINTED = r"\b(?:echo|printf)\s+(?:-\w+\s+)?"
_NAMED = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token"
    r"|(?:api|app|application|auth|private|secret|access)[_-]?key"
)
_REGISTRIES = "docker|podman|nerdctl|helm|buildah|skopeo|oras|az|crane"
_GIVEN_BY_PIPE = (
    rf"{_PRINTED}{_WORD}\s*\|[^\n|;&]{{0,400}}"
    r"(?:--password-stdin|--with-token|--stdin\b|--token-stdin|\bpasswd\b)"
)
_BEHIND_ITS_NAME = (
    rf"(?i:(?<![$\w])(?<!\$\{{)(?P<name>[\w.-]{{0,60}}(?:{_NAMED}))['\"]?[ \t]*(?:=|:[ \t]*)['\"]?)"
    r"(?P<value>[^\s'\"$`&;|()<>{},]{4,})"
)
_HOOKS = (
    r"hooks\.slack\.com/(?:services|workflows)/[\w/-]+|discord(?:app)?\.com/api/webhooks/[\w/-]+"
    r"|[\w-]+\.webhook\.office\.com/[\w/@-]+"
)
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
    (rf"(?i:--(?P<name>[\w-]{{0,60}}(?:{_NAMED}))[ =]){_WORD}", ""),
    (r"(?i:Authorization):\s*(?:Bearer|Basic|token)\s+(?P<value>[\w.~+/=-]{6,})", "API_TOKEN"),
    (rf"(?i:{_HEADERS}):\s*(?P<value>[\w.~+/=-]{{6,}})", "API_KEY"),
    (r"\b[a-z][a-z0-9+]*://[^\s:/@'\"$]+:(?P<value>[^\s:/@'\"$]+)@", "URL_PASSWORD"),
    (rf"(?P<value>\b(?:{_TOKENS}))", "TOKEN"),
    (rf"\b(?:{_REGISTRIES})\s+(?:registry\s+)?login\b{_WORDS}-p[ =]?{_WORD}", "LOGIN_PASSWORD"),
    (rf"\bhtpasswd\s+-\w*b\w*\s+(?:-\S+\s+)*\S+\s+\S+\s+{_WORD}", "PASSWORD"),
    (rf"\bopenssl\b{_WORDS}-k\s+{_WORD}", "PASSPHRASE"),
    (
        r"(?:\bopenssl\b[^\n|;&]{0,400}?\s|-pass(?:in|out)?[ =])['\"]?pass:(?P<value>[^\s'\"$]+)",
        "PASSPHRASE",
    ),
    (rf"\bvault\s+login\s+(?:-\S+\s+)*(?:token=)?{_WORD}", "VAULT_TOKEN"),
    (rf"{_PRINTED}{_WORD}\s*\|\s*sudo\b[^\n|;&]{{0,400}}\s-\w*S", "SUDO_PASSWORD"),
    (_GIVEN_BY_PIPE, "PASSWORD"),
    (
        rf"{_PRINTED}['\"]?[\w.-]+:(?P<value>[^\s'\"$]+)['\"]?\s*\|[^\n|;&]{{0,400}}chpasswd",
        "PASSWORD",
    ),
    (rf"(?i:\bset\s+[\w.-]{{0,60}}(?:{_NAMED})\s+){_WORD}", "SECRET_KEY"),
    (_BEHIND_ITS_NAME, ""),
    (rf"(?P<value>https://(?:{_HOOKS}))", "WEBHOOK_URL"),
)
"""Where a secret stands in a command, and what its variable is called; empty: as what it stands behind."""
_NO_SECRET = re.compile(
    r"(?i)(?:true|false|none|null|yes|no|prompt|\*+|x+|\.{3}|secretref|[\w-]+\.(?:txt|pem|key|ya?ml|json))"
)
_REFERS = ("$", "<", "{", "/", "~", ".", "file:", "env:", "***")
"""What is read from elsewhere begins so."""
_SECRET_GIVEN = re.compile(
    r"\b(?:vault\s+(?:kv\s+get|read)\b[^|;]*-field|aws\s+secretsmanager\s+get-secret-value"
    r"|aws\s+ssm\s+get-parameters?\b[^|;]*--with-decryption"
    r"|(?:kubectl|oc)\b[^|;]*\bget\s+secrets?\b[^|;]*(?:-o|--output|--template)"
    r"|gcloud\s+secrets\s+versions\s+access|az\s+keyvault\s+secret\s+show|op\s+read|pass\s+show"
    r"|sops\s+(?:-d|--decrypt|decrypt)|bw\s+get\s+password|security\s+find-\w+-password"
    r"|secret-tool\s+lookup|pwgen|openssl\s+rand|(?:ansible-vault|gpg)\s+(?:view|-d|--decrypt))\b"
)
"""Commands that print a secret, or make one."""
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
            is_known = any(value in known for known in found)
            if value and not _is_reference(value) and not is_known:
                named = name or option["name"].lstrip("-").rsplit(".", 1)[-1]
                found[value] = variable_name(named, found.values())
    return found


def holds_secret(name: str, command: str) -> bool:
    """Whether what a variable of this name gets from a command is a secret."""
    return bool(SECRET_NAME.search(name) or _SECRET_GIVEN.search(command))


def _is_reference(value: str) -> bool:
    return value.startswith(_REFERS) or bool(_NO_SECRET.fullmatch(value))


def without_secrets(text: str, secrets: dict[str, str]) -> str:
    """A script whose secrets are read from variables of the shell."""
    for value, name in sorted(secrets.items(), key=lambda each: -len(each[0])):
        reference, quoted = f"${{{name}}}", re.escape(value)
        parts = re.split(rf"(?<![\w$])(-p|-P ?|){quoted}(?!\w)", text)
        text = parts[0]
        for option, behind in zip(parts[1::2], parts[2::2], strict=True):
            quote, rest = _quote_open(text), behind
            if quote == "'" and not option and text.endswith("'") and rest.startswith("'"):
                text, quote, rest = text[:-1], "", rest[1:]
            # A shell expands nothing between single quotes: they end before it, and begin again.
            closed = {"": f'"{reference}"', '"': reference, "'": f"'\"{reference}\"'"}[quote]
            text += option + closed + rest
    return text


def _quote_open(before: str) -> str:
    """The quote that is open at the end of a text, as far as its last line tells."""
    quote = ""
    for char in re.sub(r"\\.", "", before[before.rfind("\n") + 1 :]):
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
    return quote
