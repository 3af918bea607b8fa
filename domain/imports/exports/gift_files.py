"""GIFT files: writes questions in Moodle's GIFT, each in the format [plain], or [markdown] where its prompt is."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from domain.content.question_kinds.cloze import kind_name, marker
from domain.content.question_kinds.gift_pairs import ARROW
from domain.content.question_kinds.key_drafts import FULL, OptionDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.exports.exported_files import ExportLosses, named_once
from domain.imports.gift_text import LONGEST_BLOCK
from domain.imports.question_drafts import QuestionDraft, QuestionFile

_CONTROL = re.compile(r"[~=#{}:\\]")
_FORMAT = re.compile(r"\[(?:html|moodle|plain|markdown)\]", re.IGNORECASE)


def write(file: QuestionFile, losses: ExportLosses) -> bytes:
    """Return the questions as GIFT."""
    losses.only_questions()
    blocks = [_block(name, question, losses) for name, question in named_once(file.questions).items()]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def _block(name: str, question: QuestionDraft, losses: ExportLosses) -> str:
    """Return a question; empty where GIFT cannot hold it."""
    tail = ""
    if question.kind is QuestionKind.CLOZE and len(question.key.blanks) == 1:
        losses.add(question.name, "A prompt with one blank becomes a question with a missing word.")
        question, tail = _missing_word(question)
    if reason := _not_held(question):
        losses.add(question.name, reason)
        return ""
    _note_losses(question, losses)
    answers = "\n".join(_ANSWERS[question.kind](question))
    explanation = f"\n####{_text(question.explanation)}" if question.explanation else ""
    title = _escaped(" ".join(name.split()))
    format_ = "plain" if question.prompt_format is PromptFormat.PLAIN else "markdown"
    block = f"::{title}::[{format_}]{_text(question.prompt)} {{{answers}{explanation}}}{_escaped(tail)}"
    if len(block) > LONGEST_BLOCK:
        losses.add(
            question.name, f"Left out: a question of GIFT may hold at most {LONGEST_BLOCK} characters."
        )
        return ""
    return block


def _not_held(question: QuestionDraft) -> str | None:
    """Return why GIFT cannot hold a question, or None."""
    if question.kind in {QuestionKind.ORDERING, QuestionKind.CLOZE}:
        return "Left out: GIFT has no ordering, and one blank at most."
    if question.kind is QuestionKind.SHORT_TEXT and any(ARROW in each.text for each in question.key.texts):
        return f"Left out: GIFT takes an answer with {ARROW} for a matching question."
    if any(ARROW in prompt.text for prompt in question.key.prompts):
        return f"Left out: GIFT takes {ARROW} in a prompt for the end of it."
    return None


def _missing_word(question: QuestionDraft) -> tuple[QuestionDraft, str]:
    """Return the question that a blank asks, with the text before it as its prompt, and the text after it."""
    before, _, after = question.prompt.partition(marker(1))
    (blank,) = question.key.blanks
    return replace(question, kind=QuestionKind[kind_name(blank)], prompt=before, key=blank), after


def _note_losses(question: QuestionDraft, losses: ExportLosses) -> None:
    if question.kind is QuestionKind.MATCHING and any(each.feedback for each in question.key.options):
        losses.add(question.name, "The feedback of pairs is not kept.")
    if question.difficulty is not Difficulty.MEDIUM:
        losses.add(question.name, "GIFT has no difficulty.")
    if question.key.all_or_nothing:
        losses.add(question.name, "GIFT has no grading of all or nothing; each right option earns its share.")
    if question.kind is QuestionKind.SHORT_TEXT and "*" in question.key.feedback:
        losses.add(question.name, "The feedback for every other answer is not kept.")


def _choice(question: QuestionDraft) -> Iterator[str]:
    """Yield the options of a single choice; GIFT needs one marked with = and one with ~."""
    options = question.key.options
    all_right = all(option.correct for option in options)
    for place, option in enumerate(options):
        marked = option.correct and not (all_right and place)
        needs_weight = option.text.startswith("%") or (option.correct and not marked)
        weight = f"%{FULL if option.correct else 0}%" if needs_weight else ""
        yield f"{'=' if marked else '~'}{weight}{_option(option)}"


def _choices(question: QuestionDraft) -> Iterator[str]:
    share = share_of(question.key.options)
    for option in question.key.options:
        yield f"~%{share if option.correct else '-' + share}%{_option(option)}"


def share_of(options: list[OptionDraft]) -> str:
    """Return what a right option earns, in percent, as Moodle writes it: `33.33333`."""
    share = Fraction(FULL, sum(option.correct for option in options) or 1)
    return f"{float(share):.5f}".rstrip("0").rstrip(".")


def _statement(question: QuestionDraft) -> Iterator[str]:
    truth = question.key.truth is True
    wrong = question.key.feedback.get("false" if truth else "true", "")
    right = question.key.feedback.get("true" if truth else "false", "")
    said = [_text(wrong), _text(right)] if right else [_text(wrong)] if wrong else []
    yield "TRUE" if truth else "FALSE"
    yield from (f"#{each}" for each in said)


def _texts(question: QuestionDraft) -> Iterator[str]:
    for accepted in question.key.texts:
        text = _text(accepted.text).replace("*", "\\*")
        yield f"=%{accepted.weight}%{text}{_said(question.key.feedback.get(accepted.text, ''))}"


def _numbers(question: QuestionDraft) -> Iterator[str]:
    """Yield the ranges, those that earn most first: in GIFT the first that matches counts."""
    yield "#"
    for each in sorted(question.key.numbers, key=lambda accepted: -accepted.weight):
        said = question.key.feedback.get(f"{each.low}..{each.high}", "")
        yield f"=%{each.weight}%{each.low}..{each.high}{_said(said)}"
    if "*" in question.key.feedback:
        yield f"~{_said(question.key.feedback['*'])}"


def _pairs(question: QuestionDraft) -> Iterator[str]:
    """Yield the pairs, and the options that belong to no prompt."""
    used = {prompt.option for prompt in question.key.prompts}
    for prompt in question.key.prompts:
        match = question.key.options[prompt.option].text
        yield f"={_unweighted(prompt.text)} {ARROW} {_text(match)}"
    for place, option in enumerate(question.key.options):
        if place not in used:
            yield f"= {ARROW} {_text(option.text)}"


def _unweighted(text: str) -> str:
    """Return a text of which no beginning is taken for a weight."""
    return f"[plain]{_escaped(text)}" if text.startswith("%") else _text(text)


def _option(option: OptionDraft) -> str:
    return _text(option.text) + _said(option.feedback)


def _said(feedback: str) -> str:
    return f"#{_text(feedback)}" if feedback else ""


def _text(text: str) -> str:
    """Return a text escaped; one that begins like the name of a format has that name before it."""
    written = _escaped(text.replace("\r\n", "\n"))
    return f"[plain]{written}" if _FORMAT.match(written) else written


def _escaped(text: str) -> str:
    return _CONTROL.sub(r"\\\g<0>", text).replace("\n", "\\n")


_ANSWERS = {
    QuestionKind.SINGLE_CHOICE: _choice,
    QuestionKind.MULTIPLE_CHOICE: _choices,
    QuestionKind.TRUE_FALSE: _statement,
    QuestionKind.SHORT_TEXT: _texts,
    QuestionKind.NUMERIC: _numbers,
    QuestionKind.MATCHING: _pairs,
}
