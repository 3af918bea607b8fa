"""Resolvers of the stock Strawberry server: one ORM session per read or submit, dataloaders for relations."""

import secrets
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from strawberry.dataloader import DataLoader

from bench.peers.strawberry.rows import (
    Attempt,
    Day,
    Entry,
    Goal,
    Key,
    Node,
    Roadmap,
    Slot,
    User,
    Version,
    XpEntry,
)

_BOARD = "GLOBAL:ALL_TIME"
_TENTH = Decimal("0.1")


@dataclass
class PerDay:
    """One day of a learner's quizzes."""

    date: date
    quizzes_taken: int
    average_score: float | None
    total_questions: int
    correct_answers: int


class RequestContext:
    """The context of one request: the caller's id, sessions, and loaders."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], user_id: str) -> None:
        self.sessions = sessions
        self.user_id = user_id
        self.users: DataLoader[str, Any] = DataLoader(self._by_id(User))
        self.roadmaps: DataLoader[str, Any] = DataLoader(self._by_id(Roadmap))
        self.versions: DataLoader[str, Any] = DataLoader(self._by_id(Version))
        self.nodes: DataLoader[str, list[Any]] = DataLoader(self._nodes)

    def _by_id(self, row: Any) -> Any:
        async def load(ids: list[Hashable]) -> list[Any]:
            async with self.sessions() as session:
                found = {
                    found_row.id: found_row
                    for found_row in await session.scalars(select(row).where(row.id.in_(ids)))
                }
            return [found.get(id_) for id_ in ids]

        return load

    async def _nodes(self, version_ids: list[str]) -> list[list[Any]]:
        wanted = select(Node).where(Node.version_id.in_(version_ids)).order_by(Node.version_id, Node.position)
        groups: dict[str, list[Any]] = {version_id: [] for version_id in version_ids}
        async with self.sessions() as session:
            for node in await session.scalars(wanted):
                groups[node.version_id].append(node)
        return list(groups.values())


async def top(context: RequestContext, count: int) -> list[tuple[int, Any]]:
    """Return the first entries of the board with their ranks."""
    shown = select(Entry).where(Entry.board == _BOARD, Entry.visible, Entry.xp > 0)
    async with context.sessions() as session:
        ordered = shown.order_by(Entry.xp.desc(), Entry.reached_at, Entry.user_id).limit(count)
        entries = list(await session.scalars(ordered))
    first: dict[int, int] = {}
    return [(first.setdefault(entry.xp, place), entry) for place, entry in enumerate(entries, 1)]


async def goals(context: RequestContext, count: int) -> list[Any]:
    """Return the calling learner's newest goals."""
    async with context.sessions() as session:
        owned = select(Goal).where(Goal.owner_id == context.user_id).order_by(Goal.id.desc()).limit(count)
        return list(await session.scalars(owned))


async def days(context: RequestContext, count: int) -> list[PerDay]:
    """Return the latest days of the calling learner, those without quizzes included."""
    today = datetime.now(UTC).date()
    dates = [today - timedelta(days=n) for n in range(count - 1, -1, -1)]
    sums = [func.sum(column) for column in (Day.quizzes, Day.score_tenths, Day.questions, Day.correct)]
    wanted = select(Day.local_date, *sums).where(Day.user_id == context.user_id, Day.local_date >= dates[0])
    async with context.sessions() as session:
        found = {row[0]: row for row in await session.execute(wanted.group_by(Day.local_date))}
    return [_day(found[day]) if day in found else PerDay(day, 0, None, 0, 0) for day in dates]


def _day(row: Any) -> PerDay:
    day, quizzes, tenths, questions, correct = row
    average = (Decimal(tenths) / 10 / quizzes).quantize(_TENTH, ROUND_HALF_UP)
    return PerDay(day, quizzes, float(average), questions, correct)


async def submit(context: RequestContext, attempt_id: str) -> Any:
    """Grade an attempt and award its XP in one transaction."""
    now = datetime.now(UTC)
    open_attempt = select(Attempt).where(Attempt.id == attempt_id, Attempt.user_id == context.user_id)
    answers = select(Slot, Key).join(Key, Key.question_id == Slot.question_id)
    async with context.sessions() as session, session.begin():
        attempt = (
            await session.scalars(open_attempt.where(Attempt.state == "IN_PROGRESS").with_for_update())
        ).one()
        slots = list(await session.execute(answers.where(Slot.attempt_id == attempt_id)))
        right = sum(slot.answer["options"] == key.correct_options for slot, key in slots)
        attempt.state, attempt.finished_at, attempt.local_date = "GRADED", now, now.date()
        attempt.score = (Decimal(100 * right) / len(slots)).quantize(_TENTH, ROUND_HALF_UP)
        attempt.passed = attempt.score >= attempt.pass_mark
        session.add(_entry(attempt, now))
        user = (await session.scalars(select(User).where(User.id == context.user_id).with_for_update())).one()
        user.xp_total += int(attempt.score)
    return attempt


def _entry(attempt: Any, now: datetime) -> Any:
    return XpEntry(
        id=f"xp_{secrets.token_hex(13).upper()}",
        user_id=attempt.user_id,
        amount=int(attempt.score),
        reason="QUIZ",
        source_type="attempt",
        source_id=attempt.id,
        rule_version=1,
        explanation="A quiz was taken.",
        occurred_at=now,
        local_date=now.date(),
        status="SETTLED",
    )
