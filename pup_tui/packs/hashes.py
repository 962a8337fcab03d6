"""Hashes, as the files of packs name them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

CommitId = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{40}|[0-9a-f]{64})?\Z")]
"""A full commit id; blank where there is none."""
TreeHash = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""What a tree is kept as: the name of its folder."""
