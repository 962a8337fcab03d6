"""`http` steps: one request, its answer to the output or to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urldefrag, urlencode

from msgspec.structs import replace

from pup_tui.aside import aside
from pup_tui.core.requests import BARRED
from pup_tui.datadog.errors import DatadogError, known_as
from pup_tui.datadog.failures import TransportError
from pup_tui.datadog.overrides import overrides_method
from pup_tui.datadog.retries import limit_resets, retry_after
from pup_tui.datadog.transport import Request, Response, send
from pup_tui.steps.bodies import Printed, printed
from pup_tui.steps.datadog_calls import client_for, refused
from pup_tui.steps.executor import (
    Context,
    Outcome,
    OutputSink,
    Stop,
    told_to_stop,
    unless_stopped,
)
from pup_tui.steps.files import FileProblem, check_target, read_whole, write_whole
from pup_tui.steps.notes import note, proxies
from pup_tui.steps.pages import PagesProblem, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pup_tui.core.requests import HttpRequest
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.configuration import DatadogConfiguration

MAX_BYTES = 64 * 1024 * 1024
"""Largest body of an answer, after decompression, and of a file to send."""

DEADLINE = 365 * 86_400.0
"""Seconds. The step's own timeout (30 s by default) comes as a stop, and may be as long as this."""

_MAY_BE_DONE = "the server may have carried it out"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BUSY = frozenset({403, 429, 503})
"""Statuses beside which it is said when to ask again (RFC 6585, RFC 9110; 403 is what GitHub answers)."""


class HttpExecutor:
    """Makes the request of an `http` step.

    Credentials of Datadog go along only with a request that was written for Datadog, over a client
    that follows no redirect and always verifies certificates. `find` gives the account with credentials
    that have to be looked for.
    """

    def __init__(
        self,
        configuration: DatadogConfiguration,
        find: Callable[[], DatadogConfiguration] | None = None,
    ) -> None:
        self._configuration = configuration
        self._find = find or (lambda: configuration)

    async def run(
        self, request: HttpRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        if stop.is_set():
            return told_to_stop()
        if context.read_only and _may_change(request):
            return Outcome(ok=False, reason=BARRED)
        datadog = None
        if request.to_datadog:
            datadog = client_for(
                self._find(), sink, context, call_timeout=DEADLINE, max_bytes=MAX_BYTES
            )
        try:
            outcome = await unless_stopped(self._carry_out(request, datadog, sink, context), stop)
        except FileProblem as error:
            return Outcome(ok=False, reason=str(error))
        except PagesProblem as error:
            if error.response is not None:
                sink.write("stdout", printed(error.response).text)
            return Outcome(ok=False, reason=str(error))
        except TransportError as error:
            is_open = error.may_be_done and request.method not in _SAFE
            done = f"; {_MAY_BE_DONE}" if is_open else ""
            return Outcome(ok=False, reason=f"{error}{done}")
        except UnicodeEncodeError:
            where = _asked(request, context).where
            return Outcome(ok=False, reason=f"{where} holds text that is not valid Unicode")
        except DatadogError as error:
            sink.write("stdout", error.body)
            return refused(error, str(error))
        if outcome is not None:
            return outcome
        is_open = request.method not in _SAFE if datadog is None else datadog.may_have_changed
        return told_to_stop(_MAY_BE_DONE if is_open else "")

    async def _carry_out(
        self,
        request: HttpRequest,
        datadog: DatadogClient | None,
        sink: OutputSink,
        context: Context,
    ) -> Outcome:
        cwd = context.cwd / (request.cwd or "")
        target = None if request.output_file is None else cwd / request.output_file
        if target is not None:
            check_target(target)
        body = None if request.body is None else request.body.encode("utf-8", "surrogateescape")
        if request.body_file is not None:
            body = await aside(read_whole, cwd / request.body_file, MAX_BYTES)

        async def ask(each: HttpRequest) -> Response:
            if datadog is not None:
                return await _ask_datadog(datadog, each, body)
            return await _ask(each, body, self._configuration.network, sink, context)

        if request.pages is None:
            response = await ask(request)
        else:
            response = await whole(
                request,
                request.pages,
                ask,
                lambda each: expected(each.status, request.expect_status),
                MAX_BYTES,
            )
        if target is None or not expected(response.status, request.expect_status):
            outcome = judged(request, response, sink)
            again_in = _again_in(response) if datadog is None else datadog.again_in(response)
            return outcome if outcome.ok else replace(outcome, again_in=again_in)
        await aside(write_whole, target, response.body)
        sink.write("stdout", f"written {len(response.body)} bytes to {target}\n".encode())
        return _outcome(response)


def _again_in(response: Response) -> float | None:
    """In how many seconds a server wants to be asked again that had too much to do; None where it does not
    say.
    """
    if response.status not in _BUSY:
        return None
    asked = retry_after(response.headers)
    return limit_resets(response.headers) if asked is None else asked


def judged(request: HttpRequest, response: Response, sink: OutputSink) -> Outcome:
    """How an attempt ends to which this answer came, whose body is shown."""
    if not expected(response.status, request.expect_status):
        return _refused(request, response, sink)
    return _told(response, sink)


def _may_change(request: HttpRequest) -> bool:
    """Whether a request may change something, now that its values are known: one may hold another method."""
    if request.output_file is not None:
        return True
    if request.read_only:
        return False
    names = (request.url, *(name for name, _ in request.query), *request.headers)
    return request.method not in _SAFE or any(map(overrides_method, names))


async def _ask_datadog(
    datadog: DatadogClient, request: HttpRequest, body: bytes | None
) -> Response:
    query: dict[str, list[str]] = {}
    for name, value in request.query:
        query.setdefault(name, []).append(value)
    # Spelled as the client spells its default, which would be sent as well otherwise.
    headers = {"Accept" if k.lower() == "accept" else k: v for k, v in request.headers.items()}
    async with datadog as client:
        return await client.request(
            request.method,
            request.url,
            query=query,
            body=body,
            headers=headers,
            shown=request.url_shown,
            read=request.method in _SAFE,
            check=False,
        )


def expected(status: int, patterns: tuple[str, ...]) -> bool:
    """Whether a status is one of those that a step expects: `404`, or a class such as `2xx`."""
    text = str(status)
    return any(
        pattern == text or pattern.lower() == f"{text[0]}xx"
        for pattern in (each.strip() for each in patterns)
    )


def _asked(request: HttpRequest, context: Context, body: bytes | None = None) -> Request:
    url, _ = urldefrag(request.url)
    if request.query:
        url += ("&" if "?" in url else "?") + urlencode(request.query, quote_via=quote)
    return Request(request.method, url, request.headers, body, request.url_shown, context.mask)


async def _ask(
    request: HttpRequest,
    body: bytes | None,
    network: Collection[str],
    sink: OutputSink,
    context: Context,
) -> Response:
    return await send(
        _asked(request, context, body),
        deadline=DEADLINE,
        max_bytes=MAX_BYTES,
        follow_redirects=request.follow_redirects,
        verify=request.verify,
        network=network,
        on_proxy=proxies(sink),
    )


def _refused(request: HttpRequest, response: Response, sink: OutputSink) -> Outcome:
    """An answer with another status than expected; its body tells why, so it is shown."""
    shown = printed(response)
    sink.write("stdout", shown.text)
    if shown.problem:
        note(sink, f"the answer's body is not shown: {shown.problem}")
    said = f"HTTP {response.status} from {response.url}"
    if 300 <= response.status < 400 and not request.follow_redirects:
        said += "; redirects are not followed unless the step says `follow_redirects: true`"
    is_open = response.status >= 500 and request.method not in _SAFE
    return _outcome(response, said + known_as(response) + (f"; {_MAY_BE_DONE}" if is_open else ""))


def _told(response: Response, sink: OutputSink) -> Outcome:
    shown: Printed = printed(response)
    if shown.problem:
        return _outcome(
            response, f"{response.url} answered with {shown.problem}; set `output_file` to keep it"
        )
    sink.write("stdout", shown.text)
    return _outcome(response)


def _outcome(response: Response, reason: str = "") -> Outcome:
    return Outcome(
        ok=not reason, status_code=response.status, headers=response.headers, reason=reason
    )
