"""A machine without a network."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.faults.conftest import Under
from tests.support.program import Program
from tests.support.proofs import Figure

BOOK = """
name: calls
steps:
  - {name: name, kind: http, url: 'https://api.example.com/x', on_failure: ignore}
  - {name: address, kind: http, url: 'http://192.0.2.1/x', on_failure: ignore}
  - name: poll
    kind: http
    url: 'https://api.example.com/x'
    poll: {until: status == 200, interval: 100ms, max_attempts: 3}
    on_failure: ignore
"""


@pytest.mark.proves("F29", "P19")
def test_it_is_said_at_once_with_host_and_cause(
    program: Program, under: Under, figure: Figure
) -> None:
    alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("a network of its own is made by root, with unshare")
    if subprocess.run([*alone[:2], "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network of its own can be had here")
    program.write("calls", BOOK)
    done = under(alone, "run", "calls.yaml", "--json")
    finished = {e["step"]: e for e in done.events if e["type"] == "step.finished"}
    assert {e["status"] for e in finished.values()} == {"ignored"}
    assert "api.example.com" in finished["name"]["reason"]
    assert "192.0.2.1" in finished["address"]["reason"]
    assert finished["poll"]["attempts"] == 3
    figure(f"told after {finished['name']['duration']:.2f} s")
