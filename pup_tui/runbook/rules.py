"""What must hold of a step beyond the types of its keys. One function for each rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report, a_step
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.sql.engines import engine_of

NAME = late_pattern(r"[A-Za-z_][A-Za-z0-9_]*\Z")
"""Names of variables, captures and environment variables."""

RESERVED = frozenset([
    "steps", "run", "true", "false", "none", "null", "True", "False", "None", "and", "or", "not",
    "in", "is", "if", "else", "loop", "self",
])  # fmt: skip
"""Names with a meaning of their own in every template."""

MAX_NAME = 200

_TOKEN = late_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CODE = late_pattern(r"[-+]?[0-9]{1,9}\Z")
_BODIES = ("json", "form", "body", "body_file")

Rule = Callable[[StepDraft, Report], None]


def question_keys(step: StepDraft, report: Report) -> None:
    """A question cannot be optional."""
    kind = step.kind
    if kind is not None and kind.is_question and step.node.truth("optional"):
        tag = step.node.text("kind")
        told = f"{a_step(tag)} cannot be optional: that would turn a no into a yes"
        report.error(step.node.entries["optional"].key, told)


def output_keys(step: StepDraft, report: Report) -> None:
    """What is done with an output needs a step that has one; what is done again, one that can fail."""
    kind = step.kind
    if kind is None or kind.has_output:
        return
    told_as = a_step(step.node.text("kind"))
    refused = {"capture": f"{told_as} has no output to capture from"}
    refused["show"] = f"{told_as} has no output to show"
    refused["assert"] = f"{told_as} has no output to assert anything over"
    if not kind.is_block:
        refused["poll"] = f"{told_as} cannot be polled"
        refused["retry"] = f"{told_as} is not tried again"
    for key, told in refused.items():
        if step.node.get(key) is not None:
            hint = "put it on a step inside" if kind.is_block else ""
            report.error(step.node.entries[key].key, told, hint)
    retry = step.node.get("retry")
    if kind.is_block and isinstance(retry, Mapping) and retry.get("on") is not None:
        told = f"{told_as} has no output for `on` to judge"
        report.error(retry.entries["on"].key, told, "put the `retry` on a step inside")


def poll_needs_condition(step: StepDraft, report: Report) -> None:
    """A poll says what it waits for; a Datadog workflow ends by itself."""
    poll = step.node.get("poll")
    if not isinstance(poll, Mapping) or step.kind is None or step.kind.follows:
        return
    if poll.get("until") is None:
        hint = "for example `until: status == OK`"
        report.error(step.node.entries["poll"].key, "`poll` has no `until`", hint)


def one_body(step: StepDraft, report: Report) -> None:
    """A request has one body."""
    given = [key for key in _BODIES if step.node.get(key) is not None]
    for key in given[1:]:
        told = f"`{key}` and `{given[0]}` exclude each other"
        report.error(step.node.entries[key].key, told, "a request has one body")


_NEEDED_OF_PAGES = {
    "cursor": ("next", "query"),
    "link": (),
    "offset": ("query",),
    "page": ("query",),
}
_ONLY_OF_CURSORS = ("next", "query")


def whole_pages(step: StepDraft, report: Report) -> None:
    """What leads to the next page is said, and only a request that looks is made again for it."""
    pages = step.node.get("pages")
    if not isinstance(pages, Mapping):
        return
    by = pages.text("by")
    if by in _NEEDED_OF_PAGES:
        for key in _ONLY_OF_CURSORS:
            if key in _NEEDED_OF_PAGES[by] and pages.get(key) is None:
                report.error(pages, f"`pages` by `{by}` needs `{key}`")
            elif key not in _NEEDED_OF_PAGES[by] and pages.get(key) is not None:
                told = f"`pages` by `{by}` has no use for `{key}`"
                report.error(pages.entries[key].key, told)
    told = "pages are asked for one after the other: "
    method = step.node.text("method")
    if method and method != "GET":
        report.error(step.node.entries["method"].key, f"{told}that is for GET only")
    if step.node.get("output_file") is not None:
        report.error(step.node.entries["output_file"].key, f"{told}`output_file` is for one answer")
    if by == "link" and (step.node.text("url") or "").startswith("/"):
        report.error(pages, "answers of the Datadog API have no Link header")


def header_names(step: StepDraft, report: Report) -> None:
    """Header names are words that HTTP allows."""
    for key in _keys(step.node.get("headers")):
        if not _TOKEN.match(key.text):
            report.error(key, f"{shown(key.text)} cannot be the name of a header")


def environment_names(step: StepDraft, report: Report) -> None:
    """Names of environment variables hold letters, digits and _ only."""
    check_environment(step.node.get("env"), report)


def capture_names(step: StepDraft, report: Report) -> None:
    """The name of a capture is one that a template can use."""
    for name, node in step.captures.items():
        check_name(name, node, "a capture", report)


def whole_assertions(step: StepDraft, report: Report) -> None:
    """An assertion has one condition."""
    given = step.node.get("assert")
    for item in given.items if isinstance(given, Sequence) else [given]:
        if not isinstance(item, Mapping):
            continue
        if item.get("that") is not None and item.get("empty") is not None:
            told = "`that` and `empty` exclude each other"
            report.error(item, told, "write a list of two assertions")
        if not any(item.get(key) for key in ("that", "empty", "message")):
            report.error(item, "an assertion needs `that`, `empty` or `message`")


def says_something(step: StepDraft, report: Report) -> None:
    """A step has one of the keys without which there is nothing to do."""
    needed = () if step.kind is None else step.kind.needs_one_of
    if needed and all(step.node.get(key) is None for key in needed):
        told = " or ".join(f"a `{key}`" for key in needed)
        report.error(step.node, f"{a_step(step.node.text('kind'))} needs {told}")


def input_asks_something(step: StepDraft, report: Report) -> None:
    """An input step asks for one value at least."""
    values = step.node.get("vars")
    asks = step.kind is not None and step.kind.asks_values
    if asks and isinstance(values, Mapping) and not values.entries:
        report.error(values, "an input step needs at least one of `vars`")


def success_codes(step: StepDraft, report: Report) -> None:
    """A process ends with a code of 8 bits."""
    codes = step.node.get("success_codes")
    if not isinstance(codes, Sequence):
        return
    for code in codes.items:
        if isinstance(code, Scalar) and _CODE.match(code.text) and not 0 <= int(code.text) <= 255:
            report.error(code, f"{shown(code.text)} is not an exit code", "they go from 0 to 255")


def interactive_alone(step: StepDraft, report: Report) -> None:
    """The operator's own terminal can be given to one process at a time, and read by nobody else."""
    if not step.node.truth("interactive"):
        return
    for key in ("tty", "stdin", "poll"):
        if step.node.get(key) is not None and step.node.truth(key) is not False:
            told = f"`interactive` and `{key}` exclude each other"
            report.error(step.node.entries[key].key, told)
    if step.node.get("show") is not None and step.node.text("show") != "text":
        told = "`show` has no meaning for an interactive step: what it prints is not kept"
        report.error(step.node.entries["show"].key, told)
    if step.runs_beside_others:
        told = "an interactive step cannot run beside others"
        hint = "take it out of the `parallel` block, or leave `max_parallel` out"
        report.error(step.node.entries["interactive"].key, told, hint)


def sql_target(step: StepDraft, report: Report) -> None:
    """Statements go to one database, which is named in one way."""
    node, url = step.node, step.node.text("url")
    if url is not None and node.get("service") is not None:
        report.error(node.entries["service"].key, "`url` and `service` exclude each other")
    engine = node.text("engine")
    if engine == "sqlite" and node.get("service") is not None:
        report.error(node.entries["service"].key, "SQLite has no services", "write its `url`")
    named = None if url is None else engine_of(url)
    if engine is not None and named not in (None, engine):
        told = f"`engine` is {engine}, and the `url` is that of {named}"
        report.error(node.entries["engine"].key, told, "leave `engine` out")


def looks_without(step: StepDraft, report: Report) -> None:
    """What only looks is no danger; statements that do are one transaction, which the database guards."""
    if not step.node.truth("read_only"):
        return
    for key in ("autocommit", "danger"):
        if step.node.truth(key):
            told = f"`read_only` and `{key}` exclude each other"
            report.error(step.node.entries[key].key, told)


RULES: dict[Rule, tuple[str, ...]] = {
    question_keys: ("optional",),
    output_keys: ("capture", "assert", "poll", "retry", "show"),
    input_asks_something: ("vars",),
    success_codes: ("success_codes",),
    interactive_alone: ("interactive",),
    poll_needs_condition: ("poll",),
    one_body: _BODIES,
    whole_pages: ("pages",),
    sql_target: ("query",),
    looks_without: ("read_only",),
    header_names: ("headers",),
    environment_names: ("env",),
    capture_names: ("capture",),
    whole_assertions: ("assert",),
    says_something: ("kind",),
}
"""With the keys that each is about: a step that has none of them needs no look."""


def is_usable(name: str) -> bool:
    """Whether a variable may have this name, and every text may use it."""
    from pup_tui.template.syntax import may_be_name

    return bool(NAME.match(name)) and name not in RESERVED and may_be_name(name)


def check_manual_time(node: YamlNode | None, report: Report) -> None:
    """What work takes by hand is known without a run, so nothing of a run is in it."""
    if isinstance(node, Scalar) and ("{{" in node.text or "{%" in node.text):
        told = "`manual_time` is no template: it holds for all runs"
        report.error(node, told, "write a duration, such as 20m")


def check_environment(env: YamlNode | None, report: Report) -> None:
    """Report names that no environment variable can have."""
    for key in _keys(env):
        if not NAME.match(key.text):
            hint = "letters, digits and _, not beginning with a digit"
            told = f"{shown(key.text)} cannot be the name of an environment variable"
            report.error(key, told, hint)


def check_name(name: str, node: YamlNode, what: str, report: Report) -> None:
    """Report a name that no template could use."""
    if not NAME.match(name) or len(name) > MAX_NAME:
        hint = "letters, digits and _, not beginning with a digit"
        report.error(node, f"{shown(name)} cannot be the name of {what}", hint)
    elif name in RESERVED:
        report.error(
            node, f"{shown(name)} has a meaning of its own in templates", "take another name"
        )


def _keys(node: YamlNode | None) -> Iterable[Scalar]:
    if not isinstance(node, Mapping):
        return ()
    return [entry.key for entry in node.entries.values()]
