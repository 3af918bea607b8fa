"""Devices: a short name for a person, made of what a client says of itself."""

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
"""What a browser's User-Agent holds; the first that is found counts, for most of them also name others."""
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
    """Return a name like `Firefox on Linux`, without versions, which would make every update a new device.

    A client that is no browser is called by its first product, with the system if it names one. None where there
    is nothing readable.
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
