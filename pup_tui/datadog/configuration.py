"""Where Datadog is, who is asking, and which way calls go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from pup_tui.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SITE_VARIABLE = "DD_SITE"
CREDENTIAL_VARIABLES = ("DD_API_KEY", "DD_APP_KEY", "DD_ACCESS_TOKEN")
"""The variables with credentials."""
URL_VARIABLE = "PUP_TUI_DATADOG_URL"
READ_ONLY_VARIABLE = "DD_READ_ONLY"
"""What tells `pup` that nothing may be changed; `true` in every process of the read-only mode."""
READ_ONLY_VARIABLES = (READ_ONLY_VARIABLE, "DD_CLI_READ_ONLY", "PUP_READ_ONLY")
"""The variables by which `pup` is told to change nothing."""
_NO = frozenset({"", "false", "0", "no", "off", "n", "f"})
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
PROXY_VARIABLES = tuple(
    name
    for scheme in ("http", "https", "all", "no")
    for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper())
)
"""With the certificates' variables, those that httpx itself goes by."""

USUAL_PORTS = {"http": 80, "https": 443}
"""The port that a URL of each scheme means where it names none."""

PupChoice = Literal["auto", "installed", "builtin"]
"""Who runs `pup` subcommands. `auto`: the installed `pup` where there is one and it knows the spelling."""

KEYRING = "keyring"
"""The `source` of credentials that this program has stored."""

DEFAULT_SITE = "datadoghq.com"

SITES = frozenset({
    "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com",
    "ap2.datadoghq.com", "uk1.datadoghq.com", "datadoghq.eu", "ddog-gov.com", "us2.ddog-gov.com",
})  # fmt: skip
"""The sites of Datadog. Keys go to no other host unless the operator names one by URL."""

MISSING_CREDENTIALS = "set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN"


class ConfigurationError(ValueError):
    """A setting that cannot be used: the text says why, and holds no secret."""


def pup_choice(text: str) -> PupChoice:
    """The choice that a text names. Raises ConfigurationError."""
    if text not in get_args(PupChoice):
        raise ConfigurationError(
            f"`pup` cannot be chosen as {quoted(text)}: use one of {', '.join(get_args(PupChoice))}"
        )
    return cast("PupChoice", text)


class DatadogConfiguration(Struct, frozen=True):
    """The Datadog account that requests go to, and the credentials that go with them.

    An access token wins over a pair of keys, as it does for `pup`. `network` names the variables for proxies
    and certificates that are set. `source` says where the credentials were found, where that is not the
    environment, and `trouble` why those of elsewhere do not count. `stored_elsewhere` tells that `pup` itself
    has credentials for another Datadog, and would send them to this one.
    """

    base_url: str = f"https://api.{DEFAULT_SITE}"
    site: str = DEFAULT_SITE
    api_key: str = ""
    app_key: str = ""
    access_token: str = ""
    network: frozenset[str] = frozenset()
    source: str = ""
    trouble: str = ""
    stored_elsewhere: bool = False

    def __repr__(self) -> str:
        """Without the credentials."""
        return f"DatadogConfiguration({self.base_url!r}, {self.site!r})"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> DatadogConfiguration:
        """Read the DD_ variables; an empty one counts as unset.

        Raises ConfigurationError, which names the variable, for an unknown site, a base URL that keys must
        not be sent to, or a key that cannot stand in a header.
        """
        site = checked(SITE_VARIABLE, site_of, environ.get(SITE_VARIABLE, ""))
        base_url = checked(URL_VARIABLE, base_url_of, environ.get(URL_VARIABLE, ""))
        return cls(
            base_url=base_url or f"https://api.{site}",
            site=site,
            api_key=_key(environ, "DD_API_KEY"),
            app_key=_key(environ, "DD_APP_KEY"),
            access_token=_key(environ, "DD_ACCESS_TOKEN"),
            network=frozenset(
                name for name in (*CERTIFICATE_VARIABLES, *PROXY_VARIABLES) if environ.get(name)
            ),
        )

    @property
    def place(self) -> str:
        """Where requests really go: the site, or the host that another base URL names."""
        if self.is_of_site:
            return self.site
        return urlsplit(self.base_url).netloc

    @property
    def authenticated(self) -> bool:
        """Whether there are credentials to send; nothing says yet that Datadog accepts them."""
        return bool(self.access_token or (self.api_key and self.app_key))

    @property
    def missing(self) -> str:
        """What to do about missing credentials; empty where there are some."""
        if self.authenticated:
            return ""
        told = MISSING_CREDENTIALS
        if self.api_key:
            told = "DD_API_KEY is set, DD_APP_KEY is not: set both, or DD_ACCESS_TOKEN"
        if self.app_key:
            told = "DD_APP_KEY is set, DD_API_KEY is not: set both, or DD_ACCESS_TOKEN"
        if self.trouble:
            return f"{told} ({self.trouble})"
        return f"{told}, or store them with `pup-tui auth login --keys`"

    @property
    def is_of_site(self) -> bool:
        """Whether requests go to the site itself, and to no other base URL."""
        return self.base_url == f"https://api.{self.site}"

    @property
    def is_handed_on(self) -> bool:
        """Whether an installed `pup` has to be given the credentials: it finds all others itself."""
        return self.source == KEYRING

    def variables(self) -> dict[str, str]:
        """The credentials by the variables in which programs expect them."""
        values = (self.api_key, self.app_key, self.access_token)
        named = dict(zip(CREDENTIAL_VARIABLES, values, strict=True))
        return {name: text for name, text in named.items() if text}

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


def allows_changes(text: str) -> bool:
    """Whether one of the `READ_ONLY_VARIABLES` with this text lets things be changed.

    What is neither a yes nor a no may be meant as a yes: what refuses too much can be begun again.
    """
    return text.strip().lower() in _NO


def checked(name: str, check: Callable[[str], str], text: str) -> str:
    """What `check` makes of the text of the setting `name`, which its ConfigurationError names."""
    try:
        return check(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name} {error}") from None


def site_of(text: str) -> str:
    """The site that a text means, the default where it is empty. Raises ConfigurationError."""
    site = text.strip().lower() or DEFAULT_SITE
    for part in ("www.", "api.", "app."):
        site = site.removeprefix(part)
    if site not in SITES:
        raise ConfigurationError(
            f"is {quoted(text.strip())}, which is no Datadog site: use one of {', '.join(sorted(SITES))}"
        )
    return site


def base_url_of(text: str) -> str:
    """A base URL without its last slash, spelled as everybody spells it; empty where there is none.

    Raises ConfigurationError.
    """
    url = text.strip().rstrip("/")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError("is no URL: use for example http://127.0.0.1:8080") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigurationError("must be an http or https URL, for example http://127.0.0.1:8080")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError(
            "must not hold a user name, a password, a query or a fragment: "
            "put keys into DD_API_KEY and DD_APP_KEY"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"would send keys to {host} in clear text: use https "
            "(plain http is for 127.0.0.1 and localhost)"
        )
    host = f"[{host}]" if ":" in host else host
    named = "" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{named}{parts.path}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this very machine."""
    import ipaddress

    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def credential_of(text: str) -> str:
    """A key or token without space around it. Raises ConfigurationError where it cannot stand in a header."""
    value = text.strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(
            "holds characters that no key has: look for a line break or a stray quote"
        )
    return value


def _key(environ: Mapping[str, str], name: str) -> str:
    return checked(name, credential_of, environ.get(name, ""))
