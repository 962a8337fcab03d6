"""Where credentials are found, and in which order they count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pup_tui.cli.credentials import account_of
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.local_time import local_time
from pup_tui.settings.credentials import CredentialPlace, places, with_credentials
from pup_tui.settings.settings import read_settings

NOW = 1_800_000_000.0
KEYS = {"DD_API_KEY": "env-api-0123", "DD_APP_KEY": "env-app-0123"}
Passwords = Mapping[tuple[str, str], str]


def token(text: str, left: float = 3600) -> dict[str, Any]:
    return {
        "access_token": text,
        "refresh_token": "r",
        "expires_in": 3600,
        "issued_at": NOW + left - 3600,
    }


def passwords(of: Passwords) -> Callable[[str, str], str | None]:
    return lambda service, user: of.get((service, user))


class Pup:
    """The folder of `pup`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def says(self, text: str) -> None:
        (self.folder / "config.yaml").write_text(text)

    def logged_in(self, *sessions: tuple[str, str | None]) -> None:
        entries = [{"site": site, "org": org, "org_uuid": "u"} for site, org in sessions]
        (self.folder / "sessions.json").write_text(json.dumps(entries))

    def keeps(self, site: str, tokens: Any) -> None:
        (self.folder / f"tokens_{site.replace('.', '_')}.json").write_text(json.dumps(tokens))


@pytest.fixture
def pup(tmp_path: Path) -> Pup:
    return Pup(tmp_path / "pup")


Find = Callable[..., tuple[DatadogConfiguration, list[CredentialPlace]]]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """The account as it is used, and all places; the keyring holds what is given."""

    def found(
        kept: Passwords | None = None, **environ: str
    ) -> tuple[DatadogConfiguration, list[CredentialPlace]]:
        around = {
            "HOME": str(tmp_path),
            "PUP_CONFIG_DIR": str(tmp_path / "pup"),
            "PUP_TUI_CONFIG_DIR": str(tmp_path / "config"),
            **environ,
        }
        settings = read_settings(environ=around)
        account = account_of(settings, settings.environ)
        look = partial(places, settings, account, passwords(kept or {}), NOW)
        return with_credentials(account, look())[0], list(look())

    return found


STORED = {
    ("pup-tui/datadoghq.com", "api_key"): "kept-api-0123",
    ("pup-tui/datadoghq.com", "app_key"): "kept-app-0123\n",
}


def test_the_first_place_that_has_a_pair_or_a_token_counts(find: Find, pup: Pup) -> None:
    pup.says("api_key: pup-api-0123\napp_key: pup-app-0123\n")
    pup.logged_in(("datadoghq.com", None))
    pup.keeps("datadoghq.com", {"__default__": token("session-0123")})
    every, all_places = find(STORED, **KEYS)
    assert (every.source, every.secrets()) == ("", list(KEYS.values()))
    assert [place.source for place in all_places] == [
        *("environment", "keyring", "pup's config.yaml", "pup's session"),
    ]
    stored, _ = find(STORED)
    assert (stored.source, stored.api_key, stored.app_key) == (
        *("keyring", "kept-api-0123", "kept-app-0123"),
    )
    of_pup, _ = find()
    assert (of_pup.source, of_pup.api_key) == ("pup's config.yaml", "pup-api-0123")
    (pup.folder / "config.yaml").unlink()
    session, _ = find()
    assert (session.source, session.access_token) == ("pup's session", "session-0123")


def test_half_a_pair_counts_nowhere_and_is_never_completed_from_elsewhere(
    find: Find, pup: Pup
) -> None:
    pup.says("app_key: pup-app-0123\n")
    half = {key: text for key, text in STORED.items() if key[1] == "api_key"}
    account, found = find(half, DD_API_KEY="env-api-0123")
    assert not account.authenticated
    assert "DD_API_KEY is set, DD_APP_KEY is not" in account.missing
    assert (
        "keyring: it has no application key; pup's config.yaml: it has no API key"
        in account.missing
    )
    assert [place.counts for place in found] == [False, False, False]


def test_a_whole_pair_of_elsewhere_comes_in_the_place_of_half_a_pair(find: Find) -> None:
    account, _ = find(STORED, DD_API_KEY="env-api-0123")
    assert account.variables() == {"DD_API_KEY": "kept-api-0123", "DD_APP_KEY": "kept-app-0123"}


def test_an_expired_token_is_said_with_its_moment_and_the_way_out(find: Find, pup: Pup) -> None:
    pup.logged_in(("datadoghq.com", None))
    pup.keeps("datadoghq.com", {"__default__": token("session-0123", left=-60)})
    account, found = find()
    assert found[-1].problem == (
        f"its token expired at {local_time(NOW - 60)}: `pup auth refresh` renews it"
    )
    assert found[-1].expires_at == NOW - 60
    assert not account.authenticated
    assert "expired at 2027-01-1" in account.missing


def test_a_token_counts_as_expired_when_pup_says_so(find: Find, pup: Pup) -> None:
    pup.keeps("datadoghq.com", {"__default__": token("session-0123", left=299)})
    assert not find()[0].authenticated
    pup.keeps("datadoghq.com", {"__default__": token("session-0123", left=301)})
    assert find()[0].authenticated


def test_the_site_is_that_of_pups_session_unless_something_says_it(find: Find, pup: Pup) -> None:
    pup.logged_in(("datadoghq.eu", None), ("us5.datadoghq.com", "stage"))
    pup.keeps("datadoghq.eu", {"__default__": token("of-eu-0123")})
    pup.keeps("us5.datadoghq.com", {"stage": token("of-stage-0123")})
    account, _ = find()
    assert (account.site, account.access_token) == ("datadoghq.eu", "of-eu-0123")
    stage, found = find(DD_ORG="stage")
    assert (stage.site, stage.access_token) == ("us5.datadoghq.com", "of-stage-0123")
    assert [(each.source, each.note) for each in found[-2:]] == [
        ("pup's session of stage", ""),
        ("pup's session", "for datadoghq.eu; leaving DD_ORG out chooses it"),
    ]
    other, _ = find(DD_SITE="datadoghq.com")
    assert (other.site, other.authenticated) == ("datadoghq.com", False)
    pup.says("org: stage\n")
    assert find()[0].access_token == "of-stage-0123"


def test_the_site_that_only_pup_says_is_not_in_the_environment_of_processes(
    pup: Pup, tmp_path: Path
) -> None:
    pup.logged_in(("datadoghq.eu", None))
    settings = read_settings(environ={"HOME": str(tmp_path), "PUP_CONFIG_DIR": str(pup.folder)})
    assert "DD_SITE" not in settings.environ
    assert ("datadog.site", "datadoghq.eu", "pup's session") in [
        (each.name, each.value, each.source) for each in settings.told
    ]


@pytest.mark.parametrize("site", ["evil.example.com", "datadoghq.com.evil.example", "x/y", "[", ""])
def test_no_file_of_pup_leads_anywhere_but_to_datadog(find: Find, pup: Pup, site: str) -> None:
    pup.says(f"site: {json.dumps(site)}\napi_key: pup-api-0123\napp_key: pup-app-0123\n")
    account, _ = find()
    assert account.base_url == "https://api.datadoghq.com"
    assert account.authenticated is (site == "")


@pytest.mark.parametrize(
    ("environ", "counts"),
    [
        ({}, True),
        ({"DD_SITE": "datadoghq.eu"}, True),
        ({"DD_SITE": "datadoghq.com"}, False),
        ({"PUP_TUI_DATADOG_URL": "https://proxy.example.com"}, False),
    ],
)
def test_keys_of_pup_are_for_its_site_only(
    find: Find, pup: Pup, environ: dict[str, str], counts: bool
) -> None:
    pup.says("site: app.datadoghq.eu\napi_key: pup-api-0123\napp_key: pup-app-0123\n")
    account, _ = find(**environ)
    assert account.authenticated is counts


def test_what_is_stored_goes_to_no_other_base_url(find: Find, pup: Pup) -> None:
    pup.keeps("datadoghq.com", {"__default__": token("session-0123")})
    account, _ = find(STORED, PUP_TUI_DATADOG_URL="https://proxy.example.com")
    assert not account.authenticated


def test_tokens_of_pup_are_read_from_the_keyring_where_it_keeps_them(find: Find, pup: Pup) -> None:
    state = json.dumps({"tokens": {"__default__": token("of-keyring-0123")}, "client": None})
    kept = {("pup", "state_datadoghq_com"): state}
    pup.keeps("datadoghq.com", {"__default__": token("of-file-0123")})
    assert find(kept)[0].access_token == "of-keyring-0123"
    assert find(kept, DD_TOKEN_STORAGE="file")[0].access_token == "of-file-0123"
    pup.says("token_storage: file\n")
    assert find(kept)[0].access_token == "of-file-0123"


def test_an_old_pup_kept_one_token_for_all(find: Find, pup: Pup) -> None:
    pup.keeps("datadoghq.com", token("of-old-0123"))
    assert find()[0].access_token == "of-old-0123"
    assert not find(DD_ORG="stage")[0].authenticated


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "api_key: [1]",
        "- a",
        "a: &a [*a]",
        "\x00",
        "api_key: {x: y}",
        "!!python/name:os.x a",
    ],
)
def test_settings_of_pup_that_pup_ignores_count_for_nothing(
    find: Find, pup: Pup, text: str
) -> None:
    pup.says(text)
    account, _ = find(STORED)
    assert account.source == "keyring"


@pytest.mark.parametrize(
    "tokens",
    [
        *(None, [], {"__default__": None}, {"__default__": {"access_token": 1}}, "text"),
        {"__default__": {"access_token": "a b", "expires_in": 9_999_999_999, "issued_at": 0}},
    ],
)
def test_tokens_that_are_none_count_for_nothing(find: Find, pup: Pup, tokens: Any) -> None:
    pup.keeps("datadoghq.com", tokens)
    assert not find()[0].authenticated


def test_a_token_that_hardly_ends_has_a_moment_too(find: Find, pup: Pup) -> None:
    pup.keeps("datadoghq.com", {"__default__": {**token("t-0123"), "expires_in": 10**15}})
    account, found = find()
    assert account.authenticated
    assert found[-1].expires_at is not None


def test_a_keyring_that_cannot_be_asked_is_told_and_the_next_place_counts(
    find: Find, pup: Pup
) -> None:
    class Locked(dict[tuple[str, str], str]):
        def get(self, *_: object) -> str:
            raise ValueError("the keyring cannot be read (it is locked)")

    account, _ = find(Locked({("a", "b"): "c"}))
    assert "keyring: the keyring cannot be read (it is locked)" in account.missing
    pup.keeps("datadoghq.com", {"__default__": token("of-file-0123")})
    assert find(Locked({("a", "b"): "c"}))[0].access_token == "of-file-0123"
