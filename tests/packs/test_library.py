"""What is kept of packs and of what is trusted, and what becomes of it when a process is killed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.packs import store as store_module
from pup_tui.packs.errors import PackError
from pup_tui.packs.fetch import FetchedPack
from pup_tui.packs.library import Approver, PackLibrary, check_hash, whole_packs
from pup_tui.packs.places import PackFolders
from pup_tui.packs.source import PackSource, SourceKind
from pup_tui.packs.store import APPROVED, IMPORTED, check_copy
from pup_tui.packs.tree import PackTree
from tests.support.packs import runbook, tree_of, write_pack

ADA = Approver("ada", "2026-11-30T12:00:00.000000Z")
ONE = tree_of(
    {
        "a.yaml": runbook("a"),
        "theme/b.yaml": "name: b\nsteps:\n  - {name: x, template: say}\n"
        "  - {name: y, kind: runbook, runbook: a}\n",
        "_templates/say.yaml": "kind: shell\nrun: echo hello\n",
        "scripts/x.sh": "#!/bin/sh\n",
    },
    frozenset({"scripts/x.sh"}),
)
TWO = tree_of(
    {
        **{path: file.data.decode() for path, file in ONE.files.items()},
        "a.yaml": runbook("a", "rm -rf /srv/data"),
        "c.yaml": runbook("c"),
    },
    frozenset({"scripts/x.sh"}),
)


def _found(tree: PackTree, commit: str = "1" * 40) -> FetchedPack:
    source = PackSource(kind=SourceKind.GIT, address="https://h.example/p.git", told="x", host="h")
    return FetchedPack(source=source, tree=tree, commit=commit)


@pytest.fixture
def library(tmp_path: Path) -> PackLibrary:
    return PackLibrary(tmp_path / "state", tmp_path / "config")


def _catalog(tmp_path: Path, *given: Folder) -> Catalog:
    return Catalog(PackFolders(given, tmp_path / "state", tmp_path / "config"))


def _told(catalog: Catalog) -> dict[str, tuple[bool, bool]]:
    """Of each runbook whether it is trusted, and whether it has changed since."""
    return {entry.id: (entry.trusted, entry.changed) for entry in catalog.entries()}


def test_the_lock_tells_exactly_what_was_imported(library: PackLibrary) -> None:
    pack = library.take("p", _found(ONE), ADA.at)
    assert library.packs() == {"p": pack}
    assert pack.tree == ONE.hash
    assert pack.files["a.yaml"] == ONE.files["a.yaml"].sha256
    assert (pack.source, pack.commit) == ("https://h.example/p.git", "1" * 40)
    assert library.tree_of("p") == ONE


def test_nothing_is_trusted_by_an_import(library: PackLibrary, tmp_path: Path) -> None:
    library.take("p", _found(ONE), ADA.at)
    catalog = _catalog(tmp_path)
    assert _told(catalog) == {"p/a": (False, False), "p/b": (False, False)}
    assert not (tmp_path / "state" / APPROVED).exists()
    assert catalog.named_packs == {}
    assert not any(entry.broken for entry in catalog.entries())
    assert not catalog.load(catalog.find("p/a").path).is_believed


@pytest.mark.proves("P20")
def test_a_copy_of_what_is_trusted_is_kept_for_its_owner_alone(
    library: PackLibrary, tmp_path: Path
) -> None:
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)
    place = tmp_path / "state" / "packs" / "p" / ONE.hash
    modes = {
        path.relative_to(place).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (place, *place.rglob("*"))
    }
    assert modes["."] == modes["theme"] == modes["scripts/x.sh"] == 0o500
    assert modes["a.yaml"] == 0o400
    (approval,) = library.approvals()
    assert (approval.by, approval.at, approval.commit) == ("ada", ADA.at, "1" * 40)
    catalog = _catalog(tmp_path)
    assert _told(catalog) == {"p/a": (True, False), "p/b": (True, False)}
    entry = catalog.find("p/b")
    assert entry.path == place / "theme" / "b.yaml"
    assert (entry.origin, entry.is_copy) == (Origin.PACK, True)
    assert catalog.load(entry.path).id == "p/b"
    assert catalog.load(entry.path).is_believed
    check_copy(entry.path)


@pytest.mark.proves("P20")
def test_what_was_trusted_runs_until_the_newer_version_is(
    library: PackLibrary, tmp_path: Path
) -> None:
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)
    catalog = _catalog(tmp_path)
    before = catalog.find("p/a").path
    stamp = catalog.stamp()
    library.take("p", _found(TWO, "2" * 40), ADA.at)
    assert catalog.stamp() != stamp
    assert _told(catalog) == {"p/a": (True, True), "p/b": (True, False), "p/c": (False, False)}
    assert catalog.find("p/a").path == before
    assert whole_packs(library)[0].state == "changed"
    library.approve(library.pack("p"), ADA)
    assert _told(catalog) == {"p/a": (True, False), "p/b": (True, False), "p/c": (True, False)}
    assert catalog.find("p/a").path != before


def test_a_runbook_is_trusted_alone_with_what_belongs_to_it(
    library: PackLibrary, tmp_path: Path
) -> None:
    library.take("p", _found(TWO), ADA.at)
    subject = library.runbook("p", "b")
    assert set(subject.tree.files) == {
        "a.yaml", "theme/b.yaml", "_templates/say.yaml", "scripts/x.sh",
    }  # fmt: skip
    library.approve(subject, ADA)
    catalog = _catalog(tmp_path)
    assert _told(catalog) == {"p/a": (False, False), "p/b": (True, False), "p/c": (False, False)}
    assert catalog.load(catalog.find("p/b").path).ok
    assert whole_packs(library)[0].state == "partly"
    library.approve(library.pack("p"), ADA)
    assert len(library.approvals()) == 1
    assert library.withdraw(lambda each: each.pack == "p")
    assert not any(trusted for trusted, _ in _told(catalog).values())


def test_runbooks_of_a_working_directory_are_trusted_one_by_one(
    library: PackLibrary, tmp_path: Path
) -> None:
    here = write_pack(
        tmp_path / "work" / "runbooks",
        {"a.yaml": runbook("a"), "theme/b.yaml": runbook("b"), "_templates/x.yaml": "kind: wait\n"},
    )
    catalog = _catalog(tmp_path, Folder(here, Origin.HERE, trusted=False))
    assert _told(catalog) == {"a": (False, False), "b": (False, False)}
    library.approve(library.here(here, "a"), ADA)
    assert _told(catalog) == {"a": (True, False), "b": (False, False)}
    copy = catalog.find("a").path
    assert copy.is_relative_to(tmp_path / "state" / "packs")
    assert {path.name for path in copy.parent.iterdir()} == {"a.yaml", "_templates"}
    (here / "a.yaml").write_text(runbook("a", "echo other"))
    assert _told(catalog)["a"] == (True, True)
    assert catalog.find("a").path == copy
    (here / "a.yaml").write_text(runbook("a"))
    assert _told(catalog)["a"] == (True, False)
    (here / "_templates" / "x.yaml").write_text("kind: stop\n")
    assert _told(catalog)["a"] == (True, True)
    elsewhere = write_pack(tmp_path / "other" / "runbooks", {"a.yaml": runbook("a")})
    assert _told(_catalog(tmp_path, Folder(elsewhere, Origin.HERE, trusted=False))) == {
        "a": (False, False)
    }


def test_what_is_trusted_here_hides_nothing_of_ones_own(
    library: PackLibrary, tmp_path: Path
) -> None:
    own = write_pack(tmp_path / "own", {"a.yaml": runbook("a")})
    here = write_pack(tmp_path / "work" / "runbooks", {"a.yaml": runbook("a")})
    library.approve(library.here(here, "a"), ADA)
    given = [Folder(own, Origin.CONFIGURATION), Folder(here, Origin.HERE, trusted=False)]
    assert _catalog(tmp_path, *given).find("a").path == own / "a.yaml"


@pytest.mark.proves("P20")
def test_a_copy_that_is_not_what_was_trusted_is_refused(
    library: PackLibrary, tmp_path: Path
) -> None:
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)
    place = tmp_path / "state" / "packs" / "p" / ONE.hash
    script = place / "scripts" / "x.sh"
    script.chmod(0o700)
    script.write_text("#!/bin/sh\nrm -rf /\n")
    script.chmod(0o500)
    with pytest.raises(PackError, match="not those that were trusted"):
        check_copy(place / "a.yaml")
    assert library.pack("p").before is None
    library.approve(library.pack("p"), ADA)
    check_copy(place / "a.yaml")


def test_a_copy_that_is_gone_is_no_copy(library: PackLibrary, tmp_path: Path) -> None:
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)
    library.store.forget(APPROVED, "p")
    assert _told(_catalog(tmp_path)) == {"p/a": (False, False), "p/b": (False, False)}


def test_a_hash_is_of_exactly_these_files() -> None:
    check_hash(ONE.hash, ONE)
    for given in (TWO.hash, "", ONE.hash[:12], "x" * 100):
        with pytest.raises(PackError, match="not that of these files"):
            check_hash(given, ONE)


def test_others_who_may_write_what_is_trusted_trust_nothing(
    library: PackLibrary, tmp_path: Path
) -> None:
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)
    (tmp_path / "config" / "trust.json").chmod(0o666)
    with pytest.raises(PackError, match="others may write"):
        library.approvals()
    folders = PackFolders([], tmp_path / "state", tmp_path / "config")
    assert folders() == ()
    assert "others may write" in str(folders.problem)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 9, "packs": {}}'])
def test_a_lock_that_cannot_be_read_is_said_to_be_so(
    library: PackLibrary, tmp_path: Path, text: str
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "packs.lock").write_text(text)
    with pytest.raises(PackError, match=r"packs\.lock"):
        library.packs()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "../../../victim"}, "cannot be the name of a pack"),
        ({"tree": "../../../victim"}, "tree"),
        ({"tree": "a" * 63}, "tree"),
        ({"commit": "--upload-pack=x"}, "commit"),
    ],
)
def test_a_lock_that_somebody_edited_leads_nowhere_else(
    library: PackLibrary, tmp_path: Path, said: dict[str, str], told: str
) -> None:
    library.take("p", _found(ONE), ADA.at)
    path = tmp_path / "config" / "packs.lock"
    file = json.loads(path.read_text())
    pack = file["packs"].pop("p")
    file["packs"][said.pop("name", "p")] = {**pack, **said}
    path.write_text(json.dumps(file))
    with pytest.raises(PackError, match=told):
        library.remove("p")


@pytest.mark.parametrize(
    "said",
    [
        {"source": "--upload-pack=touch x"},
        {"source": "ext::sh -c evil"},
        {"source": "https://169.254.169.254/x.yaml", "host": "example.com"},
        {"source": "http://example.com/x.yaml", "host": "example.com"},
        {"source": "https://user:pw@example.com/x.git", "host": "example.com"},
        {"source": "https://example.com/x.git", "host": ""},
        {"source": "/", "host": "example.com"},
        {"source": "https://example.com/x.git", "host": "x", "ref": "--upload-pack=x"},
        {"source": "https://example.com/x.git", "host": "x", "path": "../x"},
    ],
)
def test_a_source_in_the_lock_is_judged_as_one_that_is_typed(
    library: PackLibrary, said: dict[str, str]
) -> None:
    library.take("p", _found(ONE), ADA.at)
    pack = msgspec.structs.replace(library.locked("p"), kind=SourceKind.GIT, **said)
    with pytest.raises(PackError):
        pack.judged_source()


def test_removing_a_pack_forgets_all_of_it(library: PackLibrary, tmp_path: Path) -> None:
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)
    library.remove("p")
    assert (library.packs(), library.approvals()) == ({}, [])
    assert _told(_catalog(tmp_path)) == {}
    assert not (tmp_path / "state" / APPROVED / "p").exists()
    with pytest.raises(PackError, match="no pack `p`"):
        library.remove("p")


def _broken_off(monkeypatch: pytest.MonkeyPatch, at: int, work: Callable[[], None]) -> bool:
    """Do some work that a kill ends at its `at`-th change of the disk; whether it came to its end."""
    calls = 0

    class Killed(BaseException):
        pass

    def counting(original: object) -> object:
        def call(*given: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == at:
                raise Killed
            return original(*given, **named)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patched:
        for module, name in ((os, "rename"), (os, "replace"), (os, "open"), (os, "mkdir")):
            patched.setattr(module, name, counting(getattr(module, name)))
        try:
            work()
        except Killed:
            return False
    return True


@pytest.mark.proves("P20")
def test_nothing_that_is_left_of_a_pack_runs_where_its_removal_is_broken_off(
    library: PackLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 300):
        library.take("p", _found(ONE), ADA.at)
        library.approve(library.pack("p"), ADA)
        done = _broken_off(monkeypatch, at, lambda: library.remove("p"))
        again = PackLibrary(tmp_path / "state", tmp_path / "config")
        if again.approvals():
            assert again.tree_of("p").hash == ONE.hash
        if "p" in again.packs():
            again.remove("p")
        assert _told(_catalog(tmp_path)) == {}
        if done:
            break
    else:
        pytest.fail("it was broken off each time")
    assert at > 3


@pytest.mark.proves("P20")
def test_whatever_is_broken_off_leaves_the_old_state_whole(
    library: PackLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a process ends, what is kept is that before or that after."""
    library.take("p", _found(ONE), ADA.at)
    library.approve(library.pack("p"), ADA)

    def renewed() -> None:
        library.take("p", _found(TWO, "2" * 40), ADA.at)
        library.approve(library.pack("p"), ADA)

    for at in range(1, 300):
        done = _broken_off(monkeypatch, at, renewed)
        again = PackLibrary(tmp_path / "state", tmp_path / "config")
        locked = again.packs()["p"]
        assert again.tree_of("p").hash == locked.tree
        (approval,) = again.approvals()
        again.store.read(APPROVED, "p", approval.tree)
        assert approval.tree in (ONE.hash, TWO.hash)
        if done:
            break
    else:
        pytest.fail("it was broken off each time")
    assert at > 5
    with again.store.turn():
        left = [*(tmp_path / "state").glob("*/*/.new-*")]
    assert left == []


def test_what_a_killed_process_left_of_a_fetch_is_removed_and_what_another_uses_stays(
    library: PackLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "state" / IMPORTED / ".fetched"
    with library.store.work() as work:
        (folder / "fetch-left").mkdir()
        with library.store.work() as other:
            assert work.is_dir()
            assert other.is_dir()
            assert not (folder / "fetch-left").exists()
    assert [*folder.iterdir()] == []


def test_a_link_among_kept_files_is_refused(library: PackLibrary, tmp_path: Path) -> None:
    library.take("p", _found(ONE), ADA.at)
    place = tmp_path / "state" / IMPORTED / "p" / ONE.hash
    place.chmod(0o700)
    os.symlink("/etc/passwd", place / "d.yaml")
    with pytest.raises(PackError, match="a link"):
        library.tree_of("p")
    store_module.remove(place)
