"""Withheld XP: what withholds it, who lists, settles and reverses it, and when it settles by itself."""

import argparse
import asyncio
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.gamification import pending_xp, xp
from domain.gamification.xp import XpStatus
from domain.unit_of_work import Meter
from gateway.commands import pending_xp as commands
from gateway.settings.environment import Settings
from tests.builders import mint
from tests.builders.attempts import right_answer
from tests.builders.xp import an_award
from tests.support.accounts import accepted, refusal
from tests.support.attempts import a_quiz_taker, sent
from tests.support.schema_client import Asker

PENDING = "{ pendingXp { nodes { entry { id amount status } user { id } settlesAt } } }"
LOG = "{ viewer { auditLog { nodes { action actor { id } difference { name value } } } } }"
ENTRY = "entry { id amount reason status explanation }"


async def withheld(ask: Asker, user_id: str, amount: int = 500) -> str:
    """Store a withheld entry that occurs now; return its id."""
    given = an_award(
        user_id, amount=amount, status=XpStatus.PENDING, source_id=mint("attempt"), occurred_at=ask.clock()
    )
    async with ask.postgres.open_work(Meter()) as work:
        (entry,) = await xp.award(work.xp, [given], mint=mint, emit=work.emit)
    return entry.id


async def total(ask: Asker, viewer: Viewer) -> int:
    found = await ask.data("{ viewer { user { xpTotal } } }", viewer)
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []
    amount: int = found["viewer"]["user"]["xpTotal"]
    return amount


async def settle_due(ask: Asker) -> int:
    async with ask.postgres.open_work(Meter()) as work:
        return await pending_xp.settle_due(work, now=ask.clock(), limit=10)


async def a_moderator(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.MODERATOR])
    return viewer


async def test_answers_that_arrive_in_one_request_are_not_haste(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(seconds=4)
    answers = {f"a{n}": right_answer(key) for n, key in enumerate(taker.keys, start=1)}
    heads = ", ".join(f"${name}: AnswerQuestionInput!" for name in answers)
    calls = " ".join(f"{n}: answerQuestion(input: ${n}) {{ userErrors {{ __typename }} }}" for n in answers)
    given = {
        name: {"attemptId": attempt_id, "slot": n, "answer": sent(answer), "clientSeq": 1}
        for n, (name, answer) in enumerate(answers.items(), start=1)
    }

    await ask.data(f"mutation ({heads}) {{ {calls} }}", taker.viewer, **given)
    attempt = (await taker.submit(attempt_id))["attempt"]

    assert {entry["status"] for entry in attempt["xpEntries"]} == {"SETTLED"}
    assert attempt["xpAwarded"] == 120


async def test_a_withheld_entry_says_what_happens_next(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    for number, key in enumerate(taker.keys, start=1):
        ask.clock.forward(milliseconds=900)
        await taker.answer(attempt_id, number, right_answer(key))

    attempt = (await taker.submit(attempt_id))["attempt"]

    for entry in attempt["xpEntries"]:
        assert entry["status"] == "PENDING"
        assert "It counts after 24 hours without a further finding" in entry["explanation"]


async def test_moderators_list_withheld_xp_and_settle_it(ask: Asker) -> None:
    ada, learner = await ask.learner()
    moderator = await a_moderator(ask)
    first, second = [await withheld(ask, ada.id, amount) for amount in (150, 200)]

    listed = (await ask.data(PENDING, moderator))["pendingXp"]["nodes"]
    settled = await accepted(
        ask, moderator, "settlePendingXp", ENTRY, entryId=first, reason="Offline in a train."
    )

    assert [(n["entry"]["id"], n["user"]["id"]) for n in listed] == [(first, ada.id), (second, ada.id)]
    assert listed[0]["settlesAt"] == "2026-03-03T09:00:00.000Z"
    assert settled["entry"]["status"] == "SETTLED"
    assert await total(ask, learner) == 150
    (logged,) = (await ask.data(LOG, learner))["viewer"]["auditLog"]["nodes"]
    assert logged["action"] == "XP_SETTLED"
    assert {"name": "reason", "value": "Offline in a train."} in logged["difference"]


async def test_withheld_xp_that_is_reversed_never_counts(ask: Asker) -> None:
    ada, learner = await ask.learner()
    moderator = await a_moderator(ask)
    entry_id = await withheld(ask, ada.id)

    payload = await accepted(ask, moderator, "reverseXp", ENTRY, entryId=entry_id, reason="A script.")
    ask.clock.forward(days=3)

    assert (payload["entry"]["id"], payload["entry"]["status"]) == (entry_id, "REVERSED")
    assert await settle_due(ask) == 0
    assert await total(ask, learner) == 0
    given = {"entryId": entry_id, "reason": "Again."}
    assert (await refusal(ask, moderator, "reverseXp", **given))[0] == "XpAlreadyReversed"
    assert (await refusal(ask, moderator, "settlePendingXp", **given))[0] == "XpNotPending"


async def test_counted_xp_is_taken_back_once_by_a_negative_entry(ask: Asker) -> None:
    ada, learner = await ask.learner()
    moderator = await a_moderator(ask)
    entry_id = await withheld(ask, ada.id, 300)
    await accepted(ask, moderator, "settlePendingXp", entryId=entry_id, reason="Fine.")

    payload = await accepted(ask, moderator, "reverseXp", ENTRY, entryId=entry_id, reason="Not fine.")
    again = await refusal(ask, moderator, "reverseXp", entryId=entry_id, reason="Not fine.")
    of_it = await refusal(ask, moderator, "reverseXp", entryId=payload["entry"]["id"], reason="Back.")

    assert (payload["entry"]["amount"], payload["entry"]["reason"]) == (-300, "ADJUSTMENT")
    assert "Not fine." in payload["entry"]["explanation"]
    assert again[0] == of_it[0] == "XpAlreadyReversed"
    assert await total(ask, learner) == 0


async def test_of_decisions_at_once_one_is_made(ask: Asker) -> None:
    ada, learner = await ask.learner()
    moderator = await a_moderator(ask)
    entry_id = await withheld(ask, ada.id)
    document = """mutation ($input: SettlePendingXpInput!) {
      settlePendingXp(input: $input) { userErrors { __typename } } }"""

    given = {"entryId": entry_id, "reason": "Fine."}
    found = await asyncio.gather(*(ask.data(document, moderator, input=given) for _ in range(6)))

    refused = [error for data in found for error in data["settlePendingXp"]["userErrors"]]
    assert refused == [{"__typename": "XpNotPending"}] * 5
    assert await total(ask, learner) == 500


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"reason": ""}, ("InvalidInput", "reason")),
        ({"reason": "x" * 501}, ("InvalidInput", "reason")),
        ({"entryId": "xp_00000000000000000000000000"}, ("NotFound", "entryId")),
    ],
)
async def test_a_decision_needs_an_entry_and_a_reason(
    ask: Asker, given: dict[str, Any], error: tuple[str, str]
) -> None:
    ada, _ = await ask.learner()
    moderator = await a_moderator(ask)
    entry_id = await withheld(ask, ada.id)

    assert (
        await refusal(ask, moderator, "settlePendingXp", **({"entryId": entry_id, "reason": "Fine."} | given))
        == error
    )


async def test_a_learner_neither_lists_nor_decides(ask: Asker) -> None:
    ada, learner = await ask.learner()
    entry_id = await withheld(ask, ada.id)
    given = {"entryId": entry_id, "reason": "Mine."}

    listed = await ask(PENDING, learner)
    decided = await ask(
        "mutation ($input: SettlePendingXpInput!) { settlePendingXp(input: $input) { __typename } }",
        learner,
        input=given,
    )

    assert listed["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert decided["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_moderator_does_not_judge_their_own_xp(ask: Asker) -> None:
    moderator = await a_moderator(ask)
    entry_id = await withheld(ask, moderator.user_id)

    refused = await refusal(ask, moderator, "settlePendingXp", entryId=entry_id, reason="Mine.")

    assert refused == ("Forbidden", "entryId")


async def test_xp_settles_by_itself_after_a_day_without_a_further_finding(ask: Asker) -> None:
    ada, learner = await ask.learner()
    eve, suspect = await ask.learner()
    for user in (ada, eve):
        await withheld(ask, user.id, 100)
    ask.clock.forward(hours=23)
    early = await settle_due(ask)
    await withheld(ask, eve.id, 50)

    ask.clock.forward(hours=1)
    due = await settle_due(ask)
    after_a_day = await total(ask, learner), await total(ask, suspect)
    ask.clock.forward(hours=23)
    later = await settle_due(ask)

    assert (early, due, later) == (0, 1, 2)
    assert after_a_day == (100, 0)
    assert await total(ask, suspect) == 150


async def test_settled_xp_reaches_level_and_board(ask: Asker) -> None:
    ada, learner = await ask.learner()
    await withheld(ask, ada.id, 300)
    ask.clock.forward(days=1)

    await settle_due(ask)

    data = await ask.data("{ viewer { levelProgress { level } } }", learner)
    assert data["viewer"]["levelProgress"]["level"] == 3
    async with ask.postgres.open_reads(Meter()) as reads:
        assert [entry.amount for entry in await reads.boards_projection.take(10)] == [300]


async def test_the_command_line_lists_settles_and_reverses(
    ask: Asker, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    ada, learner = await ask.learner()
    first, second = [await withheld(ask, ada.id, amount) for amount in (150, 200)]

    async def run(command: Any, **given: str) -> str:
        assert await command(Settings(), database_url, argparse.Namespace(**given)) == 0
        return capsys.readouterr().out

    listed = await run(commands.pending)
    await run(commands.settle, entry=first, reason="Fine.")
    await run(commands.reverse, entry=second, reason="A script.")

    assert first in listed
    assert "2 entries." in listed
    assert await run(commands.pending) == "0 entries.\n"
    assert await total(ask, learner) == 150
