"""E-mail addresses: which are accepted, and the one spelling by which an account is found.

An address is a mailbox of RFC 6531 without quotes, comments and literals of IP addresses. Case, width and composition
of its letters and the spelling of its domain make no other address: it is stored in lower case and NFKC, with the
domain in ASCII.
"""

import re
import unicodedata

from domain import text
from domain.accounts.domain_names import LDH_LABEL, ascii_domain, folded
from domain.errors import InvalidInputError

_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+")
_LONGEST = 254
_LONGEST_LOCAL_PART = 64
_SHORTEST_TOP_LEVEL = 2


def checked_email(email: str, *, field: str = "email") -> str:
    """Return the address in its one spelling if it is well formed."""
    spelled = _spelled(email)
    if spelled is None:
        raise InvalidInputError(f"{field} must be an address like name@example.org.", field=field)
    return spelled


def sought_email(email: str) -> str:
    """Return the spelling under which an account with the address is stored, whatever was typed."""
    return _spelled(email) or email.strip().lower()


def _spelled(email: str) -> str | None:
    """Return the one spelling of an address, or None if it is not well formed."""
    email = email.strip()
    if len(email) > _LONGEST or text.hides_something(email):
        return None
    local_part, at, name = folded(email).rpartition("@")
    domain = ascii_domain(name, LDH_LABEL) if at else None
    if domain is None or len(domain.rpartition(".")[2]) < _SHORTEST_TOP_LEVEL:
        return None
    spelled = f"{local_part}@{domain}"
    is_short = len(local_part.encode()) <= _LONGEST_LOCAL_PART and len(spelled.encode()) <= _LONGEST
    return spelled if is_short and _is_local_part(local_part) else None


def _is_local_part(local_part: str) -> bool:
    """Tell whether a text is atoms with single dots between them, of letters and digits where it is not ASCII."""
    if not all(_ATOM.fullmatch(atom) for atom in local_part.split(".")):
        return False
    return all(c.isascii() or unicodedata.category(c)[0] in "LMN" for c in local_part)
