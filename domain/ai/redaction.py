"""Redaction: no e-mail address and no secret goes to a language model, also where a learner has written it."""

import re

ADDRESS = "[e-mail address]"
SECRET = "[secret]"
_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}")
"""Bounded, and begun only where no such character stands before: a long word without an at sign is read once."""
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
    r"|(?<![A-Za-z0-9_.-])(?:"
    r"eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{16,2000}"
    r"|qp_[A-Za-z0-9]{4,200}_[A-Za-z0-9]{16,200}"
    r"|whsec_[A-Za-z0-9+/=]{16,400}"
    r"|sk-[A-Za-z0-9_-]{20,400}"
    r")"
)
"""Keys of ours and of providers, secrets of webhooks, JSON web tokens, and private keys."""


def redacted(text: str) -> str:
    """Return the text with marks in place of e-mail addresses and secrets."""
    return _ADDRESS.sub(ADDRESS, _SECRET.sub(SECRET, text))
