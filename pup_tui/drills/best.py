"""The best score of each drill on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from pup_tui.drills.score import DrillScore
from pup_tui.private import make_private_dir, replace_private
from pup_tui.typed import decode_json

FILE: Final = "drills.json"


def best_scores(state: Path) -> dict[str, DrillScore]:
    """By the names of the scenarios; a file that cannot be read is as if there were none."""
    try:
        return decode_json((state / FILE).read_bytes(), dict[str, DrillScore])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def keep_best(state: Path, name: str, score: DrillScore) -> None:
    """Keep the score of a drill in place of the one before. Raises OSError and NotPrivate."""
    make_private_dir(state)
    scores = {**best_scores(state), name: score}
    replace_private(state / FILE, msgspec.json.encode(scores))
