"""Study sessions: questions one by one, explained as soon as they are answered."""

from itertools import pairwise
from typing import Any

from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.unit_of_work import Meter
from tests.support.attempts import EVERY_KIND, codes
from tests.support.bookmarks import save_bookmark
from tests.support.schema_client import Asker
from tests.support.study import a_studier


async def test_a_session_shows_a_question_and_explains_it_once_it_is_answered(ask: Asker) -> None:
    studier = await a_studier(ask)
    started = (await studier.start())["session"]
    shown = started["current"]
    ask.clock.forward(seconds=20)

    payload = await studier.answer(started["id"], 1, studier.right(shown["question"]["id"]))

    assert payload["userErrors"] == []
    assert (shown["number"], shown["key"], shown["explanation"], shown["credit"]) == (1, None, None, None)
    slot = payload["slot"]
    assert slot["credit"] == 1
    assert slot["key"]["truth"] is slot["answer"]["truth"]
    assert slot["explanation"] == next(
        key.explanation for key in studier.taker.keys if key.question_id == slot["question"]["id"]
    )
    assert slot["timeSpent"] == "PT20S"
    session = payload["session"]
    assert (session["questionsViewed"], session["questionsAnswered"], session["rightAnswers"]) == (1, 1, 1)
    assert session["current"] is None


async def test_every_kind_of_question_is_explained(ask: Asker) -> None:
    studier = await a_studier(ask, *EVERY_KIND)
    session_id = await studier.started()

    await studier.study(session_id, len(EVERY_KIND))

    slots = await studier.slots(session_id)
    assert {slot["question"]["kind"] for slot in slots} == {kind.value for kind in EVERY_KIND}
    assert all(slot["credit"] == 1 and slot["explanation"] and slot["key"] for slot in slots)


async def test_no_question_comes_again_before_all_were_shown(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()

    asked = await studier.study(session_id, 15)

    rounds = [asked[0:5], asked[5:10], asked[10:15]]
    assert all(set(each) == {question.id for question in studier.taker.questions} for each in rounds)
    assert all(before != after for before, after in pairwise(asked))


async def test_the_next_question_is_the_open_one_until_it_is_answered_or_skipped(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    first = (await studier.next(session_id))["slot"]
    again = (await studier.next(session_id))["slot"]

    skipped = await studier.answer(session_id, 1, None)
    second = await studier.next(session_id)

    assert again == first
    assert (skipped["slot"]["isSkipped"], skipped["slot"]["key"], skipped["slot"]["answer"]) == (
        True,
        None,
        None,
    )
    assert second["slot"]["number"] == 2
    assert second["slot"]["question"]["id"] != first["question"]["id"]
    assert (second["session"]["questionsViewed"], second["session"]["questionsAnswered"]) == (2, 0)


async def test_the_same_client_id_answers_once(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = studier.right((await studier.next(session_id))["slot"]["question"]["id"])
    once = await studier.answer(session_id, 1, right, "a")
    ask.clock.forward(seconds=5)

    again = await studier.answer(session_id, 1, right, "a")
    another = await studier.answer(session_id, 1, right, "b")
    other = await studier.answer(session_id, 1, Answer(truth=not right.truth), "a")
    skip = await studier.answer(session_id, 1, None, "a")

    assert again == once
    assert codes(another) == [("StudySlotEnded", "slot")]
    assert codes(other) == codes(skip) == [("IdempotencyKeyReused", "clientId")]
    assert (await studier.read(session_id))["questionsAnswered"] == 1


async def test_a_session_goes_on_on_another_device(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 2)
    shown = (await studier.next(session_id))["slot"]

    found = await ask.data(
        "{ viewer { studySessions(isOpen: true) { nodes { id current { number question { id } } } } } }",
        studier.viewer,
    )

    (open_one,) = found["viewer"]["studySessions"]["nodes"]
    assert open_one == {
        "id": session_id,
        "current": {"number": 3, "question": {"id": shown["question"]["id"]}},
    }


async def test_a_session_is_its_learners_alone(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    _, eve = await ask.learner()

    payload = await studier.mutate(
        "mutation ($input: EndStudySessionInput!) { endStudySession(input: $input) { userErrors { __typename ... on "
        "UserError { field } } } }",
        eve,
        sessionId=session_id,
    )

    assert await studier.read(session_id, eve) is None
    assert codes(payload) == [("NotFound", "sessionId")]
    assert (await studier.read(session_id))["endedAt"] is None


async def test_only_what_is_asked_for_is_studied(ask: Asker) -> None:
    studier = await a_studier(ask, QuestionKind.TRUE_FALSE, QuestionKind.NUMERIC)
    question = studier.taker.questions[0]
    payload = await studier.start(
        domains=["1.1", "1.1"], difficulty=question.difficulty.value, quizId=studier.taker.quiz.id
    )

    session = payload["session"]
    assert (session["examType"]["code"], session["difficulty"]) == (studier.code, question.difficulty.value)
    assert [domain["code"] for domain in session["domains"]] == ["1.1"]
    assert session["quiz"]["id"] == studier.taker.quiz.id
    none = await studier.start("other", difficulty="EASY" if question.difficulty.value != "EASY" else "HARD")
    assert codes(none) == [("NothingToStudy", "examType")]
    assert (await studier.read(session["id"]))["endedAt"] is None


async def test_what_cannot_be_studied_is_refused_all_at_once(ask: Asker) -> None:
    studier = await a_studier(ask)
    other = await a_studier(ask)

    unknown = await studier.start("", examType="no-such", domains=["x"] * 41, quizId=other.taker.quiz.id)
    wrong = await studier.start(domains=["9.9"], quizId=other.taker.quiz.id)

    assert codes(unknown) == [
        ("InvalidInput", "idempotencyKey"),
        ("InvalidInput", "domains"),
        ("InvalidInput", "examType"),
    ]
    assert codes(wrong) == [("InvalidInput", "quizId"), ("InvalidInput", "domains")]
    assert "9.9" not in str(wrong)


async def test_an_answer_of_another_kind_is_refused_and_changes_nothing(ask: Asker) -> None:
    studier = await a_studier(ask, QuestionKind.TRUE_FALSE)
    session_id = await studier.started()

    both = await studier.answer(session_id, 1, Answer(text="yes"), "x" * 201)
    foreign = await studier.answer(session_id, 2, Answer(truth=True))

    assert codes(both) == [("InvalidInput", "clientId"), ("InvalidInput", "text")]
    assert codes(foreign) == [("NotFound", "slot")]
    assert (await studier.read(session_id))["current"]["number"] == 1


async def test_questions_of_a_withdrawn_quiz_are_not_studied(ask: Asker) -> None:
    studier = await a_studier(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await work.quizzes.set_withdrawn(studier.taker.quiz.id, at=ask.clock())

    assert codes(await studier.start()) == [("NothingToStudy", "examType")]
    assert codes(await studier.start(quizId=studier.taker.quiz.id)) == [("NotFound", "quizId")]


async def test_the_list_of_sessions_is_filtered(ask: Asker) -> None:
    studier = await a_studier(ask)
    first = await studier.started("first")
    second = await studier.started("second")

    async def listed(arguments: str) -> list[Any]:
        document = f"{{ viewer {{ studySessions{arguments} {{ nodes {{ id }} }} }} }}"
        nodes = (await ask.data(document, studier.viewer))["viewer"]["studySessions"]["nodes"]
        return [node["id"] for node in nodes]

    assert await listed("") == [second, first]
    assert await listed("(isOpen: true)") == [second]
    assert await listed("(isOpen: false)") == [first]
    assert await listed(f'(examType: "{studier.code}", first: 1)') == [second]


async def test_slots_are_listed_the_latest_first_and_filtered(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 1)
    await studier.next(session_id)
    await studier.answer(session_id, 2, None)

    async def numbers(arguments: str) -> list[int]:
        document = (
            f"query ($id: ID!) {{ studySession(id: $id) {{ slots{arguments} {{ nodes {{ number }} }} }} }}"
        )
        found = await ask.data(document, studier.viewer, id=session_id)
        return [node["number"] for node in found["studySession"]["slots"]["nodes"]]

    assert await numbers("") == [2, 1]
    assert await numbers("(isAnswered: true)") == [1]
    assert await numbers("(isAnswered: false)") == [2]


async def test_the_order_follows_from_the_session_alone(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    asked = await studier.study(session_id, 5)

    options = [slot["question"] for slot in await studier.slots(session_id)]
    again = [slot["question"] for slot in await studier.slots(session_id)]

    assert options == again
    assert [question["id"] for question in reversed(options)] == asked


async def test_a_question_that_was_shown_can_be_found_and_bookmarked_by_its_learner(ask: Asker) -> None:
    studier = await a_studier(ask, QuestionKind.SINGLE_CHOICE)
    session_id = await studier.started()
    shown = (await studier.read(session_id))["current"]["question"]
    _, eve = await ask.learner()
    document = "query ($id: ID!) { node(id: $id) { id ... on SingleChoice { options { id } } } }"

    found = (await ask.data(document, studier.viewer, id=shown["id"]))["node"]
    others = (await ask.data(document, eve, id=shown["id"]))["node"]
    saved = await save_bookmark(ask, studier.viewer, shown["id"])

    assert found == {"id": shown["id"], "options": shown["options"]}
    assert others is None
    assert saved["id"].startswith("bookmark_")
