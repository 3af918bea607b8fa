"""Quizzes and questions that authors write through the schema: drafts, edits, faults and publication."""

from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.clients.quizzes import (
    CREATE_QUESTION,
    CREATE_QUIZ,
    DISCARD_QUIZ,
    EDIT_QUIZ,
    START_QUIZ_DRAFT,
    a_published_quiz,
    a_writer,
    change,
    create_question,
    create_quiz,
    edit_quiz,
    kinds_of,
    publish_quiz,
    refused,
)
from tests.support.clients.roadmaps import QUIZ, import_quizzes, withdraw
from tests.support.schema_client import Asker

MINE = """{ myContent(type: QUIZ) { nodes { state title quiz { slug } quizDraft { id slug } } } }"""
UPDATE = """mutation ($input: UpdateQuestionInput!) { updateQuestion(input: $input) {
  content { question { id } } userErrors { __typename } } }"""


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    return await a_writer(ask)


def iso(moment: Any) -> str:
    return str(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


class TestCreation:
    async def test_a_new_draft_asks_nothing_and_says_so(self, ask: Asker, author: Viewer) -> None:
        draft = await create_quiz(ask, author, description="Why.")

        assert (draft["slug"], draft["title"], draft["description"]) == ("knots", "Knots", "Why.")
        assert (draft["version"], draft["questionIds"], draft["pools"], draft["quiz"]) == (1, [], [], None)
        assert kinds_of(draft) == [("EMPTY", None)]

    async def test_the_same_key_creates_one_draft(self, ask: Asker, author: Viewer) -> None:
        first = await create_quiz(ask, author, idempotencyKey="once")
        second = await create_quiz(ask, author, idempotencyKey="once")

        assert second["id"] == first["id"]

    async def test_all_wrong_fields_are_named_together(self, ask: Asker, author: Viewer) -> None:
        given = {"slug": "No Slug", "title": "", "examType": "none", "idempotencyKey": ""}

        payload = await change(ask, author, CREATE_QUIZ, **given)

        fields = ["slug", "title", "idempotencyKey", "examType"]
        assert refused(payload) == [("InvalidInput", field) for field in fields]

    async def test_a_slug_that_is_taken_is_refused(self, ask: Asker, author: Viewer) -> None:
        await create_quiz(ask, author)
        given = {"title": "Knots", "examType": "own-exam"}

        for slug in ("knots", "first-own-exam"):
            payload = await change(ask, author, CREATE_QUIZ, slug=slug, idempotencyKey=slug, **given)
            assert refused(payload) == [("SlugTaken", "slug")]

    async def test_others_do_not_see_a_draft(self, ask: Asker, author: Viewer) -> None:
        draft = await create_quiz(ask, author)
        _, other = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        document = "query ($id: ID!) { node(id: $id) { id } }"

        assert (await ask.data(document, author, id=draft["id"]))["node"] == {"id": draft["id"]}
        assert (await ask.data(document, other, id=draft["id"]))["node"] is None
        assert (await ask.data(QUIZ, author, slug="knots"))["quiz"] is None
        payload = await change(ask, other, EDIT_QUIZ, draftId=draft["id"], version=1, title="Mine")
        assert refused(payload) == [("NotFound", "draftId")]

    async def test_a_published_quiz_can_be_edited_as_a_copy(self, ask: Asker, author: Viewer) -> None:
        pool = {"count": 1, "difficulty": "MEDIUM", "domain": "1.1"}
        quiz_id, ids = await a_published_quiz(
            ask, author, passMark=55, coolDownMinutes=10, shuffleOptions=False, pools=[pool]
        )

        payload = await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id)
        again = await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id)

        draft = payload["draft"]
        assert again["draft"]["id"] == draft["id"]
        assert draft["quiz"] == {"id": quiz_id}
        assert draft["questionIds"] == ids
        assert (draft["passMark"], draft["coolDown"], draft["shuffleOptions"]) == (55, "PT600S", False)
        assert draft["pools"] == [{"count": 1, "difficulty": "MEDIUM", "domain": {"code": "1.1"}}]

    async def test_only_the_author_begins_a_draft(self, ask: Asker, author: Viewer) -> None:
        quiz_id, _ = await a_published_quiz(ask, author)
        _, other = await ask.learner(roles=list(Role))

        payload = await change(ask, other, START_QUIZ_DRAFT, quizId=quiz_id)

        assert refused(payload) == [("Forbidden", "quizId")]


class TestEdits:
    async def test_an_edit_changes_what_was_sent(self, ask: Asker, author: Viewer) -> None:
        ids = [await create_question(ask, author) for _ in range(3)]
        draft = await edit_quiz(
            ask, author, await create_quiz(ask, author), questionIds=ids, timeLimitMinutes=1
        )

        moved = await edit_quiz(
            ask, author, draft, questionIds=[ids[2], ids[0]], title="Other", timeLimitMinutes=None
        )

        assert (moved["version"], moved["title"], moved["timeLimit"]) == (3, "Other", None)
        assert [question["id"] for question in moved["questions"]] == [ids[2], ids[0]]
        assert moved["questionCount"] == 2
        assert moved["validation"] == []

    async def test_an_edit_of_nothing_makes_no_version(self, ask: Asker, author: Viewer) -> None:
        draft = await create_quiz(ask, author)

        same = await edit_quiz(ask, author, draft, title=draft["title"], pools=[])

        assert same["version"] == draft["version"]

    async def test_an_edit_of_an_older_version_is_refused_with_the_draft(
        self, ask: Asker, author: Viewer
    ) -> None:
        draft = await create_quiz(ask, author)
        await edit_quiz(ask, author, draft, title="First")

        payload = await change(ask, author, EDIT_QUIZ, draftId=draft["id"], version=1, title="Second")

        assert refused(payload) == [("QuizDraftConflict", "version")]
        assert payload["userErrors"][0]["draft"] == {"id": draft["id"], "version": 2, "title": "First"}

    async def test_all_wrong_fields_are_named_together_and_nothing_changes(
        self, ask: Asker, author: Viewer
    ) -> None:
        draft = await create_quiz(ask, author)
        wrong = {
            "title": "",
            "slug": "No",
            "passMark": None,
            "questionIds": [mint("question") for _ in range(201)],
            "pools": [{"count": 1}, {"count": 1, "domain": "9.9"}],
        }

        payload = await change(
            ask, author, EDIT_QUIZ, draftId=draft["id"], version=1, timeLimitMinutes=1, **wrong
        )

        fields = ["slug", "title", "passMark", "questionIds", "pools[1].domain"]
        assert refused(payload) == [("InvalidInput", field) for field in fields]
        assert (await edit_quiz(ask, author, draft))["timeLimit"] is None

    async def test_a_slug_may_change_until_the_quiz_is_published(self, ask: Asker, author: Viewer) -> None:
        draft = await create_quiz(ask, author)
        other = await create_quiz(ask, author, "hitches")

        taken = await change(ask, author, EDIT_QUIZ, draftId=draft["id"], version=1, slug="hitches")
        await edit_quiz(ask, author, draft, slug="bends")
        quiz_id, _ = await a_published_quiz(ask, author, "splices")
        begun = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]
        late = await change(ask, author, EDIT_QUIZ, draftId=begun["id"], version=1, slug="ropes")

        assert other["slug"] == "hitches"
        assert refused(taken) == [("SlugTaken", "slug")]
        assert refused(late) == [("InvalidInput", "slug")]

    async def test_a_question_that_is_updated_takes_its_place_in_drafts(
        self, ask: Asker, author: Viewer
    ) -> None:
        old = await create_question(ask, author)
        draft = await edit_quiz(ask, author, await create_quiz(ask, author), questionIds=[old])

        given = {"id": old, "version": 1, "prompt": "Is it so?"}
        new = (await change(ask, author, UPDATE, **given))["content"]["question"]["id"]

        shown = await edit_quiz(ask, author, draft)
        assert shown["questionIds"] == [new]
        assert shown["validation"] == []

    async def test_a_discarded_draft_is_gone_and_its_quiz_stays(self, ask: Asker, author: Viewer) -> None:
        quiz_id, _ = await a_published_quiz(ask, author)
        draft = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]

        gone = await change(ask, author, DISCARD_QUIZ, draftId=draft["id"], version=1)
        again = await change(ask, author, DISCARD_QUIZ, draftId=draft["id"], version=1)

        assert gone["draft"] == {"id": draft["id"]}
        assert refused(again) == [("NotFound", "draftId")]
        assert (await ask.data(QUIZ, author, slug="knots"))["quiz"]["id"] == quiz_id


class TestFaults:
    async def test_every_fault_of_questions_is_named_with_its_place(self, ask: Asker, author: Viewer) -> None:
        other = await a_writer(ask, "other-exam")
        own = await create_question(ask, author)
        foreign = await create_question(ask, other, examType="other-exam")
        elsewhere = await create_question(ask, author, examType="other-exam")
        given = {"id": await create_question(ask, author), "version": 1, "prompt": "New?"}
        await change(ask, author, UPDATE, **given)
        named = [own, own, foreign, mint("question"), elsewhere, given["id"]]

        draft = await edit_quiz(ask, author, await create_quiz(ask, author), questionIds=named)

        assert kinds_of(draft) == [
            ("REPEATED_QUESTION", 2),
            ("FOREIGN_QUESTION", 3),
            ("FOREIGN_QUESTION", 4),
            ("OTHER_EXAM_TYPE", 5),
            ("OUTDATED_QUESTION", 6),
        ]
        assert [question["id"] for question in draft["questions"]] == [own, own, elsewhere, given["id"]]

    async def test_every_fault_of_settings_is_named(self, ask: Asker, author: Viewer) -> None:
        now = ask.clock()
        wrong = {
            "passMark": 101,
            "timeLimitMinutes": 0,
            "attemptsAllowed": 0,
            "coolDownMinutes": 43_201,
            "opensAt": iso(now),
            "closesAt": iso(now - timedelta(hours=1)),
        }

        draft = await edit_quiz(ask, author, await create_quiz(ask, author), **wrong)

        assert [kind for kind, _ in kinds_of(draft)] == [
            "EMPTY",
            "PASS_MARK_OUT_OF_RANGE",
            "TIME_LIMIT_OUT_OF_RANGE",
            "ATTEMPTS_OUT_OF_RANGE",
            "COOL_DOWN_OUT_OF_RANGE",
            "CLOSES_BEFORE_OPENS",
            "ALREADY_CLOSED",
        ]

    async def test_pools_together_may_not_draw_more_than_there_is(self, ask: Asker, author: Viewer) -> None:
        fixed = await create_question(ask, author, difficulty="HARD")
        for difficulty in ("HARD", "HARD", "EASY"):
            await create_question(ask, author, difficulty=difficulty)
        draft = await edit_quiz(ask, author, await create_quiz(ask, author), questionIds=[fixed])
        hard, easy = {"count": 2, "difficulty": "HARD"}, {"count": 1, "difficulty": "EASY"}

        fitting = await edit_quiz(ask, author, draft, pools=[{"count": 2}, hard])
        too_many = await edit_quiz(ask, author, fitting, pools=[{"count": 2}, hard, easy])
        out_of_range = await edit_quiz(ask, author, too_many, pools=[{"count": 0}, {"count": 201}])

        assert fitting["validation"] == []
        assert kinds_of(too_many) == [("POOL_TOO_LARGE", 3)]
        assert kinds_of(out_of_range) == [
            ("TOO_MANY_QUESTIONS", None),
            ("POOL_OUT_OF_RANGE", 1),
            ("POOL_OUT_OF_RANGE", 2),
        ]

    async def test_a_slug_that_was_published_meanwhile_is_a_fault(self, ask: Asker, author: Viewer) -> None:
        draft = await create_quiz(ask, author, "tides")
        await import_quizzes(ask, author, "tides", exam_type="own-exam")

        assert ("SLUG_TAKEN", None) in kinds_of(await edit_quiz(ask, author, draft))


class TestPublication:
    async def test_a_published_draft_is_a_quiz_and_gone(self, ask: Asker, author: Viewer) -> None:
        question = await create_question(ask, author)
        pools = [{"count": 2}]
        for _ in range(2):
            await create_question(ask, author)
        draft = await edit_quiz(
            ask, author, await create_quiz(ask, author), questionIds=[question], pools=pools
        )

        payload = await publish_quiz(ask, author, draft)
        again = await publish_quiz(ask, author, draft)

        assert payload["userErrors"] == []
        quiz = payload["quiz"]
        assert (quiz["slug"], quiz["questionCount"], quiz["drawnCount"]) == ("knots", 3, 2)
        assert refused(again) == [("NotFound", "draftId")]

    async def test_a_draft_with_faults_is_refused_with_each(self, ask: Asker, author: Viewer) -> None:
        draft = await edit_quiz(ask, author, await create_quiz(ask, author), passMark=-1)

        payload = await publish_quiz(ask, author, draft)

        assert refused(payload) == [("UnsoundQuiz", "draftId")]
        (error,) = payload["userErrors"]
        assert [fault["kind"] for fault in error["faults"]] == ["EMPTY", "PASS_MARK_OUT_OF_RANGE"]
        assert all(fault["message"] in error["message"] for fault in error["faults"])

    async def test_publishing_again_keeps_the_quiz_and_what_was_archived(
        self, ask: Asker, author: Viewer
    ) -> None:
        quiz_id, ids = await a_published_quiz(ask, author)
        await withdraw(ask, author, "knots")
        draft = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]

        payload = await publish_quiz(ask, author, await edit_quiz(ask, author, draft, questionIds=ids[:1]))

        assert payload["quiz"]["id"] == quiz_id
        assert payload["quiz"]["questionCount"] == 1
        assert payload["quiz"]["withdrawnAt"] is not None

    async def test_a_file_puts_back_what_it_says(self, ask: Asker, author: Viewer) -> None:
        await import_quizzes(ask, author, "tides", exam_type="own-exam")
        quiz_id = (await ask.data(QUIZ, author, slug="tides"))["quiz"]["id"]
        draft = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]
        await create_question(ask, author)
        edited = await edit_quiz(ask, author, draft, title="Other", pools=[{"count": 1}])
        assert (await publish_quiz(ask, author, edited))["userErrors"] == []

        await import_quizzes(ask, author, "tides", exam_type="own-exam")

        document = "query ($id: ID!) { quiz(by: {id: $id}) { title drawnCount questionCount } }"
        shown = (await ask.data(document, author, id=quiz_id))["quiz"]
        assert shown["title"] != "Other"
        assert (shown["drawnCount"], shown["questionCount"]) == (0, 1)

    async def test_my_content_shows_drafts_and_quizzes_with_theirs(self, ask: Asker, author: Viewer) -> None:
        quiz_id, _ = await a_published_quiz(ask, author)
        begun = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]
        new = await create_quiz(ask, author, "bends", title="Bends")

        shown = (await ask.data(MINE, author))["myContent"]["nodes"]

        found = {(each["state"], each["quiz"] and each["quiz"]["slug"]): each["quizDraft"] for each in shown}
        assert found == {
            ("DRAFT", None): {"id": new["id"], "slug": "bends"},
            ("PUBLISHED", "knots"): {"id": begun["id"], "slug": "knots"},
            ("PUBLISHED", "first-own-exam"): None,
        }


class TestQuestions:
    async def test_a_question_is_added_to_the_bank(self, ask: Asker, author: Viewer) -> None:
        options = [{"text": "Right", "correct": True}, {"text": "Wrong", "correct": False}]
        given = {"examType": "own-exam", "domain": "1.1", "kind": "SINGLE_CHOICE", "difficulty": "HARD"}
        given |= {"prompt": "Which?", "explanation": "So.", "idempotencyKey": "once"}

        first = await change(ask, author, CREATE_QUESTION, key={"options": options}, **given)
        second = await change(ask, author, CREATE_QUESTION, key={"options": options}, **given)

        content = first["content"]
        assert (content["type"], content["state"], content["version"]) == ("QUESTION", "ARCHIVED", 1)
        question = content["question"]
        assert (question["prompt"], question["difficulty"]) == ("Which?", "HARD")
        assert {option["text"] for option in question["options"]} == {"Right", "Wrong"}
        assert second["content"]["question"]["id"] == question["id"]

    async def test_the_same_words_under_another_key_are_another_question(
        self, ask: Asker, author: Viewer
    ) -> None:
        first = await create_question(ask, author, prompt="Same?")

        assert await create_question(ask, author, prompt="Same?") != first

    async def test_a_pool_makes_the_questions_that_it_draws_published(
        self, ask: Asker, author: Viewer
    ) -> None:
        await create_question(ask, author, prompt="Drawn?", difficulty="HARD")
        await create_question(ask, author, prompt="Left?", difficulty="EASY")
        pools = [{"count": 1, "difficulty": "HARD"}]
        draft = await edit_quiz(ask, author, await create_quiz(ask, author), pools=pools)
        await publish_quiz(ask, author, draft)

        document = "{ myContent(type: QUESTION) { nodes { title state } } }"
        shown = {
            each["title"]: each["state"] for each in (await ask.data(document, author))["myContent"]["nodes"]
        }

        assert (shown["Drawn?"], shown["Left?"]) == ("PUBLISHED", "ARCHIVED")

    async def test_all_wrong_fields_are_named_together(self, ask: Asker, author: Viewer) -> None:
        wrong = {
            "examType": "own-exam",
            "domain": "9.9",
            "kind": "NUMERIC",
            "prompt": "",
            "explanation": "x" * 10_001,
            "key": {"texts": [{"text": "one"}]},
            "idempotencyKey": "",
        }

        payload = await change(ask, author, CREATE_QUESTION, **wrong)

        fields = ["idempotencyKey", "prompt", "explanation", "key", "key.numbers", "domain"]
        assert refused(payload) == [("InvalidInput", field) for field in fields]
        assert "9.9" not in str(payload)

    async def test_an_unknown_exam_type_is_refused(self, ask: Asker, author: Viewer) -> None:
        given = {
            "examType": "none",
            "domain": "1.1",
            "kind": "TRUE_FALSE",
            "prompt": "Is it?",
            "key": {"truth": True},
        }

        payload = await change(ask, author, CREATE_QUESTION, idempotencyKey="k", **given)

        assert refused(payload) == [("InvalidInput", "examType")]
