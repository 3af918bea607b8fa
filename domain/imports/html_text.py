"""HTML as plain text: for importers, since prompts here are plain."""

import html
import re

from domain.entities import entity

_TOKEN = re.compile(r"<!--|-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>|[^<-]+|.", re.DOTALL)
_WORDS = re.compile(r"[ \t\r\n\f]+")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr", "table", "pre", "blockquote"}
_BREAKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "hr"}
_SILENT = {"script", "style"}
_MEDIA = {"img", "video", "audio", "object", "iframe", "svg"}
_FIXED = "\x00"
"""A space inside `pre`, until the others are joined."""


@entity
class PlainText:
    """The text without its tags; `pictures` counts what could not be kept, `marked` tells of any tag."""

    text: str
    marked: bool
    pictures: int


def plain(source: str) -> PlainText:
    """Drop tags and comments, keep line breaks of blocks and the alternative texts of pictures."""
    kept: list[str] = []
    silent, marked, pictures, fixed = "", False, 0, False
    for token in _TOKEN.finditer(source):
        closing, name, attributes = token.group(1), (token.group(2) or "").lower(), token.group(3)
        if silent:
            silent = (
                "" if (silent == "!" and token.group() == "-->") or (closing and name == silent) else silent
            )
        elif token.group() == "<!--":
            silent, marked = "!", True
        elif not name:
            kept.append(
                token.group().replace(" ", _FIXED) if fixed else " ".join(_WORDS.split(token.group()))
            )
        else:
            marked = True
            silent = name if name in _SILENT and not closing else ""
            fixed = not closing if name == "pre" else fixed
            if name in _MEDIA and not closing:
                pictures += 1
                kept.extend(a or b for a, b in _ALT.findall(attributes))
            kept.append("\n" if name in _BREAKS else "")
    return PlainText(text=_tidy(html.unescape("".join(kept))), marked=marked, pictures=pictures)


def _tidy(text: str) -> str:
    """Join white space inside lines and drop empty lines."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line).replace(_FIXED, " ")
