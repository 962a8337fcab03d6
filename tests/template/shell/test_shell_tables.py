"""The tables of the shells hold what the installed shells have."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from pup_tui.template.shell.tables import Use, parameter_use, tables

_LISTS = {
    "bash": ["bash", "-c", "compgen -b"],
    "zsh": ["zsh", "-f", "-c", "print -l ${(k)builtins}"],
    "ksh": ["ksh", "-c", "builtin"],
    "ash": ["busybox", "ash", "-c", "help | tail -n +4"],
}
_KEYWORDS = {"[["}


@pytest.mark.parametrize("shell", sorted(_LISTS))
def test_every_builtin_is_in_the_table(shell: str) -> None:
    command = _LISTS[shell]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    listed = subprocess.run(command, capture_output=True, encoding="utf-8", check=False).stdout
    names = {name for name in listed.split() if "/" not in name} - _KEYWORDS
    assert len(names) > 25
    (table,) = (
        table
        for table in (tables("sh") if shell == "ash" else tables(shell))
        if table.shell == shell
    )
    assert sorted(name for name in names if name.encode() not in table.builtins) == []


@pytest.mark.parametrize("name", ["eval", "read", "export", "test", "printf", "exit", "trap", "cd"])
@pytest.mark.parametrize("shell", ["bash", "dash", "ksh", "zsh"])
def test_what_every_shell_has_is_in_each_table(shell: str, name: str) -> None:
    assert all(name.encode() in table.builtins for table in tables(shell))


@pytest.mark.parametrize(
    ("shell", "name", "use"),
    [
        ("bash", "RANDOM", Use.INT),
        ("bash", "BASH_ENV", Use.CODE),
        ("dash", "RANDOM", Use.DATA),
        ("sh", "RANDOM", Use.INT),
        ("zsh", "aliases", Use.CODE),
        ("bash", "aliases", Use.DATA),
        ("zsh", "PATH", Use.DATA),
    ],
)
def test_sh_is_the_worst_of_its_shells(shell: str, name: str, use: Use) -> None:
    assert parameter_use(shell, name.encode()) is use
