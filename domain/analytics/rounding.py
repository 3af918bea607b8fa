"""Rounding of shown figures: once, half up, from the exact value."""

from fractions import Fraction


def rounded(whole: int, parts: int) -> int:
    """Return a quotient of numbers from zero up as the nearest integer, half up."""
    return (2 * whole + parts) // (2 * parts)


def percent_tenths(share: Fraction) -> int:
    """Return a share, 0 to 1, in tenths of a percent, half up."""
    return rounded(1000 * share.numerator, share.denominator)


def one_decimal(exact: Fraction) -> float:
    """Round half up (away from zero) to one decimal."""
    tenths = rounded(10 * abs(exact.numerator), exact.denominator) / 10
    return -tenths if exact < 0 else tenths
