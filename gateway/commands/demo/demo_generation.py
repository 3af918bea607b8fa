"""Demo generations: a roadmap and a quiz that the demo author asks a language model for; a worker writes both."""

from domain.acts import NOWHERE, Act
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.generation import generation_starts
from domain.generation.generation_starts import QuizSource
from domain.generation.generations import LearnerLevel
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres

AUTHOR = "noor"
EXAM_TYPE = "python-core"
TOPIC = "Testing with pytest"
TEXT = (
    "A fixture is a function that prepares what a test needs. Pytest finds fixtures by the names of the arguments of "
    "a test. A parametrized test runs once for each set of values. An assertion that fails shows both sides of the "
    "comparison. A test that is marked as skipped does not run."
)
_KINDS = [QuestionKind.SINGLE_CHOICE, QuestionKind.TRUE_FALSE, QuestionKind.CLOZE, QuestionKind.ORDERING]


async def ask(postgres: Postgres) -> None:
    """Queue both jobs; nothing where the author or the exam type of the quiz is missing."""
    async with postgres.open_work(Meter()) as work:
        author = await work.users.by_handle(AUTHOR)
        if author is None or await work.exam_types.by_codes([EXAM_TYPE]) == [None]:
            return
        act = Act(actor_id=author.id, origin=NOWHERE, now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
        await generation_starts.generate_roadmap(
            work,
            act,
            topic=TOPIC,
            level=LearnerLevel.BEGINNER,
            hours=3,
            goal="Test a small program of my own.",
            key="demo",
        )
        await generation_starts.generate_quiz(
            work,
            act,
            source=QuizSource(text=TEXT),
            exam_type=EXAM_TYPE,
            count=6,
            difficulty=Difficulty.EASY,
            kinds=_KINDS,
            key="demo",
        )
