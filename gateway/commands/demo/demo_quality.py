"""Demo reports: a question that demo learners report, so that moderators and its author have something to look at."""

from domain.acts import NOWHERE, Act
from domain.ids import QuestionId
from domain.quality import report_submission
from domain.quality.question_reports import ReportKind
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres

QUIZ = "python-core-control-flow"
REPORTS = {
    "ada": (ReportKind.UNCLEAR, "Is it about the first pass of the loop, or about all of them?"),
    "grace": (ReportKind.TYPO, "There is a word too many in the second sentence."),
}
"""What each demo learner reports about the first question of the quiz."""


async def report(postgres: Postgres) -> None:
    """Report the first question of a quiz that the demo learners have taken."""
    async with postgres.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug(QUIZ)
        if quiz is None:
            return
        first: QuestionId = (await work.quizzes.question_ids(quiz.id))[0]
        for handle, (kind, comment) in REPORTS.items():
            user = await work.users.by_handle(handle)
            if user is not None:
                act = Act(
                    actor_id=user.id,
                    origin=NOWHERE,
                    now=secrets_and_ids.now(),
                    mint=secrets_and_ids.mint,
                )
                await report_submission.send(work, act, question_id=first, kind=kind, comment=comment)
