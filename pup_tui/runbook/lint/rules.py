"""The registry of the rules."""

from __future__ import annotations

from itertools import islice
from typing import Final

from msgspec.structs import replace

from pup_tui.runbook.lint.alerts import broad_alert
from pup_tui.runbook.lint.commands import (
    evaluated_again,
    missing_tool,
    not_looked_through,
    raw_in_shell,
    stopped_looking,
    unchecked_arithmetic,
    value_names_command,
)
from pup_tui.runbook.lint.destructive import destructive_without_danger
from pup_tui.runbook.lint.fleets import fleet_without_canary
from pup_tui.runbook.lint.loops import one_round
from pup_tui.runbook.lint.names import (
    confusable_names,
    hidden_characters,
    mixed_scripts,
    name_differs,
    shadowed_names,
)
from pup_tui.runbook.lint.options import option_injection
from pup_tui.runbook.lint.pup_steps import keyless_datadog, prints_token
from pup_tui.runbook.lint.secrets import literal_secret, password_in_url
from pup_tui.runbook.lint.silencing import Silencing
from pup_tui.runbook.lint.spellings import dollar_name, dotted_name
from pup_tui.runbook.lint.steps import (
    assert_without_condition,
    danger_ignored,
    danger_without_confirm,
    dollar_in_env,
    never_runs,
    no_process,
    poll_ignored,
    unused_capture,
    unused_variable,
    verify_off,
)
from pup_tui.runbook.lint.strictness import strict_codes, strict_pipeline, unseen_failure
from pup_tui.runbook.lint.subject import Finding, IsInstalled, LintRule, Subject
from pup_tui.runbook.lint.waits import unbounded_wait
from pup_tui.runbook.nodes import Mapping
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import Linter, StepDraft
from pup_tui.template.limits import TooMuchToJudgeError, spend_points

MAX_WARNINGS: Final = 50
"""Warnings of one rule."""

_PER_FINDING: Final = 90
"""Points of each further place that a rule finds: many may be told as one."""

RULES: Final[dict[str, LintRule]] = {
    "name-differs": name_differs,
    "assert-without-condition": assert_without_condition,
    "not-looked-through": not_looked_through,
    "raw-in-shell": raw_in_shell,
    "evaluated-again": evaluated_again,
    "value-names-command": value_names_command,
    "unchecked-arithmetic": unchecked_arithmetic,
    "option-injection": option_injection,
    "unbounded-wait": unbounded_wait,
    "missing-tool": missing_tool,
    "verify-off": verify_off,
    "password-in-url": password_in_url,
    "literal-secret": literal_secret,
    "danger-without-confirm": danger_without_confirm,
    "danger-ignored": danger_ignored,
    "fleet-without-canary": fleet_without_canary,
    "no-process": no_process,
    "poll-ignored": poll_ignored,
    "dollar-in-env": dollar_in_env,
    "keyless-datadog": keyless_datadog,
    "prints-token": prints_token,
    "unused-capture": unused_capture,
    "never-runs": never_runs,
    "unused-variable": unused_variable,
    "broad-alert": broad_alert,
    "unseen-failure": unseen_failure,
    "strict-pipeline": strict_pipeline,
    "strict-codes": strict_codes,
    "one-round": one_round,
    "destructive-without-danger": destructive_without_danger,
    "hidden-characters": hidden_characters,
    "mixed-scripts": mixed_scripts,
    "confusable-names": confusable_names,
    "shadowed-names": shadowed_names,
    "dotted-name": dotted_name,
    "dollar-name": dollar_name,
}
"""By the code of the warning."""


def linter(is_installed: IsInstalled | None = None) -> Linter:
    """What loading asks for warnings; `is_installed` None leaves out what depends on the machine."""

    def look(
        root: Mapping, stem: str, steps: list[StepDraft], texts: list[PlacedText], report: Report
    ) -> None:
        lint(Subject(root, stem, steps, texts, is_installed), report)

    return look


def lint(subject: Subject, report: Report) -> None:
    """Add the warnings of every rule to the report, and what is wrong with comments that silence some."""
    silencing = Silencing(subject.sources, RULES)
    is_stopped = False
    for code, rule in RULES.items():
        told: list[Problem] = []
        groups: dict[str, list[Problem]] = {}
        try:
            for count, found in enumerate(rule(subject)):
                if count >= MAX_WARNINGS:
                    spend_points(_PER_FINDING)
                problem = _problem(code, found, silencing)
                if problem.severity != "warning":
                    report.add(problem)
                elif found.group:
                    groups.setdefault(found.group, []).append(problem)
                else:
                    told.append(problem)
                if len(told) > MAX_WARNINGS:
                    break
        except (TooMuchToJudgeError, RecursionError):
            is_stopped = True
        told += map(_once, groups.values())
        for problem in told[:MAX_WARNINGS]:
            report.add(problem)
        if len(told) > MAX_WARNINGS:
            report.add(_more(told[MAX_WARNINGS]))
    if is_stopped:
        report.add(_problem("not-looked-through", stopped_looking(subject), silencing))
    for problem in islice(silencing.problems(subject.is_looked_at), MAX_WARNINGS):
        report.add(problem)


def _once(problems: list[Problem]) -> Problem:
    """The first of several problems, which tells how many others there are."""
    first, *others = problems
    if not others:
        return first
    told = f"{first.message}, here and in {len(others)} other place{'s' * (len(others) > 1)}"
    return replace(first, message=told)


def _more(problem: Problem) -> Problem:
    """Says where a problem stands that there are more than are told."""
    return replace(problem, message="and more warnings of this kind from here on", hint="")


def _problem(code: str, found: Finding, silencing: Silencing) -> Problem:
    line, column = found.place
    path = found.node.source.path
    reason = silencing.reason(path, line, code)
    return Problem(
        path=path,
        line=line,
        column=column,
        message=found.message,
        hint=found.hint,
        severity="silenced" if reason else "warning",
        code=code,
        reason=reason,
    )
