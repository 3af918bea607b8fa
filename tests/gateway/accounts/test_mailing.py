"""Mails leave by a real SMTP server, once each, and wait where there is none."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from domain import mails
from domain.mails import Mail, MailKind, NewMail, UndeliveredError
from domain.work import Meter
from gateway.accounts import mailing
from gateway.accounts.mailing import LogPostman, SmtpPostman, send_mails, send_some
from gateway.app import application
from gateway.processes import jobs
from gateway.security import now
from gateway.settings.environment import Settings
from gateway.settings.modes import Environment
from gateway.settings.outside import route_of
from resolvers.context import Ports
from tests.asking import Asker
from tests.builders.proving import a_letter
from tests.gateway.conftest import Live
from tests.serving import free_port
from tests.smtp_server import Box, mail_server


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    async with mail_server() as running:
        yield running


@pytest.fixture
def ports(ask: Asker) -> Ports:
    return ask.ports


def postman(port: int) -> SmtpPostman:
    return SmtpPostman(
        route_of(f"smtp://127.0.0.1:{port}"), sender="QuestPath <no-reply@example.org>", now=now
    )


async def post(ports: Ports, *letters: NewMail) -> None:
    async with ports.open_work(Meter()) as work:
        for letter in letters:
            await mails.post(work.mails, letter, emit=work.emit)


async def waiting(ports: Ports) -> int:
    async with ports.open_reads(Meter()) as reads:
        return await reads.mails.waiting()


async def test_a_letter_arrives_with_everything_a_letter_has(ports: Ports, box: Box) -> None:
    await post(ports, a_letter(to="ada@example.org", subject="Grüße", body="Schöne Grüße\n"))

    await send_some(ports, postman(box.port))

    (letter,) = box.arrived
    assert box.readers == ["ada@example.org"]
    assert str(letter["From"]) == "QuestPath <no-reply@example.org>"
    assert letter["To"] == "ada@example.org"
    assert letter["Date"]
    assert letter["Message-ID"].startswith("<mail-")
    assert letter["Auto-Submitted"] == "auto-generated"
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "Schöne Grüße"
    assert await waiting(ports) == 0


async def test_two_workers_send_every_letter_once(ports: Ports, box: Box) -> None:
    await post(ports, *(a_letter(to=f"reader{n}@example.org") for n in range(25)))

    sent = [await asyncio.gather(*(send_some(ports, postman(box.port)) for _ in range(2))) for _ in range(2)]

    assert sum(map(sum, sent)) == 25
    assert len(box.readers) == len(set(box.readers)) == 25


async def test_a_letter_that_is_refused_for_now_is_tried_again_later(
    ask: Asker, ports: Ports, box: Box
) -> None:
    await post(ports, a_letter())
    box.answers = ["450 busy"]

    await send_some(ports, postman(box.port))
    at_once = await send_some(ports, postman(box.port))
    ask.clock.forward(seconds=30)
    later = await send_some(ports, postman(box.port))

    assert (at_once, later, len(box.arrived)) == (0, 1, 1)


async def test_a_letter_to_nobody_is_given_up_and_the_next_one_is_sent(ports: Ports, box: Box) -> None:
    await post(ports, a_letter(), a_letter(to="bob@example.org"))
    box.answers = ["550 no such mailbox"]

    await send_some(ports, postman(box.port))

    assert box.readers == ["bob@example.org"]
    assert await waiting(ports) == 0


async def test_letters_survive_a_server_that_is_away(ask: Asker, ports: Ports, box: Box) -> None:
    await post(ports, a_letter())

    await send_some(ports, postman(free_port()))
    left = await waiting(ports)
    ask.clock.forward(seconds=30)
    await send_some(ports, postman(box.port))

    assert (left, await waiting(ports), len(box.arrived)) == (1, 0, 1)


async def test_the_reason_of_a_failure_holds_no_address(ports: Ports, box: Box) -> None:
    box.answers = ["550 ada@example.org is not here"]
    mail = Mail(id=1, to="ada@example.org", kind=MailKind.NEW_DEVICE, subject="s", body="b", tries=1)

    with pytest.raises(UndeliveredError) as failed:
        await postman(box.port).deliver(mail)

    assert failed.value.for_good
    assert failed.value.reason == "SMTPRecipientsRefused 550"


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A certificate for this machine that nobody vouches for."""
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
async def test_a_letter_is_handed_only_to_a_server_whose_certificate_is_good(
    self_signed: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    mail = Mail(id=1, to="ada@example.org", kind=MailKind.NEW_DEVICE, subject="s", body="b", tries=1)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))

    async with mail_server(self_signed) as box:
        route = route_of(f"smtp+starttls://127.0.0.1:{box.port}")
        sending = SmtpPostman(route, sender="no-reply@example.org", now=now).deliver(mail)
        if trusted:
            await sending
        else:
            with pytest.raises(UndeliveredError) as failed:
                await sending
            assert not failed.value.for_good

    assert len(box.arrived) == trusted


async def test_a_server_that_does_not_encrypt_gets_no_letter_that_should_be(box: Box) -> None:
    mail = Mail(id=1, to="ada@example.org", kind=MailKind.NEW_DEVICE, subject="s", body="b", tries=1)
    route = route_of(f"smtp+starttls://127.0.0.1:{box.port}")

    with pytest.raises(UndeliveredError):
        await SmtpPostman(route, sender="no-reply@example.org", now=now).deliver(mail)

    assert box.arrived == []


async def test_a_decoy_goes_nowhere(ports: Ports, box: Box) -> None:
    await post(ports, mails.to_nobody())

    await send_some(ports, postman(box.port))

    assert box.arrived == []
    assert await waiting(ports) == 0


@pytest.fixture
async def job(ports: Ports, box: Box) -> AsyncIterator[None]:
    task = asyncio.create_task(send_mails(ports, postman(box.port), lambda error, _: None))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_job_is_woken_by_the_commit(
    ports: Ports, box: Box, job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "LOOK_EVERY_S", 60)
    await asyncio.sleep(0.1)

    await post(ports, a_letter())

    async with asyncio.timeout(5):
        while not box.arrived:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("url", "port", "user", "password"),
    [
        ("smtp://localhost", 25, None, None),
        ("smtps://mail.example.org", 465, None, None),
        ("smtp+starttls://ada%40example.org:p%3Ass@mail.example.org:2525", 2525, "ada@example.org", "p:ss"),
    ],
)
def test_an_address_of_a_server_is_read(url: str, port: int, user: str | None, password: str | None) -> None:
    route = route_of(url)

    assert (route.port, route.user, route.password) == (port, user, password)


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org:25"])
def test_another_address_is_not(url: str) -> None:
    with pytest.raises(ValueError, match="scheme"):
        route_of(url)


async def test_in_development_a_registration_writes_its_mail_into_the_log(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(mailing._log, "info", lambda event, **line: shown.append({"event": event, **line}))

    await live.register("ada")

    async with asyncio.timeout(5):
        while not any(line["event"] == "mail" for line in shown):
            await asyncio.sleep(0.01)
    (mail,) = [line for line in shown if line["event"] == "mail"]
    assert mail["to"] == "ada@example.org"
    assert "/verify-email#token=" in mail["body"]


async def test_the_log_postman_needs_no_server() -> None:
    mail = Mail(id=1, to="ada@example.org", kind=MailKind.NEW_DEVICE, subject="s", body="b", tries=1)

    await LogPostman().deliver(mail)


async def test_in_production_without_a_server_mails_wait_and_the_start_says_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(jobs._log, "warning", lambda event, **_: said.append(event))

    async with application(Settings(env=Environment.PRODUCTION), database_url) as app:
        ports = app.gateway.ports
        await post(ports, a_letter())
        await asyncio.sleep(0.2)

        assert await waiting(ports) == 1

    assert said == ["mails_wait"]
