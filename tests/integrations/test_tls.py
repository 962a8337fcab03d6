"""Each action for certificates against real servers of TLS."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import server_of
from tests.support.integrations import Done, carried_out, proved
from tests.support.mailbox import mailbox_server
from tests.support.needed import needs_program
from tests.support.ports import accepts

pytestmark = pytest.mark.library

WHAT = "OpenSSL 3.0"
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Authority:
    """Signs certificates for tests, in a folder of its own."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def made(self) -> None:
        own = ("-keyout", "authority.key", "-out", "authority.pem", "-days", "900")
        self._openssl("req", "-x509", *CURVE, *own, "-subj", "/O=Own/CN=Own authority")

    def signed(self, name: str, days: int) -> Path:
        """A certificate with its key, in one file."""
        self._openssl("req", *CURVE, "-keyout", "key", "-out", "asked", "-subj", f"/CN={name}")
        names = self.folder / "names"
        names.write_text(f"subjectAltName=DNS:{name},DNS:*.{name},IP:127.0.0.1")
        by = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial")
        out = ("-days", str(days), "-extfile", "names", "-out", "signed")
        self._openssl("x509", "-req", "-in", "asked", *by, *out)
        file = self.folder / f"{days}.pem"
        file.write_text((self.folder / "signed").read_text() + (self.folder / "key").read_text())
        return file

    def _openssl(self, *words: str) -> None:
        subprocess.run(("openssl", *words), cwd=self.folder, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    needs_program("openssl")
    own = Authority(tmp_path / "authority")
    own.folder.mkdir()
    own.made()
    return own


@contextmanager
def showing(certificate: Path) -> Iterator[int]:
    """The port of a server that shows a certificate."""

    def arguments(_: Path, port: int) -> list[str]:
        return ["s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(certificate), "-www"]

    with server_of("openssl", "openssl", arguments, accepts) as up:
        yield up.port


async def acted(
    action: str, folder: Path, authority: Authority | None = None, **given: Any
) -> Done:
    environ = {"SSL_CERT_FILE": str(authority.file)} if authority else {}
    return await carried_out("tls", action, folder, environ, {"HOST": "127.0.0.1", **given})


async def test_what_a_certificate_says(authority: Authority, tmp_path: Path) -> None:
    with showing(authority.signed("shop.example.com", 12)) as port:
        told = dict((await acted("certificate", tmp_path / "1", PORT=port)).outputs)
    assert told.pop("DAYS_LEFT") in {11, 12}
    assert told.pop("NOT_AFTER").endswith("Z")
    assert len(told.pop("FINGERPRINT").split(":")) == 32
    assert told == {
        "SUBJECT": "CN=shop.example.com",
        "ISSUER": "CN=Own authority,O=Own",
        "NAMES": ["shop.example.com", "*.shop.example.com", "127.0.0.1"],
    }
    away = await acted("certificate", tmp_path / "2", PORT=1)
    assert not away.ok
    proved("tls", "certificate", "server", WHAT)


async def test_whom_clients_trust(authority: Authority, tmp_path: Path) -> None:
    with showing(authority.signed("shop.example.com", 12)) as port:
        for number, (by, name, trusted, why) in enumerate(
            (
                (authority, {}, True, ""),
                (authority, {"NAME": "www.shop.example.com"}, True, ""),
                (authority, {"NAME": "other.example.com"}, False, "hostname mismatch"),
                (None, {}, False, "unable to get local issuer certificate"),
            )
        ):
            done = await acted("trusted", tmp_path / str(number), by, PORT=port, **name)
            assert done.outputs == {"TRUSTED": trusted, "WHY": why}, done.texts
    with showing(authority.signed("shop.example.com", -1)) as port:
        done = await acted("trusted", tmp_path / "old", authority, PORT=port)
        assert done.outputs == {"TRUSTED": False, "WHY": "certificate has expired"}
        told = (await acted("certificate", tmp_path / "expired", PORT=port)).outputs
        assert told["DAYS_LEFT"] == -1
    away = await acted("trusted", tmp_path / "away", authority, PORT=port)
    assert "The server shows no certificate." in away.reason
    proved("tls", "trusted", "server", WHAT)


async def test_a_server_that_turns_to_tls_on_its_way(authority: Authority, tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.signed("mail.example.com", 12))
    with mailbox_server(context) as mailbox:
        given: dict[str, Any] = {"PORT": mailbox.port, "STARTTLS": "smtp"}
        told = await acted("certificate", tmp_path / "1", **given)
        assert told.outputs["SUBJECT"] == "CN=mail.example.com"
        assert (await acted("trusted", tmp_path / "2", authority, **given)).outputs["TRUSTED"]
        assert (await acted("wait_for", tmp_path / "3", **given, DAYS=10)).ok


async def test_waiting_for_a_new_certificate(authority: Authority, tmp_path: Path) -> None:
    with showing(authority.signed("shop.example.com", 12)) as port:
        assert (await acted("wait_for", tmp_path / "1", PORT=port, DAYS=10)).ok
        late = await acted("wait_for", tmp_path / "2", PORT=port, DAYS=30, WAIT="1s")
        assert not late.ok
    away = await acted("wait_for", tmp_path / "3", PORT=port, DAYS=1, WAIT="1s")
    assert not away.ok
    proved("tls", "wait_for", "server", WHAT)
