"""A pack out of a git repository: one commit is fetched without a work tree, and read as data.

So nothing of the repository runs or is written by its name: no hook, no filter, no submodule, no link. Of the
operator's configuration git sees only how credentials are had and which authorities vouch for a host, and
of the environment only what `_KEPT` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from pup_tui.packs.errors import PackError
from pup_tui.packs.process import Finished, ProcessLimits, TooMuch, run
from pup_tui.packs.source import DEFAULT_REF, PackSource
from pup_tui.packs.tree import MAX_BYTES, Gathering
from pup_tui.runbook.nodes import shown

MAX_FETCHED: Final = 256 * 1024 * 1024
"""Bytes that a repository may send."""
SECONDS: Final = 300.0

_KEPT: Final = ("PATH", "HOME", "SSH_AUTH_SOCK")
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_CERTIFICATES: Final = {
    "http.sslCAInfo": ("SSL_CERT_FILE", "GIT_SSL_CAINFO"),
    "http.sslCAPath": ("SSL_CERT_DIR", "GIT_SSL_CAPATH"),
}
"""Settings of git, with the variables that name them: for all programs, and for git, which counts more."""
_HANDED: Final = r"^credential\.|^http\.(.*\.)?(sslcainfo|sslcapath|sslcert|sslkey|pinnedpubkey)$"
"""Keys of the operator's configuration that git gets: what tells who they are, and whom they trust."""
_NOTHING: Final = 1
"""The exit code of `git config` where no key matches."""
_NOT_INSTALLED: Final = 127
_CONFIGURED_BY: Final = frozenset(
    {"XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
)
"""Variables that name the operator's configuration."""
_SSH: Final = (
    "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oPermitLocalCommand=no "
    "-oForwardAgent=no -oClearAllForwardings=yes"
)
_SETTINGS: Final = {
    "core.hooksPath": "/dev/null",
    "core.askPass": "",
    "core.fsmonitor": "false",
    "core.bigFileThreshold": "1m",
    "fetch.fsckObjects": "true",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    # git would follow one to any host, and ask a credential helper for that.
    "http.followRedirects": "false",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.version": "2",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
    "advice.detachedHead": "false",
}
_MEMORY: Final = 4 * 1024 * 1024
"""KiB of memory of git, where it starts no helper of the operator's: some of these reserve much more."""
_LISTING: Final = 64 * 1024 * 1024
_LINK, _SUBMODULE, _PROGRAM = "120000", "160000", "100755"
_FILES: Final = frozenset({"100644", "100664", _PROGRAM})
_ID: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\t(.*)")


class Revision(Struct, frozen=True):
    """One commit of a repository by its full id, and by the ref that it was found by, if there was one."""

    commit: str
    ref: str = ""


class Repository:
    """A repository that is fetched from, into a bare one in the empty folder `work`."""

    def __init__(self, source: PackSource, work: Path, environ: Mapping[str, str]) -> None:
        self._source = source
        self._work = work
        self._own = environ
        self._environ: dict[str, str] = {}
        self._has_helper = False

    async def resolve(self) -> Revision:
        """The commit that the source's ref stands for now. Raises PackError."""
        if self._source.commit:
            return Revision(self._source.commit)
        ref = self._source.ref or DEFAULT_REF
        whole = ref == DEFAULT_REF or ref.startswith("refs/")
        names = [ref] if whole else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
        asked = [*names, *(f"{name}^{{}}" for name in names)]
        told = await self._git("ls-remote", "--", self._source.address, *asked)
        found = {
            line[2].decode(errors="replace"): line[1].decode()
            for line in map(_ID.fullmatch, told.out.splitlines())
            if line
        }
        there = [name for name in names if name in found]
        if not there:
            raise PackError(f"there is no ref {shown(ref)}", self._source.told, _no_ref(ref))
        if len(there) > 1:
            hint = f"say --ref {there[0]} or --ref {there[1]}"
            told_twice = f"{shown(ref)} is a branch and a tag"
            raise PackError(told_twice, self._source.told, hint)
        return Revision(found.get(f"{there[0]}^{{}}", found[there[0]]), there[0])

    async def fetch(self, revision: Revision) -> str:
        """Bring exactly this commit here; returns its id, where the revision was that of a tag.

        A server that gives nothing by its id is asked for the ref, or else for all: the commit is required
        to be there then. Raises PackError.
        """
        longer = ["--object-format=sha256"] if len(revision.commit) == 64 else []
        await self._git("init", "--bare", "--quiet", "--template=", *longer, ".")
        address = self._source.address
        every = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc"]
        shallow = [*every, "--depth=1", "--", address]
        first = await self._git(*shallow, revision.commit, check=False)
        if first.code:
            if revision.ref:
                again = await self._git(*shallow, revision.ref, check=False)
            else:
                refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
                again = await self._git(*every, "--", address, *refs, check=False)
            if again.code:
                raise self._failed(first)
        name = f"{revision.commit}^{{commit}}"
        found = await self._git("rev-parse", "--verify", "--end-of-options", name, check=False)
        if found.code:
            told = f"the commit {revision.commit} is not there"
            hint = "the ref leads elsewhere by now; try again" if revision.ref else "check its id"
            raise PackError(told, self._source.told, hint)
        return found.out.decode().strip()

    async def gather(self, commit: str) -> Gathering:
        """The pack in a commit that was fetched. Raises PackError."""
        gathering = Gathering(self._source.told)
        inside = self._source.inside.removeprefix("./").strip("/")
        name = f"{commit}:{inside}" if inside not in ("", ".") else f"{commit}^{{tree}}"
        found = await self._git("rev-parse", "--verify", "--end-of-options", name, check=False)
        root = found.out.decode(errors="replace").strip()
        if found.code or (await self._git("cat-file", "-t", root)).out.strip() != b"tree":
            told = f"there is no folder {shown(inside)} in it"
            raise PackError(told, self._source.told, "check --path")
        listed = (await self._git("ls-tree", "-r", "-l", "-z", "--full-tree", root)).out
        wanted: list[tuple[str, str, bool]] = []
        for line in listed.split(b"\0")[:-1]:
            about, _, path_bytes = line.partition(b"\t")
            mode, _, blob, size = about.decode().split()
            path = path_bytes.decode("utf-8", "surrogateescape")
            if mode == _LINK:
                gathering.refuse_link(path)
            elif mode == _SUBMODULE:
                gathering.leave_submodule(path)
            elif mode not in _FILES:
                gathering.refuse_special(path)
            elif gathering.wants(path, int(size)):
                wanted.append((path, blob, mode == _PROGRAM))
        for (path, _, executable), data in zip(wanted, await self._blobs(wanted), strict=True):
            gathering.add(path, data, executable=executable)
        return gathering

    async def _blobs(self, wanted: Sequence[tuple[str, str, bool]]) -> Iterable[bytes]:
        feed = "".join(f"{blob}\n" for _, blob, _ in wanted).encode()
        out = (await self._git("cat-file", "--batch", feed=feed)).out
        found, at = [], 0
        for _, blob, _ in wanted:
            end = out.index(b"\n", at)
            name, kind, size = out[at:end].decode().split()
            if name != blob or kind != "blob":
                raise PackError("git gave another file than was asked for", self._source.told)
            found.append(out[end + 1 : end + 1 + int(size)])
            at = end + int(size) + 2
        return found

    async def _git(self, *words: str, check: bool = True, feed: bytes = b"") -> Finished:
        """Run git. With `check` an exit code other than 0 is raised as PackError."""
        if not self._environ:
            self._environ = await self._surroundings()
        is_read = words[0] in ("init", "rev-parse", "cat-file", "ls-tree")
        limits = ProcessLimits(
            seconds=SECONDS,
            output=MAX_BYTES * 2 if words[0] == "cat-file" else _LISTING,
            file=MAX_FETCHED,
            memory=_MEMORY if is_read or not self._has_helper else 0,
        )
        try:
            settings = [part for key, text in _SETTINGS.items() for part in ("-c", f"{key}={text}")]
            done = await run(["git", *settings, *words], self._environ, self._work, limits, feed)
        except TooMuch as error:
            raise PackError(f"git was stopped: {error}", self._source.told, _LESS) from None
        if done.code and check:
            raise self._failed(done)
        return done

    async def _surroundings(self) -> dict[str, str]:
        """The environment in which git sees nothing of the operator's but what it needs to get in."""
        own = self._own
        kept = {name: own[name] for name in _KEPT if name in own}
        kept |= {name: text for name, text in own.items() if name.lower() in _PROXIES}
        is_local = self._source.host == ""
        environ = {
            **kept,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "file" if is_local else "https:ssh",
            "GIT_SSH_COMMAND": _SSH,
            "GIT_SSH_VARIANT": "ssh",
            "GIT_CEILING_DIRECTORIES": str(self._work.parent),
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        handed = await self._handed(kept) if self._source.is_web else []
        self._has_helper = any(key.startswith("credential.") for key, _ in handed)
        # Not by -c: a helper may be a command with a password in it, and others can read arguments.
        environ["GIT_CONFIG_COUNT"] = str(len(handed))
        for number, (key, value) in enumerate(handed):
            environ[f"GIT_CONFIG_KEY_{number}"] = key
            environ[f"GIT_CONFIG_VALUE_{number}"] = value
        return environ

    async def _handed(self, kept: Mapping[str, str]) -> list[tuple[str, str]]:
        """What git gets of the operator's own configuration; that of no repository counts.

        As git has it, a variable for all programs counts less than the configuration, and one for git more.
        """
        own = self._own
        named = {key: [own.get(name, "") for name in names] for key, names in _CERTIFICATES.items()}
        environ = {**kept, "LC_ALL": "C", "GIT_CEILING_DIRECTORIES": str(self._work.parent)}
        environ |= {name: text for name, text in own.items() if name in _CONFIGURED_BY}
        limits = ProcessLimits(seconds=10, output=1024 * 1024, file=0, memory=_MEMORY)
        words = ["git", "config", "--includes", "-z", "--get-regexp", _HANDED]
        try:
            done = await run(words, environ, self._work, limits)
        except TooMuch as error:
            done = Finished(128, b"", str(error))
        if done.code not in (0, _NOTHING, _NOT_INSTALLED):
            told = f"git cannot read your configuration ({self._reason(done)})"
            raise PackError(told, self._source.told, "`git config --list` says so too: mend it")
        entries = [entry for entry in done.out.decode(errors="replace").split("\0") if entry]
        configured = [(key, value) for key, _, value in (e.partition("\n") for e in entries)]
        return [
            *((key, general) for key, (general, _) in named.items() if general),
            *configured,
            *((key, gits) for key, (_, gits) in named.items() if gits),
        ]

    def _failed(self, done: Finished) -> PackError:
        """What git said, in one line, with what to do where that is known."""
        if done.code == _NOT_INSTALLED:
            return PackError("git is not installed", self._source.told, "install git")
        if done.code in (128 + 25, -25) or any(mark in done.errors for mark in _TOO_LARGE):
            told = f"the repository sends more than {MAX_FETCHED // 1024 // 1024} MiB"
            return PackError(told, self._source.told, _LESS)
        hint = next((hint for mark, hint in _KNOWN if mark in done.errors), "")
        told = f"git cannot fetch it ({self._reason(done)})"
        return PackError(told, self._source.told, hint)

    @staticmethod
    def _reason(done: Finished) -> str:
        lines = [line.strip() for line in done.errors.splitlines() if line.strip()]
        said = [line for line in lines if not line.startswith(("warning:", "hint:", "@"))]
        return shown(said[0] if said else f"exit code {done.code}", 300).strip("`")


_LESS: Final = "pack the runbooks in a repository of their own"
_TOO_LARGE: Final = ("signal 25", "File size limit exceeded", "File too large")
"""What git says where a file grew beyond the limit that it was given."""
_KNOWN: Final = (
    ("Host key verification failed", "connect once with ssh, and check the key of the host"),
    ("Permission denied (publickey", "add your key to ssh-agent"),
    ("terminal prompts disabled", "set a credential.helper in your git configuration, or use ssh"),
    ("Authentication failed", "check what your credential.helper gives"),
    ("Could not resolve host", "check the name of the host, and the network"),
    (
        "certificate",
        "check it; an authority of your own is named by http.sslCAInfo or SSL_CERT_FILE",
    ),
    ("fsck error", "mend the names in the repository, where git itself checks them: `git fsck`"),
    ("dubious ownership", "the folder belongs to somebody else: copy it, or fetch it by ssh"),
    ("returned error: 30", "the server sends elsewhere: give the address that it leads to"),
    ("not found", "check the address, and whether you may read it"),
    ("does not appear to be a git repository", "check the address"),
)
"""Words of git's messages, and what to do."""


def _no_ref(ref: str) -> str:
    if re.fullmatch(r"[0-9a-f]{4,63}", ref):
        return "name a branch, a tag or the whole commit id (40 digits)"
    return "name a branch, a tag or a full commit id"
