"""Moodle's numbers: a range as its middle with a tolerance."""

from decimal import Context, Decimal

from domain.content.decimals import MOST_DIGITS

EXACT = Context(prec=200)


def middle_of(low: Decimal, high: Decimal) -> Decimal | None:
    """Return the middle of a range; None where it, or how far the ends are away, has too many digits."""
    middle = EXACT.divide(EXACT.add(low, high), Decimal(2))
    margin = EXACT.subtract(high, middle)
    for number in (middle, margin):
        exponent = number.as_tuple().exponent
        if (
            len(number.as_tuple().digits) > MOST_DIGITS
            or not isinstance(exponent, int)
            or abs(exponent) > MOST_DIGITS
        ):
            return None
    return middle
