"""Content of authors in tests: one who has content of every type and in every state."""

from domain.accounts.users import Role, Viewer
from tests.builders.roadmaps import a_file, a_node
from tests.support.clients.drafts import create_roadmap
from tests.support.clients.roadmaps import import_quizzes, publish_file, withdraw
from tests.support.schema_client import Asker


async def an_author_of_everything(ask: Asker) -> Viewer:
    """Let an author have a draft, a published roadmap, a quiz with its question, and a withdrawn quiz."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await create_roadmap(ask, author, "own-begun")
    await publish_file(ask, author, a_file(a_node("knots"), slug="own-published"))
    await import_quizzes(ask, author, "own-tides", "own-withdrawn", exam_type="own-exam")
    await withdraw(ask, author, "own-withdrawn")
    return author
