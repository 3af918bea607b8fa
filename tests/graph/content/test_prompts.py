"""Prompts: Markdown is checked when it is written, comes back byte for byte, and files keep what says so."""

import json
from dataclasses import replace
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.imports.exports.exported_files import ExportFormat, ExportLosses
from domain.imports.exports.file_table import FILE_KINDS
from domain.imports.readers import QuestionFileFormat
from tests.builders.exported_questions import one_of_each_kind
from tests.builders.question_files import a_file, a_question
from tests.support import file_readers
from tests.support.accounts import mutate
from tests.support.attempts import a_quiz_taker
from tests.support.question_updates import author_of, update, updated
from tests.support.question_values import a_file as questions_of
from tests.support.schema_client import Asker

LATEX = r"Solve $\int_0^1 x^{2}\,dx \leq \frac{a_1}{b}$ for *every* `x`, $$\\ \{a\}  \%$$ with [words](https://example.org)."
SHOWN = "{ myContent(type: QUESTION) { nodes { question { prompt promptFormat } } } }"


async def imported(ask: Asker, **values: Any) -> tuple[Any, dict[str, Any]]:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    asked = a_question("one", **values)
    quiz = {"slug": "one", "title": "One", "questions": ["one"]}
    file = json.dumps(a_file(questions=[asked], quizzes=[quiz]))
    selection = "report { outcome refused { item reason } }"
    payload = await mutate(ask, author, "importQuestions", selection, file=file, idempotencyKey="key")
    return author, payload


async def test_latex_and_markdown_come_back_byte_for_byte(ask: Asker) -> None:
    author, payload = await imported(ask, prompt=LATEX, promptFormat="MARKDOWN")

    (node,) = (await ask.data(SHOWN, author))["myContent"]["nodes"]

    assert payload["report"]["refused"] == []
    assert node["question"] == {"prompt": LATEX, "promptFormat": "MARKDOWN"}


async def test_a_prompt_is_plain_text_unless_it_says_otherwise(ask: Asker) -> None:
    author, _ = await imported(ask, prompt="# <b>Not</b> *Markdown*")

    (node,) = (await ask.data(SHOWN, author))["myContent"]["nodes"]

    assert node["question"] == {"prompt": "# <b>Not</b> *Markdown*", "promptFormat": "PLAIN"}


async def test_markdown_of_a_file_is_checked(ask: Asker) -> None:
    _, payload = await imported(ask, prompt="![x](https://a.b) <b>", promptFormat="MARKDOWN")

    reasons = [refused["reason"] for refused in payload["report"]["refused"]]
    assert [any(word in reason for reason in reasons) for word in ("image", "HTML")] == [True, True]


async def test_a_prompt_becomes_markdown_by_an_update(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    author, question_id = author_of(taker), taker.questions[0].id

    content = await updated(ask, author, question_id, prompt="*Is it?*", promptFormat="MARKDOWN")
    refused = await update(ask, author, question_id, version=2, prompt="<b>Is it?</b> ![x](https://a.b)")
    again = await updated(ask, author, question_id, version=2, prompt="<b>Is it?</b>", promptFormat="PLAIN")

    assert content["question"]["prompt"] == "*Is it?*"
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("INVALID_INPUT", "prompt")
    ] * 2
    assert again["question"]["prompt"] == "<b>Is it?</b>"


@pytest.mark.parametrize("format_", ExportFormat)
def test_a_file_keeps_markdown_or_says_that_it_does_not(format_: ExportFormat) -> None:
    question = one_of_each_kind()[QuestionKind.TRUE_FALSE]
    losses = ExportLosses()
    from_file = QuestionFileFormat[format_.value]
    question = replace(question, prompt=LATEX, prompt_format=PromptFormat.MARKDOWN)

    draft = file_readers.read_one(from_file, FILE_KINDS[format_].write(questions_of(question), losses))

    told = any("Markdown" in loss.reason for loss in losses.listed())
    assert draft.prompt == LATEX
    assert (draft.prompt_format is PromptFormat.MARKDOWN) != told


@pytest.mark.parametrize(
    ("format_", "content"),
    [
        (QuestionFileFormat.GIFT, "::One::[markdown]# Title\\n\\nIs it? {T}"),
        (
            QuestionFileFormat.MOODLE_XML,
            (
                '<quiz><question type="truefalse"><questiontext format="markdown"><text># Title</text></questiontext>'
                '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question></quiz>'
            ),
        ),
    ],
)
def test_markdown_beyond_the_subset_becomes_plain_text(format_: QuestionFileFormat, content: str) -> None:
    found = file_readers.read(format_, content)

    assert [draft.prompt_format for draft in found.drafts] == [PromptFormat.PLAIN]
    assert "Markdown that is not kept" in found.lost
