from __future__ import annotations

import pytest

from pup_tui.datadog.configuration import ConfigurationError, DatadogConfiguration

KEYS = {"DD_API_KEY": "api-0123456789", "DD_APP_KEY": "app-0123456789"}


def test_defaults_to_the_main_site_without_credentials() -> None:
    configuration = DatadogConfiguration.from_environment({})
    assert configuration.base_url == "https://api.datadoghq.com"
    assert configuration.site == "datadoghq.com"
    assert not configuration.authenticated
    assert configuration.headers() == {}
    assert configuration.missing == (
        "set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN, "
        "or store them with `pup-tui auth login --keys`"
    )


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("datadoghq.eu", "api.datadoghq.eu"),
        ("app.datadoghq.com", "api.datadoghq.com"),
        ("www.datadoghq.eu", "api.datadoghq.eu"),
        ("api.us5.datadoghq.com", "api.us5.datadoghq.com"),
        (" US3.datadoghq.com ", "api.us3.datadoghq.com"),
        ("us2.ddog-gov.com", "api.us2.ddog-gov.com"),
    ],
)
def test_site_decides_the_host(given: str, host: str) -> None:
    assert DatadogConfiguration.from_environment({"DD_SITE": given}).base_url == f"https://{host}"


@pytest.mark.proves("P18")
@pytest.mark.parametrize("site", ["example.com", "datadoghq.com.example.com", "datadoghq.com@x"])
def test_keys_go_to_no_unknown_site(site: str) -> None:
    with pytest.raises(ConfigurationError, match="DD_SITE"):
        DatadogConfiguration.from_environment({"DD_SITE": site, **KEYS})


def test_keys_need_each_other() -> None:
    assert DatadogConfiguration.from_environment(KEYS).headers() == {
        "DD-API-KEY": "api-0123456789",
        "DD-APPLICATION-KEY": "app-0123456789",
    }
    half = DatadogConfiguration.from_environment({"DD_API_KEY": "api-0123456789"})
    assert not half.authenticated
    assert "DD_APP_KEY is not" in half.missing


def test_access_token_wins_over_keys() -> None:
    configuration = DatadogConfiguration.from_environment(
        {**KEYS, "DD_ACCESS_TOKEN": "token-0123456789"}
    )
    assert configuration.headers() == {"Authorization": "Bearer token-0123456789"}
    assert set(configuration.secrets()) == {*KEYS.values(), "token-0123456789"}


def test_repr_shows_no_key() -> None:
    shown = repr(
        DatadogConfiguration.from_environment({**KEYS, "DD_ACCESS_TOKEN": "token-0123456789"})
    )
    assert "0123456789" not in shown


def test_line_break_after_a_key_is_forgiven_but_not_within() -> None:
    assert DatadogConfiguration.from_environment({"DD_API_KEY": "abcdef\n"}).api_key == "abcdef"
    with pytest.raises(ConfigurationError, match="DD_API_KEY") as caught:
        DatadogConfiguration.from_environment({"DD_API_KEY": "abc\r\nX-Evil: 1"})
    assert "Evil" not in str(caught.value)


@pytest.mark.parametrize("host", ["https://API.datadoghq.com", "HTTPS://api.datadoghq.com:443/"])
def test_a_base_url_in_another_spelling_is_the_same_one(host: str) -> None:
    configuration = DatadogConfiguration.from_environment({"PUP_TUI_DATADOG_URL": host})
    assert configuration == DatadogConfiguration.from_environment({})


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://localhost:1", "http://[::1]:1", "https://dd.example.com/x"],
)
def test_another_base_url(url: str) -> None:
    configuration = DatadogConfiguration.from_environment({"PUP_TUI_DATADOG_URL": url})
    assert configuration.base_url == url.rstrip("/")


@pytest.mark.proves("P18")
@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "http://",
        "https://user:hunter22@dd.example.com",
        "https://dd.example.com/?api_key=hunter22",
        "http://dd.example.com",
        "http://127.0.0.1:99999",
    ],
)
def test_base_url_that_keys_must_not_go_to(url: str) -> None:
    with pytest.raises(ConfigurationError, match="PUP_TUI_DATADOG_URL") as caught:
        DatadogConfiguration.from_environment({"PUP_TUI_DATADOG_URL": url})
    assert "hunter22" not in str(caught.value)
