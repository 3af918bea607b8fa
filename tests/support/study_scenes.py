"""Study scenes: sessions after which every field of study mode has something to show."""

from domain.content.question_kinds.table import QuestionKind
from tests.support.attempts import EVERY_KIND, a_twin_of
from tests.support.list_fields import ListPaths
from tests.support.seen_fields import WatchingAsker, everything
from tests.support.study import a_studier

NO_PATHS = ListPaths({})


async def everything_studied(ask: WatchingAsker) -> None:
    """Answer questions of every kind, skip one, and start an attempt that asks one of them."""
    studier = await a_studier(ask, *EVERY_KIND, QuestionKind.TRUE_FALSE)
    question = studier.taker.questions[0]
    session_id = await studier.started(
        domains=["1.1"], difficulty=question.difficulty.value, quizId=studier.taker.quiz.id
    )
    selection = everything("StudySession", 4, NO_PATHS)

    async def look() -> None:
        await ask.data(f'{{ studySession(id: "{session_id}") {selection} }}', studier.viewer)

    await studier.study(session_id, len(EVERY_KIND))
    shown = (await studier.next(session_id))["slot"]
    await look()
    await studier.answer(session_id, shown["number"], None)
    await (await a_twin_of(studier.taker, 1)).start_attempt("twin")
    await studier.end(session_id)
    await look()
