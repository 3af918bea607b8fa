"""Lists of quizzes that are written: each is made as long as asked for, and counted."""

from domain.accounts.users import Viewer
from tests.graph.other_lists import Cost, below
from tests.support.clients.quizzes import change
from tests.support.quiz_scenes import a_draft_of_size
from tests.support.schema_client import Asker


async def costs_of_quizzes(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Read the lists of a draft, of its preview, and of the refusal to publish it."""
    draft = await a_draft_of_size(ask, viewer, size)
    costs: dict[str, Cost] = {}
    for name in ("questionIds", "questions", "pools", "validation"):
        coordinate = f"QuizDraft.{name}"
        inner = "" if name == "questionIds" else below(coordinate)
        document = "query ($id: ID!) { node(id: $id) { ... on QuizDraft { %s %s } } }" % (name, inner)
        shown = (await ask.data(document, viewer, id=draft["id"]))["node"]
        costs[coordinate] = (ask.statements, len(shown[name]))
    slots = "QuizPreview.slots"
    document = "query ($id: ID!) { quizPreview(draftId: $id) { slots %s } }" % below(slots)
    shown = (await ask.data(document, viewer, id=draft["id"]))["quizPreview"]
    costs[slots] = (ask.statements, len(shown["slots"]))
    faults = "UnsoundQuiz.faults"
    document = """mutation ($input: PublishQuizInput!) { publishQuiz(input: $input) {
      userErrors { ... on UnsoundQuiz { faults %s } } } }""" % below(faults)
    payload = await change(ask, viewer, document, draftId=draft["id"], version=draft["version"])
    return costs | {faults: (ask.statements, len(payload["userErrors"][0]["faults"]))}
