"""Git repositories: one commit, read as data."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pup_tui.packs import git as git_module
from pup_tui.packs.errors import PackError
from pup_tui.packs.fetch import FetchedPack, FetchSurroundings, fetch_pack
from pup_tui.packs.git import Repository
from pup_tui.packs.source import read_source
from tests.support.git_server import git_server
from tests.support.packs import commit, git, repository, runbook, write_pack
from tests.support.untrusted import CERTIFICATE

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DD_API_KEY": "not for git"}


async def _fetch(
    tmp_path: Path,
    source: Path,
    environ: Mapping[str, str] = ENVIRON,
    address: str = "",
    **given: str,
) -> FetchedPack:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    asked = read_source(address or str(source), cwd=tmp_path, home=tmp_path, **given)
    told: list[str] = []
    inside = work / str(len(list(work.iterdir())))
    inside.mkdir()
    return await fetch_pack(
        asked, FetchSurroundings(work=inside, environ=environ, tell=told.append)
    )


async def test_one_commit_is_taken_whatever_its_refs_do_later(tmp_path: Path) -> None:
    source = tmp_path / "source"
    first = repository(source, {"a.yaml": runbook("a"), "scripts/x.sh": "#!/bin/sh\n"})
    git(source, "tag", "-a", "v1", "-m", "x")
    found = await _fetch(tmp_path, source, ref="v1")
    assert (found.commit, found.source.ref) == (first, "refs/tags/v1")
    assert found.tree.files["scripts/x.sh"].executable
    second = commit(source, {"a.yaml": runbook("a", "echo other")})
    git(source, "tag", "-f", "-a", "v1", "-m", "x")
    assert (await _fetch(tmp_path, source, ref=first)).tree == found.tree
    assert (await _fetch(tmp_path, source, ref="v1")).commit == second
    assert (await _fetch(tmp_path, source)).commit == second
    assert (await _fetch(tmp_path, source, ref="main")).source.ref == "refs/heads/main"


async def test_refs_that_are_not_there_or_two(tmp_path: Path) -> None:
    source = tmp_path / "source"
    first = repository(source, {"a.yaml": runbook("a")})
    git(source, "tag", "main")
    for ref, told in (
        ("none", "no ref `none`"),
        ("main", "a branch and a tag"),
        (first[:10], "whole commit id"),
        ("0" * 40, "0" * 40),
        (git(source, "rev-parse", "HEAD^{tree}"), "is not there"),
    ):
        with pytest.raises(PackError) as refused:
            await _fetch(tmp_path, source, ref=ref)
        assert told in str(refused.value) or "cannot fetch" in str(refused.value)


async def test_a_server_that_gives_no_commit_by_its_id_is_asked_for_the_ref(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    first = repository(source, {"a.yaml": runbook("a")})
    second = commit(source, {"b.yaml": runbook("b")})
    # That version of the protocol gives what refs name, and nothing else, by its id.
    monkeypatch.setitem(git_module._SETTINGS, "protocol.version", "0")
    git(source, "config", "uploadpack.allowTipSHA1InWant", "false")
    assert (await _fetch(tmp_path, source, ref="main")).commit == second
    old = await _fetch(tmp_path, source, ref=first)
    assert (old.commit, list(old.tree.files)) == (first, ["a.yaml"])


async def test_a_folder_of_a_repository(tmp_path: Path) -> None:
    source = tmp_path / "source"
    repository(source, {"ops/runbooks/a.yaml": runbook("a"), "b.yaml": runbook("b")})
    assert list((await _fetch(tmp_path, source, inside="ops/runbooks")).tree.files) == ["a.yaml"]
    for inside in ("ops/none", "b.yaml"):
        with pytest.raises(PackError, match="no folder"):
            await _fetch(tmp_path, source, inside=inside)


def _link(target: str, name: str) -> Callable[[Path], None]:
    return lambda folder: os.symlink(target, folder / name)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_link("/etc/passwd", "r.yaml"), "a link is in the pack: `r.yaml`"),
        (_link("/etc", "dir"), "a link is in the pack: `dir`"),
        (_link("..", "scripts"), "a link is in the pack: `scripts`"),
        (lambda folder: write_pack(folder, {"-rf.yaml": "x"}), "begins with -"),
        (lambda folder: write_pack(folder, {"a\nb.yaml": "x"}), "control characters"),
        (lambda folder: write_pack(folder, {"A.yaml": "x"}), "case only"),
        (lambda folder: (folder / os.fsdecode(b"\xff.yaml")).write_text("x"), "no UTF-8"),
    ],
)
async def test_hostile_repositories(
    tmp_path: Path, change: Callable[[Path], None], told: str
) -> None:
    source = tmp_path / "source"
    repository(source, {"a.yaml": runbook("a")})
    change(source)
    commit(source, {})
    with pytest.raises(PackError) as refused:
        await _fetch(tmp_path, source)
    assert told in str(refused.value)


async def test_submodules_are_not_fetched_and_that_is_said(tmp_path: Path) -> None:
    source = tmp_path / "source"
    repository(source, {"a.yaml": runbook("a")})
    url = "ext::sh -c touch% pwned"
    write_pack(source, {".gitmodules": f'[submodule "m"]\n\tpath = m\n\turl = {url}\n'})
    git(source, "add", ".gitmodules")
    git(source, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},m")
    git(source, "commit", "-q", "-m", "x")
    found = await _fetch(tmp_path, source)
    assert found.notices == ("the submodule `m` is not fetched",)
    assert list(found.tree.files) == ["a.yaml"]


async def test_nothing_of_a_repository_runs(tmp_path: Path) -> None:
    source, ran = tmp_path / "source", tmp_path / "ran"
    repository(source, {"a.yaml": runbook("a"), ".gitattributes": "*.yaml filter=bad\n"})
    bad = tmp_path / "bad.sh"
    bad.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    bad.chmod(0o755)
    for name in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
        hook = source / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(bad.read_text())
        hook.chmod(0o755)
    for key in (
        "filter.bad.smudge",
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "uploadpack.packObjectsHook",
        "credential.helper",
        "diff.external",
    ):
        git(source, "config", key, str(bad))
    ran.unlink(missing_ok=True)
    found = await _fetch(tmp_path, source)
    assert list(found.tree.files) == ["a.yaml"]
    assert not ran.exists()


async def test_a_listing_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    """Ten trees in each other, each of which holds the next one ten times, are ten thousand million files."""
    source = tmp_path / "source"
    repository(source, {"a.yaml": runbook("a")})
    blob = git(source, "rev-parse", "HEAD:a.yaml")
    entry = f"100644 blob {blob}\t"
    for _ in range(10):
        listed = "\n".join(f"{entry}f{number}" for number in range(10))
        tree = _mktree(source, listed)
        entry = f"040000 tree {tree}\t"
    bomb = git(source, "commit-tree", tree, "-m", "x")
    git(source, "update-ref", "refs/heads/bomb", bomb)
    with pytest.raises(PackError, match=r"more than|stopped"):
        await _fetch(tmp_path, source, ref="bomb")


def _mktree(source: Path, listed: str) -> str:
    done = subprocess.run(
        ["git", "mktree"],
        cwd=source,
        input=listed + "\n",
        text=True,
        check=True,
        capture_output=True,
    )
    return done.stdout.strip()


async def test_a_repository_that_sends_too_much_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    repository(source, {"a.yaml": runbook("a")})
    (source / "big.bin").write_bytes(os.urandom(300_000))
    commit(source, {})
    monkeypatch.setattr(git_module, "MAX_FETCHED", 100 * 1024)
    with pytest.raises(PackError, match="sends more than"):
        await _fetch(tmp_path, source)


async def test_what_git_sees_of_the_environment_and_the_configuration(tmp_path: Path) -> None:
    home, programs, seen = tmp_path / "home", tmp_path / "programs", tmp_path / "seen"
    home.mkdir()
    programs.mkdir()
    (home / ".gitconfig").write_text(
        "[credential]\n\thelper = store --file=x\n[core]\n\tpager = evil\n"
        "[http]\n\tsslCAInfo = ~/own.pem\n\tsslVerify = false\n\tcookieFile = evil\n"
        '[credential "https://git.example.com"]\n\thelper = !echo password=hidden\n'
        '[url "ext::evil"]\n\tinsteadOf = https://\n'
    )
    real = shutil.which("git")
    (programs / "git").write_text(
        f'#!/bin/sh\nif [ "$1" = config ]; then exec {real} "$@"; fi\n'
        f'env > {seen}\nfor word in "$@"; do echo "word=$word" >> {seen}; done\nexit 1\n'
    )
    (programs / "git").chmod(0o755)
    environ = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "SSH_AUTH_SOCK": "/s",
        "HTTPS_PROXY": "http://p:1",
        "GIT_SSH_COMMAND": "evil",
        "GIT_DIR": "/evil",
        "DD_API_KEY": "hidden",
    }
    work = tmp_path / "work"
    work.mkdir()
    source = read_source("https://git.example.com/a.git", cwd=tmp_path, home=home)
    with pytest.raises(PackError):
        await Repository(source, work, environ).resolve()
    lines = [line.partition("=") for line in seen.read_text().splitlines()]
    found = {name: value for name, _, value in lines if name != "word"}
    words = [value for name, _, value in lines if name == "word"]
    # The shells around it add their own.
    others = {name for name in found if not name.startswith("GIT_")}
    others -= {"PWD", "SHLVL", "_", "OLDPWD"}
    assert others == {"PATH", "HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "LC_ALL"}
    assert found["GIT_ALLOW_PROTOCOL"] == "https:ssh"
    assert "BatchMode=yes" in found["GIT_SSH_COMMAND"]
    assert "GIT_DIR" not in found
    helpers = {
        found[f"GIT_CONFIG_KEY_{number}"]: found[f"GIT_CONFIG_VALUE_{number}"]
        for number in range(int(found["GIT_CONFIG_COUNT"]))
    }
    assert helpers["credential.helper"] == "store --file=x"
    assert helpers["credential.https://git.example.com.helper"] == "!echo password=hidden"
    assert helpers["http.sslcainfo"] == "~/own.pem"
    assert all(key.startswith(("credential.", "http.sslca")) for key in helpers)
    assert {"core.hooksPath=/dev/null", "fetch.fsckObjects=true"} <= set(words)
    assert words[words.index("--") + 1] == "https://git.example.com/a.git"
    assert not any("hidden" in word for word in words)


async def test_without_git_that_is_said(tmp_path: Path) -> None:
    source = tmp_path / "source"
    repository(source, {"a.yaml": runbook("a")})
    with pytest.raises(PackError, match="git is not installed"):
        await _fetch(tmp_path, source, {"PATH": str(tmp_path)})


async def test_git_follows_no_redirect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split()[1])
        leads = f"https://localhost:{port}/elsewhere.git/info/refs?service=git-upload-pack"
        writer.write(
            f"HTTP/1.1 302 Found\r\nLocation: {leads}\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    monkeypatch.setitem(git_module._SETTINGS, "http.sslVerify", "false")
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        source = read_source(f"https://127.0.0.1:{port}/a.git", cwd=tmp_path, home=tmp_path)
        work = tmp_path / "work"
        work.mkdir()
        around = FetchSurroundings(work=work, environ=ENVIRON, tell=lambda _: None)
        with pytest.raises(PackError, match="the server sends elsewhere"):
            await fetch_pack(source, around)
    assert asked == ["/a.git/info/refs?service=git-upload-pack"]


@pytest.mark.parametrize("named", ["configuration", "host", "SSL_CERT_FILE", "GIT_SSL_CAINFO"])
async def test_the_operators_own_authority_vouches_for_a_host(tmp_path: Path, named: str) -> None:
    first = repository(tmp_path / "pack", {"a.yaml": runbook("a")})
    configuration, environ = tmp_path / "configuration", {**ENVIRON, "HOME": str(tmp_path)}
    async with git_server(tmp_path, password="hidden") as address:
        helper = '[credential]\n\thelper = "!echo username=ada; echo password=hidden; true"\n'
        configuration.write_text(helper)
        environ["GIT_CONFIG_GLOBAL"] = str(configuration)
        source = f"{address}/pack/.git"
        with pytest.raises(PackError, match=r"certificate.*check it.*http.sslCAInfo"):
            await _fetch(tmp_path, Path(), environ, address=source)
        if named in ("configuration", "host"):
            section = f'http "{address}"' if named == "host" else "http"
            configuration.write_text(f"{helper}[{section}]\n\tsslCAInfo = {CERTIFICATE}\n")
        else:
            environ[named] = str(CERTIFICATE)
        for ref in ("main", first):
            found = await _fetch(tmp_path, Path(), environ, address=source, ref=ref)
            assert (found.commit, list(found.tree.files)) == (first, ["a.yaml"])
        configuration.write_text(configuration.read_text().replace("=hidden", "=other"))
        with pytest.raises(PackError, match="Authentication failed"):
            await _fetch(tmp_path, Path(), environ, address=source)
        configuration.write_text("[http")
        with pytest.raises(
            PackError, match=r"git cannot read your configuration .*bad config line"
        ):
            await _fetch(tmp_path, Path(), environ, address=source)


async def test_a_repository_comes_over_ssh_in_either_form_of_its_address(tmp_path: Path) -> None:
    first = repository(tmp_path / "pack", {"a.yaml": runbook("a")})
    programs, seen = tmp_path / "programs", tmp_path / "seen"
    # In the place of ssh and the other machine: what ssh would have run there.
    last = 'for last; do :; done; exec sh -c "$last"'
    write_pack(programs, {"ssh": f'#!/bin/sh\necho "$@" >> {seen}\n{last}\n'})
    environ = {**ENVIRON, "PATH": f"{programs}:{os.environ['PATH']}"}
    for address in (
        f"ssh://ada@git.example.com:2222{tmp_path}/pack",
        f"ada@git.example.com:{tmp_path}/pack",
    ):
        found = await _fetch(tmp_path, Path(), environ, address=address, ref="main")
        assert (found.commit, list(found.tree.files)) == (first, ["a.yaml"])
    told = seen.read_text().splitlines()
    assert all("-oBatchMode=yes -oStrictHostKeyChecking=yes" in line for line in told)
    assert all(f"ada@git.example.com git-upload-pack '{tmp_path}/pack'" in line for line in told)
    assert [" -p 2222 " in line for line in told] == [True, True, False, False]
