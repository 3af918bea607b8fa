"""An author's list of content, and updates of questions, through the schema."""

import asyncio
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.unit_of_work import Meter
from tests.builders.roadmaps import a_file, a_node
from tests.support.attempts import SLOTS, a_quiz_taker
from tests.support.clients.drafts import create_roadmap
from tests.support.clients.roadmaps import publish_file
from tests.support.question_updates import author_of, update, updated
from tests.support.schema_client import Asker

CONTENT = """query ($type: ContentType, $state: ContentState, $first: Int, $after: Cursor) {
  myContent(type: $type, state: $state, first: $first, after: $after) {
    nodes { type state title version changedAt roadmap { slug } quiz { slug } question { id prompt } }
    pageInfo { hasNextPage endCursor }
  }
}"""
WITHDRAW = "mutation ($input: ArchiveQuizInput!) { archiveQuiz(input: $input) { quiz { id } } }"


async def content_of(ask: Asker, viewer: Viewer, **values: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask.data(CONTENT, viewer, **values))["myContent"]["nodes"]
    return found


def choice(*texts: str) -> dict[str, Any]:
    """Return the key of a choice whose first option is right."""
    return {"options": [{"text": text, "correct": text == texts[0]} for text in texts]}


def said(*answers: str) -> dict[str, Any]:
    """Return feedback for these answers."""
    return {"feedback": [{"answer": answer, "text": f"About {answer}."} for answer in answers]}


class TestMyContent:
    async def test_it_has_roadmaps_quizzes_and_questions_in_their_states(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        author = author_of(taker)
        await create_roadmap(ask, author, "begun")
        ask.clock.forward(hours=1)
        await publish_file(ask, author, a_file(a_node("knots"), slug="done"))
        ask.clock.forward(hours=1)
        await ask.data(WITHDRAW, author, input={"quizId": taker.quiz.id})

        found = await content_of(ask, author)

        shown = {(each["type"], each["state"]) for each in found}
        assert shown == {
            ("QUIZ", "ARCHIVED"),
            ("QUESTION", "ARCHIVED"),
            ("ROADMAP", "PUBLISHED"),
            ("ROADMAP", "DRAFT"),
        }
        named = [each for each in found if each["type"] != "QUESTION"]
        assert [(each["roadmap"] or each["quiz"])["slug"] for each in named] == [
            taker.quiz.slug,
            "done",
            "begun",
        ]
        (question,) = [each for each in found if each["type"] == "QUESTION"]
        assert question["question"] == {"id": taker.questions[0].id, "prompt": taker.questions[0].prompt}
        assert question["version"] == 1

    async def test_it_may_be_of_one_type_and_state(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        author = author_of(taker)
        await create_roadmap(ask, author, "begun")

        by_type = await content_of(ask, author, type="QUESTION")
        by_state = await content_of(ask, author, state="DRAFT")
        by_both = await content_of(ask, author, type="QUIZ", state="DRAFT")

        assert [each["type"] for each in by_type] == ["QUESTION"]
        assert [each["type"] for each in by_state] == ["ROADMAP"]
        assert by_both == []

    async def test_its_pages_have_everything_once(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask)
        author = author_of(taker)
        await create_roadmap(ask, author, "begun")
        whole = await content_of(ask, author)

        pages: list[dict[str, Any]] = []
        after, goes_on = None, True
        while goes_on:
            page = (await ask.data(CONTENT, author, first=2, after=after))["myContent"]
            pages += page["nodes"]
            after, goes_on = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

        assert pages == whole
        assert len(whole) == 7

    async def test_it_has_nothing_of_others(self, ask: Asker) -> None:
        await a_quiz_taker(ask)
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

        assert await content_of(ask, author) == []

    async def test_a_learner_who_writes_nothing_is_refused(self, ask: Asker) -> None:
        _, viewer = await ask.learner()

        response = await ask(CONTENT, viewer)

        assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


class TestUpdates:
    async def test_quizzes_ask_the_new_version_and_attempts_keep_the_old_one(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        old = taker.questions[0]
        running = await taker.start_attempt()

        content = await updated(
            ask, author_of(taker), old.id, prompt="Is it false?", key={"truth": False}, explanation="No."
        )

        asked = (await ask.data(SLOTS, taker.viewer, id=running))["attempt"]["slots"][0]["question"]
        ask.clock.forward(seconds=10)
        await taker.answer(running, 1, Answer(truth=True))
        first = (await taker.submit(running))["attempt"]
        second = await taker.start_attempt("second")
        asked_then = (await ask.data(SLOTS, taker.viewer, id=second))["attempt"]["slots"][0]["question"]
        ask.clock.forward(seconds=10)
        await taker.answer(second, 1, Answer(truth=False))
        later = (await taker.submit(second, "second"))["attempt"]
        assert (content["version"], content["question"]["prompt"], content["state"]) == (
            2,
            "Is it false?",
            "PUBLISHED",
        )
        assert (asked["id"], asked_then["id"]) == (old.id, content["question"]["id"])
        assert (first["score"], later["score"]) == (100.0, 100.0)
        assert first["xpAwarded"] == 30
        assert later["xpAwarded"] == 10  # half of the bonus for completion: the answer counts as paid already

    async def test_what_is_left_out_stays(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.SINGLE_CHOICE)
        old, key = taker.questions[0], taker.keys[0]

        content = await updated(ask, author_of(taker), old.id, difficulty="HARD")

        async with ask.postgres.open_reads(Meter()) as reads:
            (new_key,) = await reads.questions.keys_by_ids([content["question"]["id"]])
        assert new_key is not None
        texts = {option["id"]: option["text"] for option in content["question"]["options"]}
        right = {option.text for option in old.options if option.id in key.correct_options}
        assert {texts[option_id] for option_id in new_key.correct_options} == right
        assert set(texts) & {option.id for option in old.options} == set()
        assert (content["question"]["prompt"], new_key.explanation) == (old.prompt, key.explanation)
        assert sorted(new_key.option_feedback.values()) == sorted(key.option_feedback.values())

    async def test_a_change_of_nothing_makes_no_version(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.SINGLE_CHOICE)
        question = taker.questions[0]

        content = await updated(ask, author_of(taker), question.id, prompt=question.prompt, domain="1.1")

        assert (content["version"], content["question"]["id"]) == (1, question.id)

    async def test_any_version_names_the_question_and_the_number_guards_it(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        author, old = author_of(taker), taker.questions[0]
        second = await updated(ask, author, old.id, prompt="Second?")

        stale = await update(ask, author, old.id, version=1, prompt="Lost?")
        third = await updated(ask, author, old.id, version=2, prompt="Third?")

        (error,) = stale["userErrors"]
        assert (error["__typename"], error["code"], error["field"]) == (
            "QuestionConflict",
            "VERSION_CONFLICT",
            "version",
        )
        assert error["question"] == {"id": second["question"]["id"], "prompt": "Second?"}
        assert third["version"] == 3
        assert [each["title"] for each in await content_of(ask, author, type="QUESTION")] == ["Third?"]

    async def test_a_wording_may_come_back(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        author, old = author_of(taker), taker.questions[0]
        await updated(ask, author, old.id, prompt="Second?")

        third = await updated(ask, author, old.id, version=2, prompt=old.prompt)

        assert (third["version"], third["question"]["prompt"]) == (3, old.prompt)

    async def test_of_updates_at_once_one_wins(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        author, old = author_of(taker), taker.questions[0]

        payloads = await asyncio.gather(*(update(ask, author, old.id, prompt=f"{n}?") for n in range(6)))

        assert sum(payload["content"] is not None for payload in payloads) == 1
        assert len(await content_of(ask, author, type="QUESTION")) == 1

    async def test_an_admin_changes_the_question_of_another_author(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        _, admin = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR, Role.ADMIN])

        payload = await update(ask, admin, taker.questions[0].id, prompt="Better?")

        assert payload["userErrors"] == []
        (content,) = await content_of(ask, author_of(taker), type="QUESTION")
        assert content["question"]["prompt"] == "Better?"

    async def test_another_author_finds_no_such_question(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        _, other = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

        payload = await update(ask, other, taker.questions[0].id, prompt="Mine?")

        assert [(error["__typename"], error["field"]) for error in payload["userErrors"]] == [
            ("NotFound", "id")
        ]

    @pytest.mark.parametrize(
        ("kind", "given", "field"),
        [
            ("TRUE_FALSE", {"prompt": ""}, "prompt"),
            ("TRUE_FALSE", {"prompt": None}, "prompt"),
            ("TRUE_FALSE", {"prompt": "x" * 10_001}, "prompt"),
            ("TRUE_FALSE", {"explanation": "nul\0"}, "explanation"),
            ("TRUE_FALSE", {"difficulty": None}, "difficulty"),
            ("TRUE_FALSE", {"domain": "9.9"}, "domain"),
            ("TRUE_FALSE", {"key": None}, "key"),
            ("TRUE_FALSE", {"key": {}}, "key.truth"),
            ("TRUE_FALSE", {"key": {"truth": True, "options": [{"text": "a", "correct": True}]}}, "key"),
            ("SINGLE_CHOICE", {"key": {"options": [{"text": "a", "correct": True}]}}, "key.options"),
            (
                "SINGLE_CHOICE",
                {"key": {"options": [{"text": "a", "correct": True}, {"text": "b", "correct": True}]}},
                "key.options",
            ),
            ("NUMERIC", {"key": {"numbers": [{"low": "one", "high": "2"}]}}, "key.numbers[0].low"),
            ("NUMERIC", {"key": {"numbers": [{"low": "3", "high": "2"}]}}, "key.numbers[0]"),
            ("SHORT_TEXT", {"key": {"texts": [{"text": "a", "weight": 101}]}}, "key.texts[0].weight"),
            ("SINGLE_CHOICE", {"key": choice("a", "a ")}, "key.options[1].text"),
            ("SINGLE_CHOICE", {"key": choice("a b", "a  b")}, "key.options[1].text"),
            ("MULTIPLE_CHOICE", {"key": choice("a b", " a\u00a0b")}, "key.options[1].text"),
            ("SINGLE_CHOICE", {"key": choice("a", "b") | said("a")}, "key.feedback[0].answer"),
            ("TRUE_FALSE", {"key": {"truth": True} | said("maybe")}, "key.feedback[0].answer"),
            ("SHORT_TEXT", {"key": {"texts": [{"text": "a"}]} | said("zzz")}, "key.feedback[0].answer"),
            (
                "NUMERIC",
                {"key": {"numbers": [{"low": "1", "high": "2"}]} | said("1..3")},
                "key.feedback[0].answer",
            ),
        ],
    )
    async def test_what_is_wrong_is_named_and_nothing_is_stored(
        self, ask: Asker, kind: str, given: dict[str, Any], field: str
    ) -> None:
        taker = await a_quiz_taker(ask, QuestionKind[kind])
        author = author_of(taker)

        payload = await update(ask, author, taker.questions[0].id, **given)

        assert {error["field"] for error in payload["userErrors"]} == {field}
        (content,) = await content_of(ask, author, type="QUESTION")
        assert content["version"] == 1

    @pytest.mark.parametrize(
        ("kind", "key"),
        [
            ("TRUE_FALSE", {"truth": True} | said("true", "false")),
            ("SHORT_TEXT", {"texts": [{"text": "a"}]} | said("a", "*")),
            ("NUMERIC", {"numbers": [{"low": "1.50", "high": "2"}]} | said("1.50..2", "*")),
            ("SINGLE_CHOICE", choice("if x:\n  y", "if x:\n    y")),
        ],
    )
    async def test_feedback_is_for_answers_of_the_key_and_options_differ_by_what_is_seen(
        self, ask: Asker, kind: str, key: dict[str, Any]
    ) -> None:
        taker = await a_quiz_taker(ask, QuestionKind[kind])

        content = await updated(ask, author_of(taker), taker.questions[0].id, key=key)

        async with ask.postgres.open_reads(Meter()) as reads:
            (stored,) = await reads.questions.keys_by_ids([content["question"]["id"]])
        assert stored is not None
        assert stored.option_feedback == {each["answer"]: each["text"] for each in key.get("feedback", [])}

    async def test_an_update_does_not_release_an_open_attempt_from_its_secrecy(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        running = await taker.start_attempt()
        author = author_of(taker)

        await updated(ask, author, taker.questions[0].id, explanation="Another reason.")

        (slot,) = await taker.slots(running)
        assert (slot["explanation"], slot["key"]) == (None, None)
