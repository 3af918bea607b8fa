"""User agents: a short device name for people, from a client's User-Agent."""

import re

LONGEST_NAME = 100
_LONGEST_USER_AGENT = 1_000
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a browser's User-Agent contains; the first match counts, because most of them name other browsers too."""
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[^/()]*")


def device_name(user_agent: str) -> str | None:
    """Return a name like `Firefox on Linux`, or None if nothing is readable.

    It has no version, or every update would be a new device. A client that is not a browser is named by its first
    product, and by the system if it names one.
    """
    text = "".join(c if c.isascii() and c.isprintable() else " " for c in user_agent[:_LONGEST_USER_AGENT])
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    program = _browser(text) or " ".join(_first_product(text).split())
    if not program:
        return None
    return (f"{program} on {system}" if system else program)[:LONGEST_NAME]


def _browser(text: str) -> str | None:
    if not text.startswith("Mozilla/"):
        return None
    return next((name for mark, name in _BROWSERS if mark in text), "A browser")


def _first_product(text: str) -> str:
    found = _PRODUCT.match(text.strip())
    return found.group() if found else ""
