"""Repositories of git at https addresses of this machine, whose certificate is its own."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.untrusted import CERTIFICATE

_REFUSED = (
    b'HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n'
    b"Connection: close\r\n\r\n"
)


@asynccontextmanager
async def git_server(folder: Path, password: str = "") -> AsyncIterator[str]:
    """Serve the repositories in a folder; with `password` only to ada. Gives the address of the folder."""
    wanted = base64.b64encode(f"ada:{password}".encode()).decode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            # Whoever does not know the certificate hangs up.
            writer.close()
            return
        first, *lines = head.split("\r\n")[:-2]
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        if password and headers.get("authorization") != f"Basic {wanted}":
            writer.write(_REFUSED)
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            writer.write(await _answered(folder, first, headers, body))
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _answered(folder: Path, first: str, headers: dict[str, str], body: bytes) -> bytes:
    """What git's own program for servers answers."""
    method, target, _ = first.split()
    path, _, query = target.partition("?")
    environ = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "REMOTE_ADDR": "127.0.0.1",
    }
    process = await asyncio.create_subprocess_exec(
        "git", "http-backend", stdin=PIPE, stdout=PIPE, env=environ
    )
    told, _ = await process.communicate(body)
    head, _, answer = told.partition(b"\r\n\r\n")
    length = f"Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode()
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + length + answer
