"""Commands that print a number and nothing else, whatever they read: a closed world of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.words import UNKNOWN, destinations

if TYPE_CHECKING:
    from tree_sitter import Node

_ERRORS_AWAY: Final = late_pattern(rb"2> ?/dev/null")
_INPUT: Final = late_pattern(rb"0?<(?![&>])")
_WORLDWIDE: Final = late_pattern(rb"(?:LC_ALL|LC_NUMERIC|LANG|TZ)=[\w.:/-]*")

_BARE: Final = rb"[^\s\"'$`\\*?\[\]{}~();&|<>]|%\{\w+\}|\\[*/ ]"
_LITERAL: Final = late_pattern(rb"(?:" + _BARE + rb"|'[^']*'|\"[^\"$`\\]*\")+")
_ONE_WORD: Final = late_pattern(
    rb"(?:" + _BARE + rb"|'[^']*'|\"(?:[^\"$`\\]|\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}))*\")+"
)
_QUOTED: Final = late_pattern(rb"'([^']*)'|\"([^\"]*)\"|\\(.)")
_MAY_BE_MANY: Final = late_pattern(rb"\$[@{].*[@*]|\$@", re.DOTALL)
_FROM_EXPANSION: Final = late_pattern(rb"[$`\\].*", re.DOTALL)
_EXPANSION: Final = late_pattern(rb"\$\{?\w+\}?")

_DIGITS: Final = late_pattern(rb"-?[0-9]+")
_FACTS: Final = late_pattern(rb"%[sXYZWugabhif]")
_DATE: Final = late_pattern(rb"\+(?:%-?[0-9]?[sHMSdmYjuwUVWNy])+")
_ONLY_DIGITS: Final = late_pattern(rb"(?:0-9|\[:digit:\])")
_COUNTED: Final = late_pattern(
    rb"\s*(?:(?:/[^/{}]*/|(?:\$\w+|NR)\s*(?:[!=]=|[<>]=?|!?~)\s*[^{}=;|]*)?\s*"
    rb"\{\s*(?P<n>\w+)\s*(?:\+\+|\+=\s*(?:\$\w+|[\d.*/+ ()-])*);?\s*\}\s*)?"
    rb"END\s*\{\s*print\s+(?:NR|(?P=n))(?:\s*\+\s*0)?;?\s*\}\s*"
)
"""A program of ``awk`` that prints the number of records, or what it has counted or added up."""
_WHOLE: Final = late_pattern(
    rb"\s*(?:(?:NR|NF|\$\w+)\s*(?:[!=]=|[<>]=?)\s*[\d.]+\s*|END\s*)?"
    rb"\{\s*print\s+int\(\s*\$?\w+(?:\s*[-+*/%]\s*\$?\w+)*\s*\);?\s*\}\s*"
)
"""One that prints the whole part of a number."""
_NUMBERS_OF_THINGS: Final = late_pattern(
    rb"jsonpath=\{\.(?:spec\.replicas|spec\.(?:min|max)Replicas|spec\.(?:completions|parallelism)"
    rb"|status\.(?:\w+R|r)eplicas|status\.(?:active|succeeded|failed|numberReady)"
    rb"|(?:metadata|status\.observed)\.?[gG]eneration)\}"
)
"""What Kubernetes has a number for, and nothing else."""
_KUBECTL_VALUES: Final = frozenset(
    {b"-n", b"--namespace", b"--context", b"--kubeconfig", b"--cluster"}
)
_COUNTING_QUERY: Final = late_pattern(rb"length\((?:[^()]|\([^()]*\))*\)")
_LENGTH: Final = late_pattern(rb"(?:[^#]*\|\s*)?length\s*", re.DOTALL)
_OF_MACHINE: Final = late_pattern(
    rb"_NPROCESSORS_(?:ONLN|CONF)|PAGE_?SIZE|CLK_TCK|LONG_BIT|ARG_MAX|OPEN_MAX|_(?:AV)?PHYS_PAGES"
)
_DISK: Final = late_pattern(
    rb"--output=(?:size|used|avail|pcent|itotal|iused|iavail|ipcent)|-[kmP]|-B[0-9]*[kKMG]B?"
)
_CODE_OF_ANSWER: Final = late_pattern(
    rb"%\{(?:http_code|response_code|http_connect|size_download|num_redirects|exitcode)\}(?:\\n)?"
)
_CURL_FLAGS: Final = late_pattern(
    rb"-[sSkLfIg46]+|--(?:silent|show-error|insecure|location|fail|head)"
)
_CURL_OUTPUT: Final = late_pattern(rb"-[sSkLfIg46]*o|--output")
_CURL_WRITTEN: Final = late_pattern(rb"-[sSkLfIg46]*w|--write-out")
_CURL_VALUES: Final = frozenset(
    {
        *(b"-m", b"--max-time", b"--connect-timeout", b"-H", b"--header", b"-X", b"--request"),
        *(b"-u", b"--user", b"-A", b"--cacert", b"--retry", b"--retry-delay", b"-d", b"--data"),
    }
)

_Judge: TypeAlias = Callable[[Sequence[bytes]], bool]
"""Judges the words of a program: `UNKNOWN` stands for what is known only when the script runs."""


def prints_number(node: Node) -> bool:
    """Whether this is a command substitution that gives digits only, whatever its commands read."""
    if node.type == "string" and len(node.named_children) == 1:
        node = node.named_children[0]
    is_one = node.type == "command_substitution" and len(node.named_children) == 1
    return is_one and _is_number(node.named_children[0])


def _is_number(statement: Node) -> bool:
    parts = statement.named_children
    match statement.type:
        case "list":
            return all(_is_silent(part) or _is_number(part) for part in parts) and not all(
                map(_is_silent, parts)
            )
        case "pipeline":
            while len(parts) > 1 and _passes_on(parts[-1]):
                parts = parts[:-1]
            return _is_number(parts[-1])
        case "redirected_statement":
            body = statement.child_by_field_name("body")
            redirects = [part for part in parts if part != body]
            return body is not None and all(map(_is_harmless, redirects)) and _is_number(body)
        case "command":
            words = _words(statement)
            judge = _JUDGES.get(words[0].rsplit(b"/", 1)[-1]) if words else None
            return judge is not None and words is not None and judge(words[1:])
    return False


def _is_silent(statement: Node) -> bool:
    return statement.text in (b"true", b":")


def _is_harmless(redirect: Node) -> bool:
    """Whether a redirection changes nothing of what is printed, and holds no words of the command."""
    if redirect.type in ("herestring_redirect", "heredoc_redirect"):
        return len(redirect.children_by_field_name("argument")) == 0
    text = redirect.text or b""
    return len(destinations(redirect)) == 1 and (
        _ERRORS_AWAY.fullmatch(text) is not None or _INPUT.match(text) is not None
    )


def _words(command: Node) -> list[bytes] | None:
    """The words of a command without their quotes; None where they may be others than stand there."""
    words: list[bytes] = []
    for part in command.children:
        text = part.text or b""
        if part.type == "variable_assignment":
            if _WORLDWIDE.fullmatch(text) is None:
                return None
        elif part.type.endswith("_redirect"):
            if not _is_harmless(part):
                return None
        elif part.type == "arithmetic_expansion":
            words.append(b"-0")  # any number, which may have a sign
        elif part.type == "string" and not _MAY_BE_MANY.search(text):
            words.append(_FROM_EXPANSION.sub(UNKNOWN, MARKER.sub(UNKNOWN, text[1:-1])))
        elif _LITERAL.fullmatch(text):
            words.append(_unquoted(text))
        elif _ONE_WORD.fullmatch(text):
            words.append(_unquoted(_EXPANSION.sub(UNKNOWN, text)))
        else:
            return None
    return words


def _unquoted(text: bytes) -> bytes:
    return _QUOTED.sub(lambda part: part[1] or part[2] or part[3] or b"", MARKER.sub(UNKNOWN, text))


def _passes_on(stage: Node) -> bool:
    """Whether a part of a pipeline prints nothing but what it reads, or less."""
    words = _words(stage) if stage.type == "command" else None
    if not words:
        return False
    program, options = words[0], words[1:]
    if program == b"tr":
        return len(options) == 2 and options[0] == b"-d" and _is_known(options[1])
    numbered = (b"-n", b"-c")
    return program in (b"xargs", b"cat", b"sort", b"uniq", b"head", b"tail") and all(
        _DIGITS.fullmatch(word) or word in (*numbered, b"-nr", b"-rn", b"-u", b"-n1", b"-c1")
        for word in options
    )


def _is_known(word: bytes) -> bool:
    return UNKNOWN not in word


def _may_be_option(word: bytes) -> bool:
    return word[:1] in (b"-", UNKNOWN)


def _operands(words: Sequence[bytes], options: re.Pattern[bytes]) -> list[bytes] | None:
    """The words behind the options; None where some may be others than the known ones.

    One alone is none, whatever it is: the program would lack what it needs.
    """
    rest = list(words)
    while rest and options.fullmatch(rest[0]):
        rest.pop(0)
    if rest and rest[0] == b"--":
        return rest[1:]
    is_alone = len(rest) == 1 and rest[0][:1] == UNKNOWN
    return None if any(map(_may_be_option, rest)) and not is_alone else rest


def _wc(words: Sequence[bytes]) -> bool:
    return (
        len(words) == 1
        and re.fullmatch(rb"-[clmwL]|--(?:lines|words|bytes|chars)", words[0]) is not None
    )


def _grep(words: Sequence[bytes]) -> bool:
    operands = _operands(
        words, re.compile(rb"-[cvEFGPiwxsahz]+|--(?:count|invert-match|ignore-case|quiet)")
    )
    if operands is None or not 1 <= len(operands) <= 2:
        return False
    return any(re.fullmatch(rb"--count|-\w*c\w*", word) for word in words[: -len(operands)])


def _stat(words: Sequence[bytes]) -> bool:
    is_of_facts = len(words) == 3 and words[0] in (b"-c", b"-Lc", b"--format")
    return is_of_facts and _FACTS.fullmatch(words[1]) is not None


def _date(words: Sequence[bytes]) -> bool:
    formats = [word for word in words if word.startswith(b"+")]
    return len(formats) == 1 and _DATE.fullmatch(formats[0]) is not None


def _seq(words: Sequence[bytes]) -> bool:
    return 1 <= len(words) <= 3 and all(map(_DIGITS.fullmatch, words))


def _echo(words: Sequence[bytes]) -> bool:
    return len(words) == 1 and _DIGITS.fullmatch(words[0]) is not None


def _tr(words: Sequence[bytes]) -> bool:
    return (
        len(words) == 2 and words[0] in (b"-dc", b"-cd") and bool(_ONLY_DIGITS.fullmatch(words[1]))
    )


def _expr(words: Sequence[bytes]) -> bool:
    return len(words) == 3 and words[1] in (b"+", b"-", b"*", b"/", b"%")


def _awk(words: Sequence[bytes]) -> bool:
    """An operand that may hold ``=`` may give a variable of the program its text."""
    operands = _operands(words, re.compile(rb"-F\S+"))
    if not operands or not (_COUNTED.fullmatch(operands[0]) or _WHOLE.fullmatch(operands[0])):
        return False
    return all(_is_known(word) and b"=" not in word for word in operands[1:])


def _jq(words: Sequence[bytes]) -> bool:
    operands = _operands(words, re.compile(rb"-[rcensSM]+"))
    if not operands or not _is_known(operands[0]):
        return False
    return _LENGTH.fullmatch(operands[0]) is not None


def _curl(words: Sequence[bytes]) -> bool:
    """The status of one answer, the text of which goes elsewhere."""
    rest, urls, elsewhere, told = list(words), 0, False, False
    while rest:
        word = rest.pop(0)
        if _CURL_OUTPUT.fullmatch(word) and rest:
            value = rest.pop(0)
            elsewhere = elsewhere or (_is_known(value) and value != b"-")
        elif _CURL_WRITTEN.fullmatch(word) and rest:
            told = _CODE_OF_ANSWER.fullmatch(rest.pop(0)) is not None
            if not told:
                return False
        elif word in _CURL_VALUES and rest:
            rest.pop(0)
        elif not _may_be_option(word):
            urls += 1
        elif not _CURL_FLAGS.fullmatch(word):
            return False
    return elsewhere and told and urls == 1


def _kubectl(words: Sequence[bytes]) -> bool:
    """A number of something that is known by its path; no other word may be an option."""
    rest, told = list(words), 0
    while rest:
        word = rest.pop(0)
        if word in _KUBECTL_VALUES and rest:
            rest.pop(0)
        elif word in (b"-o", b"--output") and rest:
            told += 1 if _NUMBERS_OF_THINGS.fullmatch(rest.pop(0)) else 2
        elif _may_be_option(word):
            return False
    return told == 1


def _aws(words: Sequence[bytes]) -> bool:
    """How many there are of something."""
    queries = [value for word, value in pairwise(words) if word == b"--query"]
    others = [word for word in words if word.startswith(b"--q") or word[:1] == UNKNOWN]
    return len(queries) == len(others) == 1 and bool(_COUNTING_QUERY.fullmatch(queries[0]))


_JUDGES: Final[dict[bytes, _Judge]] = {
    b"wc": _wc,
    b"nproc": lambda words: all(word == b"--all" for word in words),
    b"id": lambda words: list(words) in ([b"-u"], [b"-g"]),
    b"grep": _grep,
    b"egrep": _grep,
    b"fgrep": _grep,
    b"stat": _stat,
    b"date": _date,
    b"seq": _seq,
    b"echo": _echo,
    b"tr": _tr,
    b"expr": _expr,
    b"awk": _awk,
    b"gawk": _awk,
    b"mawk": _awk,
    b"jq": _jq,
    b"getconf": lambda words: len(words) == 1 and _OF_MACHINE.fullmatch(words[0]) is not None,
    b"df": lambda words: (
        all(_DISK.fullmatch(word) or not _may_be_option(word) for word in words)
        and any(word.startswith(b"--output=") for word in words)
    ),
    b"curl": _curl,
    b"kubectl": _kubectl,
    b"oc": _kubectl,
    b"aws": _aws,
}
