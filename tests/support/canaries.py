"""Canaries in tests: questions whose keys hold strings and numbers that stand nowhere else, and what shows them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.accounts.users import Viewer
from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Question
from domain.content.quizzes import Feedback
from domain.ids import UserId
from domain.unit_of_work import Meter
from persistence.schema import metadata
from tests.builders import mint
from tests.builders.attempts import a_question, store_quiz
from tests.support.attempts import QuizTaker
from tests.support.clients.quizzes import a_writer, create_question, create_quiz, edit_quiz
from tests.support.schema_client import Asker
from tests.support.schema_walk import Walk

A_QUIZ = 40
"""Questions of one quiz: five of each kind."""
POLICIES = [
    Feedback.AT_END,
    Feedback.AFTER_EACH,
    Feedback.SCORE_ONLY,
    Feedback.AT_END,
    Feedback.AT_END,
]
"""When each of the quizzes shows what was right."""
CANARY = re.compile(r"canary-(?:why|feedback|text)-(\d{3})-|98765(\d{3})\.[27]5", re.IGNORECASE)
"""A string or a number of a key; the groups are the number of its question."""


@dataclass
class Canaries:
    """A learner, and five quizzes of another author's that ask two hundred questions."""

    ask: Asker
    viewer: Viewer
    author_id: UserId
    quizzes: list[QuizTaker]

    def questions_of(self, *places: int) -> set[int]:
        """Return the numbers of the questions of some of the quizzes."""
        return {n for place in places for n in range(place * A_QUIZ, (place + 1) * A_QUIZ)}


def shown(told: Any) -> set[int]:
    """Return the numbers of the questions of which something secret stands in a text or in JSON."""
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, default=str)
    return {int(one or other) for one, other in CANARY.findall(text)}


def strings_in(key: AnswerKey) -> list[str]:
    """Return what is secret about a key, as it would be written."""
    parts = [key, *key.parts]
    texts = [accepted.text for part in parts for accepted in part.texts]
    numbers = [str(n) for part in parts for accepted in part.numbers for n in (accepted.low, accepted.high)]
    return [key.explanation, *key.option_feedback.values(), *texts, *numbers]


def a_canary(kind: QuestionKind, number: int) -> tuple[Question, AnswerKey]:
    """A question of a kind; each text and number of its key is a canary."""
    question, key = a_question(kind)
    texts = [AcceptedText(text=f"canary-text-{number:03}-{n}", weight=100 - 50 * n) for n in range(2)]
    low, high = (Decimal(f"98765{number:03}.{end}") for end in ("25", "75"))
    numbers = [AcceptedNumber(low=low, high=high, weight=100)]
    secret = replace(
        key,
        texts=texts if key.texts else [],
        numbers=numbers if key.numbers else [],
        explanation=f"canary-why-{number:03}-x",
        option_feedback={
            answer: f"canary-feedback-{number:03}-{n}" for n, answer in enumerate(key.option_feedback)
        },
        parts=[
            replace(part, texts=texts if part.texts else [], numbers=numbers if part.numbers else [])
            for part in key.parts
        ],
    )
    assert all(CANARY.match(text) for text in strings_in(secret))
    return question, secret


async def two_hundred_questions(ask: Asker) -> Canaries:
    """Store five quizzes of forty questions: with feedback as in POLICIES."""
    _, viewer = await ask.learner()
    author, _ = await ask.learner()
    quizzes = []
    for place, feedback in enumerate(POLICIES):
        made = [a_canary(kind, place * A_QUIZ + n) for n, kind in enumerate([*QuestionKind] * 5)]
        async with ask.postgres.open_work(Meter()) as work:
            quiz = await store_quiz(work, author.id, made, feedback=feedback)
        quizzes.append(QuizTaker(ask, viewer, quiz, [q for q, _ in made], [key for _, key in made]))
    assert len(quizzes) * A_QUIZ == 200
    return Canaries(ask, viewer, author.id, quizzes)


async def a_preview(ask: Asker, exam_type: str) -> tuple[Viewer, str]:
    """Let an author write a draft of a question whose explanation is canary 999; return them and the draft."""
    author = await a_writer(ask, exam_type)
    ids = [await create_question(ask, author, examType=exam_type, explanation="canary-why-999-x")]
    draft = await create_quiz(ask, author, f"draft-of-{exam_type}", examType=exam_type)
    draft_id: str = (await edit_quiz(ask, author, draft, questionIds=ids))["id"]
    return author, draft_id


async def told(
    ask: Asker, viewer: Viewer | None, ids: dict[str, str], *, depth: int, every: int = 1, roots: str = ""
) -> list[Any]:
    """Walk the schema as a viewer: every document up to a depth, of which each `every`-th one is asked.

    With `roots` only those documents are asked whose selection begins so.
    """
    walk = Walk(
        depth,
        {
            "Query.attempt": f'(id: "{ids["attempt"]}")',
            "Query.node": f'(id: "{ids["attempt"]}")',
            "Query.nodes": "(ids: [%s])" % ", ".join(f'"{id_}"' for id_ in ids.values()),
            "Query.quiz": f'(by: {{id: "{ids["quiz"]}"}})',
            "Query.user": f'(by: {{id: "{ids["learner"]}"}})',
            "Query.roadmap": f'(by: {{id: "{ids["roadmap"]}"}})',
            "Query.goal": f'(id: "{ids["goal"]}")',
            "Query.studySession": f'(id: "{ids["session"]}")',
            "Query.topicChain": '(publicId: "none")',
            "Query.certificate": '(code: "none")',
            "Query.thread": f'(id: "{mint("thread")}")',
            "Query.chat": f'(id: "{mint("chat")}")',
            "Query.quizPreview": f'(draftId: "{ids["draft"]}")',
            "Query.webhookEndpoint": f'(id: "{mint("webhook")}")',
            "Query.segmentSize": "(by: {groups: [{conditions: [{role: LEARNER}]}]})",
            "Query.search": '(query: "what about number", first: 40)',
            "Query.reviewCards": "(first: 40)",
            "StudySession.slots": "(first: 40)",
            "Analytics.performance": "(period: D7)",
            "Analytics.explore": "(period: D7)",
            "Streak.calendar": '(from: "2026-03-01", to: "2026-03-04")',
        },
    )
    assert walk.left_out() == set(), walk.left_out()
    found = []
    documents = [each for each in walk.documents(viewer) if each[0].partition("{ ")[2].startswith(roots)]
    for document, variables in documents[::every]:
        response = await ask(document, viewer, **variables)
        codes = {error["extensions"]["code"] for error in response.get("errors", [])}
        assert codes <= {"COST_LIMIT_EXCEEDED", "DEPTH_LIMIT_EXCEEDED", "FORBIDDEN"}, (document, response)
        found.append(response)
    return found


async def searched(ask: Asker, viewer: Viewer | None) -> list[Any]:
    """Search for words that stand in keys only; return what is found."""
    text = "query ($q: String!) { search(query: $q) { nodes { type object { id } } } }"
    words = ("canary", "canary-why-003", "98765003")
    return [node for q in words for node in (await ask.data(text, viewer, q=q))["search"]["nodes"]]


async def tables_with_canaries(ask: Asker) -> set[str]:
    """Return the names of all tables in which something secret stands."""
    async with ask.postgres.open_reads(Meter()) as reads:
        return {
            name
            for name in sorted(metadata.tables)
            if shown(
                [
                    row["row"]
                    for row in await reads.connection.raw.fetch(
                        f"SELECT to_jsonb(t)::text AS row FROM {name} t"  # noqa: S608 - our own tables
                    )
                ]
            )
        }


async def personal_data(ask: Asker, viewer: Viewer) -> list[str]:
    """Return the sections of the export of a viewer's data."""
    async with ask.postgres.open_reads(Meter()) as reads:
        found: Sequence[Any] = list((await reads.exports.sections(viewer.user_id)).values())
    return [str(each) for each in found]
