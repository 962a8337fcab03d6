"""The keys of each kind that holds no steps."""

from __future__ import annotations

from typing import Any, get_args

from pup_tui.runbook.model import NotifyType
from tests.format.rows import Row
from tests.support.http_server import Recorded
from tests.support.stage import Played

API = "https://api.example.com"

SMALLEST = {
    "shell": {"run": "echo hi"},
    "pup": {"run": "monitors list"},
    "sql": {"query": "select 1", "url": "'sqlite://'"},
    "http": {"url": "'https://example.com'"},
    "datadog-workflow": {"workflow_id": "w"},
    "confirm": {"message": "Go?"},
    "manual": {"message": "Do it"},
    "input": {"vars": "{V: d}"},
    "wait": {"duration": "1s"},
    "stop": {"status": "failed"},
    "notify": {"to": "'json://example.com'", "message": "m"},
    "group": {"steps": "[{name: t, kind: wait, duration: 1s}]"},
    "parallel": {"steps": "[{name: t, kind: wait, duration: 1s}]"},
    "runbook": {"runbook": "other"},
}
"""The keys that a step of each kind does with. `other` is `OTHER`."""

OTHER = {"other.yaml": "name: other\nsteps: [{name: s, kind: wait, duration: 1s}]\n"}


def smallest(kind: str) -> str:
    """A step of a kind in flow style, without braces and name."""
    keys = {"kind": kind, **SMALLEST[kind]}
    return ", ".join(f"{key}: {value}" for key, value in keys.items())


def kind(name: str, key: str, listed: str, **told: object) -> Row:
    """A row whose example is a list of steps in flow style."""
    return Row(place=name, key=key, text=f"steps:\n{listed}", **told)  # type: ignore[arg-type]


def one(name: str, key: str, keys: str, **told: object) -> Row:
    """A row whose example is one step `a` with these keys."""
    return kind(name, key, f"  - {{name: a, kind: {name}, {keys}}}\n", **told)


def last(played: Played) -> Recorded:
    """The last request that the web server got."""
    return played.requests[-1]


def asked(key: str, keys: str, sent: Any, of: Any, **told: object) -> Row:
    """An `http` step, and what the server must have got of its request."""
    return one("http", key, keys, sees=lambda played: of(last(played)) == sent, **told)


SHELL = [
    one(
        "shell",
        "run",
        "run: 'echo out; echo err >&2'",
        prints=("out",),
        sees=lambda played: played.printed("a", "stderr") == ["err"],
    ),
    *(
        one(
            "shell",
            "shell",
            f'shell: {shell}, run: \'echo {{{{ "x y" }}}} | {{ read -r A; echo "$A"; }}\'',
            prints=("x y",),
        )
        for shell in ("sh", "bash", "dash", "ksh", "zsh")
    ),
    one("shell", "shell", "shell: bash, run: 'A=(1 2 3); echo ${#A[@]}'", prints=("3",)),
    one(
        "shell", "shell", "shell: python3, run: 'print(f\"{1 + 1} {{ x }}\")'", prints=("2 { x }",)
    ),
    one("shell", "shell", "shell: [python3, -], run: 'print(__file__)'", prints=("<stdin>",)),
    one(
        "shell",
        "shell",
        "shell: bash, optional: true, run: 'source /dev/null; echo ok'",
        prints=("ok",),
        steps={"a": "succeeded"},
    ),
    one("shell", "strict", "strict: true, run: 'false; echo no'", prints=(), ends="failed"),
    one("shell", "strict", "strict: false, run: 'false; echo yes'", prints=("yes",)),
    *(
        one(
            "shell",
            "strict",
            f"strict: true, shell: {shell}, run: 'false | true; echo no'",
            ends="failed",
        )
        for shell in ("bash", "ksh", "zsh")
    ),
    one("shell", "stdin", "stdin: '{{ \"$(id)\" }}', run: cat", prints=("$(id)",)),
    one("shell", "stdin", "stdin: 'echo {{ \"$(id)\" }}', run: sh -s", prints=("$(id)",)),
    one(
        "shell",
        "tty",
        "tty: true, run: '[ -t 1 ] && [ -t 0 ] && echo terminal'",
        prints=("terminal",),
    ),
    one("shell", "tty", "tty: false, run: '[ -t 1 ] || echo none'", prints=("none",)),
    one("shell", "success_codes", "success_codes: [0, 3], run: exit 3"),
    one("shell", "success_codes", "success_codes: [3], run: exit 0", ends="failed"),
]

PUP = [
    one(
        "pup",
        "run",
        "run: 'pup monitors get 98765', capture: {N: json.id}, assert: json.id == 98765",
    ),
]

HTTP = [
    asked("url", f"url: '{API}/p/{{{{ \"a b/c\" }}}}'", "/p/a%20b%2Fc", lambda sent: sent.path),
    one(
        "http",
        "url",
        "url: /api/v1/validate, headers: {X-To: datadog}",
        sees=lambda p: p.printed("a") != [],
    ),
    asked(
        "method",
        f"method: '{{{{ \"delete\" }}}}', url: '{API}/x'",
        "DELETE",
        lambda sent: sent.method,
    ),
    asked(
        "query",
        f"url: '{API}/x?z=1', query: {{a: 1 & 2, b: [x, true]}}",
        {"z": "1", "a": "1 & 2", "b": "x,true"},
        lambda sent: dict(sent.query),
    ),
    asked(
        "query",
        f"url: '{API}/x', query: {{a: 1.10, b: [0x1F, 2], c: '{{{{ omit }}}}'}}",
        {"a": "1.10", "b": "0x1F,2"},
        lambda sent: dict(sent.query),
    ),
    asked(
        "headers",
        f"url: '{API}/x', headers: {{X-A: '{{{{ X | default(omit) }}}}'}}",
        False,
        lambda sent: "x-a" in sent.headers,
    ),
    asked(
        "json",
        f"method: POST, url: '{API}/x', json: {{a: 1.10, b: 0x1F, c: '{{{{ omit }}}}'}}",
        b'{"a":1.10,"b":"0x1F"}',
        lambda sent: sent.body,
    ),
    asked(
        "form",
        f"method: POST, url: '{API}/x', form: {{a: 1.10, b: '{{{{ X | default(omit) }}}}'}}",
        b"a=1.10",
        lambda sent: sent.body,
    ),
    asked(
        "headers",
        f"url: '{API}/x', headers: {{X-A: '{{{{ \"v\" }}}}'}}",
        "v",
        lambda sent: sent.headers["x-a"],
    ),
    asked(
        "json",
        f"method: POST, url: '{API}/x', json: {{a: ['{{{{ 1 + 1 }}}}', 'n{{{{ 1 }}}}', null, no]}}",
        {"a": [2, "n1", None, "no"]},
        lambda sent: sent.json,
    ),
    asked(
        "form",
        f"method: POST, url: '{API}/x', form: {{a: '& =', b: '{{{{ 1 }}}}'}}",
        b"a=%26+%3D&b=1",
        lambda sent: sent.body,
    ),
    asked(
        "body",
        f"method: POST, url: '{API}/x', body: 'x {{{{ 1 }}}}', content_type: text/plain",
        b"x 1",
        lambda sent: sent.body,
    ),
    Row(
        place="http",
        key="body",
        text="vars: {X: 'a \"b\"'}\nsteps:\n"
        f"  - {{name: a, kind: http, method: POST, url: '{API}/x', body: '[\"{{{{ X }}}}\"]'}}\n",
        sees=lambda played: last(played).json == ['a "b"'],
    ),
    asked(
        "body_file",
        f"method: POST, url: '{API}/x', body_file: '{{{{ \"data\" }}}}.bin'",
        b"from a file",
        lambda sent: sent.body,
        files={"data.bin": "from a file"},
    ),
    asked(
        "content_type",
        f"method: POST, url: '{API}/x', body: a, content_type: text/csv",
        "text/csv",
        lambda sent: sent.headers["content-type"],
    ),
    asked(
        "accept",
        f"url: '{API}/x', accept: text/csv",
        "text/csv",
        lambda sent: sent.headers["accept"],
    ),
    one(
        "http",
        "output_file",
        f"url: '{API}/bytes', output_file: '{{{{ \"answer\" }}}}.png'",
        sees=lambda played: (played.folder / "answer.png").read_bytes() == b"\x00\xff",
    ),
    one("http", "expect_status", f"url: '{API}/missing', expect_status: [2xx, '{{{{ 404 }}}}']"),
    one("http", "expect_status", f"url: '{API}/missing', expect_status: 4xx"),
    one(
        "http",
        "expect_status",
        f"url: '{API}/x', expect_status: 204",
        ends="failed",
        reasons={"a": "HTTP 200"},
    ),
    one(
        "http",
        "follow_redirects",
        f"url: '{API}/old', follow_redirects: true, assert: json.key == 'new'",
    ),
    one("http", "follow_redirects", f"url: '{API}/old', follow_redirects: false", ends="failed"),
    *(
        Row(
            place=place,
            key=key,
            text=f"""
            steps:
              - name: a
                kind: http
                url: '{API}/items'
                pages: {{items: data.items, {pages}}}
                capture: {{ALL: json}}
              - {{name: b, kind: shell, run: "echo {{{{ ALL | join(' ') }}}}"}}
            """,
            sees=lambda played: played.printed()[-1:] == ["1 2 3 4 5"],
        )
        for place, key, pages in (
            ("http", "pages", "by: link"),
            ("pages", "by", "by: link"),
            ("pages", "items", "by: page, query: page"),
            ("pages", "next", "by: cursor, next: next, query: cursor"),
            ("pages", "query", "by: offset, query: offset"),
            ("pages", "max", "by: link, max: 3"),
        )
    ),
    one(
        "http",
        "pages",
        f"url: '{API}/items', pages: {{items: data.items, by: link, max: 2}}",
        ends="failed",
        reasons={"a": "there are more than 2 pages"},
    ),
    one(
        "http",
        "verify",
        "url: 'https://tls.example.com/x', verify: true",
        ends="failed",
        reasons={"a": "certificate"},
    ),
    one("http", "verify", "url: 'https://tls.example.com/x', verify: false"),
]

WORKFLOW = [
    one(
        "datadog-workflow",
        "workflow_id",
        "workflow_id: '{{ \"0f6c2a4e-5b1d-4c3e-9a7f-2d8e1b6c4a03\" }}', poll: {interval: 100ms}",
        ends="failed",
        reasons={"a": "the workflow ended as"},
    ),
    one(
        "datadog-workflow",
        "inputs",
        "workflow_id: 0f6c2a4e-5b1d-4c3e-9a7f-2d8e1b6c4a01, poll: {interval: 100ms}, "
        "inputs: {service: payments, version: '{{ 1 + 1 }}'}",
        sees=lambda p: p.world.instances[0].inputs == {"service": "payments", "version": 2},
    ),
]

QUESTIONS = [
    one(
        "confirm",
        "message",
        "message: 'Go {{ 1 + 1 }}?'",
        sees=lambda played: played.questions[0].message == "Go 2?",
    ),
    one("confirm", "message", "message: Go?", answers={"a": "no"}, ends="aborted"),
    one(
        "confirm",
        "expect",
        "message: Go?, expect: '{{ \"staging\" }}'",
        sees=lambda played: played.questions[0].expect == "staging",
    ),
    one(
        "manual",
        "message",
        "message: 'Do {{ 1 + 1 }}'",
        sees=lambda played: played.questions[0].message == "Do 2",
    ),
    one(
        "manual",
        "checklist",
        "checklist: [one, '{{ \"two\" }}']",
        sees=lambda played: played.questions[0].checklist == ("one", "two"),
    ),
    kind(
        "input",
        "vars",
        "  - {name: a, kind: input, vars: {X: {type: integer, default: '{{ 3 }}'}}}\n"
        "  - {name: b, kind: shell, run: 'echo {{ X + 1 }}'}\n",
        prints=("4",),
    ),
    kind(
        "input",
        "vars",
        "  - {name: a, kind: input, vars: {X: {}}}\n"
        "  - {name: b, kind: shell, run: 'echo {{ X }}'}\n",
        prints=(),
        ends="aborted",
    ),
    kind(
        "input",
        "vars",
        "  - {name: a, kind: input, foreach: [1, 2], vars: {X: {default: 'v{{ item }}'}}}\n"
        "  - {name: b, kind: shell, run: 'echo {{ X }}'}\n",
        prints=('["v1", "v2"]',),
    ),
    one(
        "input",
        "message",
        "message: 'Say {{ 1 }}', vars: {X: d}",
        sees=lambda played: played.questions[0].message == "Say 1",
    ),
]

REST = [
    one(
        "wait",
        "duration",
        "duration: '{{ 100 }}ms'",
        sees=lambda played: played.finished["a"].duration >= 0.1,
    ),
    one(
        "notify",
        "to",
        "message: m, to: ['json://api.example.com/{{ \"a b\" }}', 'json://api.example.com/2']",
        sees=lambda played: sorted(r.path.rstrip("/") for r in played.requests) == ["/2", "/a%20b"],
    ),
    one(
        "notify",
        "title",
        "to: 'json://api.example.com/x', title: 'T {{ 1 }}', message: m",
        sees=lambda played: last(played).json["title"] == "T 1",
    ),
    one(
        "notify",
        "message",
        "to: 'json://api.example.com/x', message: 'M {{ 1 }} **bold**'",
        sees=lambda played: last(played).json["message"] == "M 1 **bold**",
    ),
    *(
        one(
            "notify",
            "type",
            f"to: 'json://api.example.com/x', message: m{keys}",
            sees=lambda played, about=about: last(played).json["type"] == about,
        )
        for about, keys in (
            ("info", ""),
            *((each, f", type: {each}") for each in get_args(NotifyType)),
        )
    ),
]

STOP = [
    *(
        kind(
            "stop",
            key,
            f"  - {{name: a, kind: stop, status: {status}, message: 'no {{{{ 1 + 1 }}}}'}}\n"
            "  - {name: b, kind: shell, when: always, run: echo never}\n"
            "  - {name: c, kind: shell, when: cleanup, run: echo tidy}\n",
            ends=status,
            prints=("tidy",),
            steps={"a": "succeeded", "b": "skipped"},
            reasons={"b": "no 2"},
            sees=lambda played: played.reason == "no 2",
        )
        for key in ("status", "message")
        for status in ("succeeded", "failed", "aborted")
    ),
    kind("stop", "status", "  - {name: a, kind: stop}\n", reasons={"a": "stopped by `a`"}),
]

SIGNALS = [
    one(
        "shell",
        "success_codes",
        f"success_codes: [0, {code}], run: 'kill -{name} $$'",
        ends="failed",
        reasons={"a": f"killed by SIG{name}"},
        sees=lambda played, code=code, name=name: (
            (played.finished["a"].exit_code, played.finished["a"].signal) == (code, f"SIG{name}")
        ),
    )
    for name, code in (("KILL", 137), ("TERM", 143))
]

_SQL = "format: json, url: 'sqlite://'"

SQL = [
    one(
        "sql",
        "query",
        f"{_SQL}, query: 'select {{{{ \"it''s\" }}}} as a'",
        prints=("[", '{"a":"it\'s"}', "]"),
    ),
    one(
        "sql",
        "url",
        "url: 'sqlite:///x.db', query: 'create table t (a); select 1 as a',"
        " capture: {A: 'json[0].a'}, assert: A == 1",
    ),
    one(
        "sql",
        "url",
        "url: '{{ \"sqlite:///x.db\" }}', query: select 1 as a, assert: 'json == [{\"a\": 1}]'",
    ),
    one("sql", "url", "url: '{{ \"\" }}', optional: true, query: select 1", steps={"a": "skipped"}),
    one(
        "sql",
        "service",
        "service: nowhere, query: select 1",
        ends="failed",
        reasons={"a": "nowhere"},
    ),
    one(
        "sql",
        "engine",
        "engine: sqlite, url: 'sqlite://', query: select 1 as a, assert: 'json[0].a == 1'",
    ),
    one("sql", "format", f"{_SQL}, query: select null as a", prints=("[", '{"a":null}', "]")),
    one(
        "sql",
        "format",
        "url: 'sqlite://', query: select null as a",
        prints=("a", "----", "NULL", "(1 row)"),
    ),
    one(
        "sql",
        "max_rows",
        f"{_SQL}, max_rows: '{{{{ 1 }}}}', query: select 1 as a union select 2",
        prints=("[", '{"a":1}', "]"),
    ),
    one("sql", "autocommit", f"{_SQL}, autocommit: true, query: vacuum"),
    one(
        "sql",
        "autocommit",
        "url: '{{ \"sqlite://\" }}', query: vacuum",
        ends="failed",
        reasons={"a": "transaction"},
    ),
]

ROWS = [*SHELL, *PUP, *SQL, *HTTP, *WORKFLOW, *QUESTIONS, *REST, *STOP, *SIGNALS]
