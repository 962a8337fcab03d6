"""Every test runs away from the operator's home, configuration and credentials."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.support.memory import in_memory
from tests.support.program import NO_PASSWORDS
from tests.support.snapshots import WRITE

pytest_plugins = ["tests.support.proofs", "tests.support.row_tests"]

# How fast a machine is decides no test, and neither does chance, but where faults are looked for. Examples
# that are the same each time find nothing new by being many: they need to reach each kind of them once.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "faults", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Under nohup the hangup is ignored, and by what a shell began with & its keys: also by what tests start.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

# Read once, when the library is imported.
os.environ.update(NO_PASSWORDS)

# Where pytest makes the folders of tests, unless somebody has said where.
if "TMPDIR" not in os.environ and (memory := in_memory()):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))

_OURS = ("DD_", "PUP_", "XDG_", "FAKETIME")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        WRITE, action="store_true", help="write snapshots anew instead of comparing them"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Property tests are among what looks for faults."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("faults")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All tests stay until the end: the collector need not walk over them, nor after every few objects."""
    gc.disable()
    collected = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return collected


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the homes of tests are: apart from other folders, all of which pytest reads for each new one."""
    homes = tmp_path_factory.mktemp("homes")
    return (homes / str(number) for number in count())


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, _homes: Iterator[Path]) -> Iterator[None]:
    for name in os.environ:
        if name.startswith(_OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = next(_homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PUP_TUI_STATE_DIR", str(home / "state"))
    monkeypatch.setenv("PUP_TUI_CONFIG_DIR", str(home / "config"))
    monkeypatch.setenv("NO_COLOR", "1")
    yield
    # Of most tests it is empty: what stays has to be removed with all else some day.
    with suppress(OSError):
        home.rmdir()
