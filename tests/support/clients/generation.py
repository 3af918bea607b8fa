"""Generation through the schema in tests: asking for drafts, and running the jobs that write them."""

from typing import Any

from domain.accounts.users import Role, Viewer
from domain.content.exam_types import ExamDomain
from domain.generation.generation_jobs import KINDS
from domain.ids import ExamDomainId
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from tests.builders import mint
from tests.builders.attempts import an_exam_type
from tests.support.accounts import accepted
from tests.support.clients.quality import run_jobs
from tests.support.schema_client import Asker

TEXT = (
    "A list holds values in order. A dictionary finds a value by its key. A set holds each value once. "
    "A tuple never changes after it was made."
)
STARTED = """job { id kind state }
  generation { id kind state subject error inputs { name value } job { id } model prompt promptVersion }"""
GENERATION = """query ($id: ID!) { node(id: $id) { ... on Generation {
  id kind state subject error model prompt promptVersion finishedAt job { id }
  roadmapVersion { id revision title description state visibility validation { message }
    nodesConnection(first: 50) { nodes { id title description kind difficulty minutes } } }
  quizDraft { id version title question_count: questionCount validation { message }
    questions { id kind prompt provenance { model prompt promptVersion generatedAt reviewedAt reviewedBy { id } } } }
  quiz { id title }
  explanation { id number text attempt { id } }
  feedback { helpful unhelpful } feedbackReasons(first: 10) { nodes { target isHelpful reason } } } } }"""


async def an_author(ask: Asker, code: str = "general", *roles: Role) -> Viewer:
    """Store an author, and an exam type with two domains."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR, *roles])
    exam = an_exam_type(code=code, name="General knowledge")
    async with ask.postgres.open_work(Meter()) as work:
        stored = await work.exam_types.add(exam)
        if stored.id == exam.id:
            await work.exam_types.add_domains(
                [
                    ExamDomain(
                        id=ExamDomainId(mint("domain")),
                        exam_type_id=exam.id,
                        code=domain,
                        name=name,
                        weight=50,
                    )
                    for domain, name in (("1.1", "Structures"), ("1.2", "Algorithms"))
                ]
            )
    return viewer


async def started(ask: Asker, viewer: Viewer, field: str, key: str = "one", **given: Any) -> dict[str, Any]:
    """Ask for something; return what was started."""
    payload = await accepted(ask, viewer, field, STARTED, idempotencyKey=key, **given)
    found: dict[str, Any] = payload["generation"]
    assert payload["job"]["id"] == found["job"]["id"]
    return found


async def run_generations(ask: Asker) -> list[dict[str, Any] | None]:
    """Run all jobs of generation that wait."""
    return await run_jobs(ask, *(kind.name for kind in KINDS.values()))


async def read(ask: Asker, viewer: Viewer, generation_id: str) -> dict[str, Any]:
    """Return a generation with what it has ended in."""
    found: dict[str, Any] = (await ask.data(GENERATION, viewer, id=generation_id))["node"]
    return found


async def written(ask: Asker, viewer: Viewer, field: str, key: str = "one", **given: Any) -> dict[str, Any]:
    """Ask for something, have it written, and return it."""
    generation = await started(ask, viewer, field, key, **given)
    await run_generations(ask)
    found = await read(ask, viewer, generation["id"])
    assert found["state"] == "READY", found
    return found


async def rows(ask: Asker, text: str, *values: Any) -> list[Any]:
    async with ask.postgres.open_reads(Meter()) as reads:
        assert isinstance(reads, SqlWork)
        found: list[Any] = await reads.connection.raw.fetch(text, *values)
        return found
