"""Where `pup` keeps its own configuration."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER_VARIABLES = ("PUP_CONFIG_DIR", "XDG_CONFIG_HOME", "HOME")
"""The variables that say where it is."""


def pup_folder(
    environ: Mapping[str, str], home: Path | None = None, platform: str = sys.platform
) -> Path:
    """The folder in which a `pup` with this environment has its configuration, its sessions and extensions.

    `home` is the operator's, where the environment does not say it. A Mac has a place of its own,
    whatever `XDG_CONFIG_HOME` says.
    """
    own, config = environ.get("PUP_CONFIG_DIR"), environ.get("XDG_CONFIG_HOME")
    if own:
        return Path(own)
    home = home or Path(environ.get("HOME") or "/")
    if platform == "darwin":
        return home / "Library" / "Application Support" / "pup"
    return (Path(config) if config else home / ".config") / "pup"
