"""Programs that print numbers, by what their words are: a closed world of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.words import UNKNOWN

DIGITS: Final = late_pattern(rb"-?[0-9]+")
_FACTS: Final = late_pattern(rb"%[sXYZWugabhif]")
_DATE: Final = late_pattern(rb"\+(?:%-?[0-9]?[sHMSdmYjuwUVWNy])+")
_ONLY_DIGITS: Final = late_pattern(rb"(?:0-9|\[:digit:\])")
_AWK_PART: Final = late_pattern(rb"\s*(?P<pattern>[^{}]*?)\s*\{(?P<action>[^{}]*)\}\s*")
_AWK_PATTERN: Final = late_pattern(
    rb"(?:BEGIN|END|(?:!?\s*/[^/]*/|[\w$]+\s*(?:[!=]=|[<>]=?|!?~))(?:[^=;|(]|[!=<>]=|\|\|)*)?"
)
_AWK_READS: Final = late_pattern(rb"\bgetline\b")
_AWK_COUNTS: Final = late_pattern(
    rb"(?P<name>[a-zA-Z_]\w*)\s*(?:\+\+|\+=\s*(?:\$\w+|[\d.*/+ ()-])*)|\+\+(?P<other>[a-zA-Z_]\w*)"
)
_AWK_TERM: Final = rb"(?:int)?\(*\s*(?:\$?\w+|[\d.]+)\s*\)*"
_AWK_SUM: Final = _AWK_TERM + rb"(?:\s*[-+*/%]\s*" + _AWK_TERM + rb")*"
_AWK_PRINTS: Final = late_pattern(rb"print\s+(?P<sum>" + _AWK_SUM + rb")")
_AWK_FORMATS: Final = late_pattern(
    rb"printf\s*\(?\s*\"%[.0-9]*[dif]%?%?(?:\\n)?\"\s*,\s*" + _AWK_SUM + rb"\)?"
)
"""A text that is formatted as a number is one."""
_AWK_WHOLE: Final = late_pattern(rb"int\(" + _AWK_SUM + rb"\)")
_AWK_NAMES: Final = late_pattern(rb"\$?[A-Za-z_]\w*|\$\d+")
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
_LENGTH: Final = late_pattern(rb"(?:[^#]*\|\s*)?(?:length|tonumber|floor|ceil|round)\s*", re.DOTALL)
_FORMAT: Final = late_pattern(rb"(?:%[-+0 ]?\d*(?:\.\d+)?[dius]|%%|\\n|[ .:0-9])+")
_PS_COLUMNS: Final = late_pattern(
    rb"(?:(?:pid|ppid|pgid|uid|gid|etimes|rss|vsz|pcpu|%cpu|pmem|%mem|nlwp|thcount|ni|pri)=,?)+"
)
_FOUND_FACTS: Final = late_pattern(rb"(?:%(?:[TAC]@|[sdUGkbinm])|\\n|[ .])+")
_FOUND_OTHERWISE: Final = late_pattern(rb"\x00|-f?(?:print|ls)|-exec|-ok|-files0-from")
"""What tells of what is found in another way, or may be any word."""
_PSQL_FLAGS: Final = late_pattern(rb"-[XqtAw]+")
_MYSQL_FLAGS: Final = late_pattern(rb"-[NBs]+")
_JQ_FLAGS: Final = late_pattern(
    rb"-[rcensSMj]+|--(?:raw-output|raw-input|null-input|slurp|exit-status|compact-output)"
)
_COUNTING_STATEMENT: Final = late_pattern(
    rb"\s*select\s+count\((?:distinct\s+)?(?:\*|[\w.]+)\)\s+from\s(?:(?!\bunion\b)[^;\\])*;?\s*",
    re.IGNORECASE,
)
"""A query that gives a number, and nothing beside it."""
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
    rb"-[sSkLfIg46]+|--(?:silent|show-error|insecure|location|fail|head)?"
)
_CURL_OUTPUT: Final = late_pattern(rb"-[sSkLfIg46]*o|--output")
_CURL_WRITTEN: Final = late_pattern(rb"-[sSkLfIg46]*w|--write-out")
_CURL_VALUES: Final = frozenset(
    {
        *(b"-m", b"--max-time", b"--connect-timeout", b"-H", b"--header", b"-X", b"--request"),
        *(b"-u", b"--user", b"-A", b"--cacert", b"--retry", b"--retry-delay", b"-d", b"--data"),
    }
)

_AWK_COLUMN: Final = late_pattern(
    rb"\s*(?:NR\s*==\s*\d+|/\^?\w+:?/)?\s*\{\s*print\s+\$(\d+);?\s*\}\s*"
)

_Judge: TypeAlias = Callable[[Sequence[bytes]], bool]
"""Judges the words of a program: `UNKNOWN` stands for what is known only when the script runs."""


def column_of(words: Sequence[bytes]) -> int | None:
    """Which column of what it reads a command prints, be it of some lines only."""
    if words[0] == b"cut":
        return 1 if list(words[1:]) in ([b"-f1"], [b"-f", b"1"]) else None
    found = _AWK_COLUMN.fullmatch(words[1]) if words[0] == b"awk" and len(words) == 2 else None
    return int(found[1]) if found is not None else None


def is_known(word: bytes) -> bool:
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
    operands = list(words)
    while operands and operands[0] in (b"-w", b"--equal-width", b"--"):
        operands.pop(0)
    return 1 <= len(operands) <= 3 and all(map(DIGITS.fullmatch, operands))


def _echo(words: Sequence[bytes]) -> bool:
    return len(words) == 1 and DIGITS.fullmatch(words[0]) is not None


def _printf(words: Sequence[bytes]) -> bool:
    """Numbers by its format, or texts that are numbers."""
    form, *given = words or (b"",)
    if not _FORMAT.fullmatch(form):
        return False
    return b"s" not in form.replace(b"%%", b"") or all(map(DIGITS.fullmatch, given))


def _tr(words: Sequence[bytes]) -> bool:
    return (
        len(words) == 2 and words[0] in (b"-dc", b"-cd") and bool(_ONLY_DIGITS.fullmatch(words[1]))
    )


def _expr(words: Sequence[bytes]) -> bool:
    return len(words) == 3 and words[1] in (b"+", b"-", b"*", b"/", b"%")


def _awk(words: Sequence[bytes]) -> bool:
    """An operand that may hold ``=`` may give a variable of the program its text."""
    rest, given = list(words), []
    while rest and rest[0][:1] == b"-":
        option = rest.pop(0)
        if option in (b"-v", b"-F") and rest:
            given += [rest.pop(0)] if option == b"-v" else [rest.pop(0)][:0]
        elif not re.fullmatch(rb"-F\S+", option):
            return False
    names = [each.partition(b"=")[0] for each in given]
    if not rest or not all(map(is_known, (rest[0], *names))) or not _is_counting(rest[0], names):
        return False
    return all(is_known(word) and b"=" not in word for word in rest[1:])


def _is_counting(program: bytes, given: Sequence[bytes]) -> bool:
    """Whether a program of `awk` prints what it has counted or calculated, or formats it as a number."""
    parts, at = [], 0
    while at < len(program):
        part = _AWK_PART.match(program, at)
        if (
            part is None
            or not _AWK_PATTERN.fullmatch(part["pattern"])
            or _AWK_READS.search(program)
        ):
            return False
        parts += [each.strip() for each in part["action"].split(b";")]
        at = part.end()
    counting = [_AWK_COUNTS.fullmatch(each) for each in parts]
    counted = {each["name"] or each["other"] for each in counting if each is not None}
    prints = [each for each, is_count in zip(parts, counting, strict=True) if each and not is_count]
    return bool(prints) and all(_prints_count(each, counted.difference(given)) for each in prints)


def _prints_count(statement: bytes, counted: set[bytes]) -> bool:
    printed = _AWK_PRINTS.fullmatch(statement)
    if printed is None:
        return _AWK_FORMATS.fullmatch(statement) is not None
    names = {*_AWK_NAMES.findall(printed["sum"])}
    is_sum = re.search(rb"[-+*/%]", printed["sum"]) is not None
    return names <= counted | {b"NR", b"NF"} or is_sum or bool(_AWK_WHOLE.fullmatch(printed["sum"]))


def _jq(words: Sequence[bytes]) -> bool:
    rest: list[bytes] = []
    given = iter(words)
    for word in given:
        if word in (b"--arg", b"--argjson"):
            next(given, b""), next(given, b"")
        else:
            rest.append(word)
    operands = _operands(rest, _JQ_FLAGS)
    if not operands or not is_known(operands[0]):
        return False
    return _LENGTH.fullmatch(operands[0]) is not None


def _pgrep(words: Sequence[bytes]) -> bool:
    rest, counts = list(words), False
    while rest and rest[0][:1] == b"-" and rest[0] != b"--":
        option = rest.pop(0)
        counts = (
            counts or option == b"--count" or re.fullmatch(rb"-[fxi]*c[fxi]*", option) is not None
        )
        if option in (b"-u", b"-U", b"-P", b"-g", b"-G", b"-t") and rest:
            rest.pop(0)
        elif not re.fullmatch(rb"-[fxic]+|--(?:count|full|exact|ignore-case)", option):
            return False
    is_open = rest[:1] != [b"--"]
    return counts and not (is_open and any(map(_may_be_option, rest)))


def _git(words: Sequence[bytes]) -> bool:
    rest = list(words)
    while rest[:1] == [b"-C"]:
        rest = rest[2:]
    if rest[:1] != [b"rev-list"] or b"--count" not in rest:
        return False
    return all(is_known(word) or not _may_be_option(word) for word in rest)


def _ps(words: Sequence[bytes]) -> bool:
    """Columns without a head that are numbers."""
    rest, told = list(words), False
    while rest:
        word = rest.pop(0)
        if word in (b"-o", b"-p", b"-C", b"-u") and rest:
            value = rest.pop(0)
            told = told or word == b"-o"
            if word == b"-o" and not _PS_COLUMNS.fullmatch(value):
                return False
        elif word not in (b"-e", b"-A"):
            return False
    return told


def _find(words: Sequence[bytes]) -> bool:
    """Facts of what it finds that are numbers, and nothing beside them."""
    formats = [form for word, form in pairwise(words) if word == b"-printf"]
    others = (word for word in words if word != b"-printf")
    is_plain = not any(_FOUND_OTHERWISE.match(word) for word in others)
    return len(formats) == 1 and is_plain and _FOUND_FACTS.fullmatch(formats[0]) is not None


def _psql(words: Sequence[bytes]) -> bool:
    """How many rows there are, and nothing beside that."""
    return _counts_rows(words, _PSQL_FLAGS, b"tA", (b"-c", b"--command"))


def _mysql(words: Sequence[bytes]) -> bool:
    return _counts_rows(words, _MYSQL_FLAGS, b"N", (b"-e", b"--execute"))


def _counts_rows(
    words: Sequence[bytes], flags: re.Pattern[bytes], bare: bytes, statement: tuple[bytes, bytes]
) -> bool:
    letters, asked, rest = b"", 0, list(words)
    while rest:
        word = rest.pop(0)
        short = word[:1] == b"-" and word[:2] != b"--" and word[-1:] == statement[0][1:]
        if (short or word == statement[1]) and rest:
            letters += word[1:-1] if short else b""
            asked += 1 if _COUNTING_STATEMENT.fullmatch(rest.pop(0)) else 2
        elif flags.fullmatch(word):
            letters += word[1:]
        elif word in (b"-h", b"-p", b"-P", b"-U", b"-u", b"-d", b"-D") and rest:
            rest.pop(0)
        elif _may_be_option(word):
            return False
    return asked == 1 and all(bytes([each]) in letters for each in bare)


def _has_sizes(words: Sequence[bytes], column: int) -> bool:
    """Whether `du` tells the size of one thing in that column."""
    *options, last = words or [b""]
    is_sum = all(re.fullmatch(rb"-[skmbxL]+", each) for each in options)
    is_one = is_known(last) and not _may_be_option(last)
    return column == 1 and is_sum and is_one and any(b"s" in each for each in options)


def _has_memory(words: Sequence[bytes], column: int) -> bool:
    """Whether `free` tells a size in that column."""
    return column > 1 and all(
        re.fullmatch(rb"-[bkmgwt]|--(?:mebi|kibi|bytes)", each) for each in words
    )


def _curl(words: Sequence[bytes]) -> bool:
    """The status of one answer, the text of which goes elsewhere."""
    rest, urls, elsewhere, told = list(words), 0, False, False
    while rest:
        word = rest.pop(0)
        if _CURL_OUTPUT.fullmatch(word) and rest:
            value = rest.pop(0)
            elsewhere = elsewhere or (is_known(value) and value != b"-")
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


JUDGES: Final[dict[bytes, _Judge]] = {
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
    b"printf": _printf,
    b"pgrep": _pgrep,
    b"git": _git,
    b"ps": _ps,
    b"find": _find,
    b"psql": _psql,
    b"mysql": _mysql,
    b"mariadb": _mysql,
    b"tput": lambda words: len(words) == 1 and words[0] in (b"cols", b"lines", b"colors"),
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

COLUMNS: Final[dict[bytes, Callable[[Sequence[bytes], int], bool]]] = {
    b"du": _has_sizes,
    b"free": _has_memory,
}
"""Programs of whose columns some hold numbers."""
