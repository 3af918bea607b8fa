"""Prompt formats: plain text, or a subset of Markdown that can be checked line by line.

The check is stricter than Markdown, so that whatever it lets through holds no HTML, no image and no link but to https.
What is code follows CommonMark: a fence begins at the start of a line, and a span ends in the line it begins in. LaTeX
may compare, as in `$x<y>z$`: clients take it out before they read Markdown.
"""

import re
from collections.abc import Iterator
from enum import Enum

from domain.content.question_kinds.math_spans import math_spans

DEEPEST = 6
"""How deep lists and quotes may be nested."""


class PromptFormat(Enum):
    """How the prompt of a question is written."""

    PLAIN = "PLAIN"
    MARKDOWN = "MARKDOWN"


_FENCE = re.compile(r"(`{3,}|~{3,})[A-Za-z0-9+#._-]*[ \t]*")
_CLOSING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MARK = re.compile(r"[ \t]*(?:>|(?:[-*+]|[0-9]{1,9}[.)])(?=[ \t]|$))")
_RULE = re.compile(r"[ \t]*([-*_=])(?:[ \t]*\1)*[ \t]*")
_HEADING = re.compile(r"[ \t]*#{1,6}(?:[ \t]|$)")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_TICKS = re.compile(r"`+")
_AUTOLINK = re.compile(r"<https://[^\s<>\\]*>")
_LINK = re.compile(r"\]\(https://[^\s()<>\"'\\`]*\)")
_STOP = re.compile(r"[\\`<!\]]")
"""The characters at which something may begin that is no plain text."""
_TAG = re.compile(r"<[A-Za-z/!?]")
_MATH_TAG = re.compile(r"<(?![^\s<>]*[:@][^\s<>]*>)")
"""A `<` in math that does not begin a link."""

_HTML = "HTML is not kept: put a space after <, or write it in code or as math."
_IMAGE = "An image is no part of the text: add it to the images of the question."
_NO_IMAGE = "Images are not kept: describe what they show in words."
_LINK_RULE = "A link must be like [words](https://example.org); write other brackets in code."
_CODE = "A backtick has no partner in its line; a fence of code begins at the start of a line and has a closing one."
_HEADINGS = "Headings and rules across the page are not kept."
_NESTING = f"Lists and quotes may be nested {DEEPEST} deep."


def markdown_faults(prompt: str, *, has_headings: bool = False) -> Iterator[str]:
    """Yield what a prompt in Markdown must not have, once each, as sentences; a longer text has headings and rules."""
    for fault in dict.fromkeys(_faults(prompt)):
        if not (has_headings and fault is _HEADINGS):
            yield _NO_IMAGE if has_headings and fault is _IMAGE else fault


def _faults(prompt: str) -> Iterator[str]:
    fence = ""
    for fence, line in _lines(without_math_tags(prompt)):
        if not fence:
            yield from _line_faults(line)
    if fence:
        yield _CODE


def _lines(prompt: str) -> Iterator[tuple[str, str]]:
    """Yield each line with the fence that it is inside of, both ends included; a last pair tells what is still open."""
    fence = ""
    for line in _LINE_END.split(prompt):
        if fence:
            yield fence, line
            fence = "" if _closes(fence, line) else fence
        elif opened := _FENCE.fullmatch(line):
            fence = opened.group(1)
            yield fence, line
        else:
            yield "", line
    yield fence, ""


def without_math_tags(prompt: str) -> str:
    """Return a prompt in which no `<` of its math begins a tag; one that begins a link stays."""
    found: list[str] = []
    paragraph: list[str] = []
    for fence, line in _lines(prompt):
        if line.strip() and not fence:
            paragraph.append(line)
            continue
        found += [*_without_tags(paragraph), line]
        paragraph = []
    return "\n".join([*found, *_without_tags(paragraph)][:-1])


def _without_tags(paragraph: list[str]) -> list[str]:
    text = "\n".join(paragraph)
    parts, place = [], 0
    for start, end in math_spans(text):
        parts += [text[place:start], _MATH_TAG.sub(" ", text[start:end])]
        place = end
    return "".join([*parts, text[place:]]).split("\n") if paragraph else []


def _closes(fence: str, line: str) -> bool:
    found = _CLOSING.fullmatch(line)
    return found is not None and found.group(1).startswith(fence)


def _line_faults(line: str) -> Iterator[str]:
    text, depth = line, 0
    while (found := _MARK.match(text)) and not _RULE.fullmatch(text):
        text, depth = text[found.end() :], depth + 1
    if depth > DEEPEST:
        yield _NESTING
    if _RULE.fullmatch(text) or _HEADING.match(text):
        yield _HEADINGS
    if text.lstrip(" \t").startswith("~~~"):
        yield _CODE
    place = 0
    while found := _STOP.search(text, place):
        skipped = _skipped(text, found.start())
        if skipped is None:
            yield from _fault_at(text, found.start())
        place = found.start() + 1 if skipped is None else skipped


def _skipped(text: str, place: int) -> int | None:
    """Return where what begins here ends, if it may stand in a prompt."""
    for pattern in (_ESCAPE, _AUTOLINK, _LINK):
        if found := pattern.match(text, place):
            return found.end()
    if ticks := _TICKS.match(text, place):
        for other in _TICKS.finditer(text, ticks.end()):
            if len(other.group()) == len(ticks.group()):
                return other.end()
    return None


def _fault_at(text: str, place: int) -> Iterator[str]:
    if text[place] == "`":
        yield _CODE
    elif _TAG.match(text, place):
        yield _HTML
    elif text.startswith("![", place):
        yield _IMAGE
    elif text.startswith(("](", "]:"), place):
        yield _LINK_RULE
