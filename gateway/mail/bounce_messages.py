"""Bounce messages: mails of other servers that tell what became of ours.

Delivery status notifications (RFC 3464) and complaints of feedback loops (RFC 5965) are read by their fields; other
bounces are recognised by flufl.bounce, which knows the habits of many servers. Which mail a message is about is told
by a token that only its recipient's side can know (`domain.mail.mail_tokens`), and by nothing else.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from enum import Enum

from flufl.bounce import all_failures

from domain.mail import mail_tokens
from domain.mail.mail_events import MailEventKind, status_in
from domain.mail.mail_keys import MailKeys

LARGEST_MESSAGE = 1024 * 1024
"""How many bytes of a message are read; what comes after is left out, mostly our own mail."""
_MOST_PARTS = 50
_NO_SENDER = "nobody@invalid"
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


class MessageKind(Enum):
    """What a message is."""

    FINAL = "FINAL"
    DELAYED = "DELAYED"
    OTHER = "OTHER"


@dataclass(frozen=True)
class BounceMessage:
    """What a message says: a FINAL one has the kind of the event, and of a bounce the status if there is one."""

    kind: MessageKind
    mail_id: int | None
    event: MailEventKind | None = None
    status: str | None = None


def read(raw: bytes, keys: MailKeys) -> BounceMessage:
    """Read a message; one that is no bounce, or cannot be read, is OTHER."""
    message = message_from_bytes(raw[:LARGEST_MESSAGE])
    parts = _parts(message)
    mail_id = _mail_in(parts, keys)
    for part in parts:
        match part.get_content_type():
            case "message/feedback-report":
                return _complaint(part, mail_id)
            case "message/delivery-status":
                return _notification(part, mail_id)
    return _unusual(message, parts, mail_id)


def _parts(message: Message) -> list[Message]:
    return [part for part, _ in zip(message.walk(), range(_MOST_PARTS), strict=False)]


def _mail_in(parts: list[Message], keys: MailKeys) -> int | None:
    """Find the token of one of our mails: in the addresses of the message, in the mail it returns, or in its text."""
    for text in _texts(parts):
        mail_id = mail_tokens.mail_in(text, keys)
        if mail_id is not None:
            return mail_id
    return None


def _texts(parts: list[Message]) -> Iterator[str]:
    for part in parts:
        yield "\n".join(str(value) for _, value in part.items())
    for part in parts:
        if not part.is_multipart():
            yield _decoded(part)


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _complaint(part: Message, mail_id: int | None) -> BounceMessage:
    """Read a report of a feedback loop; those that say that a mail is no spam are no complaints."""
    inner = part.get_payload()  # the parser takes the fields for the headers of a message in the part
    fields = inner[0] if isinstance(inner, list) and isinstance(inner[0], Message) else part
    if str(fields.get("feedback-type", "")).strip().lower() in {"abuse", "fraud", "virus"}:
        return BounceMessage(MessageKind.FINAL, mail_id, MailEventKind.COMPLAINED)
    return BounceMessage(MessageKind.OTHER, mail_id)


def _notification(part: Message, mail_id: int | None) -> BounceMessage:
    """Read the fields of each recipient; a failure counts before a delivery."""
    blocks = part.get_payload()
    delivered = False
    delayed = False
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action = str(block.get("action", "")).strip().lower()
        if action.startswith(("fail", "error")):
            told = (str(block.get(name, "")) for name in ("status", "diagnostic-code"))
            status = next(filter(None, map(status_in, told)), None)
            return BounceMessage(MessageKind.FINAL, mail_id, MailEventKind.BOUNCED, status)
        delivered |= action.startswith("delivered")
        delayed |= action.startswith("delayed")
    if delivered:
        return BounceMessage(MessageKind.FINAL, mail_id, MailEventKind.DELIVERED)
    return BounceMessage(MessageKind.DELAYED if delayed else MessageKind.OTHER, mail_id)


def _unusual(message: Message, parts: list[Message], mail_id: int | None) -> BounceMessage:
    """Let flufl.bounce judge a message that is no notification by its type.

    Its detectors expect what servers write, not any bytes: one needs a sender, and others fail in their own ways, which
    it logs with what the message holds.
    """
    if message["from"] is None:
        message["From"] = _NO_SENDER
    try:
        temporary, permanent = all_failures(message)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return BounceMessage(MessageKind.OTHER, mail_id)
    if permanent:
        texts = (_decoded(part) for part in parts if part.get_content_maintype() == "text")
        status = status_in("\n".join(texts))
        return BounceMessage(MessageKind.FINAL, mail_id, MailEventKind.BOUNCED, status)
    return BounceMessage(MessageKind.DELAYED if temporary else MessageKind.OTHER, mail_id)
