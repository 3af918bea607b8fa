"""Demo quizzes: a draft of the demo author's with pools and a fault, and a quiz that a learner had drawn."""

from domain.accounts.users import User
from domain.acts import NOWHERE, Act
from domain.assessment.quizzes import quiz_generation
from domain.authoring.quizzes import creation, edits
from domain.authoring.quizzes.edits import GivenPool, QuizChanges
from domain.content.questions import Difficulty
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres

AUTHOR, LEARNER = "noor", "ada"
EXAM_TYPE, SLUG = "python-core", "python-mock-exam"
_POOLS = [
    GivenPool(domain=None, difficulty=Difficulty.EASY, count=5),
    GivenPool(domain=None, difficulty=Difficulty.HARD, count=100),
]
"""More hard questions than there are, which the draft names as a fault."""


async def write(postgres: Postgres) -> None:
    """Write the draft, and draw the quiz."""
    async with postgres.open_work(Meter()) as work:
        author, learner = [await work.users.by_handle(name) for name in (AUTHOR, LEARNER)]
        if author is None or learner is None or await work.exam_types.by_codes([EXAM_TYPE]) == [None]:
            return
        draft = await creation.create(
            work,
            _act(author),
            slug=SLUG,
            title="Python mock exam",
            description="Drawn anew in each attempt.",
            exam_type=EXAM_TYPE,
            key="demo quiz",
        )
        changes = QuizChanges(pools=_POOLS, attempts_allowed=3, shuffle_questions=True)
        await edits.edit(work, _act(author), draft_id=draft.id, version=draft.version, changes=changes)
        await quiz_generation.generate(work, _act(learner), exam_type=EXAM_TYPE, count=10, key="demo quiz")


def _act(user: User) -> Act:
    return Act(actor_id=user.id, origin=NOWHERE, now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
