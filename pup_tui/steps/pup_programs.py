"""Where an installed `pup` and its extensions are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

PUP = "pup"
_OURS = "pup-tui"


def pup_program(name: str, environ: Mapping[str, str]) -> str | None:
    """The path of `pup`, or of an extension `pup-NAME`, for a process with this environment.

    None where there is none; this program is no extension. An extension is looked for where `pup` installs
    it, in `extensions` of its directory of configuration, and on PATH.
    """
    if name == _OURS:
        return None
    if name != PUP:
        found = shutil.which(_configuration(environ) / "extensions" / name / name)
        if found is not None:
            return str(found)
    return shutil.which(name, path=environ.get("PATH", ""))


def _configuration(environ: Mapping[str, str]) -> Path:
    own, config = environ.get("PUP_CONFIG_DIR"), environ.get("XDG_CONFIG_HOME")
    if own:
        return Path(own)
    return (Path(config) if config else Path(environ.get("HOME", "/")) / ".config") / PUP
