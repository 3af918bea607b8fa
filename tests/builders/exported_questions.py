"""Builders of questions as they are exported: one of each kind, with all that a kind may have."""

from decimal import Decimal

from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft, PromptDraft
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.question_drafts import QuestionDraft


def one_of_each_kind() -> dict[QuestionKind, QuestionDraft]:
    options = [
        OptionDraft(text="a", correct=True, feedback="Yes"),
        OptionDraft(text="b\nc", correct=False),
        OptionDraft(text="<d>", correct=False, feedback="No"),
    ]
    half = AcceptedText(text="York city", weight=50)
    near = AcceptedNumber(low=Decimal(3), high=Decimal(4), weight=50)
    exact = AcceptedNumber(low=Decimal("3.5"), high=Decimal("3.5"), weight=100)
    keys = {
        QuestionKind.SINGLE_CHOICE: KeyDraft(options=options),
        QuestionKind.MULTIPLE_CHOICE: KeyDraft(options=options, all_or_nothing=True),
        QuestionKind.TRUE_FALSE: KeyDraft(truth=False, feedback={"true": "It is not"}),
        QuestionKind.SHORT_TEXT: KeyDraft(
            texts=[AcceptedText(text="York", weight=100), half], feedback={"York": "Yes"}
        ),
        QuestionKind.NUMERIC: KeyDraft(numbers=[exact, near], feedback={"3..4": "Nearly", "*": "No"}),
        QuestionKind.MATCHING: KeyDraft(
            options=options, prompts=[PromptDraft(text="one", option=1), PromptDraft(text="<two>", option=0)]
        ),
        QuestionKind.ORDERING: KeyDraft(options=options, ordered=True),
    }
    keys[QuestionKind.CLOZE] = KeyDraft(
        blanks=[
            keys[QuestionKind.SHORT_TEXT],
            keys[QuestionKind.NUMERIC],
            keys[QuestionKind.SINGLE_CHOICE],
        ]
    )
    blanks = " ".join(f"[[{number}]]" for number in (1, 2, 3))
    return {
        kind: QuestionDraft(
            line=1,
            path=(),
            name=kind.value,
            domain="1.1",
            kind=kind,
            difficulty=Difficulty.HARD,
            prompt=f"A question of the kind {kind.value}? {blanks if key.blanks else ''}".strip(),
            explanation="Because it is so.",
            key=key,
        )
        for kind, key in keys.items()
    }
