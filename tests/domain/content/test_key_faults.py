"""Paths of what is wrong with keys."""

import pytest

from domain.authoring.questions import question_faults
from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft, PromptDraft
from domain.content.question_kinds.key_faults import path_of
from domain.content.question_kinds.table import QuestionKind

RIGHT = OptionDraft(text="one", correct=True)


def option(text: str, feedback: str = "") -> OptionDraft:
    return OptionDraft(text=text, correct=False, feedback=feedback)


@pytest.mark.parametrize(
    ("kind", "key", "paths"),
    [
        (
            QuestionKind.SINGLE_CHOICE,
            KeyDraft(options=[RIGHT, option(" "), option("x", "y" * 10_001)]),
            {"key.options[1].text", "key.options[2].feedback"},
        ),
        (
            QuestionKind.MATCHING,
            KeyDraft(
                options=[option("one"), option("two")],
                prompts=[PromptDraft("a", 0), PromptDraft("b", -1), PromptDraft("", 1)],
            ),
            {"key.prompts[1].match", "key.prompts[2].text"},
        ),
        (
            QuestionKind.ORDERING,
            KeyDraft(options=[option("one"), option("two"), option("one")], ordered=True),
            {"key.options[2].text"},
        ),
        (
            QuestionKind.CLOZE,
            KeyDraft(
                blanks=[
                    KeyDraft(texts=[AcceptedText("a", 100)]),
                    KeyDraft(texts=[AcceptedText("a", 100), AcceptedText("b", 101)]),
                    KeyDraft(options=[RIGHT, option("two"), option("two")]),
                ]
            ),
            {"key.blanks[1].texts[1].weight", "key.blanks[2].options[2].text"},
        ),
        (QuestionKind.TRUE_FALSE, KeyDraft(), {"key.truth"}),
    ],
)
def test_a_fault_names_the_item_that_it_is_about(kind: QuestionKind, key: KeyDraft, paths: set[str]) -> None:
    faults = list(question_faults.of_key(kind, key))

    assert {path_of("key", fault) for fault in faults} == paths
