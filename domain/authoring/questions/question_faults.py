"""Question faults: what is wrong with a changed question, as sentences."""

from collections.abc import Iterator

from domain.authoring.authored_content import AuthoredQuestion
from domain.content.drawn_keys import as_draft
from domain.content.question_kinds.key_drafts import KeyDraft, text_faults
from domain.content.question_kinds.prompt_formats import PromptFormat, markdown_faults
from domain.content.question_kinds.table import QuestionKind
from domain.edits import UNCHANGED, Edit, settled

_EVERY_OTHER = "*"
_PARTS = ("options", "truth", "texts", "numbers", "prompts", "blanks")
"""The parts of a key; each kind of question uses some of them."""


def of_key(stored: AuthoredQuestion, after: KeyDraft) -> Iterator[str]:
    """Yield what is wrong with a key; it has the same parts as before, because the kind of the question stays."""
    kind, before = stored.question.kind, as_draft(stored.question, stored.key)
    foreign = [name for name in _PARTS if _has(after, name) and not _has(before, name)]
    if foreign:
        yield f"A question of kind {kind.value} has no {', '.join(foreign)}; leave that out of the key."
        return
    yield from text_faults("A feedback", [*after.feedback.values(), *(o.feedback for o in after.options)])
    yield from _feedback_faults(after)
    if kind is QuestionKind.SINGLE_CHOICE and sum(option.correct for option in after.options) > 1:
        yield "A single choice has one right option."
    yield from kind.rules.faults(after)


def of_format(
    stored: AuthoredQuestion, prompt: Edit[str], prompt_format: Edit[PromptFormat]
) -> Iterator[str]:
    """Yield what a prompt in Markdown must not have, where it or its format is new."""
    if prompt is UNCHANGED and prompt_format is UNCHANGED:
        return
    before = stored.question
    if settled(prompt_format, before.prompt_format) is PromptFormat.MARKDOWN:
        yield from markdown_faults(settled(prompt, before.prompt))


def of_prompt(stored: AuthoredQuestion, prompt: Edit[str], key: Edit[KeyDraft]) -> Iterator[str]:
    """Yield how the prompt and the key, one of which may be new, do not fit each other."""
    if prompt is UNCHANGED and key is UNCHANGED:
        return
    before = as_draft(stored.question, stored.key)
    rules = stored.question.kind.rules
    yield from rules.prompt_faults(settled(prompt, stored.question.prompt), settled(key, before))


def _feedback_faults(key: KeyDraft) -> Iterator[str]:
    """Yield which feedback is for no answer of the key; that of options stands at the options."""
    known = {_EVERY_OTHER} if key.texts or key.numbers else set()
    known |= {text.text for text in key.texts} | {f"{each.low}..{each.high}" for each in key.numbers}
    known |= set() if key.truth is None else {"true", "false"}
    for place, answer in enumerate(key.feedback):
        if answer not in known:
            yield (
                f"feedback[{place}] is for no answer of the key; name `true` or `false`, an accepted text or range as "
                f"the key has it, or `*` beside those, and write the feedback of options at the options."
            )


def _has(key: KeyDraft, name: str) -> bool:
    return getattr(key, name) not in (None, [])
