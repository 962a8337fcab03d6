"""Digests: another one where anything else would be sent, and the same whatever stands for a secret."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.requests import HttpRequest, PupRequest, ShellRequest, SqlRequest, StepRequest
from pup_tui.rehearsal.digest import digest_of
from pup_tui.template.sql.script import Statement
from tests.support.rehearsed import rehearsed

CALL = HttpRequest(method="GET", url="https://example.com/a", to_datadog=False)


def sql_of(query: str, **fields: Any) -> SqlRequest:
    statement = Statement(query)
    return SqlRequest(
        engine="sqlite", url="sqlite://", service=None, statements=(statement,), **fields
    )


def test_a_request_has_one_digest() -> None:
    assert digest_of(CALL, {}) == digest_of(CALL, {})
    assert len(digest_of(CALL, {})) == 16


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ShellRequest(script="a"), ShellRequest(script="b")),
        (ShellRequest(script="a"), ShellRequest(script="a", stdin="x")),
        (ShellRequest(script="a"), ShellRequest(script="a", shell="bash")),
        (ShellRequest(script="a", values={"V": "1"}), ShellRequest(script="a", values={"V": "2"})),
        (ShellRequest(script="a", env={"V": "1"}), ShellRequest(script="a", env={"V": None})),
        (ShellRequest(script="a"), ShellRequest(script="a", cwd="/tmp")),
        (CALL, HttpRequest(method="PUT", url=CALL.url, to_datadog=False)),
        (CALL, HttpRequest(method="GET", url=CALL.url, to_datadog=False, headers={"A": "b"})),
        (CALL, HttpRequest(method="GET", url=CALL.url, to_datadog=False, body="x")),
        (CALL, HttpRequest(method="GET", url=CALL.url, to_datadog=False, verify=False)),
        (PupRequest(words=("a", "b c")), PupRequest(words=("a", "b", "c"))),
        (ShellRequest(script="a"), ShellRequest(script="a", stdin="")),
        (ShellRequest(script="a"), ShellRequest(script="a", strict=True)),
        (sql_of("select 1"), sql_of("select 2")),
        (sql_of("select 1"), sql_of("select 1", max_rows=2)),
    ],
)
def test_whatever_else_would_be_sent_is_another_digest(
    one: StepRequest, other: StepRequest
) -> None:
    assert digest_of(one, {}) != digest_of(other, {})


def call_with(token: str, header: str = "Bearer {}") -> HttpRequest:
    return HttpRequest(
        method="GET",
        url=CALL.url,
        to_datadog=False,
        headers={"Authorization": header.format(token)},
    )


@pytest.mark.parametrize("encoded", [str, lambda token: base64.b64encode(token.encode()).decode()])
def test_secrets_count_by_their_names(encoded: object) -> None:
    assert callable(encoded)
    one, other = (
        digest_of(call_with(encoded(token)), {"TOKEN": token})
        for token in ('first "secret"', "other-secret-value")
    )
    assert one == other
    assert one != digest_of(call_with(encoded("a-third-secret")), {"OTHER": "a-third-secret"})
    assert one != digest_of(call_with(encoded("a-third-secret")), {})


@pytest.mark.parametrize("secret", ["made-up-secret", "another-made-up-one"])
def test_a_digest_stands_for_a_request_whatever_the_case_makes_up(
    tmp_path: Path, secret: str
) -> None:
    runbook = """\
        vars: {TOKEN: {type: secret}}
        steps:
          - name: Call
            id: call
            kind: http
            url: "https://example.com/{{ run.id }}?at={{ run.started_at }}"
            headers: {Authorization: "Bearer {{ TOKEN }}"}
        """
    answer = f"{{step: call, digest: {DIGEST}}}"
    cases = f"cases: [{{name: a, vars: {{TOKEN: {secret}}}, answers: [{answer}]}}]"
    assert rehearsed(tmp_path, runbook, cases).told == []
    other = runbook.replace("Bearer", "Basic")
    (told,) = rehearsed(tmp_path, other, cases).told
    assert "would send something else" in told
    assert "its digest is" in told


DIGEST = "f31509be96b30bba"
"""It stands in files of users: another one would make them record all of them anew."""
