"""Where credentials of Datadog are: in the profile, the environment, the keyring, or what `pup` has stored.

The first place counts that has a pair of keys or a token, and it counts as a whole: what belongs to two
accounts is never mixed. What is stored belongs to one Datadog, and counts for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.datadog.configuration import (
    KEYRING,
    ConfigurationError,
    DatadogConfiguration,
    credential_of,
)
from pup_tui.keyring_store import AbsentKeyring
from pup_tui.settings.profiles import CREDENTIALS
from pup_tui.settings.pup_store import Keyring, PupStore, PupToken, known_site
from pup_tui.settings.settings import Settings

NAMES = {"api_key": "API key", "app_key": "application key", "access_token": "access token"}
"""What there is of credentials, and what each is called."""

RENEW = "`pup auth refresh` renews it"


class CredentialPlace(Struct, frozen=True, kw_only=True):
    """A place that may hold credentials, and what it has. `problem` says why that does not count.

    `note` says of one that is not meant, as things are set, what would choose it. `expires_at` is the moment
    (seconds since 1970) at which its token ends, None where nothing says it.
    """

    source: str
    api_key: str = ""
    app_key: str = ""
    access_token: str = ""
    expires_at: float | None = None
    problem: str = ""
    note: str = ""

    def __repr__(self) -> str:
        """Without what is there."""
        return f"CredentialPlace({self.source!r}, {self.has!r}, {self.problem!r})"

    @property
    def has(self) -> tuple[str, ...]:
        """The names of what is there."""
        return tuple(name for name in NAMES if getattr(self, name))

    @property
    def counts(self) -> bool:
        """Whether requests can be made with what is there."""
        return not self.problem and bool(self.access_token or (self.api_key and self.app_key))

    def in_words(self) -> str:
        """What is there, without its value."""
        return in_words(self.has) or "nothing"


def in_words(names: Iterable[str]) -> str:
    """What such credentials are called, in one."""
    return " and ".join(NAMES[name] for name in names)


def entries_of(settings: Settings, account: DatadogConfiguration) -> dict[str, tuple[str, str]]:
    """The entries of the keyring (service and user) for the credentials of this Datadog, by their names.

    Where a profile names entries, it is those that it names.
    """
    profile = settings.profile
    if profile is not None and profile.said.datadog.entries:
        named = profile.said.datadog.entries
        return {key: named[name] for key, name in CREDENTIALS.items() if name in named}
    return {name: (f"pup-tui/{account.place}", name) for name in NAMES}


def places(
    settings: Settings, account: DatadogConfiguration, keyring: Keyring, now: float
) -> Iterator[CredentialPlace]:
    """Every place in the order in which they count; each is looked at when it is asked for.

    `account` is as the environment has it, a profile's credentials among that. `keyring` gives the password
    of a service and a user, and raises ValueError where it cannot be asked.
    """
    profile = settings.profile
    if profile is not None and profile.said.datadog.entries:
        yield _given(account, f"profile {profile.name}", "")
        return
    half = "" if account.authenticated or not account.variables() else account.missing
    yield _given(account, "environment", half)
    yield _in_keyring(entries_of(settings, account), keyring)
    store = PupStore(settings.pup_dir)
    yield from _of_pup(settings, account, store, keyring, now)


def with_credentials(
    account: DatadogConfiguration, found: Iterable[CredentialPlace]
) -> tuple[DatadogConfiguration, float | None]:
    """The account with the credentials of the first place that counts, and the moment at which they end."""
    if account.authenticated:
        return account, None
    troubles = []
    for place in found:
        if place.counts:
            values = {name: getattr(place, name) for name in NAMES}
            return replace(account, **values, source=place.source), place.expires_at
        if place.problem and place.source != "environment":
            troubles.append(f"{place.source}: {place.problem}")
    return replace(account, trouble="; ".join(troubles)), None


def _read(source: str, read: Callable[[str], str], problem: str = "") -> CredentialPlace:
    api_key, app_key, access_token = (read(name).strip() for name in NAMES)
    return CredentialPlace(
        source=source,
        api_key=api_key,
        app_key=app_key,
        access_token=access_token,
        problem=problem,
    )


def _given(account: DatadogConfiguration, source: str, problem: str) -> CredentialPlace:
    return _read(source, lambda name: getattr(account, name), problem)


def _in_keyring(entries: Mapping[str, tuple[str, str]], keyring: Keyring) -> CredentialPlace:
    try:
        return _checked(_read(KEYRING, lambda name: keyring(*entries[name]) or ""))
    except AbsentKeyring as error:
        return CredentialPlace(source=KEYRING, note=str(error))
    except ValueError as error:
        return CredentialPlace(source=KEYRING, problem=str(error))


def _of_pup(
    settings: Settings,
    account: DatadogConfiguration,
    store: PupStore,
    keyring: Keyring,
    now: float,
) -> Iterator[CredentialPlace]:
    """What `pup` has: in its settings, and the token of its login."""
    source = "pup's config.yaml"
    said = store.settings()
    problem = said.problem or elsewhere(account, said.site)
    stated = _read(source, lambda name: getattr(said, name), problem)
    if said.problem or stated.has:
        yield _checked(stated)
    if not account.is_of_site or not store.folder.is_dir():
        return
    org = settings.environ.get("DD_ORG", "") or said.org
    storage = settings.environ.get("DD_TOKEN_STORAGE", "") or said.token_storage
    session = _of_session(org, lambda: store.token(account.site, org, storage, keyring), now)
    if session is not None:
        yield session
    for each in store.sessions():
        other = each.org or ""
        if other != org:
            chosen = f"DD_ORG={other}" if other else "leaving DD_ORG out"
            note = f"for {each.site}; {chosen} chooses it"
            yield CredentialPlace(source=_session(other), note=note)


def _session(org: str) -> str:
    return f"pup's session of {org}" if org else "pup's session"


def _of_session(
    org: str, find: Callable[[], PupToken | None], now: float
) -> CredentialPlace | None:
    """The token of a login of `pup`; None where there is none."""
    try:
        token = find()
    except ValueError as error:
        return CredentialPlace(source=_session(org), problem=str(error))
    if token is None:
        return None
    problem = f"its token expired at {token.ends}: {RENEW}" if token.is_expired(now) else ""
    return _checked(
        CredentialPlace(
            source=_session(org),
            access_token=token.access_token,
            expires_at=token.expires_at,
            problem=problem,
        )
    )


def elsewhere(account: DatadogConfiguration, site: str) -> str:
    """Why the keys in the settings of `pup` are for another Datadog; empty where they are for this one."""
    if not account.is_of_site:
        return f"it is for a site of Datadog, and requests go to {account.place}"
    if site and known_site(site) != account.site:
        return f"it is for the site {site}, and requests go to {account.site}"
    return ""


def _checked(place: CredentialPlace) -> CredentialPlace:
    """The same; its problem where it holds what cannot be sent, or only half of a pair."""
    if place.problem:
        return place
    try:
        for name in NAMES:
            credential_of(getattr(place, name))
    except ConfigurationError as error:
        return replace(place, problem=f"a credential {error}")
    if len(place.has) == 1 and not place.access_token:
        lacks = NAMES["app_key" if place.api_key else "api_key"]
        return replace(place, problem=f"it has no {lacks}")
    return place
