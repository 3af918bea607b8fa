"""Asking in explore chats: one answer at a time, repeated requests, and what is refused."""

import pytest

from domain.chats import chat_questions, chats
from tests.support.chats import MESSAGE, an_explorer, run_answer, says
from tests.support.schema_client import Asker


async def test_a_question_is_answered_by_a_job(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "A **tree** ", "is a graph ", "without a circle.")

    message = await explorer.asked(topic="Data structures")

    assert (message["state"], message["answer"], message["number"]) == ("WAITING", "", 1)
    assert message["chat"]["messageCount"] == 1
    done = await explorer.answered(message["id"])
    assert (done["state"], done["answer"]) == ("DONE", "A **tree** is a graph without a circle.")
    assert (done["model"], done["tokens"]) == ("scripted", 42)
    chat = await explorer.chat(message["chat"]["id"])
    assert chat is not None
    assert (chat["tokens"], chat["topic"]) == (42, "Data structures")


async def test_a_chat_answers_one_question_at_a_time(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    message = await explorer.asked()
    chat_id = message["chat"]["id"]

    refused = await explorer.question(chat_id, "And a forest?")

    assert refused["message"] is None
    assert [error["code"] for error in refused["userErrors"]] == ["ANSWER_IN_PROGRESS"]
    chat = await explorer.chat(chat_id)
    assert chat is not None
    assert chat["messageCount"] == len(chat["messages"]["nodes"]) == 1


async def test_a_request_that_is_sent_again_asks_once(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    first = await explorer.start(topic="Trees", question="What is one?", idempotencyKey="a")
    again = await explorer.start(topic="Trees", question="What is one?", idempotencyKey="a")
    other = await explorer.start(topic="Trees", question="What are two?", idempotencyKey="a")
    says(ask, "One.")
    await run_answer(ask, first["message"]["id"])
    chat_id = first["chat"]["id"]
    asked = await explorer.question(chat_id, "Why?", idempotencyKey="b")
    asked_again = await explorer.question(chat_id, "Why?", idempotencyKey="b")

    assert again == first
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert asked_again["message"] == asked["message"]
    chat = await explorer.chat(chat_id)
    assert chat is not None
    assert chat["messageCount"] == 2


async def test_faults_are_named_together(ask: Asker) -> None:
    explorer = await an_explorer(ask)

    payload = await explorer.start(topic="\0", question="x" * 100_000, idempotencyKey="")

    assert {error["field"] for error in payload["userErrors"]} == {"topic", "question", "idempotencyKey"}
    assert not any("x" * 20 in error["message"] for error in payload["userErrors"])


@pytest.mark.parametrize(
    "topic", ["Лоцманская проводка", "量子コンピュータ", "فلسفة", "🧑‍🚀 travel", "C++ > Templates"]
)
async def test_topics_in_every_script(ask: Asker, topic: str) -> None:
    explorer = await an_explorer(ask)

    payload = await explorer.start(topic=topic)

    assert payload["userErrors"] == []
    assert payload["chat"]["topic"] == topic
    assert payload["message"] is None


async def test_chats_of_others_are_not_there(ask: Asker) -> None:
    explorer, other = await an_explorer(ask), await an_explorer(ask)
    message = await explorer.asked()
    chat_id = message["chat"]["id"]

    refusals = [
        await other.question(chat_id, "Mine?"),
        await other.retry(message["id"]),
        await other.cancel(message["id"]),
        *[await other.change(each, chat_id) for each in ("archiveChat", "unarchiveChat", "deleteChat")],
        await other.change("updateChat", chat_id, title="Mine"),
    ]

    assert [[error["code"] for error in each["userErrors"]] for each in refusals] == [["NOT_FOUND"]] * 7
    assert await other.chat(chat_id) is None
    assert await other.message(message["id"]) is None
    own = await explorer.message(message["id"])
    assert own is not None
    assert own["state"] == "WAITING"


async def test_a_learner_has_so_many_chats_and_a_chat_so_many_messages(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_questions, "MOST_CHATS", 1)
    monkeypatch.setattr(chat_questions, "MOST_MESSAGES", 1)
    explorer = await an_explorer(ask)
    says(ask, "Yes.")
    message = await explorer.asked(idempotencyKey="first")
    await run_answer(ask, message["id"])

    many = await explorer.start(topic="Another")
    full = await explorer.question(message["chat"]["id"], "More?")
    again = await explorer.start(question="What is a tree?", idempotencyKey="first")

    assert [error["code"] for error in many["userErrors"]] == ["TOO_MANY_CHATS"]
    assert [error["code"] for error in full["userErrors"]] == ["CHAT_FULL"]
    assert again["chat"]["id"] == message["chat"]["id"]
    assert chats.MOST_CHATS > 1


async def test_messages_are_read_in_both_directions(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "Yes.")
    message = await explorer.asked("Number 1?")
    await run_answer(ask, message["id"])
    chat_id = message["chat"]["id"]
    for number in range(2, 6):
        payload = await explorer.question(chat_id, f"Number {number}?")
        await run_answer(ask, payload["message"]["id"])

    newest = await explorer.chat(chat_id, last=2)
    assert newest is not None
    before = await explorer.chat(chat_id, last=2, before=newest["messages"]["pageInfo"]["startCursor"])
    first = await explorer.chat(chat_id, first=2)

    assert before is not None
    assert first is not None
    numbers = [[each["number"] for each in page["messages"]["nodes"]] for page in (newest, before, first)]
    assert numbers == [[4, 5], [2, 3], [1, 2]]
    assert before["messages"]["pageInfo"]["hasPreviousPage"] is True


async def test_messages_name_their_chat(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    message = await explorer.asked()
    text = "query ($id: ID!) { node(id: $id) { ... on ExploreMessage { chat { id } } ...M } }" + MESSAGE

    found = (await ask.data(text, explorer.viewer, id=message["id"]))["node"]

    assert found["chat"]["id"] == message["chat"]["id"]


async def test_retrying_writes_the_answer_anew_once(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "Wrong.")
    message = await explorer.asked()
    await run_answer(ask, message["id"])
    says(ask, "Right.")

    waiting = await explorer.retry(message["id"], idempotencyKey="r")
    busy = await explorer.retry(message["id"], idempotencyKey="s")
    done = await explorer.answered(message["id"])
    again = await explorer.retry(message["id"], idempotencyKey="r")

    assert (waiting["message"]["state"], waiting["message"]["answer"]) == ("WAITING", "")
    assert [error["code"] for error in busy["userErrors"]] == ["ANSWER_IN_PROGRESS"]
    assert (done["answer"], done["writing"], done["number"]) == ("Right.", 2, 1)
    assert again["message"] == done


async def test_an_earlier_answer_is_not_written_anew_while_a_later_one_is(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "Yes.")
    message = await explorer.asked()
    await run_answer(ask, message["id"])
    await explorer.question(message["chat"]["id"], "And then?")

    refused = await explorer.retry(message["id"])

    assert [error["code"] for error in refused["userErrors"]] == ["ANSWER_IN_PROGRESS"]
    kept = await explorer.message(message["id"])
    assert kept is not None
    assert kept["answer"] == "Yes."


async def test_time_is_counted_between_acts_with_short_pauses(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "Yes.")
    message = await explorer.asked()
    ask.clock.forward(seconds=30)
    await run_answer(ask, message["id"])
    ask.clock.forward(hours=3)

    asked = await explorer.question(message["chat"]["id"], "And then?")

    assert asked["chat"]["timeSpent"] == "PT300S"
