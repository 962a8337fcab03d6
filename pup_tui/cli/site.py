"""Which Datadog this call talks to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from pup_tui.cli.failure import Failure
from pup_tui.datadog.configuration import Configuration, ConfigurationError


def datadog_configuration(environ: Mapping[str, str]) -> Configuration:
    """The operator's configuration. Raises Failure where it makes no sense."""
    try:
        return Configuration.from_environment(environ)
    except ConfigurationError as error:
        raise Failure(str(error), "environment") from error


def site_label(configuration: Configuration) -> str:
    """Where requests really go: the site, or the host that another base URL names."""
    if configuration.base_url == f"https://api.{configuration.site}":
        return configuration.site
    return urlsplit(configuration.base_url).netloc
