"""From an author's texts and values to requests."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.core.requests import PupRequest, Rendered, render_request
from pup_tui.spelling import dumps
from pup_tui.template.errors import TemplateError
from tests.support.player import Player
from tests.support.runbooks import program_of, runbook_of


def render(step: str, **values: Any) -> Rendered:
    names = "".join(f"  {name}: {{required: false}}\n" for name in values)
    runbook = runbook_of(f"name: t\nvars:\n{names or '  NONE: x'}\nsteps: [{{name: a, {step}}}]\n")
    return render_request(runbook.steps[0], values)


def request(step: str, **values: Any) -> Any:
    return render(step, **values).request


def test_words_of_pup_stay_words() -> None:
    words = """pup logs search --query="service:{{ S }} status:error\""""
    made = render(f"kind: pup, run: '{words}'", S="a b")
    assert made.request == PupRequest(words=("logs", "search", "--query=service:a b status:error"))
    assert made.shown == "pup logs search '--query=service:a b status:error'"


def test_a_captured_object_stands_for_its_id() -> None:
    text = '{"data": {"id": "abc-1"}}'
    assert request("kind: pup, run: 'downtime cancel {{ D }}'", D=text).words[-1] == "abc-1"


@pytest.mark.proves("P18", "P21")
@pytest.mark.parametrize("value", ["https://evil.example.com/", "/api/v1/x"])
def test_a_value_never_decides_who_gets_credentials(value: str) -> None:
    if value.startswith("/"):
        with pytest.raises(TemplateError):
            request("kind: http, url: '{{ U }}'", U=value)
    else:
        assert request("kind: http, url: '{{ U }}'", U=value).to_datadog is False


def test_a_path_goes_to_datadog() -> None:
    made = request("kind: http, url: '/api/v1/monitor/{{ ID }}'", ID="a/b?c")
    assert (made.to_datadog, made.url) == (True, "/api/v1/monitor/a%2Fb%3Fc")


def test_parameters_are_told_where_they_are_sent() -> None:
    made = render(
        "kind: http, url: 'https://example.com/?{{ F }}#a?{{ F }}', query: {q: a b}", F="x"
    )
    assert made.shown == "GET https://example.com/?x&q=a%20b#a?x"
    made = render("kind: http, url: 'https://example.com/#a?b', query: {q: a}")
    assert made.shown == "GET https://example.com/?q=a#a?b"


def test_a_file_that_is_written_is_told_behind_the_whole_url() -> None:
    made = render(
        "kind: http, url: 'https://example.com/', query: {q: a}, output_file: '{{ F }}.csv'",
        F="x y",
    )
    assert made.shown == "GET https://example.com/?q=a into x y.csv"


def test_query_headers_and_json() -> None:
    made = render(
        "kind: http, method: post, url: 'https://example.com/', query: {q: '{{ Q }}', n: [1, 2]},"
        " headers: {X-A: '{{ Q }}'}, json: {text: 'say {{ Q }}', number: '{{ N }}'}",
        Q='a&b"',
        N=3,
    )
    sent: Any = made.request
    assert sent.method == "POST"
    assert sent.query == (("q", 'a&b"'), ("n", "1"), ("n", "2"))
    assert sent.headers == {"X-A": 'a&b"', "Content-Type": "application/json"}
    assert sent.body == '{"text":"say a&b\\"","number":3}'
    assert made.shown == "POST https://example.com/?q=a%26b%22&n=1&n=2"


def test_a_header_with_a_line_end_is_refused() -> None:
    with pytest.raises(TemplateError):
        request("kind: http, url: 'https://example.com/', headers: {A: '{{ X }}'}", X="a\r\nB: c")


def test_a_body_is_escaped_as_its_content_type_says() -> None:
    assert request(
        "kind: http, url: 'https://e.com', body: '{\"a\": \"{{ X }}\"}'", X='"'
    ).body == ('{"a": "\\""}')
    plain = "kind: http, url: 'https://e.com', content_type: text/plain, body: 'say {{ X }}'"
    assert request(plain, X='"').body == 'say "'


def test_a_form_is_encoded() -> None:
    made = request(
        "kind: http, method: POST, url: 'https://e.com', form: {a: '{{ X }}'}", X="b&c=d"
    )
    assert made.body == "a=b%26c%3Dd"
    assert made.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_expected_statuses() -> None:
    assert request("kind: http, url: 'https://e.com'").expect_status == ("2xx",)
    assert request("kind: http, url: 'https://e.com', expect_status: 404").expect_status == ("404",)
    both = request("kind: http, url: 'https://e.com', expect_status: [2xx, 404]")
    assert both.expect_status == ("2xx", "404")


@pytest.mark.parametrize(
    ("method", "looks"),
    [("GET", True), ("POST", True), ("PUT", False), ("PATCH", False), ("delete", False)],
)
def test_nobody_vouches_for_a_method_that_changes_what_it_is_sent_to(
    method: str, looks: bool
) -> None:
    step = "kind: http, url: 'https://e.com', method: '{{ M }}', read_only: true"
    assert request(step, M=method).read_only is looks


def test_workflow_inputs_keep_their_types() -> None:
    made = request(
        "kind: datadog-workflow, workflow_id: ' {{ W }} ', inputs: {n: '{{ N }}', s: 'v{{ N }}'}",
        W="w-1",
        N=3,
    )
    assert (made.workflow_id, made.inputs, made.interval) == ("w-1", {"n": 3, "s": "v3"}, 5.0)


def test_a_password_in_a_url_is_not_shown() -> None:
    made = render("kind: http, url: 'http://user:hunter2hunter2@127.0.0.1:9/a@b'")
    assert made.shown == "GET http://user:***@127.0.0.1:9/a@b"


def test_numbers_are_sent_as_they_were_typed() -> None:
    sent = request(
        "kind: http, url: 'https://example.com/', method: post,"
        " query: {v: 1.10, w: [3.10, +5], x: 0x1F, y: '{{ N }}'}, json: {v: 1.10, w: +5, x: [1e3]}",
        N=1.5,
    )
    assert sent.query == (("v", "1.10"), ("w", "3.10"), ("w", "+5"), ("x", "0x1F"), ("y", "1.5"))
    assert sent.body == '{"v":1.10,"w":"+5","x":[1e3]}'
    inputs = request("kind: datadog-workflow, workflow_id: w, inputs: {v: 1.10, w: [2.50]}").inputs
    assert dumps(inputs) == '{"v": 1.10, "w": [2.50]}'


def test_so_are_numbers_of_more_than_64_bits() -> None:
    number = "18446744073709551617"
    sent = request(
        f"kind: http, url: 'https://example.com/', method: post, query: {{v: {number}}},"
        f" json: {{v: {number}, w: [-{number}], x: +{number}}}"
    )
    assert sent.query == (("v", number),)
    assert sent.body == f'{{"v":{number},"w":[-{number}],"x":"+{number}"}}'
    step = f"kind: datadog-workflow, workflow_id: w, inputs: {{v: {number}}}"
    assert render(step).shown == f'run workflow w with {{"v":{number}}}'


@pytest.mark.parametrize(
    ("keys", "value", "told"),
    [
        ("method: '{{ X }}'", "b ad", "'B AD' is not an HTTP method, which has letters alone"),
        ("method: '{{ X }}'", "", "'' is not an HTTP method"),
        ("expect_status: '{{ X }}'", "ok", "'ok' is not a status code such as 204 or 2xx"),
        ("url: '{{ X }}'", "ftp://a", "does not begin with http:// or https://: 'ftp://a'"),
        ("url: '{{ X }}/a'", "http://u:pw@", "has no valid host: 'http://u:***@/a'"),
    ],
)
def test_a_value_that_makes_no_request_is_named_with_what_is_allowed(
    keys: str, value: str, told: str
) -> None:
    url = "" if "url" in keys else "url: https://example.com, "
    program = program_of(f"vars: {{X: x}}\nsteps: [{{name: a, kind: http, {url}{keys}}}]")
    player = Player(program).create(X=value).play()
    reason = player.machine.state.steps["a"].reason
    assert told in reason
    assert "(in {{ X }}" in reason
    assert not player.started


@pytest.mark.parametrize("limit", ["retry: {attempts: '{{ X }}'}", "output_limit: '{{ X }}'"])
def test_a_value_that_is_no_amount_stands_in_quotes(limit: str) -> None:
    program = program_of(f"vars: {{X: x}}\nsteps: [{{name: a, kind: shell, run: x, {limit}}}]")
    player = Player(program).create(X="b ad").play()
    assert player.machine.state.steps["a"].reason.startswith("'b ad' is no")
