"""Ratings of answers in chats: whose they are, what operators see of them, and what becomes of them."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, refusal
from tests.support.chats import an_explorer, run_answer, says
from tests.support.clients.generation import rows
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker

OWN = """query ($messageId: ID, $isHelpful: Boolean) { viewer { contentRatings(messageId: $messageId, isHelpful: $isHelpful) {
  nodes { target isHelpful reason ratedAt } } } }"""
COUNTS = """query ($model: String, $after: Cursor) { answerRatings(model: $model, first: 1, after: $after) {
  nodes { model promptVersion helpful unhelpful } pageInfo { hasNextPage endCursor } } }"""


async def own(ask: Asker, viewer: Viewer, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask.data(OWN, viewer, **asked))["viewer"]["contentRatings"]["nodes"]
    return found


async def counts(ask: Asker, viewer: Viewer, **asked: Any) -> list[tuple[Any, ...]]:
    """Return all counts, read page by page."""
    found: list[tuple[Any, ...]] = []
    after = None
    while True:
        page = (await ask.data(COUNTS, viewer, after=after, **asked))["answerRatings"]
        found += [tuple(each.values()) for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def rate(ask: Asker, viewer: Viewer, target: str, is_helpful: bool, reason: str = "") -> None:
    given = {"target": target, "isHelpful": is_helpful, "reason": reason}
    await accepted(ask, viewer, "rateGeneratedContent", **given)


async def test_an_answer_has_one_rating_of_its_learner(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    _, other = await ask.learner()
    answers = [(await explorer.asked())["id"] for _ in range(2)]
    for answer in answers:
        await run_answer(ask, answer)
    await rate(ask, explorer.viewer, answers[0], False, "Too long.")
    await rate(ask, explorer.viewer, answers[0], True, "Better.")
    await rate(ask, explorer.viewer, answers[1], False)

    found = await own(ask, explorer.viewer)

    assert [(each["target"], each["isHelpful"], each["reason"]) for each in found] == [
        (answers[1], False, ""),
        (answers[0], True, "Better."),
    ]
    assert [each["target"] for each in await own(ask, explorer.viewer, isHelpful=True)] == answers[:1]
    assert [each["target"] for each in await own(ask, explorer.viewer, messageId=answers[1])] == answers[1:]
    assert await own(ask, other) == []
    refused = await refusal(ask, other, "rateGeneratedContent", target=answers[0], isHelpful=True)
    assert refused == ("NotFound", "target")


async def test_an_answer_that_is_not_complete_is_not_rated(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    waiting, cancelled = [(await explorer.asked())["id"] for _ in range(2)]
    await explorer.cancel(cancelled)

    for target in (waiting, cancelled):
        refused = await refusal(ask, explorer.viewer, "rateGeneratedContent", target=target, isHelpful=True)
        assert refused == ("NotFound", "target")
    assert await own(ask, explorer.viewer) == []


async def test_operators_see_counts_by_prompt_and_model_and_no_text(ask: Asker) -> None:
    _, operator = await ask.learner(roles=[Role.LEARNER, Role.OPERATOR])
    for is_helpful in (True, True, False):
        explorer = await an_explorer(ask)
        answer = (await explorer.asked())["id"]
        await run_answer(ask, answer)
        await rate(ask, explorer.viewer, answer, is_helpful, "A secret reason.")
    ((model, version),) = {
        tuple(row) for row in await rows(ask, "SELECT model, prompt_version FROM ai_calls")
    }
    says(ask, "From a call that is not kept.")
    explorer = await an_explorer(ask)
    answer = (await explorer.asked())["id"]
    await run_answer(ask, answer)
    await rate(ask, explorer.viewer, answer, False)

    assert await counts(ask, operator) == [(model, version, 2, 1), ("scripted", None, 0, 1)]
    assert await counts(ask, operator, model="scripted") == [("scripted", None, 0, 1)]
    assert await counts(ask, operator, model="unknown") == []
    refused = await ask(COUNTS, explorer.viewer)
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize("is_account", [True, False])
async def test_a_rating_goes_with_its_chat_and_with_the_account(ask: Asker, is_account: bool) -> None:
    explorer = await an_explorer(ask)
    user_id = explorer.viewer.user_id
    message = await explorer.asked()
    await run_answer(ask, message["id"])
    await rate(ask, explorer.viewer, message["id"], True, "Mine.")
    async with ask.postgres.open_reads(Meter()) as reads:
        (user,) = await reads.users.by_ids([user_id])
    assert user is not None
    (exported,) = (await export_of(ask, user))["content_ratings"]
    assert (exported["reason"], exported["message_id"]) == ("Mine.", message["id"])

    if is_account:
        async with ask.postgres.open_work(Meter()) as work:
            await work.deletions.mark(user_id, ask.clock())
        assert await anonymise(ask.ports)
    else:
        await explorer.change("deleteChat", message["chat"]["id"])

    assert await rows(ask, "SELECT 1 FROM content_ratings") == []


async def test_an_answer_that_was_written_anew_is_rated_anew(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    answer = (await explorer.asked())["id"]
    await run_answer(ask, answer)
    await rate(ask, explorer.viewer, answer, False)
    says(ask, "Another answer.")
    await explorer.retry(answer)
    await run_answer(ask, answer)
    (stored,) = await rows(ask, "SELECT model FROM content_ratings")
    assert stored["model"] != "scripted"

    await rate(ask, explorer.viewer, answer, True)

    (stored,) = await rows(ask, "SELECT model, is_helpful FROM content_ratings")
    assert tuple(stored) == ("scripted", True)
