"""Exam types, quizzes and importing questions through the schema."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from tests.support.schema_client import Asker

CONTENT = (Path(__file__).parents[3] / "content" / "questions" / "web-http.json").read_text()
IMPORT = """
mutation ($input: ImportQuestionsInput!) {
  importQuestions(input: $input) {
    report { format outcome accepted refused { line item reason } losses { line item reason } contentHash }
    userErrors { __typename ... on UserError { code field message } }
  }
}
"""
QUIZ = """
query ($by: QuizBy!) {
  quiz(by: $by) {
    id slug title description passMark feedback questionCount timeLimit closesAt
    author { handle }
    examType { code name description domains { code name weight examType { code } } }
  }
}
"""
GIFT = "Wet?{T}\n\nCapital?{=Paris ~Lyon}"


async def an_author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def do_import(ask: Asker, viewer: Viewer, **sent: Any) -> dict[str, Any]:
    data = await ask.data(IMPORT, viewer, input={"file": GIFT, "idempotencyKey": "one"} | sent)
    payload: dict[str, Any] = data["importQuestions"]
    return payload


async def test_our_own_content_can_be_imported_and_found(ask: Asker) -> None:
    author = await an_author(ask)

    payload = await do_import(ask, author, file=CONTENT)

    assert payload["userErrors"] == []
    assert payload["report"]["outcome"] == "STORED"
    assert (payload["report"]["accepted"], payload["report"]["refused"]) == (
        len(json.loads(CONTENT)["questions"]),
        [],
    )
    quiz = (await ask.data(QUIZ, by={"slug": "web-http-urls-and-messages"}))["quiz"]
    assert (quiz["title"], quiz["passMark"], quiz["questionCount"]) == ("URLs and HTTP messages", 70, 11)
    assert (quiz["timeLimit"], quiz["feedback"], quiz["closesAt"]) == ("PT900S", "AFTER_EACH", None)
    assert [domain["code"] for domain in quiz["examType"]["domains"]] == [
        "1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2",
    ]  # fmt: skip
    assert (await ask.data(QUIZ, by={"id": quiz["id"]}))["quiz"] == quiz


async def test_quizzes_page_and_filter_with_one_statement_per_relation(ask: Asker) -> None:
    author = await an_author(ask)
    await do_import(ask, author, file=CONTENT)
    await do_import(ask, author, file=GIFT, idempotencyKey="two")
    text = """
    query ($first: Int, $examType: String, $after: Cursor) {
      quizzes(first: $first, examType: $examType, after: $after) {
        nodes { slug author { handle } examType { code domains { code } } } pageInfo { hasNextPage endCursor }
      }
    }
    """

    one = await ask.data(text, first=1)
    at_one = ask.statements
    whole = await ask.data(text, first=100)

    assert ask.statements == at_one == 4
    assert len(whole["quizzes"]["nodes"]) == 9
    assert one["quizzes"]["nodes"][0]["examType"]["code"] == "general"
    of_web = await ask.data(text, first=5, examType="web-http")
    rest = await ask.data(
        text, first=5, examType="web-http", after=of_web["quizzes"]["pageInfo"]["endCursor"]
    )
    assert len(of_web["quizzes"]["nodes"]) + len(rest["quizzes"]["nodes"]) == 8
    (refused,) = (await ask(text, examType="nothing"))["errors"]
    assert (refused["extensions"]["code"], refused["extensions"]["field"]) == ("BAD_USER_INPUT", "examType")
    assert refused["message"].endswith("There are: general, web-http.")
    beyond = await ask.data(text, first=0, examType="web-http")
    assert beyond["quizzes"]["nodes"] == []


async def test_exam_types_come_with_their_domains_in_two_statements(ask: Asker) -> None:
    author = await an_author(ask)
    await do_import(ask, author, file=CONTENT)
    await do_import(ask, author, idempotencyKey="two", examTypeCode="another")

    data = await ask.data("{ examTypes { code name domains { code name weight } } }")

    assert ask.statements == 2
    assert [(exam["code"], len(exam["domains"])) for exam in data["examTypes"]] == [
        ("another", 1),
        ("web-http", 8),
    ]


async def test_an_unknown_quiz_is_not_found(ask: Asker) -> None:
    assert (await ask.data(QUIZ, by={"slug": "none"})) == {"quiz": None}
    response = await ask(QUIZ, by={"id": "goal_01K742SG00EC1V4CSM6MV3EE1S"})
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(("roles", "code"), [([Role.LEARNER], "FORBIDDEN"), (None, "UNAUTHENTICATED")])
async def test_only_authors_import(ask: Asker, roles: list[Role] | None, code: str) -> None:
    viewer = (await ask.learner(roles=roles))[1] if roles else None

    response = await ask(IMPORT, viewer, input={"file": GIFT, "idempotencyKey": "one"})

    assert response["errors"][0]["extensions"]["code"] == code
    assert (await ask.data("{ examTypes { code } }"))["examTypes"] == []


async def test_a_bad_file_is_a_report_with_lines_and_nothing_is_stored(ask: Asker) -> None:
    author = await an_author(ask)

    payload = await do_import(ask, author, file="Wet?{T}\n\nDry?{F}\n\x07\n\n\nEssay {}")

    report = payload["report"]
    assert (
        report["outcome"],
        [f["line"] for f in report["refused"]],
        [f["line"] for f in report["losses"]],
    ) == ("REFUSED", [4], [7])
    (error,) = payload["userErrors"]
    assert (error["__typename"], error["code"], error["field"]) == ("ImportRefused", "IMPORT_REFUSED", "file")
    data = await ask.data("{ examTypes { code } quizzes { nodes { slug } } }")
    assert data == {"examTypes": [], "quizzes": {"nodes": []}}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"file": "x" * 2_000_001}, "file"),
        ({"title": "nul\0"}, "title"),
        ({"title": "x" * 1_000_000}, "title"),
        ({"examTypeCode": "No"}, "examTypeCode"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"idempotencyKey": "nul\0"}, "idempotencyKey"),
        ({"file": CONTENT, "title": "Mine"}, "title"),
    ],
)
async def test_bad_input_is_refused_by_field(ask: Asker, sent: dict[str, Any], field: str) -> None:
    author = await an_author(ask)

    payload = await do_import(ask, author, **sent)

    assert payload["report"] is None
    assert [(e["__typename"], e["field"]) for e in payload["userErrors"]] == [("InvalidInput", field)]
    assert (await ask.data("{ examTypes { code } }"))["examTypes"] == []


async def test_the_same_key_answers_the_same_and_other_input_is_refused(ask: Asker) -> None:
    author = await an_author(ask)
    first = await do_import(ask, author)

    again = await do_import(ask, author)
    other = await do_import(ask, author, title="Another")
    new_key = await do_import(ask, author, idempotencyKey="two")

    assert again == first
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert new_key["report"]["outcome"] == "UNCHANGED"


async def test_many_imports_of_one_file_at_once_store_it_once(ask: Asker) -> None:
    author = await an_author(ask)

    payloads = await asyncio.gather(*(do_import(ask, author, idempotencyKey=str(n)) for n in range(8)))

    assert {payload["report"]["outcome"] for payload in payloads} <= {"STORED", "UNCHANGED"}
    data = await ask.data("{ quizzes { nodes { questionCount } } examTypes { code domains { code } } }")
    assert data["quizzes"]["nodes"] == [{"questionCount": 2}]
    assert data["examTypes"] == [{"code": "general", "domains": [{"code": "general"}]}]


async def test_files_with_the_same_questions_in_another_order_do_not_block_each_other(ask: Asker) -> None:
    author = await an_author(ask)
    questions = [f"Question {n}?{{T}}" for n in range(100)]
    files = [("\n\n".join(questions), "Up"), ("\n\n".join(reversed(questions)), "Down")]

    payloads = await asyncio.gather(
        *(do_import(ask, author, file=file, title=title, idempotencyKey=title) for file, title in files)
    )

    assert [payload["report"]["outcome"] for payload in payloads] == ["STORED", "STORED"]
    async with ask.postgres.open_reads(Meter()) as reads:
        up, down = await reads.quizzes.by_slugs(["up", "down"])
        assert up is not None
        assert down is not None
        assert await reads.quizzes.question_ids(up.id) == (await reads.quizzes.question_ids(down.id))[::-1]


async def test_one_slug_goes_to_one_author_even_at_once(ask: Asker) -> None:
    authors = [await an_author(ask) for _ in range(4)]

    payloads = await asyncio.gather(*(do_import(ask, author, title="Water") for author in authors))

    stored = [p for p in payloads if p["report"] and p["report"]["outcome"] == "STORED"]
    assert len(stored) == 1
    for payload in payloads:
        if payload not in stored:
            taken = [error["code"] for error in payload["userErrors"]] == ["SLUG_TAKEN"]
            assert taken or payload["report"]["outcome"] == "REFUSED"
