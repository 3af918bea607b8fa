"""Writing quizzes through the schema in tests: documents and steps."""

from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.clients.roadmaps import import_quizzes
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
DRAFT = """{ id slug title description version passMark timeLimit feedback opensAt closesAt attemptsAllowed coolDown
  shuffleQuestions shuffleOptions questionIds questions { id prompt } questionCount changedAt
  pools { count difficulty domain { code } } examType { code } quiz { id } validation { kind message place } }"""
CREATE_QUIZ = f"""mutation ($input: CreateQuizInput!) {{
  createQuiz(input: $input) {{ draft {DRAFT} {ERRORS} }} }}"""
START_QUIZ_DRAFT = f"""mutation ($input: StartQuizDraftInput!) {{
  startQuizDraft(input: $input) {{ draft {DRAFT} {ERRORS} }} }}"""
EDIT_QUIZ = f"""mutation ($input: EditQuizDraftInput!) {{ editQuizDraft(input: $input) {{ draft {DRAFT}
  userErrors {{ __typename ... on UserError {{ code field message }}
    ... on QuizDraftConflict {{ draft {{ id version title }} }} }} }} }}"""
DISCARD_QUIZ = f"""mutation ($input: DiscardQuizDraftInput!) {{
  discardQuizDraft(input: $input) {{ draft {{ id }} {ERRORS} }} }}"""
PUBLISH_QUIZ = """mutation ($input: PublishQuizInput!) { publishQuiz(input: $input) {
  quiz { id slug title questionCount drawnCount withdrawnAt examType { code } }
  userErrors { __typename ... on UserError { code field message }
    ... on UnsoundQuiz { faults { kind message place } } } } }"""
CREATE_QUESTION = f"""mutation ($input: CreateQuestionInput!) {{ createQuestion(input: $input) {{
  content {{ type state title version question {{ id kind prompt difficulty domain {{ code }}
    ... on SingleChoice {{ options {{ id text }} }} }} }} {ERRORS} }} }}"""
PREVIEW = """query ($id: ID!, $seed: Int) { quizPreview(draftId: $id, seed: $seed) {
  seed slots { number question { id prompt ... on SingleChoice { options { id text } } } } } }"""
GENERATE = f"""mutation ($input: GenerateQuizFromInput!) {{ generateQuizFrom(input: $input) {{
  quiz {{ id slug title questionCount }} {ERRORS} }} }}"""
TRUE = {"truth": True}


async def change(ask: Asker, viewer: Viewer, document: str, **given: Any) -> dict[str, Any]:
    """Run a mutation; return its payload."""
    payload: dict[str, Any] = next(iter((await ask.data(document, viewer, input=given)).values()))
    return payload


async def a_writer(ask: Asker, exam_type: str = "own-exam") -> Viewer:
    """Return an author with an exam type, which has the domain 1.1, and a published quiz of one question."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await import_quizzes(ask, author, f"first-{exam_type}", exam_type=exam_type)
    return author


async def create_quiz(ask: Asker, author: Viewer, slug: str = "knots", **values: Any) -> dict[str, Any]:
    """Create a draft of a quiz; return it."""
    given = {"slug": slug, "title": "Knots", "examType": "own-exam", "idempotencyKey": mint("key")} | values
    payload = await change(ask, author, CREATE_QUIZ, **given)
    assert payload["userErrors"] == [], payload
    draft: dict[str, Any] = payload["draft"]
    return draft


async def edit_quiz(ask: Asker, author: Viewer, draft: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Edit a draft at the version that it had; return it."""
    given = {"draftId": draft["id"], "version": draft["version"]} | values
    payload = await change(ask, author, EDIT_QUIZ, **given)
    assert payload["userErrors"] == [], payload
    edited: dict[str, Any] = payload["draft"]
    return edited


async def publish_quiz(ask: Asker, author: Viewer, draft: dict[str, Any]) -> dict[str, Any]:
    """Publish a draft; return the payload."""
    return await change(ask, author, PUBLISH_QUIZ, draftId=draft["id"], version=draft["version"])


async def create_question(ask: Asker, author: Viewer, **values: Any) -> str:
    """Create a question, by default one whether something is true; return its id."""
    given = {"examType": "own-exam", "domain": "1.1", "kind": "TRUE_FALSE", "prompt": mint("Is").lower()}
    given |= {"idempotencyKey": mint("key")}
    given |= {"key": TRUE} | values  # type: ignore[dict-item]
    payload = await change(ask, author, CREATE_QUESTION, **given)
    assert payload["userErrors"] == [], payload
    question_id: str = payload["content"]["question"]["id"]
    return question_id


async def a_published_quiz(
    ask: Asker, author: Viewer, slug: str = "knots", count: int = 3, **values: Any
) -> tuple[str, list[str]]:
    """Write and publish a quiz of new questions; return its id and theirs."""
    ids = [await create_question(ask, author) for _ in range(count)]
    draft = await edit_quiz(ask, author, await create_quiz(ask, author, slug), questionIds=ids, **values)
    payload = await publish_quiz(ask, author, draft)
    assert payload["userErrors"] == [], payload
    return payload["quiz"]["id"], ids


def kinds_of(draft: dict[str, Any]) -> list[tuple[str, int | None]]:
    """Return kind and place of each fault of a draft."""
    return [(fault["kind"], fault["place"]) for fault in draft["validation"]]


def refused(payload: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return type and field of each refusal."""
    return [(error["__typename"], error["field"]) for error in payload["userErrors"]]
