"""Counted links: replaces the links in the text and the HTML of a mail by those that lead over this server."""

import html
import re
from collections.abc import Callable

_IN_TEXT = re.compile(r"https?://[^\s<>\"]+")
_IN_HTML = re.compile(r'(<a\s[^>]*?href=")(https?://[^"]+)(")')
_ENDINGS = ".,;:!?)"

Replacement = Callable[[str], str]
"""Returns the address that replaces another one; the same, where it stays."""


def in_text(text: str, replaced: Replacement) -> str:
    """Replace the web addresses of a text; a sign at the end of a sentence is no part of one."""

    def replace(found: re.Match[str]) -> str:
        url = found[0].rstrip(_ENDINGS)
        return replaced(url) + found[0][len(url) :]

    return _IN_TEXT.sub(replace, text)


def in_html(text: str, replaced: Replacement) -> str:
    """Replace the web addresses that links of HTML lead to."""
    return _IN_HTML.sub(
        lambda found: found[1] + html.escape(replaced(html.unescape(found[2]))) + found[3], text
    )
