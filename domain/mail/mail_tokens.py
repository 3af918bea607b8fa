"""Mail tokens: the signed number of a mail, by which a bounce finds it and nobody else can name it.

The token is in the Message-ID and in the envelope sender of the mail, so that only who got the mail knows it.
"""

import re

from domain.mail.mail_keys import MailKeys

_PURPOSE = "mail"
_TOKEN = re.compile(r"\b([1-9][0-9]{0,17})-([a-z2-7]{24})\b", re.IGNORECASE)


def token(mail_id: int, keys: MailKeys) -> str:
    """Return the token of a mail: at most 43 characters that an address and a Message-ID may hold."""
    return f"{mail_id}-{keys.signature(_PURPOSE, str(mail_id))}"


def mail_in(text: str, keys: MailKeys) -> int | None:
    """Return the mail whose token is in a text, such as a Message-ID or an address; None without a valid one."""
    for found in _TOKEN.finditer(text):
        if keys.is_signature(found[2], _PURPOSE, found[1]):
            return int(found[1])
    return None
