"""Short text: a few words, compared without regard to case, extra white space and typography."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from domain import text
from domain.content.answer_keys import AcceptedText
from domain.content.answers import AnswerField
from domain.content.credit import best
from domain.content.question_kinds import gift_pairs
from domain.content.question_kinds.accepted_answers import (
    accepted_items,
    note_other_feedback,
    weight_faults,
    weight_of,
)
from domain.content.question_kinds.file_items import FileItem, feedback_of, lose_unread, prose
from domain.content.question_kinds.gift_syntax import GiftError, Part, TextReader, answers_of, whole_weight
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.key_faults import repeated, text_faults
from domain.content.question_kinds.kind_rules import (
    AskedQuestion,
    GiftRules,
    GradedQuestion,
    GradedTexts,
    KindRules,
)
from domain.content.typography import plain

LONGEST_TEXT = 500
_LONG_DASH = "\N{EM DASH}"
_WILDCARD = re.compile(r"(?<!\\)\*")

TEXT = AnswerField(
    name="text", wire=str, sent=f"A few words, at most {LONGEST_TEXT} characters.", seen="The words."
)


def normal_text(words: str) -> str:
    """Return the text as answers are compared: NFKC, case folded, trimmed, inner white space as one space.

    Typographic variants of a character are one character, and hidden ones are ignored.
    """
    folded = unicodedata.normalize("NFKC", plain(words)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _normal_forms(words: str) -> set[str]:
    """Return the normal form, and the one in which a long dash is two hyphens, as phones write them."""
    return {normal_text(words), normal_text(words.replace(_LONG_DASH, "--"))}


def _check(_question: AskedQuestion, words: str) -> str:
    return text.line(words, field="text", longest=LONGEST_TEXT)


def grade(_question: GradedQuestion, key: GradedTexts, words: str) -> Fraction:
    """Return the credit of the best accepted text that is the same in a normal form."""
    given = _normal_forms(words)
    return best(accepted.weight for accepted in key.texts if given & _normal_forms(accepted.text))


def _read_item(item: FileItem) -> KeyDraft:
    key = KeyDraft()
    note_other_feedback(key, item)
    for accepted in accepted_items(item):
        words = accepted.text("text", prose)
        key.texts.append(AcceptedText(text=words, weight=weight_of(accepted)))
        if said := feedback_of(accepted):
            key.feedback[words] = said
        lose_unread(accepted)
    return key


def _faults(key: KeyDraft) -> Iterator[str]:
    words = [accepted.text for accepted in key.texts]
    yield from text_faults("Accepted text {}", words, at="texts[{}].text", longest=LONGEST_TEXT, shortest=1)
    yield from weight_faults(key.texts, at="texts")
    sentence = "Two accepted texts are the same once case, spaces and typography are ignored."
    yield from repeated(words, sentence, at="texts[{}].text", seen=normal_text)


def _is_gift(body: Part) -> bool:
    """Take what no kind before this one in the table takes, but pairs."""
    return not body.text.startswith("#") and not gift_pairs.recognises(body)


def _read_gift(body: Part, texts: TextReader) -> KeyDraft:
    """Read the accepted texts; a single one may lack its mark."""
    key = KeyDraft()
    for answer in answers_of(body if "=" in body.text else Part(text="=" + body.text, line=body.line)):
        if _WILDCARD.search(answer.body.text):
            raise GiftError(answer.body.line, "Wildcards are not supported; write \\* for an asterisk.")
        words = texts.read(answer.body).replace("\\*", "*")
        key.texts.append(AcceptedText(text=words, weight=whole_weight(answer)))
        if answer.feedback:
            key.feedback[words] = texts.read(answer.feedback)
    return key


def _demo_answer(_question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    return item["accepted"][0]["text"]


RULES = KindRules(
    name="SHORT_TEXT",
    hint="With a few words; case and extra white space are ignored.",
    description="A question that is answered with a few words.",
    answer_field=TEXT,
    check=_check,
    grade=grade,
    read_item=_read_item,
    faults=_faults,
    gift=GiftRules(recognises=_is_gift, read=_read_gift),
    demo_answer=_demo_answer,
)
