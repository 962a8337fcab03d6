"""Each action for e-mail against a real server of SMTP, by curl."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.support.integrations import Done, carried_out, proved
from tests.support.mailbox import PASSWORD, Mailbox, mailbox_server
from tests.support.runs import ENVIRON
from tests.support.untrusted import CERTIFICATE

pytestmark = pytest.mark.library

WHAT = "aiosmtpd 1.4, by curl"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailbox_server() as box:
        yield box


async def acted(
    action: str,
    mailbox: Mailbox,
    folder: Path,
    own: dict[str, str] | None = None,
    *,
    trusted: str = "",
    **given: Any,
) -> Done:
    environ = {
        "PUP_TUI_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "PUP_TUI_SMTP_TLS": "optional",
        "PUP_TUI_SMTP_FROM": "ops@example.com",
        "PUP_TUI_SMTP_USER": "ops",
        "PUP_TUI_SMTP_PASSWORD": PASSWORD,
        **(own or {}),
    }
    around = ENVIRON | ({"CURL_CA_BUNDLE": trusted} if trusted else {})
    done = await carried_out("email", action, folder, environ, given, around=around)
    assert PASSWORD not in repr((done.state, done.texts))
    return done


async def test_whether_the_server_takes_the_password(mailbox: Mailbox, tmp_path: Path) -> None:
    done = await acted("server", mailbox, tmp_path / "1")
    assert done.ok, done.texts
    for number, (own, told) in enumerate(
        (
            ({"PUP_TUI_SMTP_PASSWORD": "wrong-password"}, "Login denied"),
            ({"PUP_TUI_SMTP_TLS": "required"}, "STARTTLS not supported"),
            ({"PUP_TUI_SMTP_URL": "smtp://127.0.0.1:1"}, "connect"),
        )
    ):
        done = await acted("server", mailbox, tmp_path / f"wrong{number}", own)
        assert not done.ok
        assert any(told in text for text in done.texts), (done.texts, done.reason)
    assert mailbox.received == []
    proved("email", "server", "server", WHAT)


async def test_a_message_arrives_as_it_was_written(mailbox: Mailbox, tmp_path: Path) -> None:
    subject = 'Störung: $(id) `x` "checkout" it\'s 100 % — 🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥 and more of it'
    text = f'Grüße\n.\n.. {"long " * 400}\n$HOME -- it\'s "so"\n'
    to = ["ada@example.com", "bob+ops@example.com"]
    done = await acted("send", mailbox, tmp_path / "1", TO=to, SUBJECT=subject, TEXT=text)
    assert done.ok, done.texts
    ((recipients, data),) = mailbox.received
    assert recipients == to
    read = message_from_bytes(data, policy=policy.default)
    assert read["Subject"] == subject
    assert [each.addr_spec for each in read["To"].addresses] == to
    assert read["From"] == "ops@example.com"
    assert read["Date"].datetime is not None
    assert read.get_content().rstrip("\n") == text.rstrip("\n")
    proved("email", "send", "server", WHAT)


async def test_a_message_goes_by_tls_where_the_server_is_trusted(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    given: dict[str, Any] = {
        "TO": ["ada@example.com"],
        "SUBJECT": "Checkout",
        "TEXT": "It is slow.",
    }
    own = {"PUP_TUI_SMTP_TLS": "required"}
    with mailbox_server(context) as mailbox:
        done = await acted("send", mailbox, tmp_path / "1", own, **given)
        assert any("certificate" in text for text in done.texts), done.texts
        assert mailbox.received == []
        done = await acted("send", mailbox, tmp_path / "2", own, **given, trusted=str(CERTIFICATE))
        assert done.ok, done.texts
        assert len(mailbox.received) == 1


async def test_nobody_gets_what_one_recipient_is_refused(mailbox: Mailbox, tmp_path: Path) -> None:
    to = ["ada@example.com", "nobody@example.com"]
    done = await acted("send", mailbox, tmp_path, TO=to, SUBJECT="Checkout", TEXT="It is slow.")
    assert not done.ok
    assert any("550" in text for text in done.texts), done.texts
    assert mailbox.received == []
