"""Nothing that the real program leaves or shows names a part of a URL that is a secret."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.program import Ended, Program

MARK = "00SECRET"
"""Is in each part of each secret, where what is left of it would be found."""


class Server(ThreadingHTTPServer):
    """Serves until it is `released`."""

    daemon_threads = True
    released = threading.Event()


class Answers(BaseHTTPRequestHandler):
    """Fails in the way that the first piece of the path names, and repeats the path as servers do."""

    server: Server

    def do_POST(self) -> None:
        way = self.path.split("/")[1]
        redirects = {
            "redirect": f"http://localhost:{self.server.server_port}/other{self.path}",
            "moved": f"/gone{self.path.partition('?')[0]}",
            "lost": "http://[" + self.path,
            "nowhere": f"ftp://T{MARK.lower()}.invalid{self.path.swapcase()}",
        }
        self.send_response(307 if way in redirects else 200 if way in {"cut", "image"} else 404)
        if way in redirects:
            self.send_header("Location", redirects[way])
        body = f"Cannot POST {self.path}".encode()
        if way == "cut":
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(body)[:-4]
        self.send_header("Content-Type", "image/png" if way == "image" else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if way == "hang":
            self.server.released.wait()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server on which requests fail."""
    with Server(("127.0.0.1", 0), Answers) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.released.set()
        server.shutdown()
        serving.join()


def all_of(secrets: dict[str, str], ways: dict[str, str]) -> str:
    """A runbook that asks for each secret in the ways that its name says."""
    variables = {name: {"type": "secret", "from": f"env:{name}"} for name in secrets}
    steps = [
        {
            "name": f"s{number}",
            "kind": "http",
            "method": "POST",
            "url": f"{{{{ {name} }}}}",
            "on_failure": "warn",
            "timeout": "5s",
            **json.loads(ways.get(name.partition("_")[0].lower(), "{}")),
        }
        for number, name in enumerate(secrets)
    ]
    return json.dumps({"name": "urls", "vars": variables, "steps": steps})


def everything(program: Program, ended: Ended) -> str:
    """All that a run printed, what is shown of it again, and what is kept of it."""
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    kept = "".join(p.read_text("latin-1") for p in state.rglob("*") if p.is_file())
    again = [program("show", *options) for options in (("--json",), ())]
    return "".join(each.out + each.err for each in (ended, *again)) + kept


WAYS = {
    "hang": '{"timeout": "300ms"}',
    "moved": '{"follow_redirects": true, "method": "GET"}',
    "redirect": '{"follow_redirects": true}',
    "lost": '{"follow_redirects": true}',
    "nowhere": '{"follow_redirects": true}',
    "poll": '{"method": "GET", "poll": {"interval": "100ms", "timeout": "9s", "until": "status == 200",'
    ' "max_attempts": 2}}',
}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_url_that_is_a_secret_is_named_by_nothing(
    program: Program, port: int, options: tuple[str, ...]
) -> None:
    here = f"127.0.0.1:{port}"
    ends = {
        "QUERY": f"/T{MARK}token?wait=T{MARK}",
        "FRAGMENT": f"/T{MARK}token#T{MARK}",
        "SPACES": f"/T{MARK}%20to//ken/?T{MARK}",
        "LONG": f"/T{MARK}" + "x" * 600,
    }
    begins = {
        "PLAIN": "http://",
        "UPPER": "HTTP://",
        "USER": f"http://User{MARK}:pw{MARK}@",
    }
    secrets = {
        f"{way.upper()}_{begin}_{end}": f"{begins[begin]}{here}/{way}{ends[end]}"
        for way in ("gone", "redirect", "moved", "lost", "nowhere", "cut", "image")
        for begin in begins
        for end in ends
    }
    secrets |= {f"GONE_HOST_{end}": f"http://LocalHost:{port}/x{ends[end]}" for end in ends} | {
        f"REFUSED_{begin}_{end}": f"{begins[begin]}127.0.0.1:1{ends[end]}"
        for begin in begins
        for end in ends
    }
    secrets |= {
        "DNS_QUERY": f"http://Tenant-{MARK}.invalid/x?y",
        "DNS_IDNA": f"http://Ünï-{MARK}.invalid/x",
        "TLS": f"https://{here}/T{MARK}token?x",
        "HANG": f"http://{here}/hang/T{MARK}token?x",
        "POLL": f"http://{here}/gone/T{MARK}token?x",
        "PORT": f"http://127.0.0.1:99{MARK}/x",
        "SCHEME": f"ftp://T{MARK}/x?y",
        "NOTHING": f"T{MARK}/x?y",
        "IDNA": f"http://{'T' + MARK * 10}.invalid/x?y",
    }
    program.write("urls", all_of(secrets, WAYS))
    ended = program("run", "urls.yaml", *options, "--yes", **secrets)
    assert ended.code == 0, ended.out + ended.err
    told = everything(program, ended)
    found = [m.group() for m in re.finditer(rf".{{0,60}}{MARK}.{{0,20}}", told, re.IGNORECASE)]
    assert found == []
    assert told.count("POST ***: Connection refused") >= len(begins) * len(ends)


def test_a_secret_in_a_url_is_masked_where_it_stands(program: Program, port: int) -> None:
    urls = {
        "host": "http://{{ CRED }}.invalid/x",
        "piece": "http://127.0.0.1:1/x/{{ CRED[:4] }}/{{ CRED }}?y",
        "sign": "http://127.0.0.1:1/{{ DASHES[:5] }}",
        "gone": f"http://127.0.0.1:{port}/gone/{{{{ CRED }}}}/x?key=1",
        "query": f"http://127.0.0.1:{port}/redirect/x",
    }
    steps = [
        {"name": name, "kind": "http", "url": url, "on_failure": "warn"}
        for name, url in urls.items()
    ]
    variables = {name: {"type": "secret", "from": f"env:{name}"} for name in ("CRED", "DASHES")}
    program.write("urls", json.dumps({"name": "urls", "vars": variables, "steps": steps}))
    ended = program("run", "urls.yaml", "--json", CRED=f"zQ7q-{MARK}", DASHES="-----BEGIN KEY-----")
    assert ended.code == 0, ended.out + ended.err
    told = everything(program, ended)
    for part in (MARK, "zQ7q", "1/-----"):
        assert part.lower() not in told.lower()
    reasons = {e["step"]: e["reason"] for e in ended.events if e["type"] == "step.finished"}
    assert reasons["host"].startswith("GET http://***.invalid/x: the host name cannot be resolved")
    assert reasons["piece"] == "GET http://127.0.0.1:1/x/***/***: Connection refused"
    assert reasons["sign"] == "GET http://127.0.0.1:1/***: Connection refused"
    assert reasons["gone"] == f"HTTP 404 from http://127.0.0.1:{port}/gone/***/x"
    assert reasons["query"].startswith(f"HTTP 307 from http://127.0.0.1:{port}/redirect/x;")


@pytest.mark.parametrize(
    "url",
    [
        f"sqlite:///nonexist/T{MARK}/x.db?mode=ro",
        f"sqlite:////nonexist//T{MARK}/./x.db",
        f"sqlite:///nonexist/T%30{MARK[1:]}/x.db",
        f"sqlite://T{MARK}/x.db",
        f"postgres://T{MARK}Host.invalid/db",
        f"postgresql://User{MARK}:pw{MARK}@127.0.0.1:1/db{MARK}?connect_timeout=2",
        f"postgresql://127.0.0.1:1/x?T{MARK}=y",
        f"mysql://User{MARK}:pw{MARK}@127.0.0.1:1/db{MARK}",
        f"mysql://T{MARK}Host.invalid/db?T{MARK}=1",
        f"postgresql://user:p@{MARK}/w@127.0.0.1:1/db",
        f"postgresql://user:p@T{MARK}@127.0.0.1:1/db",
        f"postgresql://user:p@T{MARK}:T{MARK}x@127.0.0.1:1/db",
        f"postgresql://user:pa/T{MARK}/w@127.0.0.1:1/db",
        f"postgresql://127.0.0.1:T{MARK},T{MARK}y.invalid:T{MARK}z/db",
        f"postgresql://user:p?T{MARK}x=1@127.0.0.1/db",
        f"postgresql://user:p[T{MARK}]@[::1/db",
        f"postgresql://user:p%zzT{MARK}@127.0.0.1/db",
    ],
)
def test_a_database_whose_url_is_a_secret_is_named_by_nothing(program: Program, url: str) -> None:
    engine = {"p": "postgresql", "s": "sqlite", "m": "mysql"}[url[0]]
    step = f"kind: sql, engine: {engine}, url: '{{{{ DB }}}}', query: select 1, on_failure: warn"
    program.write(
        "db",
        f"name: db\nvars: {{DB: {{type: secret, from: 'env:DB'}}}}\nsteps: [{{name: a, {step}}}]\n",
    )
    ended = program("run", "db.yaml", "--json", DB=url)
    assert ended.statuses() == {"a": "warned"}, ended.out + ended.err
    told = everything(program, ended)
    found = [m.group() for m in re.finditer(rf".{{0,60}}{MARK}.{{0,20}}", told, re.IGNORECASE)]
    assert found == []


@pytest.mark.parametrize("scheme", ["Https", "hTTps", "POSTGRES", "https"])
def test_a_secret_url_that_a_script_cuts_is_masked_however_its_scheme_is_written(
    program: Program, scheme: str
) -> None:
    program.write(
        "cut",
        "name: cut\nvars: {URL: {type: secret, from: 'env:URL'}}\nsteps:\n"
        "  - {name: a, kind: shell, run: 'x=$URL; echo \"${x%%[?]*}\"', env: {URL: '{{ URL }}'}}\n",
    )
    ended = program("run", "cut.yaml", "--json", URL=f"{scheme}://u:{MARK}@h.invalid/{MARK}x?y=1")
    assert ended.code == 0, ended.out + ended.err
    assert MARK not in everything(program, ended)
