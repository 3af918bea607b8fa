"""XP ledger: one suite for the stores in memory and in Postgres."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gamification import leaderboard_projection, levels, xp
from domain.gamification.xp import Award, XpEntry, XpReason, XpStatus
from domain.ids import AttemptId, UserId
from domain.paging import window
from domain.signals import Signal
from domain.unit_of_work import Meter
from persistence.database import Database
from persistence.gamification.xp import level_sql
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.leaderboards import EVER
from tests.builders.xp import NOON, an_award
from tests.fakes.xp import FakeXp


@dataclass
class Ledger:
    """A store with the totals, the outbox and the signals that belong to it."""

    store: Any
    work: SqlWork | None
    signals: list[Signal]

    async def user(self) -> UserId:
        new = a_user()
        if self.work:
            await self.work.users.add(new)
        return new.id

    async def award(self, *awards: Award) -> list[XpEntry]:
        return await xp.award(self.store, awards, mint=mint, emit=self.signals.append)

    async def total(self, user_id: UserId) -> tuple[int, int]:
        if self.work is None:
            return self.store.totals.get(user_id, 0), self.store.levels.get(user_id, 1)
        (user,) = await self.work.users.by_ids([user_id])
        assert user is not None
        return user.xp_total, user.level

    async def outbox(self) -> list[str]:
        if self.work is None:
            return list(self.store.outbox)
        return [row[0] for row in await self.store._connection.raw.fetch("SELECT entry_id FROM xp_outbox")]


@pytest.fixture(params=["fake", "sql"])
def ledger(request: pytest.FixtureRequest, work: SqlWork) -> Ledger:
    return Ledger(FakeXp(), None, []) if request.param == "fake" else Ledger(work.xp, work, [])


async def test_an_award_raises_total_and_level_and_feeds_the_outbox(ledger: Ledger) -> None:
    ada = await ledger.user()

    (entry,) = await ledger.award(an_award(ada, amount=100))

    assert await ledger.total(ada) == (100, 2)
    assert await ledger.outbox() == [entry.id]
    assert ledger.signals == [Signal(topic="xp", body=ada)]
    assert entry.rule_version == 1


async def test_awarding_twice_returns_the_first_entry_and_changes_nothing(ledger: Ledger) -> None:
    ada = await ledger.user()
    first = await ledger.award(an_award(ada, source_id="one", amount=40))
    ledger.signals.clear()

    again = await ledger.award(an_award(ada, source_id="one", amount=99, explanation="Another sentence."))

    assert again == first
    assert await ledger.total(ada) == (40, 1)
    assert ledger.signals == []
    assert len(await ledger.outbox()) == 1


async def test_one_call_with_old_and_new_awards_returns_a_slot_for_each_in_order(ledger: Ledger) -> None:
    ada = await ledger.user()
    (old,) = await ledger.award(an_award(ada, source_id="old"))

    found = await ledger.award(
        an_award(ada, source_id="new", amount=1),
        an_award(ada, source_id="old", amount=2),
        an_award(ada, source_id="new", amount=3),
    )

    assert [entry.source_id for entry in found] == ["new", "old", "new"]
    assert found[1] == old
    assert found[0] == found[2]
    assert (await ledger.total(ada))[0] == 11


async def test_the_reason_is_part_of_the_key(ledger: Ledger) -> None:
    ada = await ledger.user()

    await ledger.award(
        an_award(ada, source_id="one"),
        an_award(ada, source_id="one", reason=XpReason.QUIZ_COMPLETION, amount=20),
    )

    assert (await ledger.total(ada))[0] == 30


async def test_pending_xp_does_not_count(ledger: Ledger) -> None:
    ada = await ledger.user()

    (entry,) = await ledger.award(an_award(ada, amount=500, status=XpStatus.PENDING))

    assert entry.status is XpStatus.PENDING
    assert await ledger.total(ada) == (0, 1)
    assert await ledger.outbox() == []
    assert await ledger.store.discrepancies() == []


async def test_an_entry_of_zero_is_visible_and_reaches_no_board(ledger: Ledger) -> None:
    ada = await ledger.user()

    await ledger.award(an_award(ada, amount=0, explanation="CAPPED"))

    page = await ledger.store.page(ada, window())
    assert [entry.explanation for entry in page.nodes] == ["CAPPED"]
    assert await ledger.outbox() == []


async def test_a_correction_does_not_lower_a_level(ledger: Ledger) -> None:
    ada = await ledger.user()
    await ledger.award(an_award(ada, amount=300))

    await ledger.award(an_award(ada, reason=XpReason.ADJUSTMENT, amount=-250))

    assert await ledger.total(ada) == (50, 3)
    assert await ledger.store.discrepancies() == []


async def test_pages_come_newest_first_in_both_directions(ledger: Ledger) -> None:
    ada, bob = await ledger.user(), await ledger.user()
    await ledger.award(*(an_award(ada, amount=n) for n in (1, 2, 3)), an_award(bob, amount=9))

    first = await ledger.store.page(ada, window(first=2))
    rest = await ledger.store.page(ada, window(first=2, after=first.page_info.end_cursor))
    back = await ledger.store.page(ada, window(last=2, before=rest.page_info.start_cursor))

    assert [entry.amount for entry in first.nodes] == [3, 2]
    assert [entry.amount for entry in rest.nodes] == [1]
    assert [entry.amount for entry in back.nodes] == [3, 2]
    assert first.page_info.has_next_page
    assert not rest.page_info.has_next_page


async def test_entries_of_a_source_are_the_viewers_own(ledger: Ledger) -> None:
    ada, bob = await ledger.user(), await ledger.user()
    await ledger.award(an_award(ada, source_id="one", amount=1), an_award(bob, source_id="one", amount=2))

    found = await ledger.store.by_sources("attempt", ["one", "none"], viewer_id=ada)

    assert [[entry.amount for entry in entries] for entries in found] == [[1], []]


async def test_entries_of_an_attempt_are_those_of_its_regrades_too(ledger: Ledger) -> None:
    ada = await ledger.user()
    await ledger.award(
        an_award(ada, source_id="one", amount=1),
        an_award(ada, source_type="regrade", source_id="one/question", amount=2),
        an_award(ada, source_type="regrade", source_id="other/question", amount=4),
        an_award(ada, source_type="goal", source_id="one", amount=8),
    )

    found = await ledger.store.of_attempts([AttemptId("one"), AttemptId("none")], viewer_id=ada)

    assert [[entry.amount for entry in entries] for entries in found] == [[1, 2], []]


async def test_entries_are_read_by_their_learner_alone_one_slot_per_id(ledger: Ledger) -> None:
    ada, bob = await ledger.user(), await ledger.user()
    mine, other = await ledger.award(an_award(ada, amount=1), an_award(bob, amount=2))

    assert await ledger.store.by_ids([other.id, mine.id, mine.id], viewer_id=ada) == [None, mine, mine]


async def test_fifty_awards_of_one_thing_at_once_are_one_award(postgres: Postgres) -> None:
    ada = a_user()
    async with postgres.open_work(Meter()) as work:
        await work.users.add(ada)

    async def give(number: int) -> XpEntry:
        async with postgres.open_work(Meter()) as work:
            given = an_award(ada.id, source_id="one", amount=30 + number)
            (entry,) = await xp.award(work.xp, [given], mint=mint, emit=work.emit)
            return entry

    entries = await asyncio.gather(*(give(number) for number in range(50)))

    assert len({entry.id for entry in entries}) == 1
    async with postgres.open_reads(Meter()) as reads:
        (user,) = await reads.users.by_ids([ada.id])
        assert user is not None
        assert user.xp_total == entries[0].amount
        assert await xp.reconcile(reads.xp) == []


async def test_awards_of_several_learners_in_opposite_orders_do_not_deadlock(
    postgres: Postgres,
) -> None:
    new = [a_user() for _ in range(4)]
    async with postgres.open_work(Meter()) as work:
        for user in new:
            await work.users.add(user)

    async def give(number: int) -> None:
        order = new if number % 2 else new[::-1]
        async with postgres.open_work(Meter()) as work:
            awards = [an_award(user.id, source_id=str(number % 5)) for user in order]
            await xp.award(work.xp, awards, mint=mint, emit=work.emit)

    await asyncio.gather(*(give(number) for number in range(20)))

    async with postgres.open_reads(Meter()) as reads:
        users = await reads.users.by_ids([user.id for user in new])
        assert [user.xp_total for user in users if user] == [50] * 4
        assert await xp.reconcile(reads.xp) == []


async def test_reconcile_returns_a_learner_whose_total_was_changed(work: SqlWork) -> None:
    ledger = Ledger(work.xp, work, [])
    ada, bob = await ledger.user(), await ledger.user()
    await ledger.award(an_award(ada, amount=70), an_award(bob, amount=5))
    await work.xp._connection.raw.execute("UPDATE users SET xp_total = 71 WHERE id = $1", ada)

    (found,) = await xp.reconcile(work.xp)

    assert (found.user_id, found.xp_total, found.settled) == (ada, 71, 70)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE xp_entries SET amount = 1000",
        "UPDATE xp_entries SET explanation = 'Better.'",
        "UPDATE xp_entries SET status = 'REVERSED' WHERE status = 'SETTLED'",
        "UPDATE xp_entries SET status = 'SETTLED', amount = 9 WHERE status = 'PENDING'",
        "DELETE FROM xp_entries",
        "TRUNCATE xp_entries",
    ],
)
async def test_the_ledger_cannot_be_changed(work: SqlWork, tampering: str) -> None:
    ledger = Ledger(work.xp, work, [])
    ada = await ledger.user()
    await ledger.award(an_award(ada), an_award(ada, status=XpStatus.PENDING))

    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await work.xp._connection.raw.execute(tampering)


@pytest.mark.parametrize("status", ["SETTLED", "REVERSED"])
async def test_a_pending_entry_may_be_settled_or_reversed(work: SqlWork, status: str) -> None:
    ledger = Ledger(work.xp, work, [])
    ada = await ledger.user()
    await ledger.award(an_award(ada, status=XpStatus.PENDING))

    done = await work.xp._connection.raw.execute("UPDATE xp_entries SET status = $1", status)

    assert done == "UPDATE 1"


async def test_entries_are_deleted_with_their_learner_only(work: SqlWork) -> None:
    ledger = Ledger(work.xp, work, [])
    ada = await ledger.user()
    await ledger.award(an_award(ada), an_award(ada))

    await work.xp._connection.raw.execute("DELETE FROM users WHERE id = $1", ada)

    assert (await work.xp.page(ada, window())).nodes == []
    assert await leaderboard_projection.project(work.boards_projection, now=NOON, emit=lambda _: None) == 2
    assert await ledger.outbox() == []
    assert (await work.boards.page(EVER, top=10, viewers=[])).top == []


async def test_an_award_is_one_statement_and_a_repeat_two(database: Database) -> None:
    ada = a_user()
    async with database.transaction(Meter()) as connection:
        work = SqlWork(connection)
        await work.users.add(ada)
        connection._meter.statements = 0

        await xp.award(work.xp, [an_award(ada.id, source_id="a")], mint=mint, emit=work.emit)
        assert connection._meter.statements == 1
        await xp.award(work.xp, [an_award(ada.id, source_id="a")], mint=mint, emit=work.emit)
        assert connection._meter.statements == 3


LEVELS_IN_SQL = f"SELECT {level_sql('xp')} FROM unnest($1::bigint[]) WITH ORDINALITY AS t (xp, n) ORDER BY n"  # noqa: S608


async def test_the_level_in_sql_is_the_level_in_python(work: SqlWork) -> None:
    thresholds = [levels.xp_of(level) for level in [*range(1, 2_000), 10**5, 10**6, 10**8, 4 * 10**8]]
    totals = sorted({max(t + d, 0) for t in thresholds for d in (-1, 0, 1)})

    rows = await work.xp._connection.raw.fetch(LEVELS_IN_SQL, totals)

    assert [row[0] for row in rows] == [levels.level_of(total) for total in totals]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(totals=st.lists(st.integers(0, 2**53), min_size=200, max_size=200))
def test_the_level_in_sql_is_the_level_in_python_for_any_total(shared_url: str, totals: list[int]) -> None:
    async def levels_in_sql() -> list[int]:
        connection = await asyncpg.connect(shared_url)
        try:
            return [row[0] for row in await connection.fetch(LEVELS_IN_SQL, totals)]
        finally:
            await connection.close()

    assert asyncio.run(levels_in_sql()) == [levels.level_of(total) for total in totals]


async def test_pending_entries_are_listed_decided_once_and_counted(ledger: Ledger) -> None:
    ada = await ledger.user()
    first, second = await ledger.award(
        *(an_award(ada, amount=n, source_id=f"{n}", status=XpStatus.PENDING) for n in (150, 200))
    )
    (third,) = await ledger.award(an_award(ada, amount=7, source_id="7"))

    listed = (await ledger.store.pending(window(first=1))).nodes
    settled = await ledger.store.decide([first.id, third.id], XpStatus.SETTLED)
    again = await ledger.store.decide([first.id], XpStatus.REVERSED)
    reversed_ = await ledger.store.decide([second.id], XpStatus.REVERSED)

    assert [found.entry.id for found in listed] == [first.id]
    assert listed[0].settles_at == NOON + timedelta(hours=24)
    assert [(entry.id, entry.status) for entry in settled] == [(first.id, XpStatus.SETTLED)]
    assert again == []
    assert [entry.status for entry in reversed_] == [XpStatus.REVERSED]
    assert (await ledger.store.by_id(second.id)).status is XpStatus.REVERSED
    assert await ledger.total(ada) == (157, 2)
    assert sorted(await ledger.outbox()) == [first.id, third.id]


@pytest.mark.parametrize(
    "finding", [{"status": XpStatus.PENDING}, {"status": XpStatus.REVERSED}, {"amount": 0}]
)
async def test_an_entry_is_due_unless_there_was_a_further_finding(
    ledger: Ledger, finding: dict[str, Any]
) -> None:
    ada, bob = await ledger.user(), await ledger.user()
    mine, other = await ledger.award(*(an_award(u, status=XpStatus.PENDING) for u in (ada, bob)))
    later = NOON + timedelta(hours=1)
    corrects = {"reverses_id": mine.id} if "amount" in finding else {}
    await ledger.award(an_award(ada, source_id="later", occurred_at=later, **finding, **corrects))
    await ledger.award(an_award(bob, source_id="later", occurred_at=later))

    early = await ledger.store.due(before=NOON - timedelta(seconds=1), limit=10)
    due = await ledger.store.due(before=NOON, limit=10)
    after = await ledger.store.due(before=later, limit=1)

    assert early == []
    assert [entry.id for entry in due] == [other.id]
    assert [entry.id for entry in after] == [mine.id]


async def test_the_xp_of_goals_counts_paid_goals_and_what_no_goal_has_used(ledger: Ledger) -> None:
    ada, eve = await ledger.user(), await ledger.user()
    hour = timedelta(hours=1)
    paid = {"reason": XpReason.GOAL_COMPLETED, "amount": 100}
    await ledger.award(
        an_award(ada, source_id="a", amount=1),
        an_award(ada, source_type="goal", source_id="one", occurred_at=NOON + hour, **paid),
        an_award(ada, source_type="roadmap", source_id="sea", occurred_at=NOON + 3 * hour, **paid),
        an_award(
            ada, source_type="goal", source_id="no", occurred_at=NOON + 4 * hour, **paid | {"amount": 0}
        ),
        an_award(ada, source_id="b", amount=2, occurred_at=NOON + 2 * hour),
        an_award(ada, source_id="c", amount=4, occurred_at=NOON + 2 * hour, status=XpStatus.PENDING),
        an_award(eve, source_id="d", amount=8, occurred_at=NOON + 2 * hour),
    )

    today = {"local_date": NOON.date(), "since": NOON}
    found = await ledger.store.goal_xp(ada, about_id="sea", **today)
    other = await ledger.store.goal_xp(ada, about_id=None, local_date=NOON.date(), since=NOON + 3 * hour)

    assert found == xp.GoalXp(paid_on_date=2, about_paid=True, unspent=2)
    assert (other.about_paid, other.unspent) == (False, 0)
    assert await ledger.store.earned_on(ada, XpReason.QUIZ, NOON.date()) == 7
