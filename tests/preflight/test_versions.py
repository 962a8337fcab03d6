"""Versions: how programs are asked, what is read in what they print, and whether that will do."""

from __future__ import annotations

import asyncio

import pytest

from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.versions import WantedVersion, asked_once, version_checks, version_in
from pup_tui.runbook.parts import Requirement


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("git version 2.39.5", "2.39.5"),
        ("git version 2.39.5.windows.1", "2.39.5"),
        ("jq-1.6", "1.6"),
        ("jq-1.7.1-apple", "1.7.1"),
        ("Client Version: v1.32.4\nKustomize Version: v5.5.0", "1.32.4"),
        ("v1.28.5-gke.1000", "1.28.5"),
        ("v1.28.5+k3s1", "1.28.5"),
        ("OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026", "9.2"),
        ("OpenSSL 1.1.1k  FIPS 25 Mar 2021", "1.1.1"),
        ("k6 v0.47.0 (go1.21)", "0.47.0"),
        ("md5sum (GNU coreutils) 9.1", "9.1"),
        ("go version go1.22rc1 linux/amd64", "1.22rc1"),
        ("v1.29.0-rc.1", "1.29.0rc1"),
        ("Terraform v1.6.0-alpha20230719", "1.6.0a20230719"),
        ("psql (PostgreSQL) 16beta1", "16b1"),
        ("ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)", "3.1.2"),
        ('openjdk version "17.0.9" 2023-10-17', "17.0.9"),
        ("less 590 (GNU regular expressions)", "590"),
        ("mytool v3", "3"),
        ("built on 2024-01-05", None),
        ("no number", None),
        ("", None),
        ("9" * 50, None),
    ],
)
def test_the_version_in_what_a_program_prints(printed: str, version: str | None) -> None:
    found = version_in(printed)
    assert (None if found is None else str(found)) == version


@pytest.mark.parametrize(
    ("tool", "command", "script"),
    [
        ("mytool", "", "mytool --version"),
        ("kubectl", "", "kubectl version --client"),
        ("/opt/bin/kubectl", "", "/opt/bin/kubectl version --client"),
        ("it's", "", "'it'\"'\"'s' --version"),
        ("kubectl", "kubectl version -o json", "kubectl version -o json"),
    ],
)
def test_how_it_is_asked(tool: str, command: str, script: str) -> None:
    assert WantedVersion(tool, Requirement(version=">=1", command=command)).script == script


async def looked(
    version: str, printed: tuple[str, str] | ValueError, command: str = ""
) -> ReadyCheck:
    asked: list[str] = []

    async def printed_by(script: str, seconds: float) -> tuple[str, str]:
        asked.append(script)
        if isinstance(printed, ValueError):
            raise printed
        return printed

    wanted = WantedVersion("tool", Requirement(version=version, command=command))
    (check,) = await version_checks([wanted], printed_by)
    assert asked == [wanted.script]
    return check


@pytest.mark.parametrize(
    ("version", "printed", "fits"),
    [
        (">=1.28", "1.28", True),
        (">=1.28", "1.28.0-rc.1", False),
        (">=1.28", "1.29.0-rc.1", True),
        (">=1.28", "1.9", False),
        (">=2,<3", "2.99.1", True),
        (">=2,<3", "3.0", False),
        ("==1.*", "1.7", True),
        ("~=4.1", "5.0", False),
    ],
)
async def test_versions_are_compared_as_versions(version: str, printed: str, fits: bool) -> None:
    check = await looked(version, (f"tool {printed}", ""))
    assert (check.ok, check.stops) == (fits, not fits)
    if not fits:
        assert f"and {version} is required" in check.detail
        assert check.hint == f"install a version that is {version}"


async def test_a_warning_is_no_version_but_standard_error_may_hold_it() -> None:
    warning = "/usr/lib/python3.9/site.py: deprecated"
    assert (await looked(">=4", ("tool 4.1", warning))).ok
    assert (await looked(">=4", ("", "tool 4.1"))).ok


@pytest.mark.parametrize("printed", [("nothing", ""), ValueError("the command failed: exit 1")])
async def test_a_program_that_does_not_tell_it_stops_a_run(
    printed: tuple[str, str] | ValueError,
) -> None:
    check = await looked(">=1", printed)
    assert check.stops
    assert check.detail.startswith("does not tell its version by `tool --version`")
    assert "`command`" in check.hint


async def test_where_any_version_will_do_nothing_is_asked() -> None:
    async def printed_by(script: str, seconds: float) -> tuple[str, str]:
        raise AssertionError(script)

    assert await version_checks([WantedVersion("tool", Requirement())], printed_by) == []


async def test_where_nothing_may_change_no_script_of_the_runbook_runs() -> None:
    async def printed_by(script: str, seconds: float) -> tuple[str, str]:
        assert script == "plain --version"
        return "plain 2", ""

    wanted = [
        WantedVersion("plain", Requirement(version=">=1")),
        WantedVersion("own", Requirement(version=">=1", command="own -V")),
    ]
    plain, own = await version_checks(wanted, printed_by, scripts=False)
    assert plain.ok
    assert (own.ok, own.stops) == (False, False)
    assert "nothing may be changed" in own.detail


async def test_what_several_runbooks_require_is_asked_once() -> None:
    asked: list[str] = []

    async def printed_by(script: str, seconds: float) -> tuple[str, str]:
        asked.append(script)
        await asyncio.sleep(0)
        if script.startswith("gone"):
            raise ValueError("the command failed: exit 127")
        return "tool 2.1", ""

    once = asked_once(printed_by)
    wanted = [WantedVersion(tool, Requirement(version=">=2")) for tool in ("tool", "gone")]
    found = await asyncio.gather(version_checks(wanted, once), version_checks(wanted, once))
    assert asked == ["tool --version", "gone --version"]
    assert [[check.ok for check in each] for each in found] == [[True, False]] * 2
