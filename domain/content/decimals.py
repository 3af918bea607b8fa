"""Decimal numbers: the grammar of every number that an author or a learner writes, read exactly."""

import re
from decimal import Decimal

from domain.content.typography import plain
from domain.errors import InvalidInputError

MOST_DIGITS = 50
"""How many digits a number may have, and how large its power of ten may be."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_LONGEST_NUMBER = 120


def read_number(written: str, *, field: str) -> Decimal:
    """Read a decimal number like -3.14 or 6.02e23, with any kind of minus sign; raises InvalidInputError."""
    written = plain(written) if len(written) <= _LONGEST_NUMBER else ""
    if not _NUMBER.fullmatch(written):
        raise InvalidInputError(f"{field} must be a decimal number like -3.14.", field=field)
    return checked_number(Decimal(written), field=field)


def checked_number(number: Decimal, *, field: str) -> Decimal:
    """Return the number when it is finite and of at most 50 digits and a power of ten from -50 to 50."""
    if not number.is_finite():
        raise InvalidInputError(f"{field} must be a finite number.", field=field)
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    if len(digits) > MOST_DIGITS or not isinstance(exponent, int) or abs(exponent) > MOST_DIGITS:
        raise InvalidInputError(f"{field} may have at most {MOST_DIGITS} digits.", field=field)
    return number
