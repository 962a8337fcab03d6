"""The client of the Datadog API: credentials, patience with rate limits, errors in plain words."""

from __future__ import annotations

import asyncio
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode, urlsplit

from pup_tui.answers.things import subject_of
from pup_tui.datadog.configuration import is_loopback
from pup_tui.datadog.errors import DatadogError, beginning, known_as, refusal
from pup_tui.datadog.failures import HIDDEN, TransportError
from pup_tui.datadog.retries import RetryPolicy
from pup_tui.datadog.transport import (
    DEFAULT_DEADLINE,
    DEFAULT_MAX_BYTES,
    Request,
    Response,
    open_client,
    send,
)
from pup_tui.late_pattern import late_pattern
from pup_tui.spelling import dumps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    import httpx

    from pup_tui.datadog.configuration import DatadogConfiguration
    from pup_tui.datadog.transport import OnProxy

    QueryValue = str | int | float | bool | Sequence[str]
    OnWait = Callable[[float, str], None]

MAY_BE_DONE = "Datadog may have carried it out"
"""What is told of a change to which no answer came that can be understood."""
_JSON = "application/json"
_LEAST_FORM = 4
"""Characters from which on a spelling of a key is no ordinary text."""
_READS = frozenset({"GET", "HEAD"})
_REPEATABLE = frozenset({"connect", "incomplete"})
_NAME = late_pattern(r"[\w.:/ -]{1,80}", re.ASCII)


class DatadogClient:
    """Requests to one Datadog account. Use as an async context manager, within one event loop.

    `on_wait(seconds, reason)` is called before each wait between two attempts, so that a
    countdown can be shown; cancelling the task ends such a wait at once. `time_left()` says in how many
    seconds whoever asks is ended: no wait goes beyond. `on_proxy(proxy)` is called
    before each call that goes through one. TLS certificates are always verified, and no redirect is
    followed.
    """

    def __init__(
        self,
        configuration: DatadogConfiguration,
        *,
        on_wait: OnWait | None = None,
        on_proxy: OnProxy | None = None,
        retries: RetryPolicy | None = None,
        call_timeout: float = DEFAULT_DEADLINE,
        max_bytes: int = DEFAULT_MAX_BYTES,
        time_left: Callable[[], float | None] = lambda: None,
        mask: Callable[[str], str] = str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.configuration = configuration
        self._on_wait = on_wait
        # The sandbox runs on this machine; a proxy could not reach it.
        self._proxies = not is_loopback(urlsplit(configuration.base_url).hostname or "")
        self._on_proxy = on_proxy if self._proxies else None
        self._retries = retries or RetryPolicy()
        self._call_timeout = call_timeout
        self._max_bytes = max_bytes
        self._time_left = time_left
        self._mask = mask
        self._sleep = sleep
        self.pauses = asyncio.Event()
        """Set while it waits between two attempts, when nothing is under way."""
        self.may_have_changed = False
        """Whether a request that changes something was sent, and not turned away before it was looked at."""
        self._connections: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. The client may be used again; it then opens new ones."""
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        shown: str | None = None,
        read: bool | None = None,
        check: bool = True,
    ) -> Response:
        """Ask, wait for the rate limit, repeat what may be repeated, and give the answer.

        `json` is sent as JSON, `body` as it is. Each attempt has the client's `call_timeout`.
        `read` says that a request changes nothing and may be repeated after an error of the server
        (without it, GET and HEAD are reads). With `check=False` a final answer of any status is
        returned, whatever it holds. Messages name the path as it is `shown`.

        Raises DatadogError for every other answer than a 2xx, for one that is not JSON or nothing but an
        error, and where there is none. Another kind of answer is one only where an `Accept` asks for it.
        """
        built = self._build(method.upper(), path, query, json, body, headers, shown)
        repeatable = method.upper() in _READS if read is None else read
        attempt = 0
        while True:
            attempt += 1
            is_last = attempt >= self._retries.attempts
            delay = self._retries.delay(attempt)
            changed_before = self.may_have_changed
            self.may_have_changed = changed_before or not repeatable
            try:
                response = await self._attempt(built)
            except TransportError as error:
                told = self._scrubbed(str(error))
                may_be_done = not repeatable and error.may_be_done
                if not error.sent:
                    self.may_have_changed = changed_before
                elif may_be_done:
                    told += f"; {MAY_BE_DONE}"
                can_repeat = repeatable or not error.sent
                again = can_repeat and error.kind in _REPEATABLE
                if not again or is_last or self._ends_before(delay):
                    raise DatadogError(told, may_be_done=may_be_done) from None
                reason = told
            else:
                failure = self._failure(built, response, changes=not repeatable, check=check)
                if failure is None:
                    return response
                limited = response.status == 429
                if limited:
                    self.may_have_changed = changed_before
                if limited and not is_last:
                    delay, reason = self._rate_limit_delay(response), _rule(response)
                else:
                    reason = f"HTTP {response.status}"
                again = limited or (repeatable and response.status >= 500)
                if not again or is_last or self._ends_before(delay):
                    if check:
                        raise failure
                    return response
            await self._wait(delay, reason)

    def again_in(self, response: Response) -> float | None:
        """In how many seconds a rate limit allows what it refused; None where the answer is about none."""
        if response.status != 429:
            return None
        return self._retries.rate_limit_delay(response.headers)

    def _build(
        self,
        method: str,
        path: str,
        query: Mapping[str, QueryValue] | None,
        document: Any,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        shown: str | None,
    ) -> Request:
        if not self.configuration.authenticated:
            raise DatadogError(f"no Datadog credentials: {self.configuration.missing}")
        if not path.startswith("/") or path.startswith("//"):
            raise DatadogError("a path of the Datadog API begins with one slash: /api/v1/monitor")
        url = self.configuration.base_url + path
        if query:
            spelled = {name: _spelled(value) for name, value in query.items()}
            url += ("&" if "?" in path else "?") + urlencode(spelled, doseq=True, quote_via=quote)
        sent = {"Accept": _JSON} | dict(headers or {})
        if document is not None:
            body = dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        if body is not None and not any(name.lower() == "content-type" for name in sent):
            sent["Content-Type"] = _JSON
        told = None if shown is None else self.configuration.base_url + shown
        return Request(method, url, sent, body, told, self._scrubbed)

    async def _attempt(self, request: Request) -> Response:
        if self._connections is None:
            self._connections = open_client(
                proxies=self._proxies, network=self.configuration.network
            )
        return await send(
            request,
            deadline=self._call_timeout,
            max_bytes=self._max_bytes,
            credentials=self.configuration.headers(),
            client=self._connections,
            network=self.configuration.network,
            on_proxy=self._on_proxy,
        )

    def _failure(
        self, request: Request, response: Response, *, changes: bool, check: bool
    ) -> DatadogError | None:
        """The error that an answer means; None for success."""
        status = response.status
        if 200 <= status < 300:
            return self._contradiction(request, response, changes=changes) if check else None
        where = f"{request.method} {urlsplit(request.told).path}"
        if status < 400:
            said = "redirected, which is not followed, since the keys would go along"
        else:
            said = refusal(response, self._scrubbed)
        text = f"{where} failed: HTTP {status}" + (f": {said}" if said else "")
        text += known_as(response)
        if status in {401, 403}:
            target = urlsplit(self.configuration.base_url).netloc
            text += f" (check the credentials, their permissions and DD_SITE: {target})"
        may_be_done = changes and status >= 500
        text += f"; {MAY_BE_DONE}" if may_be_done else ""
        return DatadogError(
            self._scrubbed(text),
            status,
            response.body,
            self.again_in(response),
            may_be_done=may_be_done,
        )

    def _contradiction(
        self, request: Request, response: Response, *, changes: bool
    ) -> DatadogError | None:
        """The error that an answer with the status of a success means; None where it is one."""
        text = f"{request.method} {urlsplit(request.told).path} failed: HTTP {response.status}"
        body, as_json = response.body.strip(), request.headers.get("Accept") == _JSON
        if response.json is None and body not in {b"", b"null"}:
            if not as_json:
                return None
            text += f" with what is not JSON: {beginning(response, self._scrubbed)}"
        elif not body and as_json and request.method == "GET" and response.status == 200:
            text += " with nothing"
        elif subject_of(response.json).error:
            text += f": {refusal(response, self._scrubbed)}"
        else:
            return None
        text += known_as(response)
        text += f"; {MAY_BE_DONE}" if changes else ""
        return DatadogError(
            self._scrubbed(text), response.status, response.body, may_be_done=changes
        )

    def _rate_limit_delay(self, response: Response) -> float:
        delay = self._retries.rate_limit_delay(response.headers)
        cap = self._retries.rate_limit_cap
        if delay <= cap and not self._ends_before(delay):
            return delay
        limit = f"longer than the {cap:g} s that are waited"
        if delay <= cap:
            limit = f"later than the {self._time_left() or 0:.0f} s that the step still has"
        text = f"the {_rule(response)} resets in {delay:.0f} s, which is {limit}: try again later"
        text += known_as(response)
        raise DatadogError(self._scrubbed(text), response.status, response.body, delay)

    def _ends_before(self, delay: float) -> bool:
        """Whether whoever asks is ended before such a wait is over."""
        left = self._time_left()
        return left is not None and left <= delay

    async def _wait(self, seconds: float, reason: str) -> None:
        if self._on_wait is not None:
            self._on_wait(seconds, self._scrubbed(reason))
        self.pauses.set()
        try:
            await self._sleep(seconds)
        finally:
            self.pauses.clear()

    def _scrubbed(self, text: str) -> str:
        """A text without secrets and the keys, which a server may have echoed, in whatever spelling."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return self._mask(text)

    @cached_property
    def _forms(self) -> list[str]:
        """The spellings of the keys, longer ones first."""
        from pup_tui.secret_spellings import spellings

        secrets = self.configuration.secrets()
        forms = {form for secret in secrets for form in spellings(secret)}
        kept = {form for form in forms if len(form) >= _LEAST_FORM} | {*secrets}
        return sorted(kept, key=len, reverse=True)


def _rule(response: Response) -> str:
    """The limit that a request was too much for, with its name where there is one."""
    named = response.headers.get("x-ratelimit-name", "")
    return f"rate limit of Datadog{f' ({named})' if _NAME.fullmatch(named) else ''}"


def _spelled(value: QueryValue) -> QueryValue:
    return str(value).lower() if isinstance(value, bool) else value
