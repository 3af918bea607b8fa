"""Markdown blocks: Markdown taken apart into blocks and words; HTML stays text, and mathematics stays TeX.

Pictures are named by their words and addresses, because nothing is fetched.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

Block = dict[str, Any]
Turns = Callable[[str], bool]
_DEEPEST = 24
"""How many blocks may lie in each other; a list takes two. The layout is known to do as many."""
_NESTING = {"list_item_open", "blockquote_open"}
_MATHS = re.compile(
    r"\\\((?:.|\n)+?\\\)|\\\[(?:.|\n)+?\\\]|\$\$(?:.|\n)+?\$\$|\$(?=\S)[^$\n]*[^\s$\\]\$(?!\d)"
)
_WEB = re.compile(r"https?://[^\s]+\Z")
_HOLDERS = {"strong_open": "strong", "em_open": "emph", "s_open": "strike"}


def is_web(url: str) -> bool:
    """Tell whether an address may be linked to."""
    return _WEB.match(url) is not None


def blocks(text: str, turns: Turns) -> list[Block]:
    """Return the blocks of a text; `turns` tells which paragraphs begin from the right.

    There are none for a text that is nested so deep that the parser would drop a part of it.
    """
    tokens = _PARSER.parse(text)
    if any(token.level >= _DEEPEST - 1 and token.type in _NESTING for token in tokens):
        return []
    return list(_BlockReading(turns).blocks(iter(tokens), ""))


def _take_maths(state: StateInline, silent: bool) -> bool:
    """Take mathematics as it is written, before its backslashes and marks count as Markdown."""
    if state.src[state.pos] not in "\\$":
        return False
    found = _MATHS.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = found.group()
    state.pos = found.end()
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST, "html": False})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "maths", _take_maths)
    return parser


_PARSER = _parser()


class _BlockReading:
    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def blocks(self, tokens: Iterator[Token], until: str) -> Iterator[Block]:
        """Yield blocks up to the token that closes the one that holds them."""
        for token in tokens:
            kind = token.type
            if kind == until:
                return
            if kind in {"paragraph_open", "heading_open"}:
                yield self._words_of(token, next(tokens))
                next(tokens)
            elif kind in {"fence", "code_block"}:
                yield {"t": "code", "v": token.content.rstrip("\n")}
            elif kind == "hr":
                yield {"t": "rule"}
            elif kind == "blockquote_open":
                yield {"t": "quote", "blocks": list(self.blocks(tokens, "blockquote_close"))}
            elif kind in {"bullet_list_open", "ordered_list_open"}:
                yield self._list(token, tokens)
            elif kind == "table_open":
                yield self._table(tokens)

    def _words_of(self, opening: Token, inline: Token) -> Block:
        words = _words(iter(inline.children or ()), "")
        block: Block = {"t": "par", "rtl": self._turns(inline.content), "c": words}
        if opening.type == "heading_open":
            block |= {"t": "heading", "level": min(int(opening.tag[1:]) + 1, 6)}
        return block

    def _list(self, opening: Token, tokens: Iterator[Token]) -> Block:
        ordered = opening.type == "ordered_list_open"
        items = []
        for token in tokens:
            if token.type == opening.type.replace("_open", "_close"):
                break
            items.append(list(self.blocks(tokens, "list_item_close")))
        start = int(opening.attrGet("start") or 1) if ordered else 1
        return {"t": "list", "ordered": ordered, "start": start, "items": items}

    def _table(self, tokens: Iterator[Token]) -> Block:
        cells: list[list[Block]] = []
        columns = 0
        for token in tokens:
            if token.type == "table_close":
                break
            columns += token.type == "th_open"
            if token.type == "inline":
                cells.append(_words(iter(token.children or ()), ""))
        return {"t": "table", "columns": max(columns, 1), "cells": cells}


def _words(tokens: Iterator[Token], until: str) -> list[Block]:
    found: list[Block] = []
    for token in tokens:
        kind = token.type
        if kind == until:
            break
        if kind in _HOLDERS:
            found.append({"t": _HOLDERS[kind], "c": _words(tokens, kind.replace("_open", "_close"))})
        elif kind == "link_open":
            found.append(_link(str(token.attrGet("href") or ""), _words(tokens, "link_close")))
        elif kind == "code_inline":
            found.append({"t": "code", "v": token.content})
        elif kind == "softbreak":
            found.append({"t": "text", "v": " "})
        elif kind == "hardbreak":
            found.append({"t": "break"})
        elif kind == "image":
            found.append({"t": "text", "v": f"[{token.content}: {token.attrGet('src')}]"})
        else:
            found.append({"t": "text", "v": token.content})
    return found


def _link(url: str, words: list[Block]) -> Block:
    return {"t": "link", "url": url, "c": words} if is_web(url) else {"t": "emph", "c": words}
