"""Secrecy in tests: everything that a learner can read, and the search for what is secret in it."""

import json
from typing import Any

from tests.builders.attempts import secrets_of
from tests.support.attempts import QuizTaker
from tests.support.schema_walk import Walk


async def responses(taker: QuizTaker, depth: int = 4) -> str:
    """Return everything that the learner can read with queries, as one text."""
    attempt_id = (await taker.ask.data("{ viewer { attempts { nodes { id } } } }", taker.viewer))["viewer"][
        "attempts"
    ]["nodes"][0]["id"]
    found: list[Any] = []
    studied = (await taker.ask.data("{ viewer { studySessions { nodes { id } } } }", taker.viewer))["viewer"]
    sessions = [node["id"] for node in studied["studySessions"]["nodes"]]
    walk = Walk(
        depth,
        ({"Query.studySession": f'(id: "{sessions[0]}")'} if sessions else {})
        | {
            "Query.attempt": f'(id: "{attempt_id}")',
            "Query.quiz": f'(by: {{id: "{taker.quiz.id}"}})',
            "Query.user": f'(by: {{id: "{taker.viewer.user_id}"}})',
            "Query.node": f'(id: "{attempt_id}")',
            "Query.search": '(query: "what about number")',
            "Analytics.performance": "(period: D7)",
            "Streak.calendar": '(from: "2026-03-01", to: "2026-03-04")',
        },
    )
    ask = taker.ask.without_limits()
    for document, variables in walk.documents(taker.viewer):
        response = await ask(document, taker.viewer, **variables)
        assert "errors" not in response, (document, response["errors"])
        found.append(response)
    return json.dumps(found, ensure_ascii=False)


def assert_reveals_nothing(text: str, taker: QuizTaker) -> None:
    for key in taker.keys:
        for secret in secrets_of(key):
            assert secret not in text
    assert "correctOptionIds" not in text.replace('"correctOptionIds": []', "")
