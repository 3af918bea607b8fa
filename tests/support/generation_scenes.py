"""Generation scenes: what a user had written of every kind and in every state, with ratings, and an explanation."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.content.question_kinds.table import QuestionKind
from domain.generation.generations import (
    Authorship,
    Explanation,
    GenerationKind,
    GenerationResult,
    NewGeneration,
)
from domain.generation.ratings import ContentRating
from domain.ids import AiCallId, ChatMessageId, ExplanationId, GenerationId, JobId, QuestionId
from domain.unit_of_work import Meter
from domain.work import Work
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.attempts import a_quiz_taker
from tests.support.chats import Explorer, run_answer
from tests.support.clients.generation import STARTED, TEXT, an_author, rows, run_generations, started, written
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything

NO_ARGUMENTS = ListPaths({})
ROADMAP = {"topic": "Knots", "hoursPerWeek": 2}
_LIST = """query ($kind: GenerationKind, $state: GenerationState) { viewer {
  generations(kind: $kind, state: $state) { nodes { kind state } } } }"""
Effect = Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]


async def generations_of_size(ask: Asker, viewer: Viewer, size: int) -> None:
    """Let the viewer have `size` generations, of which the newest has as many reasons."""
    ids = [GenerationId(mint("generation")) for _ in range(size)]
    raters = [(await ask.learner())[0].id for _ in range(size)]
    async with ask.postgres.open_work(Meter()) as work:
        for id_ in ids:
            await work.generations.add(
                NewGeneration(
                    id=id_,
                    user_id=viewer.user_id,
                    kind=GenerationKind.ROADMAP,
                    subject="Knots",
                    asked={"topic": "Knots", "level": "BEGINNER", "hours": 2},
                    job_id=JobId(mint("job")),
                    created_at=ask.clock(),
                )
            )
        by = Authorship(model="m", prompt="roadmap", prompt_version=1, call_id=AiCallId(mint("aicall")))
        result = GenerationResult(explanation_id=await _an_explanation(ask, work, viewer, ids[-1]))
        await work.generations.finish(ids[-1], by, result, now=ask.clock())
        for rater in raters:
            await work.ratings.rate(
                ContentRating(
                    user_id=rater,
                    target=mint("question"),
                    generation_id=ids[-1],
                    is_helpful=True,
                    reason="Good.",
                    rated_at=ask.clock(),
                )
            )
        of_viewer = (
            "SELECT m.id FROM chat_messages m JOIN explore_chats c ON c.id = m.chat_id WHERE c.user_id = $1"
        )
        for place, message in enumerate((await rows(ask, of_viewer, viewer.user_id))[:size]):
            await work.ratings.rate(
                ContentRating(
                    user_id=viewer.user_id,
                    target=message["id"],
                    generation_id=None,
                    message_id=ChatMessageId(message["id"]),
                    model=f"model-{place}",
                    prompt_version=1,
                    is_helpful=True,
                    reason="Good.",
                    rated_at=ask.clock(),
                )
            )


async def _an_explanation(
    ask: Asker, work: Work, viewer: Viewer, generation_id: GenerationId
) -> ExplanationId | None:
    """Store an explanation of a slot of a graded attempt of the viewer's, if there is one."""
    found = await rows(
        ask,
        """SELECT s.attempt_id, s.number, s.question_id FROM attempt_slots s JOIN quiz_attempts a ON a.id = s.attempt_id
        WHERE a.user_id = $1 AND a.state = 'GRADED' ORDER BY s.attempt_id, s.number LIMIT 1""",
        viewer.user_id,
    )
    if not found:
        return None
    explanation = Explanation(
        id=ExplanationId(mint("explanation")),
        user_id=viewer.user_id,
        generation_id=generation_id,
        created_at=ask.clock(),
        **dict(found[0]),
    )
    return await work.generations.explain(explanation, "Why.")


async def reviewed_by(ask: Asker, author: Viewer, reviewer: Viewer) -> None:
    """Have a question of an author's generated, and reviewed by another user, who is a moderator or an admin."""
    await an_author(ask)
    quiz = await written(ask, author, "generateQuiz", source={"text": TEXT}, count=1)
    question_id = quiz["quizDraft"]["questions"][0]["id"]
    await accepted(ask, reviewer, "markQuestionReviewed", questionId=question_id)


async def a_generation(ask: Asker, viewer: Viewer) -> str:
    """Store a generation of the viewer's; return its id."""
    await generations_of_size(ask, viewer, 1)
    (found,) = await rows(ask, "SELECT id FROM generations WHERE user_id = $1", viewer.user_id)
    id_: str = found["id"]
    return id_


async def everything_generated(ask: WatchingAsker) -> None:
    """Have everything generated once, a part once more, one that fails and one that is cancelled; rate and review."""
    author = await an_author(ask, "generated", Role.OPERATOR, Role.ADMIN)
    quiz = {"source": {"text": TEXT}, "examType": "generated"}
    quiz |= {"kinds": [kind.name for kind in QuestionKind], "count": len(QuestionKind)}
    roadmap = await written(ask, author, "generateRoadmap", goal="Sail.", **ROADMAP)
    whole = await written(ask, author, "generateQuiz", "quiz", **quiz)
    part = {
        "generationId": roadmap["id"],
        "part": "practice",
        "version": roadmap["roadmapVersion"]["revision"],
    }
    await written(ask, author, "regeneratePart", "part", **part)
    question = whole["quizDraft"]["questions"][0]["id"]
    rating = "rating { target isHelpful reason ratedAt }"
    await accepted(
        ask, author, "rateGeneratedContent", rating, target=question, isHelpful=False, reason="Easy."
    )
    draft = roadmap["roadmapVersion"]["id"]
    await accepted(ask, author, "rateGeneratedContent", rating, target=draft, isHelpful=True, reason="Clear.")
    for is_helpful in (True, False):
        answer = (await Explorer(ask, author).asked(idempotencyKey=mint("key")))["id"]
        await run_answer(ask, answer)
        given = {"target": answer, "isHelpful": is_helpful, "reason": "Why."}
        await accepted(ask, author, "rateGeneratedContent", rating, **given)
    ratings = everything("ContentRatingConnection", 3, NO_ARGUMENTS)
    counts = everything("AnswerRatingsConnection", 3, NO_ARGUMENTS)
    await ask.data(f"{{ viewer {{ contentRatings {ratings} }} answerRatings {counts} }}", author)
    cancelled = await started(ask, author, "generateQuiz", "cancelled", **quiz)
    await accepted(ask, author, "cancelJob", id=cancelled["job"]["id"])
    failed = await started(ask, author, "generateQuiz", "failed", **quiz)
    await rows(
        ask,
        "UPDATE jobs SET state = 'FAILED', error = 'Why.', finished_at = now() WHERE id = $1",
        failed["job"]["id"],
    )
    provenance = (
        "question { provenance { model prompt promptVersion generatedAt reviewedAt reviewedBy { id } } }"
    )
    await accepted(ask, author, "markQuestionReviewed", provenance, questionId=question)
    listed = f"viewer {{ generations {everything('GenerationConnection', 4, NO_ARGUMENTS)} }}"
    await ask.data(f"{{ {listed} }}", author)
    given = {"draftId": whole["quizDraft"]["id"], "version": whole["quizDraft"]["version"]}
    published = await accepted(ask, author, "publishQuiz", "quiz { id unreviewedCount }", **given)
    quiz_id = published["quiz"]["id"]
    listed = f"viewer {{ generations {everything('GenerationConnection', 3, NO_ARGUMENTS)} }}"
    await ask.data(f"{{ {listed} }}", author)
    begun = {"quizId": quiz_id, "idempotencyKey": "unreviewed"}
    await accepted(ask, author, "startQuizAttempt", "attempt { asksUnreviewed }", **begun)
    await _explained(ask)


async def _explained(ask: WatchingAsker) -> None:
    taker = await a_quiz_taker(ask, slug="explained")
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.provenances.by_questions(
            [QuestionId(taker.questions[0].id)], viewer_id=None, sees_all=False
        ) == [None]
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id)
    given = {"attemptId": attempt_id, "slot": 1, "idempotencyKey": "explain"}
    await accepted(ask, taker.viewer, "explainAnswer", STARTED, **given)
    await run_generations(ask)
    explanation = "explanation { id number text createdAt attempt { id } }"
    await ask.data(f"{{ viewer {{ generations {{ nodes {{ {explanation} }} }} }} }}", taker.viewer)


async def of_level(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    made = [await written(ask, author, "generateRoadmap", value, level=value, **ROADMAP) for value in values]
    return [each["roadmapVersion"]["nodesConnection"]["nodes"][0]["difficulty"] for each in made]


def of_quiz(name: str) -> Effect:
    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        author = await an_author(ask)
        found = []
        for value in values:
            given = {name: [value] if name == "kinds" else value, "source": {"text": TEXT}, "count": 1}
            made = await written(ask, author, "generateQuiz", value, **given)
            id_ = made["quizDraft"]["questions"][0]["id"]
            column = "kind" if name == "kinds" else "difficulty"
            found.append((await rows(ask, f"SELECT {column} FROM questions WHERE id = $1", id_))[0][0])  # noqa: S608
        return found

    return effect


def of_list(name: str) -> Effect:
    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        taker = await a_quiz_taker(ask)
        author = await an_author(ask)
        attempt_id = await taker.start_attempt(viewer=author)
        await taker.submit(attempt_id, viewer=author)
        roadmap = await written(ask, author, "generateRoadmap", **ROADMAP)
        quiz = await written(ask, author, "generateQuiz", source={"text": TEXT}, count=1)
        await written(ask, author, "explainAnswer", attemptId=attempt_id, slot=1)
        part = {"part": "practice", "version": roadmap["roadmapVersion"]["revision"]}
        cancelled = await started(ask, author, "regeneratePart", "a", generationId=roadmap["id"], **part)
        await accepted(ask, author, "cancelJob", id=cancelled["job"]["id"])
        question = {
            "part": quiz["quizDraft"]["questions"][0]["id"],
            "version": quiz["quizDraft"]["version"],
        }
        await started(ask, author, "regeneratePart", "b", generationId=quiz["id"], **question)
        failed = await started(ask, author, "generateRoadmap", "c", **ROADMAP)
        await rows(ask, "UPDATE jobs SET state = 'FAILED', error = 'Why.' WHERE id = $1", failed["job"]["id"])
        return [(await ask.data(_LIST, author, **{name: value}))["viewer"] for value in values]

    return effect


EFFECTS: dict[str, Effect] = {
    "GenerateRoadmapInput.level LearnerLevel": of_level,
    "GenerateQuizInput.difficulty Difficulty": of_quiz("difficulty"),
    "GenerateQuizInput.kinds QuestionKind": of_quiz("kinds"),
    "Viewer.generations(kind:) GenerationKind": of_list("kind"),
    "Viewer.generations(state:) GenerationState": of_list("state"),
}
