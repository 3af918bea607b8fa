"""Question faults: what is wrong with the wording of a question, as sentences."""

from collections.abc import Iterator

from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.key_faults import KeyFault, text_faults
from domain.content.question_kinds.prompt_formats import PromptFormat, markdown_faults
from domain.content.question_kinds.table import QuestionKind

_EVERY_OTHER = "*"
_PARTS = ("options", "truth", "texts", "numbers", "prompts", "blanks")
"""The parts of a key; each kind of question uses some of them."""
_PARTS_OF = {
    "options": {"options"},
    "truth": {"truth"},
    "text": {"texts"},
    "number": {"numbers"},
    "pairs": {"prompts", "options"},
    "order": {"options"},
    "blanks": {"blanks"},
}
"""The parts of a key by the field in which answers to its kind are given."""


def of_key(kind: QuestionKind, key: KeyDraft) -> Iterator[str]:
    """Yield what is wrong with a key; each kind has its own parts."""
    known = _PARTS_OF[kind.rules.answer_field.name]
    foreign = [name for name in _PARTS if name not in known and getattr(key, name) not in (None, [])]
    if foreign:
        yield f"A question of kind {kind.value} has no {', '.join(foreign)}; leave that out of the key."
    yield from text_faults("Feedback {}", key.feedback.values(), at="feedback[{}].text")
    yield from _feedback_faults(key)
    if kind is QuestionKind.SINGLE_CHOICE and sum(option.correct for option in key.options) > 1:
        yield KeyFault(
            "A single choice must have one right option; mark one alone, or make it a multiple choice.",
            "options",
        )
    yield from kind.rules.faults(key)


def of_format(prompt: str, prompt_format: PromptFormat) -> Iterator[str]:
    """Yield what a prompt in Markdown must not have."""
    if prompt_format is PromptFormat.MARKDOWN:
        yield from markdown_faults(prompt)


def of_prompt(kind: QuestionKind, prompt: str, key: KeyDraft) -> Iterator[str]:
    """Yield how a prompt and a key do not fit each other."""
    yield from kind.rules.prompt_faults(prompt, key)


def _feedback_faults(key: KeyDraft) -> Iterator[str]:
    """Yield which feedback is for no answer of the key; that of options stands at the options."""
    known = {_EVERY_OTHER} if key.texts or key.numbers else set()
    known |= {text.text for text in key.texts} | {f"{each.low}..{each.high}" for each in key.numbers}
    known |= set() if key.truth is None else {"true", "false"}
    for place, answer in enumerate(key.feedback):
        if answer not in known:
            yield KeyFault(
                f"feedback[{place}] is for no answer of the key; name `true` or `false`, an accepted text or range as "
                f"the key has it, or `*` beside those, and write the feedback of options at the options.",
                f"feedback[{place}].answer",
            )
