"""What the SOURCE of a pack means: where it is fetched from, and by which way.

Everything is judged here by its text alone, before any process or connection starts.
"""

from __future__ import annotations

import os
import re
import stat
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from pup_tui.datadog.failures import safe_url
from pup_tui.packs import hosts
from pup_tui.packs.errors import PackError
from pup_tui.packs.tree import why_no_name
from pup_tui.place_errors import place_error
from pup_tui.runbook.files import under_home
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.suffixes import SUFFIXES

ARCHIVES: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar")
DEFAULT_REF: Final = "HEAD"

_HELPER: Final = re.compile(r"[^/@\[]*::")
"""How an address begins that runs a program of git's, such as `ext::`."""
_SCP: Final = re.compile(r"(?:([^@:/\[\]]*)@)?(\[[^\[\]/]*\]|[^@:/\[\]]*):(.*)", re.DOTALL)
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_REF: Final = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\@{}-][^\x00-\x20\x7f~^:?*\[\\]*")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SECRET: Final = re.compile(r"token|secret|passw|api_?key|auth|sig|credential", re.IGNORECASE)
_LONGEST: Final = 4096

_FORMS: Final = (
    "write https://HOST/PATH, ssh://HOST/PATH, USER@HOST:PATH, or a path that begins with ./ or /"
)


class SourceKind(StrEnum):
    GIT = "git"
    ARCHIVE = "archive"
    FOLDER = "folder"
    FILE = "file"
    WEB = "web"
    """Of an https address it is not known whether it is a repository or a file."""


class PackSource(Struct, frozen=True, kw_only=True):
    """Where a pack comes from.

    `address` is what is fetched: a URL, an address of ssh, or an absolute path. `told` is the same for
    people. `ref` and `inside` (a folder of it) are what was asked for, blank where nothing was. `host` is
    blank for what lies on this computer.
    """

    kind: SourceKind
    address: str
    told: str
    host: str = ""
    ref: str = ""
    inside: str = ""

    @property
    def commit(self) -> str:
        """The ref, where it is a full commit id."""
        return self.ref if _COMMIT.fullmatch(self.ref) else ""

    @property
    def is_web(self) -> bool:
        return self.address.startswith("https://")

    @property
    def name(self) -> str:
        """What its last part says that the pack could be called; blank where that cannot be a name."""
        path = urlsplit(self.address).path if "://" in self.address else self.address
        last = re.split(r"[/:]", unquote(path).rstrip("/"))[-1]
        for suffix in (".git", *ARCHIVES, *SUFFIXES):
            last = last.removesuffix(suffix)
        return re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")[:60].rstrip("-")


def read_source(text: str, *, ref: str = "", inside: str = "", cwd: Path, home: Path) -> PackSource:
    """What SOURCE, `--ref` and `--path` mean. Raises PackError with the reason and a way out."""
    if not text.strip():
        raise PackError("a source is empty", "", _FORMS)
    if len(text) > _LONGEST:
        raise PackError(f"the source is too long (over {_LONGEST:,} characters)", shown(text))
    if text.startswith("-"):
        raise PackError("the source begins with -", shown(text), _FORMS)
    check_ref(ref)
    check_inside(inside)
    source = _source(text, cwd, home)
    if ref and source.kind not in (SourceKind.GIT, SourceKind.WEB):
        raise PackError("only a git repository has a --ref", source.told, "leave the option out")
    if inside and source.kind is SourceKind.FILE:
        raise PackError("a file has no --path in it", source.told, "leave the option out")
    kind = source.kind
    if kind is SourceKind.WEB and (ref or inside):
        kind = SourceKind.GIT
    return PackSource(
        kind=kind,
        address=source.address,
        told=source.told,
        host=source.host,
        ref=ref,
        inside=inside.rstrip("/"),
    )


def check_ref(ref: str) -> None:
    """Refuse what is no name of a ref, as `git check-ref-format` does. Raises PackError."""
    bad = ref and (
        not _REF.fullmatch(ref)
        or not ref.isprintable()
        or len(ref) > 250
        or any(part in ref for part in ("..", "@{", "//"))
        or ref.endswith(("/", "."))
        or any(part.startswith(".") or part.endswith(".lock") for part in ref.split("/"))
    )
    if bad:
        hint = "name a branch, a tag or a full commit id"
        raise PackError("this is no name of a ref", shown(ref), hint)


def check_inside(inside: str) -> None:
    """Refuse a `--path` that leads out of the source, or is no plain path in it. Raises PackError."""
    if not inside:
        return
    if inside.startswith("/"):
        raise PackError("the path is absolute", shown(inside), "name a folder of the source")
    parts = inside.removeprefix("./").rstrip("/").split("/")
    if ".." in parts:
        raise PackError("the path leaves the source", shown(inside), "name a folder of the source")
    if any(_is_gits(part) for part in parts):
        told = "the path leads into .git"
        raise PackError(told, shown(inside), "name a folder of the source")
    if why := why_no_name("/".join(parts)):
        raise PackError(f"the path cannot be used ({why})", shown(inside), "name another folder")


def _is_gits(part: str) -> bool:
    return part.rstrip(" .").casefold() in (".git", "git~1")


def _source(text: str, cwd: Path, home: Path) -> PackSource:
    if text.startswith(("/", "./", "../", "~")) or text in (".", ".."):
        return _local(text, cwd, home)
    if _HELPER.match(text):
        raise PackError("the scheme is not allowed", shown(text), _FORMS)
    if not text.isprintable() or " " in text.strip():
        raise PackError("the source holds blanks or control characters", shown(text), _FORMS)
    if "://" in text:
        return _of_url(text)
    if scp := _SCP.fullmatch(text):
        return _of_scp(text, *scp.groups(default=""))
    if text.endswith((*SUFFIXES, *ARCHIVES)):
        return _local(text, cwd, home)
    hint = _FORMS
    if (cwd / text).exists():
        hint = f"for what lies here write ./{text}"
    elif "/" in text:
        hint = f"write https://HOST/{text} or ./{text}"
    raise PackError("it is not told where that is", shown(text), hint)


def _of_url(text: str) -> PackSource:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PackError("the address cannot be read", shown(text), "check host and port") from None
    scheme = parts.scheme.lower()
    if scheme == "file":
        hint = f"write the path itself: {shown(unquote(parts.path))}"
        raise PackError("what lies on this computer is named by its path", shown(text), hint)
    if host:
        _check_host(host, _told(parts))
    if scheme == "http":
        raise PackError("http is not encrypted", _told(parts), "use https")
    if scheme == "git":
        raise PackError("git:// tells nobody who answers", _told(parts), "use https or ssh")
    if scheme not in ("https", "ssh"):
        raise PackError("the scheme is not allowed", shown(text), _FORMS)
    _check_host(host, _told(parts))
    if _has_controls(unquote(parts.path)) or _has_controls(unquote(parts.query)):
        raise PackError("the address holds control characters", _told(parts), _FORMS)
    if scheme == "ssh":
        return _of_ssh(parts, host, port)
    if "@" in parts.netloc:
        told = (
            "an address with a user or a password in it is not fetched, since others could read it"
        )
        where = f"the host is {_netloc(host, port)}"
        raise PackError(told, where, "leave them out: git asks your credential.helper")
    if parts.fragment:
        raise PackError("the address has a #", _told(parts), "name a branch or tag with --ref")
    if any(_SECRET.search(part.partition("=")[0]) for part in parts.query.split("&")):
        told = "the address holds what looks like a secret, which would be kept with it"
        raise PackError(told, _told(parts), "use another address")
    return PackSource(
        kind=_kind_of_path(parts.path, SourceKind.WEB),
        address=f"https://{_netloc(host, port)}{parts.path}{'?' * bool(parts.query)}{parts.query}",
        told=_told(parts),
        host=_netloc(host, port),
    )


def _of_ssh(parts: SplitResult, host: str, port: int | None) -> PackSource:
    if parts.password is not None:
        raise PackError("an address with a password is not used", _told(parts), "use a key of ssh")
    if parts.username is not None:
        _check_user(parts.username, _told(parts))
    if len(parts.path) < 2 or parts.query or parts.fragment:
        raise PackError("the address names no repository", _told(parts), "write ssh://HOST/PATH")
    user = f"{parts.username}@" if parts.username else ""
    address = f"ssh://{user}{_netloc(host, port)}{parts.path}"
    return PackSource(kind=SourceKind.GIT, address=address, told=address, host=_netloc(host, port))


def _of_scp(text: str, user: str, host: str, path: str) -> PackSource:
    if "@" in text.partition(":")[0]:
        _check_user(user, shown(text))
    elif "." not in host and not host.startswith("["):
        # A word before a colon is as well a scheme: data:, javascript:.
        raise PackError("the scheme is not allowed", shown(text), _FORMS)
    _check_host(host.strip("[]"), shown(text))
    if not path.strip("/") or path.startswith("-"):
        raise PackError("the address names no repository", shown(text), "write USER@HOST:PATH")
    return PackSource(kind=SourceKind.GIT, address=text, told=text, host=host)


def _local(text: str, cwd: Path, home: Path) -> PackSource:
    if "\0" in text:
        raise PackError("the path holds a NUL", shown(text), "check it")
    try:
        path = Path(os.path.abspath(cwd / under_home(text, home)))
    except ValueError as error:
        raise PackError("the path cannot be used", shown(text, 200), str(error)) from None
    told = shown(str(path), 200).strip("`")
    try:
        mode = path.stat().st_mode
    except OSError as error:
        found = place_error(error, Path(told))
        raise PackError(found.message, told, found.hint or "check the path") from None
    if stat.S_ISDIR(mode):
        kind = SourceKind.GIT if _is_repository(path) else SourceKind.FOLDER
    elif stat.S_ISREG(mode):
        kind = _kind_of_path(path.name, SourceKind.FILE)
    else:
        raise PackError("this is not a regular file", told, "name a runbook, a folder or a tarball")
    return PackSource(kind=kind, address=str(path), told=told)


def _is_repository(path: Path) -> bool:
    is_bare = (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
    return is_bare or os.path.lexists(path / ".git")


def _kind_of_path(path: str, otherwise: SourceKind) -> SourceKind:
    lower = path.lower()
    if lower.endswith(ARCHIVES):
        return SourceKind.ARCHIVE
    if lower.endswith(SUFFIXES):
        return SourceKind.FILE
    return SourceKind.GIT if lower.rstrip("/").endswith(".git") else otherwise


def _check_user(user: str, told: str) -> None:
    if not _USER.fullmatch(user):
        raise PackError("the user in the address cannot be used", told, _FORMS)


def _check_host(host: str, told: str) -> None:
    why = hosts.why_not(host) if host else "no host is named"
    if why:
        raise PackError(why, told, _FORMS)


def _has_controls(text: str) -> bool:
    return any(ord(char) < 0x20 or ord(char) == 0x7F for char in text)


def _netloc(host: str, port: int | None) -> str:
    whole = f"[{host}]" if ":" in host else host
    return whole if port is None else f"{whole}:{port}"


def _told(parts: SplitResult) -> str:
    """An address for people, without what may be secret in it."""
    return shown(safe_url(parts.geturl()), 200).strip("`")
