"""Regrades in Postgres: attempts that are graded again, each once for a version."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from domain.assessment.attempt_results import ended
from domain.assessment.grading_inputs import Repeats
from domain.gamification.streaks import UserZone
from domain.gamification.xp import XpStatus
from domain.gamification.xp_rules import CURRENT
from domain.ids import AttemptId, QuestionId, UserId
from domain.quality.regrade_store import (
    DueAttempt,
    QuestionRegrade,
    RegradeCounts,
    RegradeInput,
    RegradeResult,
    StoredSlot,
)
from persistence.content.grading_keys import GRADING_KEYS
from persistence.database import SqlConnection
from persistence.quality import regrade_statements
from persistence.statements import by_key, grouped
from persistence.tables.assessment.attempts import answer_from_json, attempt_columns, attempt_of

_ATTEMPT = len(attempt_columns)


class SqlRegrades:
    """Regraded attempts in the table `regraded_attempts`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def earlier_versions(self, ids: Sequence[QuestionId]) -> list[list[QuestionId]]:
        """Return the versions that each question took the place of."""
        rows = await self._connection.rows(regrade_statements.EARLIER, ids=list(ids))
        return [[earlier for _, earlier in group] for group in grouped(ids, rows, lambda row: row[0])]

    async def due_counts(self, pairs: Sequence[tuple[QuestionId, QuestionId]]) -> dict[QuestionId, int]:
        """Return by question how many closed attempts asked an earlier version and were not graded again."""
        rows = await self._connection.rows(
            regrade_statements.DUE_COUNTS,
            newest=[newest for newest, _ in pairs],
            older=[earlier for _, earlier in pairs],
        )
        return dict(map(tuple, rows))

    async def due(
        self, question_id: QuestionId, earlier: Sequence[QuestionId], *, after: AttemptId | None, limit: int
    ) -> list[DueAttempt]:
        """Return closed attempts that were not graded again, by id."""
        rows = await self._connection.rows(
            regrade_statements.DUE, question_id=question_id, earlier=list(earlier), after=after, most=limit
        )
        return [DueAttempt(attempt_id=attempt_id, user_id=user_id) for attempt_id, user_id in rows]

    async def read(
        self, due: DueAttempt, question_id: QuestionId, earlier: Sequence[QuestionId]
    ) -> RegradeInput | None:
        """Return what the result of an attempt depends on, in one statement, and one for keys that are new here."""
        rows = await self._connection.rows(
            regrade_statements.READ,
            attempt_id=due.attempt_id,
            user_id=due.user_id,
            question_id=question_id,
            earlier=list(earlier),
            within=CURRENT.same_question_rests,
        )
        if not rows:
            return None
        (row,) = rows
        slug, title, exam_type_id, is_own, on_roadmap, zone, day_start, *rest = row[_ATTEMPT:]
        slots, shares, earlier_today, quiz_xp, statuses = rest
        keys = await GRADING_KEYS.read(self._connection, {slot[0] for slot in slots})
        best: dict[QuestionId, Fraction] = {}
        for asked, part, whole in shares or ():
            best[asked] = max(best.get(asked, Fraction(0)), Fraction(part, whole))
        return RegradeInput(
            attempt=attempt_of(*row[:_ATTEMPT]),
            quiz_slug=slug,
            quiz_title=title,
            exam_type_id=exam_type_id,
            is_own=is_own,
            on_roadmap=on_roadmap,
            zone=UserZone(time_zone=zone, day_start_hour=day_start),
            slots=[
                StoredSlot(
                    number=number,
                    question=keys[asked],
                    answer=answer_from_json(answer),
                    credit=Fraction(part, whole),
                    fast=fast,
                )
                for asked, number, answer, fast, part, whole in slots
            ],
            repeats=Repeats(credits=best, earlier_today=earlier_today),
            quiz_xp=quiz_xp,
            statuses=frozenset(XpStatus(status) for status in statuses),
        )

    async def store(self, result: RegradeResult) -> None:
        """Store a result once, in one statement."""
        attempt = result.attempt
        _, local_date = ended(attempt)
        raised = sorted(result.credits.items())
        domains = sorted(result.correct.items())
        await self._connection.run(
            regrade_statements.STORE,
            attempt_id=attempt.id,
            user_id=attempt.user_id,
            question_id=result.question_id,
            score=Decimal(str(attempt.score)),
            is_raised=result.is_raised,
            passed=attempt.passed,
            xp=result.xp,
            regraded_at=result.regraded_at,
            numbers=[number for number, _ in raised],
            parts=[credit.numerator for _, credit in raised],
            wholes=[credit.denominator for _, credit in raised],
            summary=result.summary,
            score_tenths=result.score_tenths,
            best_tenths=result.best_tenths,
            correct=sum(result.correct.values()),
            rest_numerator=result.rest.numerator,
            rest_denominator=result.rest.denominator,
            exam_type_id=result.exam_type_id,
            local_date=local_date,
            domain_ids=[domain_id for domain_id, _ in domains],
            domain_correct=[count for _, count in domains],
        )

    async def was_told(self, user_id: UserId, question_id: QuestionId) -> bool:
        """Tell whether another attempt of the learner went up before."""
        found = await self._connection.value(
            regrade_statements.WAS_TOLD, user_id=user_id, question_id=question_id
        )
        return found is not None

    async def counts(self, question_id: QuestionId, earlier: Sequence[QuestionId]) -> RegradeCounts:
        """Return how far the attempts are."""
        ((regraded, raised, waiting),) = await self._connection.rows(
            regrade_statements.COUNTS, question_id=question_id, earlier=list(earlier)
        )
        return RegradeCounts(regraded=regraded, raised=raised, waiting=waiting)

    async def latest(self, ids: Sequence[QuestionId]) -> list[QuestionRegrade | None]:
        """Return the latest regrade of each question, in one statement."""
        found = await self._connection.all(regrade_statements.LATEST, ids=list(ids))
        return by_key(ids, found, lambda regrade: regrade.question_id)
