"""Click links: links of mails that lead over this server, for readers who consent that clicks are counted.

A link names its mail and the whole address behind it under a signature, so that it leads nowhere else.
"""

import base64
import re

from domain.entities import entity
from domain.mail.mail_keys import MailKeys

PATH = "/l"
"""Where the links lead, on this gateway."""
LONGEST_URL = 1_000
"""Longer addresses are left as they are."""
_PURPOSE = "click"
_TOKEN = re.compile(r"([1-9][0-9]{0,17})\.([A-Za-z0-9_-]{1,1400})\.([a-z2-7]{24})")
_is_web = re.compile(r"https?://[!-~]+").fullmatch


@entity
class Click:
    """Which mail a link is of, and where it leads."""

    mail_id: int
    url: str


def click_path(mail_id: int, url: str, keys: MailKeys) -> str | None:
    """Return the path of the link to a web address; None for one that is left as it is."""
    if len(url) > LONGEST_URL or _is_web(url) is None:
        return None
    written = base64.urlsafe_b64encode(url.encode("ascii")).rstrip(b"=").decode()
    return f"{PATH}/{mail_id}.{written}.{keys.signature(_PURPOSE, _signed(mail_id, url))}"


def click_of(token: str, keys: MailKeys) -> Click | None:
    """Return what the last part of a path says; None unless all of it was signed."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    mail_id, written, signature = int(found[1]), found[2], found[3]
    try:
        url = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode("ascii")
    except ValueError:
        return None
    if not keys.is_signature(signature, _PURPOSE, _signed(mail_id, url)):
        return None
    return Click(mail_id=mail_id, url=url)


def _signed(mail_id: int, url: str) -> str:
    return f"{mail_id}\0{url}"
