"""Moodle's GIFT: questions between blank lines (https://docs.moodle.org/en/GIFT_format)."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from domain.content.question_kinds.gift_syntax import GiftError, Part
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports import gift_answers
from domain.imports.gift_text import LONGEST_BLOCK, Formats, UnsupportedError, blocks, lines
from domain.imports.question_drafts import QuestionDraft, faults, in_markdown
from domain.imports.readers import LossNote, QuestionItem, ReadLimits, Record, RefusedItem, records_of
from domain.imports.reports import Findings

FORMAT = "gift"
DOMAIN = "general"
"""The code of the domain that the questions belong to; GIFT has no domains."""
MOST_BLOCKS = 1_000
_BLANK = "_____"
_ONLY_PICTURES = (
    "A prompt or an answer is nothing but a picture, and pictures are not kept; the question is left out."
)
_GENERAL_FEEDBACK = "####"
_BRACE = re.compile(r"\{\s*(?:[=~#]|(?:T|F|TRUE|FALSE)\s*[#}]|\}\s*\S)", re.IGNORECASE)
"""How a question begins whose answers come first; JSON never begins so."""


def read(file: BinaryIO, *, limits: ReadLimits) -> Iterator[Record]:
    """Yield the questions of a file; what cannot be read is refused, and a kind that does not exist here is a loss."""
    findings = Findings()
    for number, block in enumerate(blocks(lines(file, limits), findings), start=1):
        if number > limits.most_items:
            findings.refuse(block.line, "file", f"A file may hold at most {limits.most_items} questions.")
            break
        draft = None
        try:
            draft = _question(block, f"question {number}", findings)
        except UnsupportedError as unsupported:
            findings.lose(block.line, _name(block), unsupported.reason)
        except GiftError as error:
            findings.refuse(error.line, _name(block), error.reason)
        yield from records_of(findings)
        if draft is not None:
            yield QuestionItem(draft=draft)
    yield from records_of(findings)


def parse(file: str, findings: Findings) -> list[QuestionDraft]:
    """Read the questions of a short file; what cannot be read goes to `findings` with its line."""
    text = file.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    drafts: list[QuestionDraft] = []
    source = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    for record in read(source, limits=ReadLimits(most_items=MOST_BLOCKS)):
        if isinstance(record, QuestionItem):
            drafts.append(replace(record.draft, path=("questions", len(drafts))))
        elif isinstance(record, RefusedItem):
            findings.refuse(record.line, record.item, record.reason)
        elif isinstance(record, LossNote):
            findings.lose(record.line, record.item, record.reason)
    return drafts


def recognises(head: bytes, _names: tuple[str, ...]) -> bool:
    """Tell whether a file may be GIFT: a text that is no other format, with braces or a comment."""
    text = head.decode("utf-8", "replace").lstrip()
    if text.startswith("{"):
        return bool(_BRACE.match(text))
    return not text.startswith("<") and ("{" in text or text.startswith(("//", "$CATEGORY", "::")))


def _question(block: Part, name: str, findings: Findings) -> QuestionDraft:
    if len(block.text) > LONGEST_BLOCK:
        raise GiftError(block.line, f"A question may hold at most {LONGEST_BLOCK} characters.")
    title, rest = _title(block)
    formats = Formats()
    stem, body = _parts(formats.prompt(rest))
    answers, explanation = _explanation(body)
    empty = _empty(block.line, title.on_one_line()[:100] if title else name)
    draft = gift_answers.read(replace(empty, prompt=formats.read(stem)), answers, formats)
    if explanation is not None:
        draft = replace(draft, explanation=formats.read(explanation))
    if formats.is_markdown:
        draft = _in_markdown(draft, findings)
    for fault in faults(draft):
        if formats.has_lost_text:
            raise UnsupportedError(block.line, _ONLY_PICTURES)
        raise GiftError(block.line, fault)
    _note_losses(draft, formats, gift_answers.loss(draft.kind, answers), findings)
    return draft


def _in_markdown(draft: QuestionDraft, findings: Findings) -> QuestionDraft:
    losses: list[str] = []
    draft = in_markdown(draft, losses)
    for reason in losses:
        findings.lose(draft.line, draft.name, reason)
    return draft


def _empty(line: int, name: str) -> QuestionDraft:
    return QuestionDraft(
        line=line,
        path=(),
        name=name,
        domain=DOMAIN,
        kind=QuestionKind.TRUE_FALSE,
        difficulty=Difficulty.MEDIUM,
        prompt="",
        explanation="",
        key=KeyDraft(),
    )


def _title(block: Part) -> tuple[Part | None, Part]:
    if not block.text.startswith("::"):
        return None, block
    title, rest = block.cut(2).split("::")
    if rest is None:
        raise GiftError(block.line, "The title is not closed by a second pair of colons.")
    return title, rest


def _parts(text: Part) -> tuple[Part, Part]:
    """Return the text of a question, with a blank for missing words, and the text between its braces."""
    start, end = text.text.find("{"), text.text.find("}")
    if start < 0 and end < 0:
        raise UnsupportedError(text.line, "A text without answers is no question; it is left out.")
    if start < 0 or end < start:
        raise GiftError(text.line, "A brace is missing; a question must not hold blank lines.")
    tail = text.text[end + 1 :]
    if "{" in tail or "}" in tail or "{" in text.text[start + 1 : end]:
        raise GiftError(
            text.line,
            "A question takes one pair of braces: leave a blank line between questions, or write \\{ and \\} for the "
            "characters.",
        )
    stem = text.text[:start] + (_BLANK + tail if tail.strip() else "")
    return Part(text=stem.strip(), line=text.line), text.cut(start + 1, end)


def _explanation(body: Part) -> tuple[Part, Part | None]:
    place = body.text.rfind(_GENERAL_FEEDBACK)
    if place < 0:
        return body, None
    return body.cut(0, place), body.cut(place + len(_GENERAL_FEEDBACK))


def _name(block: Part) -> str:
    """Return the name of a question for the report: its title, else its first words."""
    try:
        title, rest = _title(block)
    except GiftError:
        title, rest = None, block
    return (title or rest).on_one_line()


def _note_losses(draft: QuestionDraft, formats: Formats, loss: str | None, findings: Findings) -> None:
    if loss:
        findings.lose(draft.line, draft.name, loss)
    if formats.has_tags:
        findings.lose(
            draft.line,
            draft.name,
            "HTML is not kept, only its text, with powers, lists and tables written out.",
        )
    if formats.pictures:
        findings.lose(
            draft.line, draft.name, f"{formats.pictures} picture(s) or embedded media are not kept."
        )
