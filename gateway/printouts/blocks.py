"""Blocks: a document as JSON for the layout, with Markdown taken apart by markdown-it."""

import unicodedata
from typing import Any

import orjson

from domain.certificates.credentials import ISSUER_NAME
from domain.printouts.documents import CertificateSheet, Document, Facts, Heading, Links, Part, Prose
from gateway.printouts import markdown_blocks

Block = dict[str, Any]


def written(document: Document) -> str:
    """Return the JSON of a document."""
    blocks = [block for part in document.parts for block in _blocks(part)]
    return orjson.dumps(
        {
            "title": document.title,
            "head": not any(isinstance(part, CertificateSheet) for part in document.parts),
            "rtl": turns(document.title),
            "blocks": blocks,
        }
    ).decode()


def turns(text: str) -> bool:
    """Tell whether a text begins from the right: by its first letter with a direction (UAX #9, rule P2)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((found for found in directions if found in {"L", "R", "AL"}), "L") != "L"


def paragraphs(text: str) -> list[Block]:
    """Return plain text as paragraphs with their line breaks."""
    return [
        {"t": "par", "rtl": turns(paragraph), "c": _lines(paragraph)}
        for paragraph in text.split("\n\n")
        if paragraph.strip()
    ]


def _lines(paragraph: str) -> list[Block]:
    found: list[Block] = []
    for line in paragraph.split("\n"):
        found += [{"t": "break"}] if found else []
        found.append({"t": "text", "v": line})
    return found


def _blocks(part: Part) -> list[Block]:
    if isinstance(part, Heading):
        words = {"t": "text", "v": part.text}
        return [{"t": "heading", "level": part.level, "rtl": turns(part.text), "c": [words]}]
    if isinstance(part, Prose):
        taken_apart = markdown_blocks.blocks(part.text, turns) if part.is_markdown else []
        return taken_apart or paragraphs(part.text)
    if isinstance(part, Facts):
        return [{"t": "facts", "rows": list(part.lines)}]
    if isinstance(part, Links):
        items = [[{"t": "par", "c": _link(title, url)}] for title, url in part.links]
        return [{"t": "list", "ordered": False, "items": items}] if items else []
    return [_award(part)]


def _link(title: str, url: str) -> list[Block]:
    """Return a title with its address written out, as paper needs it."""
    words = [{"t": "text", "v": url}]
    address = {"t": "link", "url": url, "c": words} if markdown_blocks.is_web(url) else words[0]
    return [{"t": "text", "v": f"{title}: "}, address]


def _award(award: CertificateSheet) -> Block:
    return {
        "t": "award",
        "issuer": ISSUER_NAME,
        "heading": "Certificate" if award.is_valid else "Certificate (not valid)",
        "name": award.name,
        "words": "finished the roadmap",
        "title": award.title,
        "rows": list(award.facts),
        "check": "Check it at",
        "url": award.page_url,
    }
