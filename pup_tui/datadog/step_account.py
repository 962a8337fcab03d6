"""The account that the `env` of a `pup` step names, and whether it may be used."""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.datadog.configuration import (
    CREDENTIAL_VARIABLES,
    MISSING_CREDENTIALS,
    SITE_VARIABLE,
    URL_VARIABLE,
    ConfigurationError,
    DatadogConfiguration,
)

Env = Mapping[str, str | None]

ADDRESS_VARIABLE = "PUP_MOCK_SERVER"
"""What `pup` calls the URL in place of a site."""

_FOR_DATADOG = ("DD_", URL_VARIABLE, ADDRESS_VARIABLE)
_KEYLESS = (
    "it names another Datadog than the configured one, and no keys for it: "
    f"{MISSING_CREDENTIALS} there"
)


def account_of(
    usual: DatadogConfiguration, env: Env, environ: Mapping[str, str]
) -> DatadogConfiguration:
    """The account that the step's own `env` names, as an installed `pup` would take it.

    The operator's credentials go to the Datadog that is configured: for another one the step has to bring
    its own. Raises ConfigurationError.
    """
    if not any(name.startswith(_FOR_DATADOG) for name in env):
        return usual
    if ADDRESS_VARIABLE in env:
        raise ConfigurationError(f"{ADDRESS_VARIABLE} is not for steps: use {URL_VARIABLE}")
    account = {SITE_VARIABLE: usual.site, **environ}
    named = DatadogConfiguration.from_environment(account)
    if named.base_url != usual.base_url:
        own = {name: env.get(name) or "" for name in CREDENTIAL_VARIABLES}
        named = DatadogConfiguration.from_environment(account | own)
        if not named.authenticated:
            raise ConfigurationError(_KEYLESS)
        return named
    return named if any(name in env for name in CREDENTIAL_VARIABLES) else usual


def cannot_be_used(error: ConfigurationError) -> str:
    """In words why a step does not begin."""
    return f"its `env` cannot be used: {error}"


def trouble_foreseen(usual: DatadogConfiguration, env: Env) -> str:
    """Why a `pup` step with this `env` will not begin; blank where nothing is known to keep it from that.

    What is not known of a text stands in it as a template, what is secret as a mask. Of the credentials it
    matters only whether there are any.
    """
    address = {} if usual.is_of_site else {URL_VARIABLE: usual.base_url}
    said = {
        name: "given" if text and name in CREDENTIAL_VARIABLES else text or ""
        for name, text in env.items()
    }
    if not all(_is_known(said.get(name, "")) for name in (SITE_VARIABLE, URL_VARIABLE)):
        return ""
    try:
        account_of(usual, said, {**address, **said})
    except ConfigurationError as error:
        return cannot_be_used(error)
    return ""


def _is_known(text: str) -> bool:
    """Whether no template and no mask (`***`) stands in a text."""
    return text.isascii() and "{" not in text and "*" not in text
