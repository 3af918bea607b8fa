"""Answers of a GIFT question: recognises the kind of what is between the braces and reads it."""

from dataclasses import replace

from domain.content.question_kinds.gift_syntax import GiftError, Part, TextReader
from domain.content.question_kinds.kind_rules import GiftRules
from domain.content.question_kinds.table import QuestionKind
from domain.imports.gift_text import UnsupportedError
from domain.imports.question_drafts import QuestionDraft

_GIFT: dict[QuestionKind, GiftRules] = {
    kind: kind.rules.gift for kind in QuestionKind if kind.rules.gift is not None
}


def read(draft: QuestionDraft, body: Part, texts: TextReader) -> QuestionDraft:
    """Fill in kind and key from the text between the braces, without its general feedback.

    Raises GiftError for what is not GIFT or cannot be graded here, UnsupportedError for kinds that do not exist.
    """
    if not body.text:
        raise UnsupportedError(body.line, "Essays are not supported; the question is left out.")
    for kind, gift in _GIFT.items():
        if gift.recognises(body):
            return replace(draft, kind=kind, key=gift.read(body, texts))
    raise GiftError(body.line, "No kind of question is written like this.")


def loss(kind: QuestionKind, body: Part) -> str | None:
    """Return a sentence about the part of the answers that is not kept, or None."""
    return _GIFT[kind].loss(body)
