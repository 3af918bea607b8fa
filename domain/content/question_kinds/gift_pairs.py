"""GIFT pairs: the answers of a matching, each an `=` with a prompt, an arrow and an option."""

import re

from domain.content.question_kinds.gift_syntax import GiftError, Part, TextReader, answers_of
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft, PromptDraft

ARROW = "->"
_FEEDBACK = re.compile(r"#[^=~]*")
"""An arrow in a feedback makes no pair."""


def recognises(body: Part) -> bool:
    """Tell whether the answers are pairs."""
    if "~" in body.text or body.text.startswith("#"):
        return False
    pairs = _FEEDBACK.sub("", body.text)
    return "=" in pairs and ARROW in pairs


def read(body: Part, texts: TextReader) -> KeyDraft:
    """Return the key; an arrow without a prompt adds an option that belongs to none. Raises GiftError."""
    pairs: list[tuple[str, str]] = []
    for answer in answers_of(body):
        prompt, match = answer.body.split(ARROW)
        if match is None or not match.text:
            raise GiftError(answer.body.line, "A pair must be written like =prompt -> option.")
        if answer.weight is not None:
            raise GiftError(answer.body.line, "A pair takes no weight: all pairs count the same.")
        pairs.append((texts.read(prompt) if prompt.text else "", texts.read(match)))
    return paired(pairs)


def paired(pairs: list[tuple[str, str]]) -> KeyDraft:
    """Return the key of prompts with their options; one without a prompt is an option that belongs to none."""
    places = {text: place for place, text in enumerate(dict.fromkeys(match for _, match in pairs))}
    return KeyDraft(
        options=[OptionDraft(text=text, correct=False) for text in places],
        prompts=[PromptDraft(text=prompt, option=places[match]) for prompt, match in pairs if prompt],
    )


def loss(body: Part) -> str | None:
    """Return a sentence where pairs have feedback, which GIFT does not know for them."""
    if any(answer.feedback for answer in answers_of(body)):
        return "The feedback of pairs is not kept."
    return None
