"""Programs that print numbers, by what their words are: a closed world of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.digit_filters import deletes_others, leaves_digits, matches_digits
from pup_tui.template.shell.number_queries import gives_numbers
from pup_tui.template.shell.number_sources import (
    has_numbers,
    is_cloud_number,
    is_container_number,
    is_number_file,
    is_number_path,
    is_object_number,
    is_setting,
    is_unit_number,
)
from pup_tui.template.shell.words import UNKNOWN

DIGITS: Final = late_pattern(rb"-?[0-9]+")
_FACTS: Final = late_pattern(rb"%[sXYZWugabhif]")
_DATE: Final = late_pattern(rb"\+(?:%-?[0-9]?[sHMSdmYjuwUVWNy])+")
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
_AWK_INT: Final = rb"int\((?:[\w$.*/+ -]|\[[^][]*\]|\([^()]*\))+\)"
_AWK_PRINTS: Final = late_pattern(rb"print\s+(?P<sum>" + _AWK_SUM + rb"|" + _AWK_INT + rb")")
_AWK_KEEPS: Final = late_pattern(rb"[A-Za-z_]\w*\[[\w$ .+-]*\]\s*=\s*[\w$.]+")
_AWK_FORMATS: Final = late_pattern(
    rb"printf\s*\(?\s*\"%[.0-9]*[dif]%?%?(?:\\n)?\"\s*,\s*" + _AWK_SUM + rb"\)?"
)
"""A text that is formatted as a number is one."""
_AWK_WHOLE: Final = late_pattern(_AWK_INT)
_AWK_NAMES: Final = late_pattern(rb"\$?[A-Za-z_]\w*|\$\d+")
_KUBECTL_VALUES: Final = frozenset(
    {b"-n", b"--namespace", b"--context", b"--kubeconfig", b"--cluster"}
)
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
_OF_MACHINE: Final = late_pattern(
    rb"_NPROCESSORS_(?:ONLN|CONF)|PAGE_?SIZE|CLK_TCK|LONG_BIT|ARG_MAX|OPEN_MAX|_(?:AV)?PHYS_PAGES"
)
_DISK: Final = late_pattern(
    rb"--output=(?:size|used|avail|pcent|itotal|iused|iavail|ipcent)|-[kmP]|-B[0-9]*[kKMG]B?"
)
_BLOCK_SIZES: Final = late_pattern(rb"-[kmPil]+|-B[0-9]*[kKMG]B?|--(?:portability)?")
_CODE_OF_ANSWER: Final = late_pattern(
    rb"%\{(?:http_code|response_code|http_connect|exitcode|urlnum|http_version|ssl_verify_result"
    rb"|(?:time|size|speed|num)_\w+|(?:local|remote)_port)\}(?:\\n)?"
)
_CURL_OPTION: Final = late_pattern(
    rb"-[sSkLfIgivGjnNR0-6#]*(?:(?P<letter>[AbdeFHmoruwxXyY])(?P<value>.*))?", re.DOTALL
)
_CURL_OUTPUT, _CURL_WRITTEN, _CURL_VALUE = b"o", b"w", b"H"
_CURL_LONG: Final = {
    b"--output": _CURL_OUTPUT,
    b"--write-out": _CURL_WRITTEN,
    **dict.fromkeys(
        (
            *(b"--max-time", b"--connect-timeout", b"--header", b"--request", b"--user"),
            *(b"--user-agent", b"--referer", b"--cookie", b"--cacert", b"--capath", b"--cert"),
            *(b"--key", b"--retry", b"--retry-delay", b"--retry-max-time", b"--max-redirs"),
            *(b"--data", b"--data-raw", b"--data-binary", b"--data-urlencode", b"--json"),
            *(
                b"--form",
                b"--resolve",
                b"--connect-to",
                b"--proxy",
                b"--noproxy",
                b"--interface",
                b"--range",
            ),
            *(b"--unix-socket", b"--oauth2-bearer", b"--limit-rate", b"--ciphers"),
        ),
        _CURL_VALUE,
    ),
    **dict.fromkeys(
        (
            *(b"--", b"--silent", b"--show-error", b"--insecure", b"--location", b"--fail"),
            *(b"--head", b"--fail-with-body", b"--compressed", b"--verbose", b"--globoff"),
            *(b"--get", b"--ipv4", b"--ipv6", b"--http1.1", b"--http2", b"--tlsv1.2", b"--tlsv1.3"),
            *(b"--no-progress-meter", b"--no-keepalive", b"--include", b"--netrc", b"--no-buffer"),
            *(b"--retry-connrefused", b"--retry-all-errors", b"--location-trusted"),
        ),
        b"",
    ),
}
"""What the long options are: of those with a value, whether it is a file or what is printed."""

_AWK_COLUMN: Final = late_pattern(
    rb"\s*(?:NR\s*[=><]=?\s*\d+|END|/(\^?\w+:?)/)?\s*\{\s*"
    rb"(?:g?sub\(\s*(?:/%/|\"%\")\s*,\s*\"\"\s*(?:,\s*\$\d+\s*)?\)\s*;\s*)?"
    rb"print\s+\$(\d+)\s*(?:;\s*exit\s*)?;?\s*\}\s*"
)
_CUT_COLUMN: Final = late_pattern(rb"(?:-d ?(?P<by>.) )?-f ?(?P<number>\d+)", re.DOTALL)
_ONLY_MATCHES: Final = late_pattern(
    rb"-[oEPFhsaiwx]+|-m\d+|--(?:only-matching|extended-regexp|perl-regexp|no-filename)"
)
_SED_FLAGS: Final = late_pattern(rb"-[nErsz]+|--(?:quiet|silent|regexp-extended)")
_SED_SILENT: Final = late_pattern(rb"-[Ersz]*n|--(?:quiet|silent)")
_WORD_COUNTS: Final = late_pattern(rb"-[clmwL]|--(?:lines|words|bytes|chars)|--")
_LINE_COUNTS: Final = late_pattern(rb"-[ciu]*c[ciu]*|--count")
_DOCKER_FORMAT: Final = late_pattern(rb"-f|--format(?P<told>=.*)?", re.DOTALL)
_REDIS_VALUES: Final = frozenset({b"-h", b"-p", b"-a", b"-n", b"-u", b"--user", b"--pass"})
_REDIS_FLAGS: Final = frozenset({b"--raw", b"--no-raw", b"--no-auth-warning", b"--tls", b"-c"})
_REDIS_COUNTS: Final = frozenset(
    {
        *(b"llen", b"dbsize", b"scard", b"zcard", b"hlen", b"xlen", b"strlen", b"ttl", b"pttl"),
        *(b"exists", b"pfcount", b"zcount", b"bitcount", b"incr", b"decr", b"lastsave"),
    }
)
_CALCULATION: Final = late_pattern(rb"(?:scale ?= ?\d+;)?[\d.\s()+*/%^<>=-]+")
_BLOCKS: Final = frozenset({b"--getsize64", b"--getsz", b"--getss", b"--getbsz", b"--getro"})

_Judge: TypeAlias = Callable[[Sequence[bytes]], bool]
"""Judges the words of a program: `UNKNOWN` stands for what is known only when the script runs."""


class PickedColumn(NamedTuple):
    """Which column a command prints of what it reads, be it of some lines only, which a pattern finds."""

    number: int
    by: bytes
    pattern: bytes = b""


def column_of(words: Sequence[bytes]) -> PickedColumn | None:
    """The column that a command prints; a blank stands for all of them, as `awk` takes them."""
    if words[0] == b"cut":
        found = _CUT_COLUMN.fullmatch(b" ".join(words[1:]))
        return (
            PickedColumn(int(found["number"]), found["by"] or b"\t") if found is not None else None
        )
    found = _AWK_COLUMN.fullmatch(words[1]) if words[0] == b"awk" and len(words) == 2 else None
    return PickedColumn(int(found[2]), b"", found[1] or b"") if found is not None else None


def is_known(word: bytes) -> bool:
    return UNKNOWN not in word


def _may_be_option(word: bytes) -> bool:
    return word[:1] in (b"-", UNKNOWN)


def _before_dashes(words: Sequence[bytes]) -> list[bytes]:
    """The words among which options may be."""
    return [*words[: words.index(b"--")]] if b"--" in words else [*words]


def _operands(words: Sequence[bytes], options: re.Pattern[bytes]) -> list[bytes] | None:
    """The words behind the options; None where some may be others than the known ones.

    One alone is none, whatever it is: the program would lack what it needs.
    """
    rest = list(words)
    while rest and options.fullmatch(rest[0]):
        rest.pop(0)
    open_ones = _before_dashes(rest)
    if len(open_ones) < len(rest) and not any(map(_may_be_option, open_ones)):
        return [*open_ones, *rest[len(open_ones) + 1 :]]
    is_alone = len(rest) == 1 and rest[0][:1] == UNKNOWN
    return None if any(map(_may_be_option, rest)) and not is_alone else rest


def _wc(words: Sequence[bytes]) -> bool:
    return (
        len(words) == 1
        and re.fullmatch(rb"-[clmwL]|--(?:lines|words|bytes|chars)", words[0]) is not None
    )


def _grep(words: Sequence[bytes]) -> bool:
    return _counts_lines(words) or _finds_digits(words)


def _finds_digits(words: Sequence[bytes]) -> bool:
    """Whether it prints what a pattern of digits has matched, and no names of files."""
    rest = list(words)
    while len(rest) > 1 and rest[0] == b"-m":
        rest = rest[2:]
    operands = _operands(rest, _ONLY_MATCHES)
    if operands is None or not 1 <= len(operands) <= 2:
        return False
    options = [word for word in words if _ONLY_MATCHES.fullmatch(word)]
    short = b"".join(word for word in options if word[:2] != b"--")
    is_perl = b"P" in short or b"--perl-regexp" in options
    is_only = b"o" in short or b"--only-matching" in options
    return is_only and is_known(operands[0]) and matches_digits(operands[0], is_perl=is_perl)


def _sed(words: Sequence[bytes]) -> bool:
    operands = _operands(words, _SED_FLAGS)
    if not operands or not is_known(operands[0]):
        return False
    is_silent = any(_SED_SILENT.match(word) for word in words)
    return leaves_digits(operands[0], is_silent=is_silent)


def _counts_lines(words: Sequence[bytes]) -> bool:
    operands = _operands(
        words, re.compile(rb"-[cvEFGPiwxsahz]+|--(?:count|invert-match|ignore-case|quiet)")
    )
    if operands is None or not 1 <= len(operands) <= 2:
        return False
    return any(re.fullmatch(rb"--count|-\w*c\w*", word) for word in words[: -len(operands)])


def _stat(words: Sequence[bytes]) -> bool:
    rest = [word for word in words if word != b"--"]
    is_of_facts = len(rest) == 3 and rest[0] in (b"-c", b"-Lc", b"--format")
    return is_of_facts and _FACTS.fullmatch(rest[1]) is not None


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
    silent = [
        found or _AWK_KEEPS.fullmatch(each) for found, each in zip(counting, parts, strict=True)
    ]
    prints = [each for each, is_silent in zip(parts, silent, strict=True) if each and not is_silent]
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
            asked += 1 if gives_numbers(rest.pop(0)) else 2
        elif flags.fullmatch(word):
            letters += word[1:]
        elif word in (b"-h", b"-p", b"-P", b"-U", b"-u", b"-d", b"-D") and rest:
            rest.pop(0)
        elif _may_be_option(word):
            return False
    return asked == 1 and all(bytes([each]) in letters for each in bare)


def _has_sizes(words: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether `du` tells the size of one thing in that column."""
    *options, last = words or [b""]
    is_sum = all(re.fullmatch(rb"-[skmbxL]+|--", each) for each in options)
    is_one = is_known(last) and (not _may_be_option(last) or options[-1:] == [b"--"])
    is_size = taken.number == 1 and taken.by in (b"", b"\t")
    return is_size and is_sum and is_one and any(b"s" in each for each in options)


def _has_memory(words: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether `free` tells a size in that column."""
    is_size = taken.number > 1 and taken.by == b""
    return is_size and all(re.fullmatch(rb"-[bkmgwt]|--(?:mebi|kibi|bytes)", w) for w in words)


def _has_blocks(words: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether `df` tells a size or share of the file system of one folder in that column.

    The folder is known, so that nobody chooses the name of its device by it, which stands before.
    """
    *options, last = words or [b""]
    is_known_folder = is_known(last) and last.startswith(b"/")
    is_plain = all(_BLOCK_SIZES.fullmatch(option) for option in options)
    return taken.number in range(2, 6) and taken.by == b"" and is_known_folder and is_plain


def _has_counts(words: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether `wc` tells how many there are in that column: a name may hold the end of a line."""
    options = [word for word in words if _WORD_COUNTS.fullmatch(word)]
    others = [word for word in words if word not in options]
    is_plain = all(is_known(word) and not _may_be_option(word) for word in others)
    return taken.number == 1 and taken.by in (b"", b" ") and bool(options) and is_plain


def _has_frequencies(words: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether `uniq` tells how often a line is there in that column."""
    is_first = taken.number == 1 and taken.by == b""
    return is_first and len(words) == 1 and _LINE_COUNTS.fullmatch(words[0]) is not None


def _has_property(words: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether `systemctl` tells a number behind the name of what it is."""
    return taken.number == 2 and taken.by == b"=" and _properties(words)


def _properties(words: Sequence[bytes]) -> bool:
    """Whether all that it shows of a unit are numbers."""
    rest, told = list(words), 0
    while rest:
        word = rest.pop(0)
        if word in (b"-p", b"--property") and rest:
            told += 1 if is_unit_number(rest.pop(0)) else 2
        elif word.startswith((b"-p", b"--property=")):
            told += (
                1 if is_unit_number(word.removeprefix(b"--property=").removeprefix(b"-p")) else 2
            )
        elif word == b"--":
            break
        elif word not in (b"--user", b"--value", b"--no-pager") and _may_be_option(word):
            return False
    return words[:1] != [] and b"show" in words and told == 1


def _systemctl(words: Sequence[bytes]) -> bool:
    return b"--value" in words and _properties(words)


def _sysctl(words: Sequence[bytes]) -> bool:
    operands = _operands(words, late_pattern(rb"-n|-[ben]*n[ben]*|--values"))
    return len(words) > 1 and operands is not None and all(map(is_setting, operands))


def _blockdev(words: Sequence[bytes]) -> bool:
    return words[:1] != [] and words[0] in _BLOCKS and not any(map(_may_be_option, words[1:]))


def _pidof(words: Sequence[bytes]) -> bool:
    operands = _operands(words, late_pattern(rb"-[scxz]+"))
    return operands is not None and len(operands) > 0


def _id(words: Sequence[bytes]) -> bool:
    operands = _operands(words, late_pattern(rb"-[ur]+|-[gr]+"))
    return len(words) > 0 and words[0] in (b"-u", b"-g", b"-ru", b"-rg") and operands is not None


def _redis(words: Sequence[bytes]) -> bool:
    """What its server answers; nothing behind the name of the command is an option."""
    rest = list(words)
    while rest and (rest[0] in _REDIS_VALUES or rest[0] in _REDIS_FLAGS):
        rest = rest[2 if rest[0] in _REDIS_VALUES else 1 :]
    return bool(rest) and rest[0].lower() in _REDIS_COUNTS


def _docker(words: Sequence[bytes]) -> bool:
    """A number of something that is known by its name; no other word may be an option."""
    rest = list(words[1:]) if words[:1] == [b"container"] else list(words)
    told = 0
    if rest[:1] != [b"inspect"]:
        return False
    rest = rest[1:]
    while rest:
        word = rest.pop(0)
        found = _DOCKER_FORMAT.fullmatch(word)
        if found is not None:
            form = found["told"][1:] if found["told"] else b"".join(rest[:1])
            rest = rest if found["told"] else rest[1:]
            told += 1 if is_container_number(form) else 2
        elif word == b"--":
            break
        elif word not in (b"-s", b"--size", b"--type=container") and _may_be_option(word):
            return False
    return told == 1


def column_is_number(source: Sequence[bytes], taken: PickedColumn) -> bool:
    """Whether a program tells numbers in a column."""
    judge = _COLUMNS.get(source[0])
    return judge is not None and judge(source[1:], taken)


def file_column_is_number(words: Sequence[bytes]) -> bool:
    """Whether `awk` prints a column of a file of the system that holds numbers."""
    *program, path = words
    taken = column_of(program) if program else None
    if taken is None or program[0] != b"awk":
        return False
    return is_number_file(path) or (taken.number == 2 and has_numbers(path, taken.pattern))


def field_is_number(source: Sequence[bytes], words: Sequence[bytes]) -> bool:
    """Whether `jq` picks a number of what a command of a service prints."""
    operands = _operands(words[1:], _JQ_FLAGS) if words[0] == b"jq" else None
    is_open = any(word[:1] == UNKNOWN for word in _before_dashes(source))
    if operands is None or len(operands) != 1 or is_open:
        return False
    return is_number_path(_without_options(source), operands[0])


def _without_options(words: Sequence[bytes]) -> list[bytes]:
    found, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        if word in _KUBECTL_VALUES or word in (b"-o", b"--output"):
            rest = rest[1:]
        elif word[:1] != b"-":
            found.append(word)
        elif word == b"--":
            break
    return found


def calculates(source: Sequence[bytes], words: Sequence[bytes]) -> bool:
    """Whether this is `bc` with a calculation that the script says: of strings it prints any text."""
    is_text = len(source) == 2 and source[0] == b"echo" and is_known(source[1])
    is_calculation = is_text and _CALCULATION.fullmatch(source[1]) is not None
    return is_calculation and list(words) in ([b"bc"], [b"bc", b"-l"])


def _curl(words: Sequence[bytes]) -> bool:
    """The status of one answer, the text of which goes elsewhere."""
    rest, urls, elsewhere, told = list(words), 0, False, False
    while rest:
        word = rest.pop(0)
        if not _may_be_option(word):
            urls += 1
            continue
        option = _curl_option(word, rest)
        if option is None:
            return False
        name, value = option
        if name == _CURL_OUTPUT:
            elsewhere = _is_elsewhere(value)
        elif name == _CURL_WRITTEN:
            told = _CODE_OF_ANSWER.fullmatch(value) is not None
        if (name == _CURL_OUTPUT and not elsewhere) or (name == _CURL_WRITTEN and not told):
            return False
    return elsewhere and told and urls == 1


def _curl_option(word: bytes, rest: list[bytes]) -> tuple[bytes, bytes] | None:
    """What an option is and its value, which may be the next word; None of one that is not known."""
    value = b""
    name = _CURL_LONG.get(word)
    if name is None:
        found = _CURL_OPTION.fullmatch(word)
        if found is None:
            return None
        name, value = found["letter"] or b"", found["value"] or b""
    if name and not value:
        return (name, rest.pop(0)) if rest else None
    return name, value


def _is_elsewhere(file: bytes) -> bool:
    """Whether what is written to a file surely is not printed: `/dev/stdout` and the like print it."""
    parts = file.split(b"/")
    may_print = not is_known(file) or file == b"-" or b"dev" in parts or b"proc" in parts
    return file == b"/dev/null" or not may_print


def _kubectl(words: Sequence[bytes]) -> bool:
    """A number of something that is known by its path; no other word may be an option."""
    rest, told = list(words), 0
    while rest:
        word = rest.pop(0)
        if word in _KUBECTL_VALUES and rest:
            rest.pop(0)
        elif word in (b"-o", b"--output") and rest:
            told += 1 if is_object_number(rest.pop(0)) else 2
        elif _may_be_option(word):
            return False
    return told == 1


def _aws(words: Sequence[bytes]) -> bool:
    """How many there are of something, or a field that is a number."""
    queries = [value for word, value in pairwise(words) if word == b"--query"]
    begun = (word.partition(b"=")[0] for word in words if word.startswith(b"--q"))
    others = [word for word in begun if b"--query".startswith(word)]
    others += [word for word in words if word[:1] == UNKNOWN]
    return len(queries) == len(others) == 1 and is_cloud_number(queries[0])


JUDGES: Final[dict[bytes, _Judge]] = {
    b"wc": _wc,
    b"nproc": lambda words: all(word == b"--all" for word in words),
    b"id": _id,
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
    b"tr": deletes_others,
    b"sed": _sed,
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
    b"systemctl": _systemctl,
    b"sysctl": _sysctl,
    b"blockdev": _blockdev,
    b"pidof": _pidof,
    b"redis-cli": _redis,
    b"docker": _docker,
    b"podman": _docker,
    b"curl": _curl,
    b"kubectl": _kubectl,
    b"oc": _kubectl,
    b"aws": _aws,
}

_COLUMNS: Final[dict[bytes, Callable[[Sequence[bytes], PickedColumn], bool]]] = {
    b"du": _has_sizes,
    b"df": _has_blocks,
    b"free": _has_memory,
    b"wc": _has_counts,
    b"uniq": _has_frequencies,
    b"systemctl": _has_property,
}
"""Programs of whose columns some hold numbers."""
