"""Tarballs, honest and hostile."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable

import pytest

from pup_tui.packs import archive as archive_module
from pup_tui.packs.archive import gather_archive
from pup_tui.packs.errors import PackError
from tests.support.packs import runbook

Change = Callable[[tarfile.TarInfo], None]


def _tar(*members: tuple[str, bytes, Change | None], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data, change in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if change:
                change(info)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _is(kind: bytes, link: str = "") -> Change:
    def change(info: tarfile.TarInfo) -> None:
        info.type, info.linkname, info.size = kind, link, 0

    return change


A = runbook("a").encode()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tarball_is_read_whatever_it_is_packed_with(mode: str) -> None:
    program: Change = lambda info: setattr(info, "mode", 0o755)  # noqa: E731
    data = _tar(("./a.yaml", A, None), ("scripts/x", b"#!/bin/sh", program), mode=mode)
    tree = gather_archive(data, "x").tree()
    assert {path: file.executable for path, file in tree.files.items()} == {
        "a.yaml": False,
        "scripts/x": True,
    }


def test_the_one_folder_that_forges_pack_is_the_pack() -> None:
    data = _tar(("repo-1a2b/", b"", _is(tarfile.DIRTYPE)), ("repo-1a2b/t/a.yaml", A, None))
    assert list(gather_archive(data, "x").tree().files) == ["t/a.yaml"]
    assert list(gather_archive(data, "x", "t").tree().files) == ["a.yaml"]
    with pytest.raises(PackError, match="no folder `u`"):
        gather_archive(data, "x", "u")


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([("/etc/x.yaml", A, None)], "absolute"),
        ([("../x.yaml", A, None)], "leads elsewhere"),
        ([("a/../../x.yaml", A, None)], "leads elsewhere"),
        ([("..\\x.yaml", A, None)], "leads elsewhere"),
        ([("a.yaml", b"", _is(tarfile.SYMTYPE, "/etc/passwd"))], "a link"),
        ([("a.yaml", A, None), ("b.yaml", b"", _is(tarfile.LNKTYPE, "a.yaml"))], "a link"),
        ([("scripts", b"", _is(tarfile.SYMTYPE, "/etc")), ("a.yaml", A, None)], "a link"),
        ([("a.yaml", b"", _is(tarfile.FIFOTYPE))], "no regular file"),
        ([("a.yaml", b"", _is(tarfile.CHRTYPE))], "no regular file"),
        ([("a.yaml", A, None), ("a.yaml", A, None)], "twice"),
        ([("a.yaml", A, None), ("./a.yaml", A, None)], "twice"),
        ([("a.yaml", A, None), ("A.yaml", A, None)], "case only"),
        ([("-x.yaml", A, None)], "begins with -"),
        ([("README", A, None)], "no runbook in it"),
    ],
)
def test_hostile_tarballs(members: list[tuple[str, bytes, Change | None]], told: str) -> None:
    with pytest.raises(PackError, match=told):
        gather_archive(_tar(*members), "x").tree()


def test_what_is_no_whole_tarball() -> None:
    whole = _tar(("a.yaml", A, None))
    for data in (
        b"",
        b"x" * 5000,
        whole[:60],
        gzip.compress(b"x" * 700),
        b"\xfd7zXZ\x00" + b"x" * 600,
    ):
        with pytest.raises(PackError, match=r"no tarball|no runbook in it"):
            gather_archive(data, "x").tree()


@pytest.mark.parametrize("size", [10**10, 10**18])
@pytest.mark.parametrize("is_told_twice", [False, True])
def test_a_member_that_says_it_is_larger_than_any_disk_is_no_work(
    monkeypatch: pytest.MonkeyPatch, size: int, is_told_twice: bool
) -> None:
    monkeypatch.setattr(archive_module, "SECONDS", 5.0)

    def change(info: tarfile.TarInfo) -> None:
        if is_told_twice:
            info.pax_headers = {"size": str(size)}
        else:
            info.size = size

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.yaml")
        change(info)
        archive.addfile(info)
    with pytest.raises(PackError, match="no tarball that can be read"):
        gather_archive(out.getvalue(), "x")


def test_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_UNPACKED", 100_000)
    bomb = _tar(("a.yaml", A, None), ("big.bin", b"\0" * 200_000, None))
    assert len(bomb) < 2000
    with pytest.raises(PackError, match="larger than"):
        gather_archive(bomb, "x")


def _header(kind: bytes, text: bytes) -> bytes:
    """A header that says more of what is behind it."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, len(text)
    return info.tobuf(tarfile.USTAR_FORMAT) + text.ljust(-(-len(text) // 512) * 512, b"\0")


@pytest.mark.parametrize(
    "before",
    [
        # tarfile would try every beginning of the number for each of its digits.
        _header(tarfile.XHDTYPE, b"1" * 64 * 1024),
        # Each member would have all of these keys for its own.
        _header(tarfile.XGLTYPE, b"".join(b"9 k%04d=\n" % number for number in range(500))),
        _header(tarfile.XGLTYPE, b"99 k=" + b"v" * 93 + b"\n") * 20,
        # Each would be read inside the one before it.
        _header(tarfile.XHDTYPE, b"6 a=b\n") * 3_000,
        _header(tarfile.GNUTYPE_LONGNAME, b"a\0") * 3_000,
    ],
    ids=["digits", "keys", "many of all", "in a row", "names in a row"],
)
def test_headers_that_cost_more_than_any_is_worth_are_refused(before: bytes) -> None:
    with pytest.raises(PackError, match="a header of it is longer than any needs to be"):
        gather_archive(before + _tar(("a.yaml", A, None), mode="w"), "x")


def test_headers_as_tools_write_them_are_read() -> None:
    commit = _header(tarfile.XGLTYPE, b"52 comment=" + b"0" * 40 + b"\n")
    name = "scripts/" + "long-" * 30 + "name"
    data = commit + _tar(("a.yaml", A, None), (name, b"x", None), mode="w")
    assert set(gather_archive(data, "x").tree().files) == {"a.yaml", name}


def test_a_tarball_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "SECONDS", -1.0)
    with pytest.raises(PackError, match="it takes too long to read"):
        gather_archive(_tar(("a.yaml", A, None)), "x")
