"""XP and levels through the schema."""

from datetime import timedelta

from domain.gamification import xp
from domain.gamification.xp import XpReason, XpStatus
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.xp import an_award
from tests.support.schema_client import Asker

XP = """query ($first: Int, $after: Cursor) { viewer {
  levelProgress { level xpTotal xpIntoLevel xpForNextLevel progress }
  xp(first: $first, after: $after) {
    nodes { id amount reason explanation occurredAt localDate status ruleVersion source { type id } }
    pageInfo { hasNextPage endCursor } } } }"""


async def give(ask: Asker, *awards: xp.Award) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, awards, mint=mint, emit=work.emit)


async def test_a_new_learner_has_level_one(ask: Asker) -> None:
    _, viewer = await ask.learner()

    data = await ask.data(XP, viewer)

    assert data["viewer"]["levelProgress"] == {
        "level": 1,
        "xpTotal": 0,
        "xpIntoLevel": 0,
        "xpForNextLevel": 100,
        "progress": 0.0,
    }
    assert data["viewer"]["xp"]["nodes"] == []


async def test_the_ledger_shows_every_entry_newest_first(ask: Asker) -> None:
    user, viewer = await ask.learner()
    await give(ask, an_award(user.id, source_id="attempt_1", amount=150, explanation="Because of 150."))
    await give(
        ask,
        an_award(user.id, reason=XpReason.STREAK_MILESTONE, source_type="streak", source_id="7", amount=50),
    )

    data = (await ask.data(XP, viewer))["viewer"]

    assert [node["amount"] for node in data["xp"]["nodes"]] == [50, 150]
    assert data["xp"]["nodes"][1] | {"id": ""} == {
        "id": "",
        "amount": 150,
        "reason": "QUIZ",
        "explanation": "Because of 150.",
        "occurredAt": "2026-03-02T12:00:00.000Z",
        "localDate": "2026-03-02",
        "status": "SETTLED",
        "ruleVersion": 1,
        "source": {"type": "attempt", "id": "attempt_1"},
    }
    assert data["levelProgress"]["level"] == 2
    assert data["levelProgress"]["xpIntoLevel"] == 100
    assert data["levelProgress"]["progress"] == 0.5


async def test_pending_entries_are_visible_and_do_not_count(ask: Asker) -> None:
    user, viewer = await ask.learner()
    await give(ask, an_award(user.id, amount=500, status=XpStatus.PENDING))

    data = (await ask.data(XP, viewer))["viewer"]

    assert [(n["amount"], n["status"]) for n in data["xp"]["nodes"]] == [(500, "PENDING")]
    assert data["levelProgress"]["xpTotal"] == 0


async def test_the_ledger_is_paged(ask: Asker) -> None:
    user, viewer = await ask.learner()
    moments = [timedelta(minutes=n) for n in range(3)]
    await give(ask, *(an_award(user.id, amount=n + 1) for n, _ in enumerate(moments)))

    first = (await ask.data(XP, viewer, first=2))["viewer"]["xp"]
    rest = (await ask.data(XP, viewer, first=2, after=first["pageInfo"]["endCursor"]))["viewer"]["xp"]

    assert [n["amount"] for n in first["nodes"] + rest["nodes"]] == [3, 2, 1]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_negative_page_size_is_refused_with_its_argument(ask: Asker) -> None:
    _, viewer = await ask.learner()

    response = await ask(XP, viewer, first=-1)

    assert response["data"]["viewer"]["xp"] is None
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_learner_sees_only_their_own_ledger(ask: Asker) -> None:
    user, _ = await ask.learner()
    _, eve = await ask.learner()
    await give(ask, an_award(user.id))

    data = await ask.data(XP, eve)

    assert data["viewer"]["xp"]["nodes"] == []
