"""Where Datadog is and who is asking: read once from the environment."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_SITE = "datadoghq.com"

SITES = frozenset(
    {
        "datadoghq.com",
        "us3.datadoghq.com",
        "us5.datadoghq.com",
        "ap1.datadoghq.com",
        "ap2.datadoghq.com",
        "uk1.datadoghq.com",
        "datadoghq.eu",
        "ddog-gov.com",
        "us2.ddog-gov.com",
    }
)
"""The sites of Datadog. Keys go to no other host unless the operator names one by URL."""

MISSING_CREDENTIALS = "set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN"


class ConfigurationError(ValueError):
    """A variable of the environment that cannot be used. Names the variable, never its secret."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The Datadog account that requests go to, and the credentials that go with them.

    An access token wins over a pair of keys, as it does for `pup`.
    """

    base_url: str = f"https://api.{DEFAULT_SITE}"
    site: str = DEFAULT_SITE
    api_key: str = field(default="", repr=False)
    app_key: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Configuration:
        """Read the DD_ variables; an empty one counts as unset.

        Raises ConfigurationError for an unknown site, a base URL that keys must not be sent to,
        or a key that cannot stand in a header.
        """
        site = _site(environ.get("DD_SITE", ""))
        base_url = _base_url(environ.get("PUP_TUI_DATADOG_URL", "")) or f"https://api.{site}"
        return cls(
            base_url=base_url,
            site=site,
            api_key=_key(environ, "DD_API_KEY"),
            app_key=_key(environ, "DD_APP_KEY"),
            access_token=_key(environ, "DD_ACCESS_TOKEN"),
        )

    @property
    def authenticated(self) -> bool:
        """Whether there are credentials to send; nothing says yet that Datadog accepts them."""
        return bool(self.access_token or (self.api_key and self.app_key))

    @property
    def missing(self) -> str:
        """What to do about missing credentials; empty where there are some."""
        if self.authenticated:
            return ""
        if self.api_key:
            return "DD_API_KEY is set, DD_APP_KEY is not: set both, or DD_ACCESS_TOKEN"
        if self.app_key:
            return "DD_APP_KEY is set, DD_API_KEY is not: set both, or DD_ACCESS_TOKEN"
        return MISSING_CREDENTIALS

    def headers(self) -> dict[str, str]:
        """The headers that carry the credentials; empty where there are none."""
        if self.access_token:
            return {"Authorization": f"Bearer {self.access_token}"}
        if self.authenticated:
            return {"DD-API-KEY": self.api_key, "DD-APPLICATION-KEY": self.app_key}
        return {}

    def secrets(self) -> list[str]:
        """What must never be seen, for whoever masks output."""
        return [key for key in (self.api_key, self.app_key, self.access_token) if key]


def _site(text: str) -> str:
    site = text.strip().lower() or DEFAULT_SITE
    for part in ("www.", "api.", "app."):
        site = site.removeprefix(part)
    if site not in SITES:
        raise ConfigurationError(
            f"DD_SITE is {text.strip()!r}, which is no Datadog site: "
            f"use one of {', '.join(sorted(SITES))}"
        )
    return site


def _base_url(text: str) -> str:
    url = text.strip().rstrip("/")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(
            "PUP_TUI_DATADOG_URL is no URL: use for example http://127.0.0.1:8080"
        ) from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigurationError(
            "PUP_TUI_DATADOG_URL must be an http or https URL, for example http://127.0.0.1:8080"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError(
            "PUP_TUI_DATADOG_URL must not hold a user name, a password, a query or a fragment: "
            "put keys into DD_API_KEY and DD_APP_KEY"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"PUP_TUI_DATADOG_URL would send keys to {host} in clear text: use https "
            "(plain http is for 127.0.0.1 and localhost)"
        )
    return url


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _key(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(
            f"{name} holds characters that no key has: look for a line break or a stray quote"
        )
    return value
