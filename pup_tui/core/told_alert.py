"""The alert that a run is about, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def told_alert(alert: Mapping[str, Any]) -> str:
    """Its title, how bad it is, whether it still fires, and where it comes from."""
    words = [alert.get("severity"), alert.get("status"), alert.get("system")]
    about = ", ".join(str(word) for word in words if word)
    title = alert.get("title") or alert.get("url") or "without a title"
    return f"{title} ({about})" if about else str(title)
