"""Updates of questions in tests, by the author of a quiz taker's quiz."""

from typing import Any

from domain.accounts.users import Role, Viewer
from domain.ids import UserId
from tests.support.attempts import QuizTaker
from tests.support.schema_client import Asker, viewer_of

UPDATE = """mutation ($input: UpdateQuestionInput!) { updateQuestion(input: $input) {
  content { type state title version question {
    id prompt difficulty domain { code } ... on SingleChoice { options { id text } }
  } }
  userErrors { __typename ... on UserError { code field message } ... on QuestionConflict { question { id prompt } } }
} }"""


def author_of(taker: QuizTaker) -> Viewer:
    return viewer_of(UserId(str(taker.quiz.author_id)), Role.LEARNER, Role.AUTHOR)


async def update(
    ask: Asker, viewer: Viewer, question_id: str, version: int = 1, **values: Any
) -> dict[str, Any]:
    given = {"id": question_id, "version": version} | values
    payload: dict[str, Any] = (await ask.data(UPDATE, viewer, input=given))["updateQuestion"]
    return payload


async def updated(ask: Asker, viewer: Viewer, question_id: str, version: int = 1, **values: Any) -> Any:
    payload = await update(ask, viewer, question_id, version, **values)
    assert payload["userErrors"] == [], payload
    return payload["content"]
