"""From an author's texts and the run's values to a request that an executor can carry out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from pup_tui.core.actions import (
    HttpRequest,
    NotifyRequest,
    PupRequest,
    Request,
    ShellRequest,
    WorkflowRequest,
)
from pup_tui.core.amounts import render_seconds, render_status
from pup_tui.runbook.model import (
    AnyStep,
    HttpStep,
    NotifyStep,
    PupStep,
    ShellStep,
    WorkflowStep,
)
from pup_tui.template.arguments import compile_arguments
from pup_tui.template.header import render_header
from pup_tui.template.jsontext import render_json, render_json_body
from pup_tui.template.shell import compile_shell
from pup_tui.template.text import compile_text
from pup_tui.template.url import parse_url, render_url

Scope = Mapping[str, Any]

WORKFLOW_INTERVAL = 5.0
"""Seconds between two looks at a workflow's instance where the step says nothing."""


class Rendered(Struct, frozen=True):
    """A request and the command that people are shown; secrets in it are not masked yet.

    `empty` names the key of an optional step's target that rendered to nothing.
    """

    request: Request
    shown: str
    empty: str | None = None


def render_text(source: str, scope: Scope) -> str:
    return compile_text(source).render(scope)


def render_request(
    step: AnyStep,
    scope: Scope,
    env: dict[str, str],
    cwd: str | None,
    made: frozenset[str] = frozenset(),
) -> Rendered:
    """Render everything that the step's executor needs; TemplateError says what cannot be rendered.

    `made` are the variables of `env` whose texts hold values.
    """
    match step:
        case ShellStep():
            return _shell(step, scope, env, cwd, made)
        case PupStep():
            return _pup(step, scope, env, cwd)
        case HttpStep():
            return _http(step, scope, cwd)
        case WorkflowStep():
            return _workflow(step, scope)
        case NotifyStep():
            return _notify(step, scope)
    raise AssertionError(f"a step of kind {step.kind} makes no request")


def _shell(
    step: ShellStep, scope: Scope, env: dict[str, str], cwd: str | None, made: frozenset[str]
) -> Rendered:
    script = compile_shell(step.run, step.shell, made).render(scope, env=env)
    request = ShellRequest(
        script=script.script,
        shell=step.shell,
        values=script.env,
        env=env,
        cwd=cwd,
        stdin=_optional(step.stdin, scope),
        tty=step.tty,
        interactive=step.interactive,
        success_codes=step.success_codes,
    )
    return Rendered(request, script.shown)


def _pup(step: PupStep, scope: Scope, env: dict[str, str], cwd: str | None) -> Rendered:
    arguments = compile_arguments(step.run)
    words = arguments.render(scope)
    if words[:1] == ["pup"]:
        words = words[1:]
    shown = arguments.shown(scope)
    return Rendered(
        PupRequest(words=tuple(words), env=env, cwd=cwd),
        shown if shown.startswith("pup ") else f"pup {shown}",
    )


def _http(step: HttpStep, scope: Scope, cwd: str | None) -> Rendered:
    headers = {name: render_header(compile_text(v), scope) for name, v in step.headers.items()}
    body, content_type = _body(step, scope)
    given = {name.lower() for name in headers}
    if content_type and "content-type" not in given:
        headers["Content-Type"] = content_type
    if step.accept and "accept" not in given:
        headers["Accept"] = render_header(compile_text(step.accept), scope)
    expected = step.expect_status
    patterns = expected if isinstance(expected, tuple) else (expected or "2xx",)
    url = render_url(compile_text(step.url), scope)
    request = HttpRequest(
        method=render_text(step.method, scope).upper(),
        url=url,
        to_datadog=bool(url) and parse_url(step.url, url).is_datadog,
        headers=headers,
        query=_query(step, scope),
        body=body,
        body_file=_optional(step.body_file, scope),
        output_file=_optional(step.output_file, scope),
        expect_status=tuple(render_status(pattern, scope) for pattern in patterns),
        follow_redirects=step.follow_redirects,
        verify=step.verify,
        cwd=cwd,
    )
    query = urlencode(request.query)
    joint = "&" if "?" in url else "?"
    shown = f"{request.method} {_without_password(url)}{joint if query else ''}{query}"
    return Rendered(request, shown, None if url else "url")


def _without_password(url: str) -> str:
    """A URL as people may see it: what stands between its user and its host is hidden."""
    scheme, slashes, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if not at:
        return url
    return f"{scheme}{slashes}{user.partition(':')[0]}:***@{host}{slash}{path}"


def _body(step: HttpStep, scope: Scope) -> tuple[str | None, str | None]:
    content_type = (
        render_header(compile_text(step.content_type), scope) if step.content_type else None
    )
    if step.json is not msgspec.UNSET:
        text = msgspec.json.encode(render_json(step.json, scope)).decode()
        return text, content_type or "application/json"
    if step.form is not None:
        fields = {name: render_text(text, scope) for name, text in step.form.items()}
        return urlencode(fields), content_type or "application/x-www-form-urlencoded"
    if step.body is not None:
        content_type = content_type or "application/json"
        is_json = "json" in content_type
        template = compile_text(step.body)
        body = render_json_body(template, scope) if is_json else template.render(scope)
        return body, content_type
    if step.body_file is not None:
        return None, content_type or "application/octet-stream"
    return None, content_type


def _query(step: HttpStep, scope: Scope) -> tuple[tuple[str, str], ...]:
    pairs = []
    for name, given in step.query.items():
        value = render_json(given, scope)
        for item in value if isinstance(value, list) else [value]:
            text = item if isinstance(item, str) else msgspec.json.encode(item).decode()
            pairs.append((name, text))
    return tuple(pairs)


def _optional(source: str | None, scope: Scope) -> str | None:
    return None if source is None else render_text(source, scope)


def _workflow(step: WorkflowStep, scope: Scope) -> Rendered:
    workflow_id = render_text(step.workflow_id, scope).strip()
    interval = WORKFLOW_INTERVAL
    if step.poll is not None and step.poll.interval is not None:
        interval = render_seconds(step.poll.interval, scope)
    inputs = {name: render_json(value, scope) for name, value in step.inputs.items()}
    shown = f"run workflow {workflow_id}"
    if inputs:
        shown += f" with {msgspec.json.encode(inputs).decode()}"
    request = WorkflowRequest(workflow_id=workflow_id, inputs=inputs, interval=interval)
    return Rendered(request, shown, None if workflow_id else "workflow_id")


def _notify(step: NotifyStep, scope: Scope) -> Rendered:
    """The addresses hold credentials: only what kind of service each one is may be seen."""
    given = step.to if isinstance(step.to, tuple) else (step.to,)
    to = tuple(render_url(compile_text(target), scope).strip() for target in given)
    services = ", ".join(f"{url.partition('://')[0]}://…" for url in to if url)
    request = NotifyRequest(
        to=to, title=render_text(step.title, scope), message=render_text(step.message, scope)
    )
    shown = f"notify {services}: {request.title or request.message}"
    return Rendered(request, shown, None if all(to) else "to")
