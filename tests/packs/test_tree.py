"""Which files belong to a pack, and which may not be in one."""

from __future__ import annotations

import pytest

from pup_tui.packs import tree as tree_module
from pup_tui.packs.errors import PackError
from pup_tui.packs.tree import Gathering, PackTree, TreeFile, belongs, is_runbook
from tests.support.packs import tree_of


@pytest.mark.parametrize(
    ("path", "is_part"),
    [
        ("a.yaml", True),
        ("a.yml", True),
        ("pack.yaml", True),
        ("theme/a.yaml", True),
        ("_templates/notify/x.yaml", True),
        ("scripts/deep/er/x.sh", True),
        ("integrations/x.yaml", True),
        ("profiles/x.yaml", True),
        ("_tests/a.yaml", True),
        ("theme/_tests/a.yaml", True),
        ("theme/scripts/a.sh", True),
        ("README.md", False),
        ("_draft.yaml", False),
        (".hidden.yaml", False),
        (".git/hooks/post-checkout", False),
        (".github/workflows/x.yaml", False),
        ("theme/deeper/a.yaml", False),
        ("_other/a.yaml", False),
        ("scripts/.git/config", False),
    ],
)
def test_what_belongs_to_a_pack(path: str, is_part: bool) -> None:
    assert belongs(path) is is_part


def test_runbooks_are_told_from_what_lies_beside_them() -> None:
    paths = [
        "a.yaml",
        "t/a.yaml",
        "pack.yaml",
        "profiles/a.yaml",
        "scripts/a.yaml",
        "_tests/a.yaml",
    ]
    assert [path for path in paths if is_runbook(path)] == ["a.yaml", "t/a.yaml"]


@pytest.mark.parametrize(
    "path",
    [
        "-rf.yaml", "a\nb.yaml", "c\x1b]0;pwn\x07.yaml", "scripts//x", "a\\b.yaml", "a:b.yaml",
        "nul.yaml", "CON.yaml", "com1.yaml", "LPT9.txt.yaml", "scripts/aux", "scripts/x.", "scripts/ x",
        "scripts/x\u202ey", "scripts/" + "a/" * 10 + "x", "a" * 300 + ".yaml", "scripts/x\udcff",
    ],
)  # fmt: skip
def test_names_that_no_file_of_a_pack_has(path: str) -> None:
    with pytest.raises(PackError, match="name cannot be used") as refused:
        Gathering("x").wants(path, 1)
    assert "\x1b" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("r.yaml", "R.yaml"),
        ("Theme/a.yaml", "theme/b.yaml"),
        ("straße.yaml", "STRASSE.yaml"),
        ("é.yaml", "e\u0301.yaml"),
        ("ﬁ.yaml", "fi.yaml"),
    ],
)
def test_names_that_some_system_takes_for_one(first: str, second: str) -> None:
    gathering = Gathering("x")
    assert gathering.wants(first, 1)
    with pytest.raises(PackError, match="differ by case only") as refused:
        gathering.wants(second, 1)
    assert first.partition("/")[0] in str(refused.value)


def test_a_file_is_there_once_and_is_no_folder() -> None:
    for first, second, told in (
        ("a.yaml", "a.yaml", "twice"),
        ("scripts/x", "scripts/x/y", "as a file and as a folder"),
        ("scripts/x/y", "scripts/x", "as a file and as a folder"),
    ):
        gathering = Gathering("x")
        gathering.wants(first, 1)
        with pytest.raises(PackError, match=told):
            gathering.wants(second, 1)


@pytest.mark.parametrize("path", ["r.yaml", "dir", "theme/x", "scripts/x", "theme/_templates/x"])
def test_no_link_and_no_device_is_taken(path: str) -> None:
    with pytest.raises(PackError, match="a link is in the pack"):
        Gathering("x").refuse_link(path)
    with pytest.raises(PackError, match="no regular file"):
        Gathering("x").refuse_special(path)


def test_a_link_elsewhere_in_the_source_is_nothing() -> None:
    for path in ("src/a/b", ".envrc", ".github/x"):
        Gathering("x").refuse_link(path)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_FILES", 2)
    monkeypatch.setattr(tree_module, "MAX_ENTRIES", 4)
    monkeypatch.setattr(tree_module, "MAX_BYTES", 10)
    gathering = Gathering("x")
    assert gathering.wants("a.yaml", 5)
    assert gathering.wants("b.yaml", 5)
    with pytest.raises(PackError, match="more than 2 files"):
        gathering.wants("c.yaml", 0)
    with pytest.raises(PackError, match="MiB"):
        Gathering("x").wants("a.yaml", 11)
    gathering = Gathering("x")
    assert not any(gathering.wants(f"{number}.md", 1) for number in range(4))
    with pytest.raises(PackError, match="source has more than 4 files"):
        gathering.wants("4.md", 1)


def test_the_hash_stands_for_names_bytes_and_modes() -> None:
    one = tree_of({"a.yaml": "x", "scripts/y": "z"})
    assert one.hash == tree_of({"scripts/y": "z", "a.yaml": "x"}).hash
    others = [
        tree_of({"a.yaml": "x", "scripts/y": "Z"}),
        tree_of({"b.yaml": "x", "scripts/y": "z"}),
        tree_of({"a.yaml": "x", "scripts/y": "z"}, frozenset({"scripts/y"})),
        tree_of({"a.yaml": "x"}),
        PackTree({}),
    ]
    assert len({one.hash, *(other.hash for other in others)}) == 6
    assert TreeFile(b"").sha256.startswith("e3b0c442")


def test_a_pack_without_a_runbook_is_none() -> None:
    gathering = Gathering("x")
    gathering.wants("pack.yaml", 1)
    gathering.add("pack.yaml", b"")
    with pytest.raises(PackError, match="no runbook in it"):
        gathering.tree()
