"""Who runs this."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping


def operator_name(environ: Mapping[str, str]) -> str:
    """The user's name, or the user's number where there is no name."""
    try:
        return environ.get("USER") or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
