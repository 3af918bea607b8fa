"""Quiz scenes: what each value of an enum does where quizzes are written or drawn, and a scene that shows every field."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from domain.accounts.users import Viewer
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.attempts import START
from tests.support.clients.quizzes import (
    CREATE_QUESTION,
    EDIT_QUIZ,
    GENERATE,
    START_QUIZ_DRAFT,
    a_writer,
    change,
    create_question,
    create_quiz,
    edit_quiz,
    publish_quiz,
)
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything

_OPTIONS = [{"text": "Right", "correct": True}, {"text": "Wrong", "correct": False}]
_KEYS: dict[str, dict[str, Any]] = {
    "SINGLE_CHOICE": {"options": _OPTIONS},
    "MULTIPLE_CHOICE": {"options": _OPTIONS},
    "TRUE_FALSE": {"truth": True},
    "SHORT_TEXT": {"texts": [{"text": "right"}]},
    "NUMERIC": {"numbers": [{"low": "1", "high": "2"}]},
    "MATCHING": {
        "options": [{"text": "one"}, {"text": "two"}],
        "prompts": [{"text": "1", "match": "one"}, {"text": "2", "match": "two"}],
    },
    "ORDERING": {"options": [{"text": "first"}, {"text": "second"}]},
    "CLOZE": {"blanks": [{"texts": [{"text": "right"}]}]},
}
"""A key of each kind of question."""


async def of_created_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await a_writer(ask)
    given = {"examType": "own-exam", "domain": "1.1"}
    prompts = {"CLOZE": "Which is [[1]]?"}
    payloads = [
        await change(
            ask,
            author,
            CREATE_QUESTION,
            kind=kind,
            key=_KEYS[kind],
            prompt=prompts.get(kind, "Which?"),
            idempotencyKey=kind,
            **given,
        )
        for kind in values
    ]
    return [payload["content"]["question"]["kind"] for payload in payloads]


async def of_created_prompt_format(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Say how the prompt of a new question is written, which HTML in it depends on."""
    author = await a_writer(ask)
    given = {"examType": "own-exam", "domain": "1.1", "kind": "TRUE_FALSE", "key": {"truth": True}}
    payloads = [
        await change(
            ask, author, CREATE_QUESTION, prompt="<b>Bold</b>", promptFormat=v, idempotencyKey=v, **given
        )
        for v in values
    ]
    return [[error["field"] for error in payload["userErrors"]] for payload in payloads]


async def of_created_difficulty(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await a_writer(ask)
    document = "{ myContent(type: QUESTION, first: 1) { nodes { question { difficulty } } } }"
    found = []
    for value in values:
        ask.clock.forward(seconds=1)
        await create_question(ask, author, difficulty=value)
        found.append(await ask.data(document, author))
    return found


async def of_drafted_feedback(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await a_writer(ask)
    draft = await create_quiz(ask, author)
    found = []
    for value in values:
        draft = await edit_quiz(ask, author, draft, feedback=value)
        found.append(draft["feedback"])
    return found


async def of_pool_difficulty(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await a_writer(ask)
    draft = await create_quiz(ask, author)
    found = []
    for value in values:
        draft = await edit_quiz(ask, author, draft, pools=[{"count": 1, "difficulty": value}])
        found.append(draft["pools"])
    return found


async def of_drawn_difficulty(ask: Asker, values: Sequence[str]) -> list[Any]:
    author, (_, learner) = await a_writer(ask), await ask.learner()
    for count, value in zip((2, 4, 6), values, strict=True):
        ids = [await create_question(ask, author, difficulty=value) for _ in range(count)]
        draft = await edit_quiz(ask, author, await create_quiz(ask, author, f"of-{count}"), questionIds=ids)
        await publish_quiz(ask, author, draft)
    given = {"examType": "own-exam"}
    payloads = [
        await change(ask, learner, GENERATE, difficulty=value, idempotencyKey=value, **given)
        for value in values
    ]
    return [payload["quiz"]["questionCount"] for payload in payloads]


EFFECTS = {
    "CreateQuestionInput.kind QuestionKind": of_created_kind,
    "CreateQuestionInput.difficulty Difficulty": of_created_difficulty,
    "EditQuizDraftInput.feedback Feedback": of_drafted_feedback,
    "QuestionPoolInput.difficulty Difficulty": of_pool_difficulty,
    "GenerateQuizFromInput.difficulty Difficulty": of_drawn_difficulty,
}


async def a_draft_of_size(ask: Asker, author: Viewer, size: int) -> dict[str, Any]:
    """Return a draft with so many questions, as many faults, and pools, for an exam type that there is."""
    async with ask.postgres.open_reads(Meter()) as reads:
        exam_type = (await reads.exam_types.all())[0]
        (domains,) = await reads.exam_types.domains_of([exam_type.id])
    of = {"examType": exam_type.code, "domain": domains[0].code}
    ids = [await create_question(ask, author, **of) for _ in range(size)]
    slug = mint("draft").lower().replace("_", "-")
    draft = await create_quiz(ask, author, slug, examType=exam_type.code)
    foreign = [mint("question") for _ in range(size)]
    pools = [{"count": 1, "domain": of["domain"], "difficulty": "MEDIUM"} for _ in range(min(size, 20))]
    return await edit_quiz(ask, author, draft, questionIds=[*ids, *foreign], pools=pools)


async def quizzes_written(ask: WatchingAsker) -> None:
    """Write a quiz with every setting, look at its draft and its preview, and take it too early."""
    author = await a_writer(ask, "written-exam")
    _, learner = await ask.learner()
    now = ask.clock()
    settings = {
        "timeLimitMinutes": 10,
        "attemptsAllowed": 2,
        "coolDownMinutes": 5,
        "shuffleQuestions": True,
        "opensAt": (now + timedelta(hours=1)).isoformat(),
        "closesAt": (now + timedelta(days=1)).isoformat(),
    }
    ids = [await create_question(ask, author, examType="written-exam") for _ in range(3)]
    pools = [{"count": 1, "domain": "1.1", "difficulty": "MEDIUM"}]
    draft = await create_quiz(ask, author, "written", examType="written-exam", description="Why.")
    draft = await edit_quiz(ask, author, draft, questionIds=ids[:2], pools=pools, **settings)
    quiz_id = (await publish_quiz(ask, author, draft))["quiz"]["id"]
    draft = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]
    faulty = await edit_quiz(ask, author, draft, questionIds=[ids[0], ids[0]], pools=pools)
    await change(ask, author, EDIT_QUIZ, draftId=draft["id"], version=draft["version"], title="Late")
    await publish_quiz(ask, author, faulty)
    await change(ask, learner, START, quizId=quiz_id, idempotencyKey="early")
    paths = ListPaths({})
    text = f'{{ node(id: "{draft["id"]}") {{ ... on QuizDraft {everything("QuizDraft", 3, paths)} }} }}'
    await ask.data(text, author)
    await ask.data(f'{{ quiz(by: {{id: "{quiz_id}"}}) {everything("Quiz", 1, paths)} }}', author)
    seen = everything("QuizPreview", 2, paths)
    await ask.data(f'{{ quizPreview(draftId: "{draft["id"]}", seed: 3) {seen} }}', author)
    await ask.data("{ myContent(type: QUIZ) { nodes { quizDraft { id } } } }", author)
