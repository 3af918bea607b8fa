"""Domain names: one ASCII form for all spellings of a name, as IDNA 2008 and UTS 46 define it.

Upper case, wide letters, other dots and Punycode are spellings of one name. The standard library knows IDNA 2003 alone,
which turns `ß` into `ss` and so names another domain.
"""

import re
import unicodedata

LDH_LABEL = re.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A label of a mail server's name (RFC 5321, section 4.1.2)."""
HOST_LABEL = re.compile("[a-z0-9_-]{1,63}")
"""A label of a host on the web, where some have underscores or end in a hyphen."""
_LONGEST = 253
_LONGEST_LABEL = 63
_PREFIX = "xn--"
_NUMBER = re.compile("[0-9]+|0x[0-9a-f]*")
"""A last label that makes browsers read an IP address (the URL standard, "ends in a number checker")."""
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_WRITTEN = {"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"}
"""The categories of what a label may hold beside ASCII: letters without case, marks and digits."""


def folded(text: str) -> str:
    """Return the one spelling of texts that differ in case, width and composition (NFKC) alone.

    It lowers each character by itself: `ß` and a final `ς` stay what they are.
    """
    if text.isascii():
        return text.lower()
    lowered = "".join(c.lower() for c in unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", lowered)


def ascii_domain(name: str, label: re.Pattern[str]) -> str | None:
    """Return a name of two or more labels in ASCII and lower case, or None if it is none.

    `label` is the form of labels in ASCII.
    """
    if len(name) > _LONGEST:
        return None
    labels = [_ascii_label(each, label) for each in folded(_DOTS.sub(".", name)).split(".")]
    known = [each for each in labels if each is not None]
    if len(known) < max(2, len(labels)) or _NUMBER.fullmatch(known[-1]):
        return None
    joined = ".".join(known)
    return joined if len(joined) <= _LONGEST else None


def _ascii_label(label: str, form: re.Pattern[str]) -> str | None:
    if label.isascii():
        is_fine = form.fullmatch(label) and (not label.startswith(_PREFIX) or _is_punycode(label))
        return label if is_fine else None
    if not all(c == "-" or c.isascii() or unicodedata.category(c) in _WRITTEN for c in label):
        return None
    if unicodedata.category(label[0])[0] == "M" or not form.fullmatch(re.sub("[^\x00-\x7f]", "a", label)):
        return None
    encoded = _PREFIX + label.encode("punycode").decode("ascii")
    return encoded if len(encoded) <= _LONGEST_LABEL else None


def _is_punycode(label: str) -> bool:
    """Tell whether a label is what its decoded form is written as: no other spelling reaches the same name."""
    try:
        decoded = label.removeprefix(_PREFIX).encode("ascii").decode("punycode")
    except UnicodeError:
        return False
    return not decoded.isascii() and folded(decoded) == decoded and _ascii_label(decoded, LDH_LABEL) == label
