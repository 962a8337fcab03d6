"""The best score of each drill on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pup_tui.drills.score import DrillScore
from pup_tui.kept_json import keep_json, kept_json

FILE: Final = "drills.json"


def best_scores(state: Path) -> dict[str, DrillScore]:
    """By the names of the scenarios; a file that cannot be read is as if there were none."""
    return kept_json(dict[str, DrillScore], state, FILE) or {}


def keep_best(state: Path, name: str, score: DrillScore) -> None:
    """Keep the score of a drill in place of the one before. Raises OSError and NotPrivate."""
    keep_json({**best_scores(state), name: score}, state, FILE)
