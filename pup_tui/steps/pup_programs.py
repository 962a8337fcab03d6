"""Where an installed `pup` and its extensions are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from pup_tui.datadog.pup_folder import pup_folder

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
        found = shutil.which(pup_folder(environ) / "extensions" / name / name)
        if found is not None:
            return str(found)
    return shutil.which(name, path=environ.get("PATH", ""))
