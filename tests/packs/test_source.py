"""What a source means, and what is refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.packs.errors import PackError
from pup_tui.packs.source import PackSource, SourceKind, read_source


def _read(text: str, cwd: Path = Path("/"), **given: str) -> PackSource:
    return read_source(text, cwd=cwd, home=Path("/nowhere"), **given)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-cprotocol.ext.allow=always", "begins with -"),
        ("--upload-pack=touch pwned", "begins with -"),
        ("-oProxyCommand=touch pwned:x", "begins with -"),
        ('ext::sh -c "touch% pwned"', "scheme is not allowed"),
        ("fd::17/foo", "scheme is not allowed"),
        ("EXT::sh", "scheme is not allowed"),
        ("git@-oProxyCommand=x:repo", "host begins with -"),
        ("-oX@host.example:repo", "begins with -"),
        ("git@host.example:-oX", "names no repository"),
        ("ssh://-oProxyCommand=x/repo", "host begins with -"),
        ("ssh://-l@host.example/repo", "user in the address"),
        ("ssh://%2doProxyCommand=x/repo", "no name of one"),
        ("ssh://a:b@host.example/repo", "password"),
        ("git://127.0.0.1/repo", "nobody who answers"),
        ("http://127.0.0.1/repo.git", "not encrypted"),
        ("http://2130706433/x.yaml", "not encrypted"),
        ("http://0x7f.1/x.yaml", "not encrypted"),
        ("http://[::ffff:127.0.0.1]/x.yaml", "not encrypted"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("https://169.254.169.254/x.yaml", "link-local"),
        ("https://2852039166/x.yaml", "link-local"),
        ("https://0xa9.0xfe.43518/x.yaml", "link-local"),
        ("https://[::ffff:169.254.169.254]/x.yaml", "link-local"),
        ("https://[64:ff9b::a9fe:a9fe]/x.yaml", "link-local"),
        ("https://[fe80::1]/x.yaml", "link-local"),
        ("https://[fd00:ec2::254]/x.yaml", "tells machines their credentials"),
        ("https://metadata.google.internal/x.yaml", "tells machines their credentials"),
        ("https://METADATA.google.internal./x.yaml", "tells machines their credentials"),
        ("https://0.0.0.0/x.yaml", "no host's"),
        ("ssh://169.254.169.254/repo", "link-local"),
        ("git@169.254.169.254:repo", "link-local"),
        ("https://1.2.3.4.5/x.yaml", "no address"),
        ("http://[::1", "cannot be read"),
        ("https://host.example:99999/x.yaml", "cannot be read"),
        ("https://⒈host.example/x.yaml", "no name of one"),
        ("https://host.example\\@evil.example/x.yaml", "the host is evil.example"),
        ("https://datadoghq.com@127.0.0.1:9/x.yaml", "the host is 127.0.0.1:9"),
        ("https://token@host.example/repo.git", "a user or a password"),
        ("https://host.example/x.yaml?access_token=abcdef", "looks like a secret"),
        ("https://host.example/x.git#main", "--ref"),
        ("https://host.example/%0ahost=evil/x.git", "control characters"),
        ("https:///x.yaml", "no host"),
        ("data:text/yaml,name:%20x", "scheme is not allowed"),
        ("javascript:alert(1)", "scheme is not allowed"),
        ("mailto:a@b:c", "scheme is not allowed"),
        ("ftp://127.0.0.1/x.yaml", "scheme is not allowed"),
        ("sftp://host.example/x", "scheme is not allowed"),
        ("file:///etc", "named by its path"),
        ("FILE:///etc", "named by its path"),
        ("packs", "not told where"),
        ("org/repo", "https://HOST/org/repo"),
        ("", "empty"),
        ("host.example:a b", "blanks"),
        ("./" + "a" * 5000, "too long"),
        ("./" + "a" * 500, "too long"),
        ("./x\0.yaml", "NUL"),
        ("./x\x1b]0;pwn\x07.yaml", "x\\x1b]0;pwn\\x07.yaml"),
        ("/dev/zero", "not a regular file"),
        ("~nobody/x", "another user"),
    ],
)
def test_what_is_refused_by_its_text_alone(text: str, told: str) -> None:
    with pytest.raises(PackError) as refused:
        _read(text)
    assert told in str(refused.value).replace("File name too long", "too long")
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    "ref",
    [
        "--upload-pack=touch pwned", "--output=/tmp/pwned", "HEAD:../../etc", "@{-1}", "a..b", "a//b", "a/",
        "a.lock", ".a", "a/.b", "HEAD~1", "a^", "a b", "a\nb", "a\\b", "a*", "a?", "[a", "@", "a@{1}",
    ],
)  # fmt: skip
def test_refs_that_are_none(ref: str) -> None:
    with pytest.raises(PackError, match="no name of a ref"):
        _read("https://127.0.0.1:9/r.git", ref=ref)


@pytest.mark.parametrize("ref", ["main", "v1.2", "refs/tags/v1", "feature/x-1", "1.0-rc1", "a@b"])
def test_refs_that_are_some(ref: str) -> None:
    assert _read("https://127.0.0.1:9/r.git", ref=ref).ref == ref


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("../../etc/passwd", "leaves the source"),
        ("a/../..", "leaves the source"),
        ("/etc/passwd", "absolute"),
        (".git/config", ".git"),
        ("a/.GIT/hooks", ".git"),
        ("--", "begins with -"),
        ("a\x1bb", "control characters"),
        (":(top)a", "holds one of"),
    ],
)
def test_paths_that_lead_elsewhere(inside: str, told: str) -> None:
    with pytest.raises(PackError, match="path") as refused:
        _read("https://127.0.0.1:9/r.git", inside=inside)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind", "host"),
    [
        ("https://host.example/a.git", SourceKind.GIT, "host.example"),
        ("https://host.example/org/a", SourceKind.WEB, "host.example"),
        ("https://host.example/a.yaml", SourceKind.FILE, "host.example"),
        ("https://host.example:8443/a.tar.gz", SourceKind.ARCHIVE, "host.example:8443"),
        ("HTTPS://127.0.0.1/a.yml", SourceKind.FILE, "127.0.0.1"),
        ("ssh://git@host.example:22/a", SourceKind.GIT, "host.example:22"),
        ("git@host.example:org/a.git", SourceKind.GIT, "host.example"),
        ("host.example:a", SourceKind.GIT, "host.example"),
        ("git@[::1]:a", SourceKind.GIT, "[::1]"),
    ],
)
def test_what_addresses_mean(text: str, kind: SourceKind, host: str) -> None:
    found = _read(text)
    assert (found.kind, found.host) == (kind, host)


def test_what_lies_here_is_named_by_a_path(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "work" / ".git").mkdir(parents=True)
    for name in ("a.yaml", "a.tgz", "other"):
        (tmp_path / name).touch()
    kinds = {
        text: _read(text, tmp_path).kind
        for text in ("./plain", "./work", "a.yaml", "./a.tgz", f"{tmp_path}/other", ".")
    }
    assert list(kinds.values()) == ["folder", "git", "file", "archive", "file", "folder"]
    with pytest.raises(PackError, match=r"write \./plain"):
        _read("plain", tmp_path)
    assert _read("./My Pack!", _made(tmp_path / "My Pack!")).name == "my-pack"
    for text, given in (("./plain", {"ref": "main"}), ("a.yaml", {"inside": "x"})):
        with pytest.raises(PackError, match=r"--ref|--path"):
            _read(text, tmp_path, **given)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder.parent
