"""Moodle's GIFT: questions between blank lines (https://docs.moodle.org/en/GIFT_format)."""

from dataclasses import replace

from domain.import_findings import Findings
from domain.imports import gift_answers
from domain.imports.gift_text import LONGEST_BLOCK, Formats, GiftError, Part, UnsupportedError, blocks, shown
from domain.imports.question_drafts import QuestionDraft, faults
from domain.questions import Difficulty, QuestionKind

FORMAT = "gift"
DOMAIN = "general"
"""The code of the domain that the questions go to; GIFT knows nothing of the kind."""
MOST_BLOCKS = 1_000
_BLANK = "_____"
_GENERAL_FEEDBACK = "####"


def parse(file: str, findings: Findings) -> list[QuestionDraft]:
    """Read the questions of a file; what is refused, and what is left out, goes to `findings` with its line."""
    drafts = []
    for number, block in enumerate(blocks(file, findings), start=1):
        if number > MOST_BLOCKS:
            findings.refuse(block.line, "file", f"A file may hold at most {MOST_BLOCKS} questions.")
            break
        try:
            drafts.append(_question(block, f"question {number}", findings))
        except UnsupportedError as unsupported:
            findings.lose(block.line, _name(block), unsupported.reason)
        except GiftError as error:
            findings.refuse(error.line, _name(block), error.reason)
    return drafts


def _question(block: Part, name: str, findings: Findings) -> QuestionDraft:
    if len(block.text) > LONGEST_BLOCK:
        raise GiftError(block.line, f"A question may hold at most {LONGEST_BLOCK} characters.")
    title, rest = _title(block)
    formats = Formats()
    stem, body = _parts(formats.prompt(rest))
    answers, explanation = _explanation(body)
    empty = _empty(block.line, shown(title)[:100] if title else name)
    draft = gift_answers.read(replace(empty, prompt=formats.read(stem)), answers, formats)
    if explanation is not None:
        draft = replace(draft, explanation=formats.read(explanation))
    for fault in faults(draft):
        raise GiftError(block.line, fault)
    _note_losses(draft, formats, gift_answers.penalty_loss(answers), findings)
    return draft


def _empty(line: int, name: str) -> QuestionDraft:
    return QuestionDraft(
        line=line,
        name=name,
        domain=DOMAIN,
        kind=QuestionKind.TRUE_FALSE,
        difficulty=Difficulty.MEDIUM,
        prompt="",
        explanation="",
        options=[],
        all_or_nothing=False,
        truth=None,
        texts=[],
        numbers=[],
        feedback={},
    )


def _title(block: Part) -> tuple[Part | None, Part]:
    if not block.text.startswith("::"):
        return None, block
    title, rest = block.cut(2).split("::")
    if rest is None:
        raise GiftError(block.line, "The title is not closed by a second pair of colons.")
    return title, rest


def _parts(text: Part) -> tuple[Part, Part]:
    """Return the text of a question, with a blank where words are missing, and what its braces hold."""
    start, end = text.text.find("{"), text.text.find("}")
    if start < 0 and end < 0:
        raise UnsupportedError(text.line, "A text without answers is no question; it is left out.")
    if start < 0 or end < start:
        raise GiftError(text.line, "A brace is missing; a question must not hold blank lines.")
    tail = text.text[end + 1 :]
    if "{" in tail or "}" in tail or "{" in text.text[start + 1 : end]:
        raise GiftError(
            text.line, "A question takes one pair of braces; write \\{ and \\} for the characters."
        )
    stem = text.text[:start] + (_BLANK + tail if tail.strip() else "")
    return Part(text=stem.strip(), line=text.line), text.cut(start + 1, end)


def _explanation(body: Part) -> tuple[Part, Part | None]:
    place = body.text.rfind(_GENERAL_FEEDBACK)
    if place < 0:
        return body, None
    return body.cut(0, place), body.cut(place + len(_GENERAL_FEEDBACK))


def _name(block: Part) -> str:
    """Name a question for the report: by its title, else by how it begins."""
    try:
        title, rest = _title(block)
    except GiftError:
        title, rest = None, block
    return shown(title) if title else shown(rest)


def _note_losses(draft: QuestionDraft, formats: Formats, penalty: str | None, findings: Findings) -> None:
    if penalty:
        findings.lose(draft.line, draft.name, penalty)
    if formats.marked:
        findings.lose(draft.line, draft.name, "HTML is not kept, only its text.")
    if formats.pictures:
        findings.lose(
            draft.line, draft.name, f"{formats.pictures} picture(s) or embedded media are not kept."
        )
