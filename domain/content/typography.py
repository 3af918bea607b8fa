"""Typography: the variants of a character that phones and word processors put in its place, as one character."""

from domain import text

_VARIANTS: dict[str, str] = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02c8\u00b4\u0060\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u02ba\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d",
}
_PLAIN = str.maketrans({variant: plain for plain, variants in _VARIANTS.items() for variant in variants})


def plain(written: str) -> str:
    """Return the text with plain quotes, hyphens and minus signs, and without hidden characters."""
    return written if written.isascii() and "`" not in written else text.stripped(written).translate(_PLAIN)
