"""What tests need that may not be installed: without it they are skipped, but where CI has to run them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import NoReturn

import pytest


def lacking(package: str) -> NoReturn:
    """Skip the test for want of a package of Debian, but where CI has to run it."""
    told = f"the Debian package {package} is not installed"
    if os.environ.get("TESTS_SKIP_NOTHING"):
        pytest.fail(told)
    pytest.skip(told)


def needs_program(program: str, package: str = "") -> None:
    """Skip the test where a program is missing; its package has the same name where nothing is said."""
    if shutil.which(program) is None:
        lacking(package or program)


def needs_sudo() -> None:
    """Skip the test where nobody becomes root without a password."""
    try:
        subprocess.run(("sudo", "-n", "true"), capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs a sudo that asks for no password")
