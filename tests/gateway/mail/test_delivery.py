"""Mail delivery by a real SMTP server."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from domain.mail import mail_tokens
from domain.mail.mails import Mail, MailKind, UndeliveredError
from gateway.mail.delivery import LogTransport, MailSender, SmtpTransport
from gateway.secrets_and_ids import now
from gateway.settings.integrations import mail_server_at
from tests.builders.mail import KEYS
from tests.builders.messages import MAILS, UNSUBSCRIBE
from tests.support.servers.smtp import Inbox, mail_server

MAIL = Mail(id=1, to="ada@example.org", kind=MailKind.NEW_DEVICE, subject="s", body="b", values=None)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with mail_server() as running:
        yield running


def transport_of(port: int) -> SmtpTransport:
    return SmtpTransport(
        mail_server_at(f"smtp://127.0.0.1:{port}"),
        MailSender("QuestPath <no-reply@example.org>", KEYS),
        now=now,
    )


async def test_a_mail_arrives_with_all_its_headers(inbox: Inbox) -> None:
    mail = replace(MAIL, subject="Grüße", body="Schöne Grüße\n")

    await transport_of(inbox.port).deliver(mail)

    (message,) = inbox.arrived
    assert inbox.recipients == ["ada@example.org"]
    assert str(message["From"]) == "QuestPath <no-reply@example.org>"
    assert message["To"] == "ada@example.org"
    assert message["Date"]
    assert message["Message-ID"] == f"<mail-{mail_tokens.token(1, KEYS)}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "Schöne Grüße"


async def test_a_mail_with_values_has_a_text_part_and_an_html_part(inbox: Inbox) -> None:
    new = MAILS[MailKind.NEW_DEVICE]
    mail = replace(MAIL, subject=new.subject, body=new.body, values=new.values)

    await transport_of(inbox.port).deliver(mail)

    (message,) = inbox.arrived
    text, html = message.get_payload()
    assert message.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_payload(decode=True).decode().replace("\r\n", "\n") == new.body
    assert "Firefox on Linux" in html.get_payload(decode=True).decode()


@pytest.mark.parametrize("kind", [MailKind.WEEKLY_DIGEST, MailKind.NEW_DEVICE])
async def test_a_mail_that_the_reader_may_end_has_the_headers_of_one_click(
    inbox: Inbox, kind: MailKind
) -> None:
    mail = replace(MAIL, kind=kind, values=MAILS[kind].values)

    await transport_of(inbox.port).deliver(mail)

    (message,) = inbox.arrived
    link, post = message["List-Unsubscribe"], message["List-Unsubscribe-Post"]
    expected = (f"<{UNSUBSCRIBE}>", "List-Unsubscribe=One-Click")
    assert (link, post) == (expected if kind is MailKind.WEEKLY_DIGEST else (None, None))


async def test_the_reason_of_a_failure_contains_no_address(inbox: Inbox) -> None:
    inbox.replies = ["550 ada@example.org is not here"]

    with pytest.raises(UndeliveredError) as failed:
        await transport_of(inbox.port).deliver(MAIL)

    assert failed.value.for_good
    assert failed.value.reason == "SMTPRecipientsRefused 550"


@pytest.mark.parametrize(
    ("reply", "is_bounce", "status"),
    [
        ("550 5.1.1 no such user", True, "5.1.1"),
        ("550 no such user", True, "5.1.0"),
        ("552 mailbox full", True, "5.2.2"),
        ("554 go away", True, "5.5.0"),
        ("550 5.7.1 blocked", True, "5.7.1"),
        ("450 4.2.1 later", False, None),
    ],
)
async def test_a_refused_recipient_is_a_bounce_with_its_status(
    inbox: Inbox, reply: str, is_bounce: bool, status: str | None
) -> None:
    inbox.replies = [reply]

    with pytest.raises(UndeliveredError) as failed:
        await transport_of(inbox.port).deliver(MAIL)

    assert (failed.value.is_bounce, failed.value.status) == (is_bounce, status)


@pytest.mark.parametrize(
    ("bounces_to", "expected"),
    [
        (None, "no-reply@example.org"),
        ("bounces@mail.example.org", f"bounces+{mail_tokens.token(1, KEYS)}@mail.example.org"),
    ],
)
async def test_bounces_go_to_their_mailbox_with_the_token_of_the_mail(
    inbox: Inbox, bounces_to: str | None, expected: str
) -> None:
    sender = MailSender("QuestPath <no-reply@example.org>", KEYS, bounces_to=bounces_to)

    await SmtpTransport(mail_server_at(f"smtp://127.0.0.1:{inbox.port}"), sender, now=now).deliver(MAIL)

    assert inbox.senders == [expected]


async def test_links_are_counted_in_both_parts_for_a_reader_who_consents(inbox: Inbox) -> None:
    new = MAILS[MailKind.WEEKLY_DIGEST]
    mail = replace(MAIL, subject=new.subject, body=new.body, values=new.values)

    await transport_of(inbox.port).deliver(mail)
    await transport_of(inbox.port).deliver(replace(mail, counts_clicks=True))

    plain, counted = [
        [str(part.get_payload(decode=True), "utf-8") for part in message.walk() if not part.is_multipart()]  # type: ignore[arg-type]
        for message in inbox.arrived
    ]
    assert ["/l/1." in part for part in plain + counted] == [False, False, True, True]
    assert all(UNSUBSCRIBE in part for part in plain + counted)


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A self-signed certificate for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("trusted", [False, True])
async def test_a_mail_is_sent_only_to_a_server_with_a_valid_certificate(
    self_signed: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))

    async with mail_server(self_signed) as inbox:
        route = mail_server_at(f"smtp+starttls://127.0.0.1:{inbox.port}")
        sending = SmtpTransport(route, MailSender("no-reply@example.org", KEYS), now=now).deliver(MAIL)
        if trusted:
            await sending
        else:
            with pytest.raises(UndeliveredError) as failed:
                await sending
            assert not failed.value.for_good

    assert len(inbox.arrived) == trusted


async def test_a_mail_is_not_sent_unencrypted_if_encryption_is_configured(inbox: Inbox) -> None:
    route = mail_server_at(f"smtp+starttls://127.0.0.1:{inbox.port}")

    with pytest.raises(UndeliveredError):
        await SmtpTransport(route, MailSender("no-reply@example.org", KEYS), now=now).deliver(MAIL)

    assert inbox.arrived == []


@pytest.mark.parametrize(
    ("url", "port", "user", "password"),
    [
        ("smtp://localhost", 25, None, None),
        ("smtps://mail.example.org", 465, None, None),
        ("smtp+starttls://ada%40example.org:p%3Ass@mail.example.org:2525", 2525, "ada@example.org", "p:ss"),
    ],
)
def test_a_server_url_is_parsed(url: str, port: int, user: str | None, password: str | None) -> None:
    route = mail_server_at(url)

    assert (route.port, route.user, route.password) == (port, user, password)


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org:25"])
def test_an_invalid_server_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="scheme"):
        mail_server_at(url)


async def test_the_log_transport_needs_no_server() -> None:

    await LogTransport().deliver(MAIL)
