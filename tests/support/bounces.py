"""Bounce messages as other servers write them, about a mail of ours."""

from email.message import EmailMessage

from domain.mail import mail_tokens
from tests.builders.mail import KEYS


def message_id(mail_id: int) -> str:
    return f"<mail-{mail_tokens.token(mail_id, KEYS)}@example.org>"


def a_notification(
    *recipients: dict[str, str], mail_id: int | None = 7, to: str = "no-reply@example.org"
) -> bytes:
    """Make a delivery status notification (RFC 3464) with the fields of each recipient."""
    blocks = ["Reporting-MTA: dns; mx.example.com"]
    for fields in recipients:
        given = {"Final-Recipient": "rfc822; ada@example.org"} | fields
        blocks.append("\n".join(f"{name.replace('_', '-')}: {value}" for name, value in given.items()))
    returned = [] if mail_id is None else [f"Message-ID: {message_id(mail_id)}\nSubject: News\n"]
    parts = [
        "Content-Type: text/plain\n\nYour mail could not be delivered.\n",
        "Content-Type: message/delivery-status\n\n" + "\n\n".join(blocks) + "\n",
        *(f"Content-Type: text/rfc822-headers\n\n{headers}" for headers in returned),
    ]
    return _multipart("delivery-status", parts, to)


def a_complaint(kind: str = "abuse", mail_id: int = 7) -> bytes:
    """Make a report of a feedback loop (RFC 5965)."""
    return _multipart(
        "feedback-report",
        [
            "Content-Type: text/plain\n\nThis is an email abuse report.\n",
            f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: Loop/1\nVersion: 1\n",
            f"Content-Type: message/rfc822\n\nMessage-ID: {message_id(mail_id)}\nSubject: News\n\nHello.\n",
        ],
        "abuse@example.org",
    )


def a_plain_bounce(text: str, *, to: str) -> bytes:
    """Make a bounce that is a text alone."""
    message = EmailMessage()
    message["From"] = "MAILER-DAEMON@mx.example.com"
    message["To"] = to
    message["Subject"] = "failure notice"
    message.set_content(text)
    return bytes(message)


def bounces_to(mail_id: int) -> str:
    return f"bounces+{mail_tokens.token(mail_id, KEYS)}@mail.example.org"


def _multipart(kind: str, parts: list[str], to: str) -> bytes:
    body = "".join(f"--border\n{part}\n" for part in parts) + "--border--\n"
    head = (
        f"From: MAILER-DAEMON@mx.example.com\nTo: {to}\nSubject: Undelivered\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="border"\n\n'
    )
    return (head + body).encode()
