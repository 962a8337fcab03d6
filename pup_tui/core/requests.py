"""What executors are asked to do: one request for each kind of step that makes attempts.

A request has the fields of its step that an executor needs, rendered by their roles. A new kind's request is
a class here that names its step.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from pup_tui.core.amounts import Scope, render_seconds
from pup_tui.core.events import EditedText
from pup_tui.core.lines import line_of
from pup_tui.core.render import NOTHING_AROUND, Around, Remote, StepTexts
from pup_tui.core.sent import NOTHING_SENT, Sent, Shown
from pup_tui.late_pattern import late_pattern
from pup_tui.quoted import quoted
from pup_tui.runbook.model import (
    HttpStep,
    NotifyStep,
    NotifyType,
    PupStep,
    ShellStep,
    SqlStep,
    Step,
    WorkflowStep,
)
from pup_tui.runbook.parts import PagedAnswer as PagedAnswer  # noqa: PLC0414 (executors know requests, not the format)
from pup_tui.runbook.roles import CHANGING_METHODS
from pup_tui.runbook.texts import interpreter_at
from pup_tui.spelling import SPELLED, token
from pup_tui.template.code import ShellScript
from pup_tui.template.errors import TemplateError
from pup_tui.template.jsontext import render_json_body
from pup_tui.template.secrets import watched
from pup_tui.template.shell.interpreter import Interpreter
from pup_tui.template.shell.old_bash import needs_newer
from pup_tui.template.sql.engines import Engine, SqlUse, need_engine
from pup_tui.template.text import compile_text
from pup_tui.template.values import OMIT

if TYPE_CHECKING:
    from pup_tui.template.sql.script import Statement

_METHOD = late_pattern(r"[A-Z]+")

BARRED = "refused: it may change something, and the run is read-only"
"""Why a step did nothing in a run that may change nothing."""

WORKFLOW_INTERVAL = 5.0
"""Seconds between two looks at a workflow's instance where the step says nothing."""


class StepRequest(Struct, frozen=True, kw_only=True):
    """What an executor is to do for one attempt of a step of kind `step`."""

    step: ClassVar[type[Step]]
    is_script: ClassVar[bool] = False
    """Whether it runs a script, which refers to its values."""

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        """The request of a step; TemplateError where one of its texts cannot be rendered.

        Unless a kind says otherwise each field is the step's key of that name, or `env` or `cwd` of its
        processes.
        """
        return cls(**{name: _field(texts, name) for name in cls.__struct_fields__})

    @property
    def host_name(self) -> str:
        """The other computer that it is for, empty for this one."""
        return ""

    @classmethod
    def shown(cls, texts: StepTexts) -> str:
        """What people are told; what is made out of secrets is hidden."""
        return texts.line

    def with_text(self, edited: EditedText) -> Self:
        """The same request with a script that was changed; ValueError where that makes none."""
        raise ValueError("a step of this kind runs no script")

    @classmethod
    def sent(cls, texts: StepTexts) -> Sent:
        """What goes in beside that, as people are told it: by the step's keys, unless a kind makes it up."""
        return texts.sent


def _field(texts: StepTexts, name: str) -> Any:
    if name in ("env", "cwd"):
        return getattr(texts.around, name)
    return texts[name]


class ShellRequest(StepRequest, frozen=True, kw_only=True):
    """A script for `shell` and its `arguments`.

    `values` are those that it refers to (environment names to texts). `strict` stops it at a failure.

    `stdin` None is an empty standard input. `tty` gives it a terminal of its own, `interactive` hands it the
    operator's. It went well if its exit code is one of `success_codes`. `remote` is where it runs, None for
    this computer.
    """

    step: ClassVar[type[Step]] = ShellStep
    is_script: ClassVar[bool] = True

    script: str
    shell: str = "sh"
    arguments: tuple[str, ...] = ()
    strict: bool = False
    values: dict[str, str] = {}
    env: Mapping[str, str | None] = {}
    cwd: str | None = None
    stdin: str | None = None
    tty: bool = False
    interactive: bool = False
    success_codes: tuple[int, ...] = (0,)
    remote: Remote | None = None

    @property
    def host_name(self) -> str:
        return "" if self.remote is None else self.remote.host

    def with_text(self, edited: EditedText) -> Self:
        if not edited.text.strip():
            raise ValueError("there is nothing left to run")
        return msgspec.structs.replace(self, script=edited.text, values=edited.values)

    @property
    def interpreter(self) -> Interpreter:
        return Interpreter((self.shell, *self.arguments))

    @property
    def needs_bash_4(self) -> bool:
        """Whether an older bash, as macOS has it, would read the script otherwise than it was judged."""
        return self.interpreter.name in ("bash", "sh") and needs_newer(self.script)

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        step, script, stdin = texts.step, texts["run"], texts["stdin"]
        assert isinstance(step, ShellStep)
        interpreter = interpreter_at(step)
        return cls(
            script=script.script,
            shell=interpreter.words[0],
            arguments=interpreter.words[1:],
            strict=step.strict,
            values=script.env,
            env=texts.around.env,
            cwd=texts.around.cwd,
            stdin=stdin.script if isinstance(stdin, ShellScript) else stdin,
            tty=step.tty,
            interactive=step.interactive,
            success_codes=step.success_codes,
            remote=texts.around.remote,
        )


class PupRequest(StepRequest, frozen=True, kw_only=True):
    """Words of a `pup` subcommand, without a leading `pup`.

    `approved` tells that somebody said yes to this step, and `read_only` that by its author it only looks.
    """

    step: ClassVar[type[Step]] = PupStep

    words: tuple[str, ...]
    env: Mapping[str, str | None] = {}
    cwd: str | None = None
    approved: bool = False
    read_only: bool = False

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        around = texts.around
        return cls(
            words=texts["run"],
            env=around.env,
            cwd=around.cwd,
            approved=around.approved,
            read_only=texts.step.read_only is True,
        )


class SqlRequest(StepRequest, frozen=True, kw_only=True):
    """Statements for a database, which is found by its `url` or its `service`.

    They are one transaction unless `autocommit`. Of their rows at most `max_rows` are taken, and shown as a
    table or as JSON. `cwd` is the directory that the file of a database is relative to.
    """

    step: ClassVar[type[Step]] = SqlStep

    engine: Engine
    url: str | None
    service: str | None
    statements: tuple[Statement, ...]
    format: Literal["table", "json"] = "table"
    max_rows: int = 1000
    autocommit: bool = False
    read_only: bool = False
    env: Mapping[str, str | None] = {}
    cwd: str | None = None

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        step, url = texts.step, texts["url"]
        assert isinstance(step, SqlStep)
        engine = texts.engine or _engine(texts)
        read_only = step.read_only is True
        use = SqlUse(engine, read_only, step.autocommit)
        return cls(
            engine=engine,
            url=url,
            service=texts["service"],
            statements=texts["query"].statements(use),
            format=step.format,
            max_rows=texts["max_rows"],
            autocommit=step.autocommit,
            read_only=read_only,
            env=texts.around.env,
            cwd=texts.around.cwd,
        )


def _engine(texts: StepTexts) -> Engine:
    """The database that a step's `url` names; the error does not quote it, for a password stands in it."""
    try:
        return need_engine(texts["url"])
    except TemplateError as error:
        raise error.locate(expression=_source(texts, "url")) from None


class HttpRequest(StepRequest, frozen=True, kw_only=True):
    """One HTTP request. `to_datadog` was decided from the author's text, never from a value.

    `cwd` is the directory that `body_file` and `output_file` are relative to. `read_only` tells that by its
    author it only looks, for which nobody can vouch with some methods, wherever they came from. `url_shown`
    is the URL as people may see it, where that is not the URL itself.
    """

    step: ClassVar[type[Step]] = HttpStep

    method: str
    url: str
    to_datadog: bool
    headers: dict[str, str] = {}
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    body_file: str | None = None
    output_file: str | None = None
    expect_status: tuple[str, ...] = ("2xx",)
    follow_redirects: bool = False
    verify: bool = True
    cwd: str | None = None
    read_only: bool = False
    url_shown: str | None = None
    pages: PagedAnswer | None = None

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        body, content_type = _body(texts)
        headers = dict(texts["headers"])
        given = {name.lower() for name in headers}
        if content_type and "content-type" not in given:
            headers["Content-Type"] = content_type
        if texts["accept"] and "accept" not in given:
            headers["Accept"] = texts["accept"]
        expected = texts["expect_status"] or ("2xx",)
        url, method = texts["url"], _method(texts)
        return cls(
            method=method,
            url=url,
            to_datadog=bool(url) and _goes_to_datadog(texts),
            headers=headers,
            query=_query(texts["query"]),
            body=body,
            body_file=texts["body_file"],
            output_file=texts["output_file"],
            expect_status=expected if isinstance(expected, tuple) else (expected,),
            follow_redirects=texts["follow_redirects"],
            verify=texts["verify"],
            cwd=texts.around.cwd,
            read_only=texts.step.read_only is True and method not in CHANGING_METHODS,
            url_shown=texts.seen["url"],
            pages=texts["pages"],
        )

    @classmethod
    def shown(cls, texts: StepTexts) -> str:
        query = urlencode(_query(texts.seen["query"]), safe="*", quote_via=quote)

        def told(key: str) -> str:
            text = texts.told(key)
            if key != "url" or not query:
                return text
            address, hash_sign, fragment = text.partition("#")
            joint = "&" if "?" in address else "?"
            return f"{address}{joint}{query}{hash_sign}{fragment}"

        return line_of(texts.step, told)

    @classmethod
    def sent(cls, texts: StepTexts) -> Sent:
        return msgspec.structs.replace(texts.sent, body=_body(texts.seen)[0])


def _method(texts: StepTexts) -> str:
    """The method of a request; TemplateError where it is none once it is rendered."""
    method = texts["method"]
    assert isinstance(method, str)
    if not _METHOD.fullmatch(method):
        told = f"{quoted(method)} is not an HTTP method, which has letters alone"
        raise TemplateError(
            told, expression=_source(texts, "method"), hint="for example GET, POST or DELETE"
        )
    return method


def _goes_to_datadog(texts: StepTexts) -> bool:
    """Whether a request goes to the Datadog API; TemplateError where its URL is none."""
    from pup_tui.template.url import parse_url

    source = _source(texts, "url")
    try:
        return parse_url(source, texts["url"]).is_datadog
    except TemplateError as error:
        told = f"{error.message}: {quoted(texts.seen.told('url'))}"
        raise TemplateError(told, expression=source, hint=error.hint) from None


def _source(texts: StepTexts, key: str) -> str:
    source = getattr(texts.step, key)
    assert isinstance(source, str)
    return source


def _body(texts: StepTexts) -> tuple[str | None, str | None]:
    """The body of a request and its content type."""
    step, content_type = texts.step, texts["content_type"]
    assert isinstance(step, HttpStep)
    if texts["json"] is OMIT:
        return None, content_type
    if step.json is not msgspec.UNSET:
        return msgspec.json.encode(
            texts["json"], enc_hook=token
        ).decode(), content_type or "application/json"
    if step.form is not None:
        return urlencode(
            texts["form"], safe="*"
        ), content_type or "application/x-www-form-urlencoded"
    if step.body is not None:
        content_type = content_type or "application/json"
        if "json" in content_type:
            return render_json_body(compile_text(step.body), texts.scope), content_type
        return texts["body"], content_type
    if step.body_file is not None:
        return None, content_type or "application/octet-stream"
    return None, content_type


def _query(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for name, value in given.items():
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, (str, *SPELLED)):
                item = msgspec.json.encode(item, enc_hook=token).decode()
            pairs.append((name, str(item)))
    return tuple(pairs)


class WorkflowRequest(StepRequest, frozen=True, kw_only=True):
    """A Datadog workflow to start and follow; `interval` is in seconds."""

    step: ClassVar[type[Step]] = WorkflowStep

    workflow_id: str
    inputs: dict[str, Any] = {}
    interval: float = WORKFLOW_INTERVAL

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        poll = texts.step.poll
        given = None if poll is None else poll.interval
        interval = WORKFLOW_INTERVAL if given is None else render_seconds(given, texts.scope)
        return cls(workflow_id=texts["workflow_id"], inputs=texts["inputs"], interval=interval)


class NotifyRequest(StepRequest, frozen=True, kw_only=True):
    """A message to services by their Apprise URLs, which hold credentials and are never shown."""

    step: ClassVar[type[Step]] = NotifyStep

    to: tuple[str, ...]
    title: str
    message: str
    type: NotifyType | None = None
    """What it is about; None is `info`: so one of which nothing is said has the digest that it had."""

    @classmethod
    def of(cls, texts: StepTexts) -> Self:
        step, to = texts.step, texts["to"]
        assert isinstance(step, NotifyStep)
        to = to if isinstance(to, tuple) else (to,)
        about = None if step.type == "info" else step.type
        return cls(to=to, title=texts["title"], message=texts["message"], type=about)


class Prepared(Struct, frozen=True, kw_only=True):
    """What is known of a request when it is not made: of a past run's nothing else is recorded.

    `shown` is the command for people, `sent` what goes in beside it; what was made out of secrets is hidden
    in both, and in `headers`. `empty` names the key of a step's target that rendered to nothing.
    """

    shown: str = ""
    sent: Sent = NOTHING_SENT
    headers: tuple[str, ...] = ()
    empty: str | None = None

    @property
    def told(self) -> Shown:
        return Shown(self.shown, self.sent)


class Rendered(Prepared, frozen=True, kw_only=True):
    """A request; `made` is what was made out of secrets in it."""

    request: StepRequest
    made: tuple[Any, ...] = ()


@cache
def request_of(kind: type[Step]) -> type[StepRequest]:
    """The request that steps of a kind make; KeyError for a kind that makes none."""
    return {request.step: request for request in StepRequest.__subclasses__()}[kind]


def _no_host(around: Around, kind: type[StepRequest]) -> str | None:
    """The key that names no computer though it says where the step runs."""
    is_empty = around.remote is not None and not around.remote.host
    return "host" if is_empty and "remote" in kind.__struct_fields__ else None


def render_request(step: Step, scope: Scope, around: Around = NOTHING_AROUND) -> Rendered:
    """Everything that a step's executor needs; TemplateError says what cannot be rendered."""
    scope, made = watched(scope)
    texts = StepTexts(step, scope, around)
    kind = request_of(type(step))
    return Rendered(
        request=kind.of(texts),
        shown=kind.shown(texts),
        sent=kind.sent(texts),
        headers=texts.seen.headers,
        empty=texts.empty_target or _no_host(around, kind),
        made=(*around.made, *made),
    )
