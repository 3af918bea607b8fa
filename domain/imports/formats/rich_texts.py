"""Rich texts: HTML and plain text in files of other systems, as learners will see it."""

import html
import re
from collections.abc import Callable

from domain.imports import html_text
from domain.imports.formats.found_questions import UnreadableError, left_out

HtmlCleaner = Callable[[str], str]
"""Returns HTML with nothing but the tags and attributes that may stay; no script, style or handler passes."""

_LONGEST_SOURCE = 200_000
"""More than any text that may be stored: what is longer is not cleaned at all."""
_MOST_TAGS = 2_000
"""Cleaning takes time with the square of how deep tags are nested."""
_MARKUP = re.compile(r"<[a-zA-Z!/]|&[#a-zA-Z]")
_FORMULA = re.compile(r"<(?:\w+:)?math[\s>]", re.IGNORECASE)
_PICTURE = re.compile(r"<img\b[^>]*?\bsrc=\"([^\"]*)\"")
_EMBEDDED = re.compile(r"<(?:video|audio|object|iframe|svg|canvas|embed)\b", re.IGNORECASE)
_STYLED = re.compile(r"<(?!/|(?:p|br|div|span|pre|img)\b)[a-zA-Z!]", re.IGNORECASE)
"""A tag that is more than a line or a picture."""
_OPEN = re.compile(r"<(?=/?([a-zA-Z][^\s/<>]*))")
_NAMES = """
a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center
cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer
form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main map mark
marquee menu meta meter nav nobr noscript object ol optgroup option output p param picture pre progress q rp rt ruby s
samp script search section select slot small source span strike strong style sub summary sup svg table tbody td template
textarea tfoot th thead time title tr track tt u ul var video wbr
"""
ELEMENTS = frozenset(_NAMES.split())
"""The tags of HTML; anything else between angle brackets is text."""
_HAS_TAGS = "HTML is not kept, only its text, with powers, lists and tables written out."


class RichTexts:
    """Reads the texts of one question; `media` are the names of the pictures that they show."""

    def __init__(self, clean: HtmlCleaner, losses: list[str]) -> None:
        self._clean = clean
        self._losses = losses
        self._pictures = 0
        self.media: dict[str, None] = {}

    def html(self, source: str, *, keep_lines: bool = False) -> str:
        """Return the text of HTML; raises UnreadableError where nothing but pictures would be left."""
        if len(source) > _LONGEST_SOURCE:
            raise UnreadableError(f"A text may hold at most {_LONGEST_SOURCE} characters with its tags.")
        if source.count("<") > _MOST_TAGS:
            raise UnreadableError(f"A text may hold at most {_MOST_TAGS} tags.")
        if not _MARKUP.search(source):
            return self.plain(source) if keep_lines else " ".join(source.split())
        if _FORMULA.search(source):
            raise left_out("Formulas in MathML are")
        cleaned = self._clean(_OPEN.sub(_as_text, source))
        plain = html_text.plain(cleaned, keep_lines=keep_lines)
        pictures = plain.pictures + len(_EMBEDDED.findall(source))
        if pictures and not plain.text:
            raise UnreadableError("A prompt or an answer is nothing but a picture; describe it in words.")
        self._pictures += pictures
        self.media.update((html.unescape(name), None) for name in _PICTURE.findall(cleaned))
        if _STYLED.search(source):
            self._losses.append(_HAS_TAGS)
        return plain.text

    def plain(self, source: str) -> str:
        """Return plain text as it is, without white space around it."""
        return source.replace("\r\n", "\n").strip()

    def lose_pictures(self, kept: set[str] | frozenset[str] = frozenset()) -> None:
        """Report the pictures that are not among those of the package."""
        missing = [name for name in self.media if name not in kept]
        others = self._pictures - len(self.media)
        if missing or others > 0:
            self._losses.append(f"{len(missing) + max(0, others)} picture(s) or embedded media are not kept.")


def _as_text(tag: "re.Match[str]") -> str:
    """Return what begins a tag as it is where the tag is one of HTML; others, like `<stdio.h>`, are text."""
    return "<" if tag.group(1).lower() in ELEMENTS else "&lt;"
