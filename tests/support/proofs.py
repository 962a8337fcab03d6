"""What is promised and what was tried of it: a row for each experiment and promise at the end of a run.

A test names with `@pytest.mark.proves("P11", "F02")` what breaks it, and may tell a figure.
With `--proofs` the rows are printed. An id that no test of the run stands for is told as such.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

EXPERIMENTS = {
    "F01": "killed before the run is recorded",
    "F02": "killed when a step is recorded as begun, before it acts",
    "F03": "killed while a step's process runs",
    "F04": "killed when a process has ended, before that is recorded",
    "F05": "killed between two steps",
    "F06": "killed at random moments, and resumed to the end",
    "F07": "the terminal is lost (closed, tmux ended, HUP)",
    "F08": "the terminal is lost while HUP is ignored (nohup)",
    "F08b": "Ctrl-Z, then fg",
    "F08c": "TERM",
    "F08d": "Ctrl-C three times",
    "F09": "the disk of the state folder fills up",
    "F09b": "the disk of the state folder is full from the start",
    "F10": "a limit on the size of files (ulimit -f)",
    "F11": "power loss, as far as it can be played",
    "F12": "a state folder or home that is read-only or missing",
    "F13": "a journal whose header or pages are overwritten",
    "F14": "a journal cut to half, and to nothing",
    "F15": "a journal that another program holds",
    "F16": "a deleted -wal, and backups",
    "F16b": "an input/output error when the disk is synced",
    "F16c": "a journal of a newer version",
    "F17": "a process that ignores TERM",
    "F18": "a grandchild that holds the output open",
    "F19": "a daemon in a session of its own",
    "F20": "a process that stops itself",
    "F21": "1 GB without a newline, and as lines",
    "F21b": "1,000 steps in a row, and 40 open files",
    "F21c": "processes that cannot be started",
    "F22": "failures that have a secret in them",
    "F23": "HTTP 429 with every kind of Retry-After",
    "F24": "HTTP 500, on reads and on changes",
    "F25": "an answer that breaks off",
    "F26": "an answer that drips, and one that never comes",
    "F27": "redirects to another origin",
    "F28": "200 MB in 200 kB of gzip",
    "F29": "no network, and a certificate that is not vouched for",
    "F30": "proxy and certificate variables that are nonsense",
    "F31": "two runs that want the same lock at once",
    "F32": "the holder of a lock is killed",
    "F33": "the clock is set back and forward",
    "F34": "10,000 runs in the history",
    "F35": "a storm of sizes of the terminal",
    "F36": "600 MB of address space",
    "F37": "closed pipes, plain locales, dumb terminals",
}
"""Faults that are injected, by their ids."""

PROMISES = {
    "P1": "looking at a file executes and fetches nothing, within 1 s and 200 MB",
    "P2": "a refusal names file, line and what to do; there is no traceback",
    "P3": "a value is rendered once and never read as a template",
    "P4": "values reach shells as data",
    "P5": "templates reach no Python, and are bounded in time and memory",
    "P6": "no control byte of foreign text reaches the terminal",
    "P7": "foreign text is never markup",
    "P8": "secrets and their encodings are masked everywhere",
    "P9": "what goes wrong is masked as well",
    "P10": "secrets are in no argument, URL or file name; files are private",
    "P11": "what is done is not done again; what is unknown is asked about",
    "P12": "a beginning is durable before the effect, an end before it is shown",
    "P13": "what was acknowledged survives kill -9 and power loss",
    "P14": "a journal that is damaged, full, locked or read-only is said",
    "P15": "a cancel or timeout ends the whole group; survivors are named",
    "P16": "a lost terminal has one result, and never a spin",
    "P17": "1 GB of output: memory under 100 MB",
    "P18": "Datadog keys go to Datadog only, over verified TLS",
    "P19": "every HTTP call has a deadline and a limit of bytes",
    "P20": "imported runbooks run as they were approved",
    "P21": "a runbook cannot weaken its own controls",
    "P22": "one run at a time where a lock is declared",
    "P23": "a clock that is set neither fires nor stalls a timer",
    "P24": "limits are published, and hold at their edges",
    "P25": "agents look, plan and ask: nothing begins without a person",
    "P26": "an alert begins nothing, and no secret of it is kept",
    "P27": "a set time runs once at most",
    "P28": "a rehearsal or a run that is played again reaches nothing outside",
    "P29": "what was overwritten of an output is in its record",
    "P30": "parts of a secret are secret, and what it decided is recorded",
    "P31": "what ended by itself counts, however late that is heard of",
    "P32": "what is printed side by side stays in whole lines",
    "P33": "what others wrote is text in reports and exports, without secrets",
}
"""What is promised, by its id."""

NOT_BUILT: dict[str, str] = {}
"""Ids of what the program does not have, and why."""

FIGURE = "figure"
COUNT = "count "
IDS = "proves"

Figure = Callable[..., None]


@dataclass
class Row:
    """What became of the tests that stand for one id."""

    outcomes: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    figures: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        if self.outcomes["failed"]:
            return "BROKEN"
        if self.outcomes["passed"]:
            return "holds"
        return "skipped" if self.outcomes["skipped"] else "not tried"

    @property
    def figure(self) -> str:
        """What tests told, how many there were, and why some were left out."""
        counted = [f"{count:,} {name}" for name, count in self.counts.items()]
        tests = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        told = [*self.figures, ", ".join(counted), tests and f"tests: {tests}"]
        return "; ".join(filter(None, [*told, *dict.fromkeys(self.reasons)]))


class Proofs:
    """Collects what the tests of a run came to, and prints the rows at its end."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, Row] = defaultdict(Row)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict[str, list[str]]()
        for name, value in report.user_properties:
            told.setdefault(name, []).append(str(value))
        decided = report.when == "call" or report.outcome != "passed"
        for id_ in told.get(IDS, ()) if decided else ():
            row = self.rows[id_]
            row.outcomes[report.outcome] += 1
            row.figures += told.get(FIGURE, ())
            for name, (count, *_) in told.items():
                if name.startswith(COUNT):
                    row.counts[name.removeprefix(COUNT)] += int(count)
            if report.skipped and isinstance(report.longrepr, tuple):
                row.reasons.append(report.longrepr[2])

    def table(self) -> Iterator[str]:
        """The rows, as a table of Markdown."""
        yield "| id | what | figure | result |"
        yield "| --- | --- | --- | --- |"
        for id_, what in {**EXPERIMENTS, **PROMISES}.items():
            row = self.rows[id_]
            figure = NOT_BUILT.get(id_, row.figure)
            yield f"| {id_} | {what} | {figure} | {row.result} |"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("experiments and promises")
        for line in self.table():
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proofs", action="store_true", help="print a row for each promise")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("proofs"):
        config.pluginmanager.register(Proofs())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = {**EXPERIMENTS, **PROMISES}
    for item in items:
        for mark in item.iter_markers("proves"):
            for id_ in mark.args:
                if id_ not in known:
                    raise pytest.UsageError(f"{item.nodeid}: {id_} is no experiment or promise")
                item.user_properties.append((IDS, id_))


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Tells what an experiment came to, for the row of each id that its test stands for.

    A text is told as it is; counts are added up over all tests of a row.
    """

    def tell(text: str = "", **counts: int) -> None:
        if text:
            record_property(FIGURE, text)
        for name, count in counts.items():
            record_property(f"{COUNT}{name}", count)

    return tell
