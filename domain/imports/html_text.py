"""HTML to plain text, for imports: prompts are plain text here, and keep what carries meaning."""

import html
import re

from domain.entities import entity

_TOKEN = re.compile(r"<!--|-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)(|[\s/][^<>]*)>|[^<-]+|.", re.DOTALL)
_WORDS = re.compile(r"[ \t\r\n\f]+")
_BLANKS = re.compile(r"[ \t\r\f]+")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BREAKS = {"br", "p", "div", "ul", "ol", "dl", "dt", "table", "caption", "pre", "blockquote", "hr"}
_BREAKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "figure", "figcaption"}
_INLINE = {
    "a",
    "abbr",
    "acronym",
    "b",
    "bdi",
    "bdo",
    "big",
    "center",
    "cite",
    "code",
    "dfn",
    "em",
    "font",
    "i",
}
_INLINE |= {"ins", "kbd", "label", "mark", "nobr", "q", "samp", "small", "span", "strong", "time", "tt", "u"}
_INLINE |= {"var", "wbr", "tbody", "thead", "tfoot", "colgroup", "col", "source", "track", "param", "embed"}
_SILENT = {"script", "style"}
_MEDIA = {"img", "video", "audio", "object", "iframe", "svg", "canvas"}
_FORMULAS = {"math"}
_RAISED = {"sup": "^", "sub": "_"}
_DELETED = {"del", "s", "strike"}
_LISTS = {"ul", "ol"}
_ROWS, _CELLS = {"tr"}, {"td", "th"}
_ITEMS = {"li", "dd"}
_NAMES = _BREAKS | _INLINE | _SILENT | _MEDIA | _FORMULAS | set(_RAISED) | _DELETED | _ROWS | _CELLS | _ITEMS
"""What is a tag; anything else between angle brackets, like `<stdio.h>`, is text."""
_ONE_TERM = re.compile(r"[+\-\u2212]?\w+")
_DEEPEST = 8
"""How far powers and lists nest: each level repeats the text inside, so more would be work without an end."""
_FIXED = "\x0e"
"""A space that stays, until the others are joined."""
_LINE = "\x0f"
"""Marks a line of `pre`, which stays even where it is empty."""
_HELD = str.maketrans({" ": _FIXED, "\t": _FIXED * 4})


@entity
class PlainText:
    """The text without its tags; `pictures` counts lost media, `has_tags` says whether there were any tags.

    `has_formulas` says that formulas in MathML were lost, without which the text says something else.
    """

    text: str
    has_tags: bool
    pictures: int
    has_formulas: bool


def plain(source: str, *, keep_lines: bool = False) -> PlainText:
    """Return the text of HTML: powers as `^`, indices as `_`, deletions between `~~`, lists and tables line by line.

    With `keep_lines` the line ends of the source are line breaks too, as in Moodle's default format.
    """
    reader = _HtmlReader(keep_lines=keep_lines)
    for token in _TOKEN.finditer(source):
        reader.take(token)
    return reader.result()


class _HtmlReader:
    """Collects the text; each open power, index or deletion has a frame of its own."""

    def __init__(self, *, keep_lines: bool) -> None:
        self._spaces = _BLANKS if keep_lines else _WORDS
        self._frames: list[tuple[str, list[str]]] = [("", [])]
        self._lists: list[int | None] = []
        self._silent = ""
        self._fixed = self._has_cell = self._has_tags = self._has_formulas = False
        self._pictures = 0

    def take(self, token: re.Match[str]) -> None:
        """Read one tag, comment or piece of text."""
        whole, name = token.group(), (token.group(2) or "").lower()
        closing = token.group(1) == "/"
        if self._silent:
            ended = (self._silent == "!" and whole == "-->") or (closing and name == self._silent)
            self._silent = "" if ended else self._silent
        elif whole == "<!--":
            self._silent, self._has_tags = "!", True
        elif name in _NAMES:
            self._has_tags = True
            self._close(name) if closing else self._open(name, token.group(3))
        else:
            self._add(self._held(whole) if self._fixed else " ".join(self._spaces.split(whole)))

    def result(self) -> PlainText:
        """Return the text, with what is still open closed."""
        while len(self._frames) > 1:
            self._leave()
        return PlainText(
            text=_tidy(html.unescape("".join(self._frames[0][1]))),
            has_tags=self._has_tags,
            pictures=self._pictures,
            has_formulas=self._has_formulas,
        )

    def _add(self, text: str) -> None:
        self._frames[-1][1].append(text)

    def _held(self, text: str) -> str:
        return text.translate(_HELD).replace("\n", "\n" + _LINE)

    def _open(self, name: str, attributes: str) -> None:
        if name in _SILENT:
            self._silent = name
        elif name in _FORMULAS:
            self._has_formulas = True
        elif name in _MEDIA:
            self._pictures += 1
            self._add("".join(a or b for a, b in _ALT.findall(attributes)))
        elif name in _RAISED or name in _DELETED:
            if len(self._frames) <= _DEEPEST:
                self._frames.append((name, []))
        else:
            self._begin_block(name)

    def _begin_block(self, name: str) -> None:
        if name in _LISTS:
            self._lists.append(0 if name == "ol" else None)
        elif name == "pre":
            self._fixed = True
        elif name in _ROWS:
            self._has_cell = False
        if name in _CELLS:
            self._add(" | " if self._has_cell else "")
            self._has_cell = True
        elif name in _ITEMS:
            self._add("\n" + self._marker(name))
        elif name in _BREAKS or name in _ROWS:
            self._add("\n")

    def _marker(self, name: str) -> str:
        depth = _FIXED * 2 * min(_DEEPEST, max(0, len(self._lists) - 1))
        if name == "dd":
            return depth + _FIXED * 2
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{depth}- "
        self._lists[-1] = number + 1
        return f"{depth}{number + 1}. "

    def _close(self, name: str) -> None:
        if name in _RAISED or name in _DELETED:
            if any(open_name == name for open_name, _ in self._frames):
                while self._leave() != name:
                    pass
        elif name in _LISTS and self._lists:
            self._lists.pop()
        elif name == "pre":
            self._fixed = False
        if name in _BREAKS or name in _ROWS or name in _ITEMS:
            self._add("\n")

    def _leave(self) -> str:
        """Close the innermost frame and return its name."""
        name, parts = self._frames.pop()
        text = "".join(parts).strip()
        if text and name in _DELETED:
            self._add(f"~~{text}~~")
        elif text:
            shown = html.unescape(text)
            self._add(_RAISED[name] + (text if _ONE_TERM.fullmatch(shown) else f"({text})"))
        return name


def _tidy(text: str) -> str:
    """Join white space inside lines and drop empty lines outside of `pre`."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    kept = "\n".join(line for line in lines if line)
    shown = kept.replace(_LINE, "").replace(_FIXED, " ")
    return "\n".join(line.rstrip() for line in shown.split("\n")).strip("\n")
