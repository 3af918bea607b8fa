"""Redaction: no e-mail address and no secret goes to a language model, also where a learner has written it."""

import re

ADDRESS = "[e-mail address]"
SECRET = "[secret]"
_AT = r"(?:@|\uff20|\ufe6b|%40)"
_ADDRESS = re.compile(
    r"(?<![\w.+-])(?:[\w.+-]{1,64}|\"[^\"\n]{1,64}\")"
    + _AT
    + r"(?:(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}|localhost\b)"
)
"""Bounded, and begun only where no such character stands before: a long word without an at sign is read once."""
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
    r"|(?<![A-Za-z0-9_.-])(?:"
    r"eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{16,2000}"
    r"|qp[a-z]?_[A-Za-z0-9_-]{16,400}"
    r"|whsec_[A-Za-z0-9+/=]{16,400}"
    r"|(?:sk|pk|rk)[-_][A-Za-z0-9_-]{20,400}"
    r"|gh[a-z]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{16,255}"
    r"|xox[a-z]-[A-Za-z0-9-]{10,255}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|AIza[A-Za-z0-9_-]{30,60}"
    r"|(?:hf|npm|pypi|dop_v1|SG)[_.-][A-Za-z0-9_.-]{20,400}"
    r"|[0-9a-f]{40,128}(?![A-Za-z0-9])"
    r")"
)
"""Keys, tokens and share links of ours, the usual tokens of other services, JSON web tokens, and private keys.

Hexadecimal words of 40 characters and more count as tokens: ours that refresh a session look like that.
"""
_NAMED = re.compile(
    r"(?P<name>(?i:\b(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)\b[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
    r"|\bbearer\s{1,3}|\bbasic\s{1,3}(?=[A-Za-z0-9+/=]{16})))(?=[^\s\"',;]{0,80}?\d)(?P<value>[^\s\"',;]{8,400})"
)
"""What stands behind a name as password or bearer, from eight characters with a digit on: `token: str` is a program."""
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@:]{1,100}:[^\s/@]{1,400}(?=@)")
"""The account and the password in an address of the web or of a database."""


def redacted(text: str) -> str:
    """Return the text with marks in place of e-mail addresses and secrets."""
    text = _SECRET.sub(SECRET, _CREDENTIALS.sub(SECRET, text))
    return _ADDRESS.sub(ADDRESS, _NAMED.sub(rf"\g<name>{SECRET}", text))
