"""URLs: encoding, and who may get credentials."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError
from pup_tui.template.text import compile_text
from pup_tui.template.url import Url, check_url_text, is_datadog_path, parse_url, render_url


def _render(source: str, **scope: object) -> str:
    return render_url(compile_text(source), scope)


@pytest.mark.parametrize(
    ("source", "value", "url"),
    [
        ("/api/v1/monitor/{{ X }}", "a/b?c", "/api/v1/monitor/a%2Fb%3Fc"),
        ("https://h.example.com/{{ X }}?q={{ X }}", "a&b=c#d?e", None),
        ("{{ X }}/v1/x", "https://h.example.com:8443/base", "https://h.example.com:8443/base/v1/x"),
        ("{{ X }}", "https://h.example.com/?a=b c", "https://h.example.com/?a=b c"),
        ("https://{{ X }}/x", "h.example.com", "https://h.example.com/x"),
        ("https://{{ X }}/x", "good@evil", "https://good%40evil/x"),
        ("/x?f={{ X | urlencode }}", "a b", "/x?f=a%20b"),
        ("/x?{{ X | raw }}", "a=b&c=d", "/x?a=b&c=d"),
        ("/x/{{ X }}", "ü -._~", "/x/%C3%BC%20-._~"),
        ("/x/{{ X }}", True, "/x/true"),
        ("/x/{{ X }}y", "..", "/x/..y"),
        ("/x?p={{ X }}", "..", "/x?p=.."),
    ],
)
def test_values_are_encoded(source: str, value: object, url: str | None) -> None:
    if url is None:
        url = "https://h.example.com/a%26b%3Dc%23d%3Fe?q=a%26b%3Dc%23d%3Fe"
    assert _render(source, X=value) == url


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("/api/{{ X }}", ".."),
        ("/api/{{ X }}/keys", ".."),
        ("/api/{{ X }}/keys", "."),
        ("/api/{{ X }}{{ X }}/keys", "."),
        ("/api/.{{ X }}/keys", "."),
        ("/api/{{ X }}?q=1", ".."),
        ("{{ X }}/api", "https://h/\r\nX: y"),
        ("/x/{{ X }}", "\ud800"),
    ],
)
def test_values_that_would_change_the_url_are_refused(source: str, value: str) -> None:
    with pytest.raises(TemplateError) as caught:
        _render(source, X=value)
    assert caught.value.expression == "X"


def test_credentials_are_decided_by_the_text_alone() -> None:
    assert is_datadog_path("/api/v1/monitor")
    assert not is_datadog_path("{{ X }}")
    assert not is_datadog_path("https://example.com")
    for value in ("/api/v1/monitor", "//evil.example.com/x", "api/v1"):
        with pytest.raises(TemplateError) as caught:
            parse_url("{{ X }}", _render("{{ X }}", X=value))
        assert caught.value.hint


def test_only_the_first_value_of_the_text_is_a_beginning() -> None:
    rendered = _render("{{ A }}{{ B }}", A="", B="https://evil.example.com")
    with pytest.raises(TemplateError):
        parse_url("{{ A }}{{ B }}", rendered)


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("/api/v1/x?y=1", Url("/api/v1/x?y=1", "", True)),
        ("https://h.example.com/x", Url("https://h.example.com/x", "h.example.com", False)),
        ("HTTP://h:80", Url("HTTP://h:80", "h", False)),
        ("https://u:p@h.example.com/", Url("https://u:p@h.example.com/", "h.example.com", False)),
        ("http://[::1]:8080/x", Url("http://[::1]:8080/x", "::1", False)),
        ("https://münchen.example.com/", None),
    ],
)
def test_good_urls(source: str, url: Url | None) -> None:
    parsed = parse_url(source, source)
    assert parsed == (url or Url(source, "münchen.example.com", False))
    check_url_text(source, compile_text(source))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x",
        "ftp://h/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//evil.example.com/x",
        "/\\evil.example.com",
        "http:/x",
        "http:///x",
        "http://",
        "http://a b/",
        "http://h:99999/",
        "http://h:0/",
        "http://h:x/",
        "http://good.example.com\\@evil.example.com/",
        "http://h%2eexample.com/",
        "http://h/\nX: y",
        "http://h\t/",
        "/x\r\ny",
        "http://[::1/",
    ],
)
def test_bad_urls(source: str) -> None:
    with pytest.raises(TemplateError):
        parse_url(source, source)
    with pytest.raises(TemplateError):
        check_url_text(source, compile_text(source))


@pytest.mark.parametrize(
    "source",
    ["{{ X }}", "https://{{ X }}/y", "http{{ X }}", "/{{ X }}", "{% if X %}/a{% endif %}"],
)
def test_what_is_open_at_load_is_judged_later(source: str) -> None:
    check_url_text(source, compile_text(source))


@pytest.mark.parametrize(
    "source", ["ftp://{{ X }}", "//{{ X }}", "x{{ X }}", "https://h/\n{{ X }}"]
)
def test_what_is_literal_is_judged_at_load(source: str) -> None:
    with pytest.raises(TemplateError):
        check_url_text(source, compile_text(source))


@given(st.text().filter(lambda value: value not in (".", "..")))
def test_a_value_stays_within_its_segment(value: str) -> None:
    url = _render("https://h.example.com/a/{{ X }}/b?q={{ X }}&r=1", X=value)
    parts = urlsplit(url)
    assert [unquote(segment) for segment in parts.path.split("/")] == ["", "a", value, "b"]
    query = dict(pair.split("=") for pair in parts.query.split("&"))
    assert {name: unquote(text) for name, text in query.items()} == {"q": value, "r": "1"}
    assert parts.fragment == ""
    assert parts.netloc == "h.example.com"
