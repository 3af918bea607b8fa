"""Markdown outlines: the headings, lists, tables and texts of a document, by markdown-it."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.imports.formats.roadmaps.outlines import OutlineKind, OutlineLine

_DEEPEST = 50
"""How many blocks may lie in each other; a list takes two. The parser drops what is deeper."""
_PARSER = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
_TASK = re.compile(r"\A\[[ xX]\]\s+")
_CODE = {"fence", "code_block"}
_HOLDERS = {"list_item_open", "blockquote_open"}
_INLINE_LOSSES = {"html_inline": "HTML is not kept, only its text", "image": "a picture is not kept"}


def lines(source: str) -> Iterator[OutlineLine]:
    """Yield the lines of an outline, with the lines of the source on which they begin."""
    front = _FRONT_MATTER.match(source)
    if front:
        yield OutlineLine(
            kind=OutlineKind.LOSS, line=1, level=0, text="the settings before the text are not kept"
        )
        source = "\n" * front.group().count("\n") + source[front.end() :]
    reading = _TokenReading()
    for token in _PARSER.parse(source):
        yield from reading.take(token)


class _TokenReading:
    """Knows in which part of the document a token stands."""

    def __init__(self) -> None:
        self._heading = 0
        self._depth = 0
        self._entry_is_open = False
        self._row: list[tuple[str, tuple[tuple[str, str], ...]]] | None = None
        self._is_head = False
        self._line = 1

    def take(self, token: Token) -> Iterator[OutlineLine]:
        """Yield what a token completes."""
        self._line = token.map[0] + 1 if token.map else self._line
        if token.type in _HOLDERS and token.level >= _DEEPEST - 1:
            reason = f"what is nested more than {_DEEPEST // 2 - 1} lists deep is not kept"
            yield self._made(OutlineKind.LOSS, 0, reason, ())
        if token.type == "heading_open":
            self._heading = int(token.tag[1:])
        elif token.type == "heading_close":
            self._heading = 0
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            self._depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._depth -= 1
        elif token.type == "list_item_open":
            self._entry_is_open = True
        elif token.type == "inline":
            yield from self._inline(token)
        else:
            yield from self._other(token)

    def _inline(self, token: Token) -> Iterator[OutlineLine]:
        text, links = _plain(token)
        kinds = dict.fromkeys(child.type for child in token.children or [])
        for reason in [_INLINE_LOSSES[kind] for kind in kinds if kind in _INLINE_LOSSES]:
            yield self._made(OutlineKind.LOSS, 0, reason, ())
        if self._row is not None:
            self._row.append((text, links))
        elif self._heading:
            yield self._made(OutlineKind.HEADING, self._heading, text, links)
        elif self._entry_is_open:
            self._entry_is_open = False
            yield self._made(OutlineKind.ENTRY, self._depth, _TASK.sub("", text), links)
        elif text:
            yield self._made(OutlineKind.TEXT, 0, text, links)

    def _other(self, token: Token) -> Iterator[OutlineLine]:
        if token.type in {"thead_open", "thead_close"}:
            self._is_head = token.type == "thead_open"
        elif token.type == "tr_open":
            self._row = []
        elif token.type == "tr_close":
            yield from self._closed_row()
        elif token.type in _CODE:
            yield self._made(OutlineKind.TEXT, 0, token.content.strip("\n"), ())
        elif token.type == "html_block":
            yield self._made(OutlineKind.LOSS, 0, "HTML is not kept", ())

    def _closed_row(self) -> Iterator[OutlineLine]:
        """Yield a row whose first cell is a link: the other cells are its description."""
        row, self._row = self._row or [], None
        if self._is_head or not row:
            return
        (name, links), others = row[0], [cell for cell, _ in row[1:] if cell and cell != "-"]
        if not links:
            yield self._made(
                OutlineKind.LOSS, 0, "a row of a table without a link in its first cell is not kept", ()
            )
            return
        yield self._made(OutlineKind.ROW, 1, name, links)
        if others:
            yield self._made(OutlineKind.TEXT, 0, " | ".join(others), ())

    def _made(
        self, kind: OutlineKind, level: int, text: str, links: tuple[tuple[str, str], ...]
    ) -> OutlineLine:
        return OutlineLine(kind=kind, line=self._line, level=level, text=text, links=links)


def _plain(token: Token) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text of a line without its marks, and its links."""
    parts: list[str] = []
    links: list[tuple[str, str]] = []
    opened: tuple[int, str] | None = None
    for child in token.children or []:
        if child.type == "link_open":
            opened = (len(parts), str(child.attrGet("href") or ""))
        elif child.type == "link_close" and opened is not None:
            links.append(("".join(parts[opened[0] :]).strip(), opened[1]))
            opened = None
        elif child.type in {"text", "code_inline", "text_special"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return "".join(parts).strip(), tuple(links)
