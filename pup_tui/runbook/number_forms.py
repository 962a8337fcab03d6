"""The forms of numbers that are more than that: as they stand in a file, and as texts are rendered to."""

from __future__ import annotations

import re

from pup_tui.late_pattern import late_pattern

STATUS = late_pattern(r"[1-5](?:xx|[0-9][0-9])", re.IGNORECASE)
"""A status code of HTTP, or a class of them."""

SHARE = late_pattern(r"[1-9][0-9]{0,8}|(?:[1-9][0-9]?|100)%")
"""A whole number from 1, or a percentage over 0."""

TOLERANCE = late_pattern(r"0|[1-9][0-9]{0,8}|(?:[0-9]|[1-9][0-9]|100)%")
"""A whole number from 0, or a percentage."""
