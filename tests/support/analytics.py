"""Steps for tests of analytics through the schema."""

from dataclasses import replace

from domain.accounts.users import User
from domain.analytics import learner_analytics
from domain.analytics.learner_analytics import AttemptFacts
from domain.content.exam_types import ExamDomain, ExamType
from domain.unit_of_work import Meter
from tests.builders.analytics import an_exam_domain, an_exam_type
from tests.support.schema_client import Asker


async def an_exam(ask: Asker, name: str, *codes: str) -> tuple[ExamType, list[ExamDomain]]:
    exam_type = an_exam_type(name.lower().replace("+", ""), name=name)
    domains = [an_exam_domain(exam_type, code) for code in codes]
    async with ask.postgres.open_work(Meter()) as work:
        await work.exam_types.add(exam_type)
        await work.exam_types.add_domains(domains)
    return exam_type, domains


async def record_attempts(ask: Asker, user: User, *attempts: AttemptFacts) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        for attempt in attempts:
            await learner_analytics.record(work.analytics, replace(attempt, user_id=user.id))
