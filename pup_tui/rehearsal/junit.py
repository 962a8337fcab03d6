"""The results of rehearsals as JUnit XML, which systems for continuous integration read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from pup_tui.output.sanitize import safe_text
from pup_tui.rehearsal.suite import Rehearsed


def junit(rehearsed: Sequence[Rehearsed]) -> bytes:
    """A document with a suite for each runbook, and a test for each case."""
    root = Element("testsuites", name="pup-tui")
    for each in rehearsed:
        _add_suite(root, each)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_suite(root: Element, rehearsed: Rehearsed) -> None:
    failed = sum(not result.ok for result in rehearsed.results)
    took = sum(result.duration for result in rehearsed.results)
    suite = SubElement(
        root,
        "testsuite",
        name=safe_text(rehearsed.runbook),
        tests=str(len(rehearsed.results) + bool(rehearsed.problems)),
        failures=str(failed),
        errors=str(int(bool(rehearsed.problems))),
        time=f"{took:.3f}",
    )
    for result in rehearsed.results:
        test = _test(suite, rehearsed, result.case, result.duration)
        _tell(test, "failure", [str(problem) for problem in result.failures])
    if rehearsed.problems:
        test = _test(suite, rehearsed, "the file of rehearsals can be read", 0.0)
        _tell(test, "error", [str(problem) for problem in rehearsed.problems])


def _test(suite: Element, rehearsed: Rehearsed, name: str, seconds: float) -> Element:
    return SubElement(
        suite,
        "testcase",
        name=safe_text(name),
        classname=safe_text(rehearsed.runbook),
        file=safe_text(str(rehearsed.file)),
        time=f"{seconds:.3f}",
    )


def _tell(test: Element, tag: str, told: Sequence[str]) -> None:
    if told:
        lines = [safe_text(line) for line in told]
        SubElement(test, tag, message=lines[0]).text = "\n".join(lines)
