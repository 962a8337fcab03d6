"""A small Datadog on the loopback interface: real shapes, no account.

`Sandbox` listens, `World` holds what it knows, `SCENARIOS` names what can be played.
"""

from __future__ import annotations

from pup_tui.datadog.sandbox.scenarios import SCENARIOS
from pup_tui.datadog.sandbox.server import Received, Sandbox

__all__ = ["SCENARIOS", "Received", "Sandbox"]
