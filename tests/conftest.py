"""Every test runs away from the operator's home, configuration and credentials."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is decides no test.
settings.register_profile("pup-tui", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pup-tui")

# Under nohup the hangup is ignored, also by what tests start and hang up.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

_OURS = ("DD_", "PUP_", "XDG_", "FAKETIME")


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in os.environ:
        if name.startswith(_OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PUP_TUI_STATE_DIR", str(home / "state"))
    monkeypatch.setenv("PUP_TUI_CONFIG_DIR", str(home / "config"))
    monkeypatch.setenv("NO_COLOR", "1")
