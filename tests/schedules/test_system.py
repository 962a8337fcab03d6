"""The entry of the system: what it says, and when it would not be enough."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from pup_tui.schedules.system import (
    MARK,
    HostSystem,
    SystemEntry,
    bare_environ,
    entry_environ,
    why_not_fired,
)

ODD = '/srv/it\'s 100% $HOME \\ "here"'
ENTRY = SystemEntry(command=("/bin/python", "-m", "pup_tui"), environ={"PATH": "/bin", "X": ODD})


def test_a_crontab_line_gives_the_shell_what_it_is_to_run() -> None:
    line = ENTRY.crontab_line
    assert line.startswith("* * * * * ")
    assert line.endswith(MARK)
    # What cron makes of the line: an escaped per cent sign stands for one.
    assert "%" not in line.replace("\\%", "")
    command = line.removeprefix("* * * * * ").replace("\\%", "%")
    assert shlex.split(command, comments=True)[:2] == ["PATH=/bin", f"X={ODD}"]


def test_a_unit_gives_systemd_the_same() -> None:
    (line,) = [each for each in ENTRY.service.splitlines() if each.startswith('Environment="X')]
    assert line == r'Environment="X=/srv/it' + r"'s 100%% $HOME \\ \"here\"" + '"'
    assert "ExecStart=/bin/python -m pup_tui\n" in ENTRY.service
    # Only there systemd puts variables in.
    odd = SystemEntry(command=("/bin/python", "$HOME"), environ={})
    assert 'ExecStart=/bin/python "$$HOME"\n' in odd.service
    # Without it systemd ends what a look began as soon as the look is over.
    assert "KillMode=process\n" in ENTRY.service
    assert "OnCalendar=*-*-* *:*:00\n" in ENTRY.timer


def test_no_secret_of_the_environment_goes_into_it() -> None:
    environ = {"PATH": "/bin", "HOME": "/h", "DD_API_KEY": "k", "PUP_TUI_SLACK_TOKEN": "t"}
    assert entry_environ(environ) == {"PATH": "/bin"}
    assert bare_environ(environ) == {"PATH": "/bin", "HOME": "/h"}


def test_cron_knows_nothing_of_the_operators_session(tmp_path: Path) -> None:
    session = {"LOGNAME": "ana", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/bus", "USER": "ana"}
    assert bare_environ(session) == session
    assert bare_environ(session, by_cron=True) == {"LOGNAME": "ana"}
    assert system_in(tmp_path / "none").is_cron
    assert not system_in(tmp_path / "timer", systemctl="exit 0").is_cron


def stand_in(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def system_in(tmp_path: Path, **programs: str) -> HostSystem:
    """A system on which there are these programs only, and what they need."""
    for name, script in programs.items():
        stand_in(tmp_path / "bin", name, script)
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), "LOGNAME": "ana"}
    return HostSystem(environ, tmp_path)


CRONTAB = '[ "$1" = -l ] && { exec /bin/cat "$HOME/tab"; }; exec /bin/cat > "$HOME/tab"'


def test_a_crontab_keeps_its_lines_and_gets_ours_once(tmp_path: Path) -> None:
    (tmp_path / "tab").write_text("0 1 * * * backup\n")
    system = system_in(tmp_path, crontab=CRONTAB)
    assert not system.crontab_runs
    system.install_line(ENTRY)
    system.install_line(ENTRY)
    assert (tmp_path / "tab").read_text() == f"0 1 * * * backup\n{ENTRY.crontab_line}\n"
    assert why_not_fired(system) is None


def test_what_stands_in_a_crontab_stays_byte_for_byte(tmp_path: Path) -> None:
    tab = "# Kehraus f\xfcr Jos\xe9\r\n1 2 * * * a\x0cb\x85c\n\n".encode("latin-1")
    (tmp_path / "tab").write_bytes(tab)
    system_in(tmp_path, crontab=CRONTAB).install_line(ENTRY)
    assert (tmp_path / "tab").read_bytes() == tab + f"{ENTRY.crontab_line}\n".encode()


@pytest.mark.parametrize(
    ("said", "is_none"),
    [
        ("no crontab for ana", True),
        ("crontab: can't open 'ana': No such file or directory", True),
        ("crontabs/ana/: fopen: Input/output error", False),
    ],
)
def test_a_crontab_that_cannot_be_read_is_not_replaced(
    tmp_path: Path, said: str, is_none: bool
) -> None:
    script = f'[ "$1" = -l ] && {{ echo "{said}" >&2; exit 1; }}; exec /bin/cat > "$HOME/tab"'
    system = system_in(tmp_path, crontab=script)
    if is_none:
        system.install_line(ENTRY)
    else:
        with pytest.raises(ValueError, match="Input/output error"):
            system.install_line(ENTRY)
    assert (tmp_path / "tab").exists() is is_none


def test_a_line_that_is_commented_out_looks_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "tab").write_text(f"#{ENTRY.crontab_line}\n")
    system = system_in(tmp_path, crontab=CRONTAB)
    assert not system.crontab_runs
    system.install_line(ENTRY)
    assert (tmp_path / "tab").read_text() == f"{ENTRY.crontab_line}\n"


def test_units_are_written_and_the_timer_is_begun(tmp_path: Path) -> None:
    system = system_in(tmp_path, systemctl='echo "$*" >> "$HOME/asked"')
    written = system.install_timer(ENTRY)
    assert [path.name for path in written] == ["pup-tui-schedule.service", "pup-tui-schedule.timer"]
    assert written[0].read_text() == ENTRY.service
    assert "enable --now pup-tui-schedule.timer" in (tmp_path / "asked").read_text()


def test_a_program_that_fails_is_told_with_what_it_says(tmp_path: Path) -> None:
    system = system_in(tmp_path, crontab='echo "you may not" >&2; exit 1')
    with pytest.raises(ValueError, match="you may not"):
        system.install_line(ENTRY)


@pytest.mark.parametrize(
    ("programs", "told"),
    [
        ({}, "install"),
        ({"systemctl": "exit 3", "crontab": "exit 1"}, "install"),
        ({"systemctl": "exit 0", "loginctl": "echo no"}, "enable-linger"),
        ({"systemctl": "exit 0", "loginctl": "echo yes"}, None),
    ],
)
def test_why_the_system_would_not_begin_anything(
    tmp_path: Path, programs: dict[str, str], told: str | None
) -> None:
    why = why_not_fired(system_in(tmp_path, **programs))
    assert (why is None) if told is None else (why is not None and told in why[1])


@pytest.mark.skipif(
    subprocess.run(
        "command -v systemd-analyze", shell=True, capture_output=True, check=False, env=os.environ
    ).returncode
    != 0,
    reason="there is no systemd-analyze (Debian: systemd)",
)
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    entry = SystemEntry(command=("/bin/true", "a b"), environ={"X": ODD})
    for name, text in (("t.service", entry.service), ("t.timer", entry.timer)):
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(tmp_path / "t.timer")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert "t.service:" not in done.stderr
    assert "t.timer:" not in done.stderr
