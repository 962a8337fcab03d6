"""Whether the links of runbooks lead to something."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from pup_tui.datadog.failures import TransportError
from pup_tui.datadog.transport import Request, open_client, send
from pup_tui.packs import hosts
from pup_tui.runbook.model import Runbook, Step

SECONDS: Final = 15.0
_AT_ONCE: Final = 8
_MOST: Final = 4 * 1024 * 1024
_ASKS_WHO: Final = frozenset({401, 403, 405, 407, 429})
"""Answers of a server that has something there, and not for everybody or not now."""


class LinkAnswer(Struct, frozen=True):
    """What became of a link: `problem` is blank where it answers."""

    url: str
    problem: str = ""


def links_of(runbook: Runbook) -> list[str]:
    """The addresses that stand beside a runbook and its steps; those that values make are not among them."""
    every = [link.url for link in runbook.links]
    every += [link.url for step in _all(runbook.steps) for link in step.links]
    return list(dict.fromkeys(url for url in every if "{{" not in url and "{%" not in url))


async def ask_links(urls: Iterable[str], network: Collection[str] = ()) -> list[LinkAnswer]:
    """Ask for each address, several at once; nothing of what it holds is kept."""
    turns = asyncio.Semaphore(_AT_ONCE)
    async with open_client(network=network) as client:

        async def ask(url: str) -> LinkAnswer:
            why = hosts.why_not(urlsplit(url).hostname or "")
            if why:
                return LinkAnswer(url, why)
            async with turns:
                try:
                    answer = await send(
                        Request("GET", url),
                        deadline=SECONDS,
                        max_bytes=_MOST,
                        follow_redirects=True,
                        client=client,
                    )
                except TransportError as error:
                    # A page that is large is there.
                    return LinkAnswer(url, "" if error.kind == "too-large" else str(error))
            is_there = answer.status < 400 or answer.status in _ASKS_WHO
            return LinkAnswer(url, "" if is_there else f"it answers {answer.status}")

        return await asyncio.gather(*map(ask, urls))


def _all(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all(step.inside)
