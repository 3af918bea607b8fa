"""`python -m bench.growth`: bytes per learner by table and index, and statements of a learner's usual session.

The data set gives a learner twenty attempts of five answers, fifty entries of XP and five goals; tables of content
are left out. A session opens the first page, takes a quiz of five questions and looks at the board.
"""

import argparse
import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from bench import access_tokens, dataset, smoke
from bench.servers import OURS, ServerError, running
from bench.shapes import Request, shapes
from bench.sizes import QUICK, SMOKE, Sizes
from bench.smoke import MissingFigureError
from gateway.databases.postgres_binaries import DatabaseUnavailableError

_CONTENT = {"questions", "question_keys", "quizzes", "quiz_questions", "node_lineages", "roadmap_nodes"} | {
    "roadmaps",
    "roadmap_versions",
    "exam_types",
    "exam_domains",
}
_SIZES = """
SELECT coalesce(p.inhparent, c.oid)::regclass::text AS name, sum(pg_table_size(c.oid))::bigint AS bytes,
    sum(pg_indexes_size(c.oid))::bigint AS indexes, sum(greatest(c.reltuples, 0))::bigint AS rows
FROM pg_class c LEFT JOIN pg_inherits p ON p.inhrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
GROUP BY 1 HAVING sum(greatest(c.reltuples, 0)) > 0 ORDER BY sum(pg_total_relation_size(c.oid)) DESC
"""
_HOME = """query Home { viewer { user { displayName level }
  dashboard { streak { current } recentActivities { summary occurredAt } } }
  leaderboard { total entries(first: 10) { rank xp user { handle } } } }"""
_QUIZ = "query Quiz($id: ID!) { quiz(by: {id: $id}) { title questionCount } }"
_START = """mutation Start($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
  attempt { id slots { number question { id prompt ... on SingleChoice { options { id text } } } } }
  userErrors { ... on UserError { code } } } }"""
_ANSWER = """mutation Answer($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) { userErrors { ... on UserError { code } } } }"""
_SUBMIT = """mutation Submit($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) {
  attempt { score passed xpAwarded } userErrors { ... on UserError { code } } } }"""
_BOARD = "query Board { leaderboard { total entries(first: 10) { rank xp user { handle } } viewerEntry { rank xp } } }"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument(
        "--smoke", action="store_true", help="the smallest data set; check that figures come out"
    )
    arguments = parser.parse_args()
    sizes = SMOKE if arguments.smoke else QUICK
    with dataset.running(sizes) as url:
        stored = asyncio.run(_bytes_per_learner(url, sizes))
        with running([OURS], url, dataset.FOLDER, shapes(sizes)[0], core=None) as (server,):
            for _ in range(2):  # the first one also prepares the documents
                asked = asyncio.run(_session(server.port, server.log))
    _print(stored, asked)
    if arguments.smoke:
        print(f"{smoke.check_figures({'bytes': stored, 'statements': asked})} figures")


async def _bytes_per_learner(url: str, sizes: Sizes) -> dict[str, dict[str, float]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_SIZES)
    finally:
        await connection.close()
    return {
        row["name"]: {
            "rows": row["rows"] / sizes.users,
            "table": row["bytes"] / sizes.users,
            "indexes": row["indexes"] / sizes.users,
        }
        for row in rows
        if row["name"] not in _CONTENT and not row["name"].startswith(("pgqueuer", "alembic"))
    }


async def _session(port: int, log: Path) -> dict[str, int]:
    """Run a session and return the statements of each kind of operation in it."""
    before = log.stat().st_size
    caller = Request(1, {})
    headers = {"authorization": f"Bearer {access_tokens.issue(caller)}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:

        async def ask(document: str, **variables: Any) -> Any:
            answer = (await client.post("/graphql", json={"query": document, "variables": variables})).json()
            assert "errors" not in answer, answer
            return answer["data"]

        await ask(_HOME)
        quiz_id = (await ask("query Find { quizzes(first: 1) { nodes { id } } }"))["quizzes"]["nodes"][0][
            "id"
        ]
        await ask(_QUIZ, id=quiz_id)
        key = uuid.uuid4().hex
        started = await ask(_START, input={"quizId": quiz_id, "idempotencyKey": key})
        attempt = started["startQuizAttempt"]["attempt"]
        for slot in attempt["slots"]:
            answer = {"options": [slot["question"]["options"][0]["id"]]}
            given = {"attemptId": attempt["id"], "slot": slot["number"], "answer": answer, "clientSeq": 1}
            await ask(_ANSWER, input=given)
        await ask(_SUBMIT, input={"attemptId": attempt["id"], "idempotencyKey": key})
        await ask(_BOARD)
        await ask(_HOME)
    await asyncio.sleep(0.5)  # lines of operations are written in groups
    counts: dict[str, int] = {}
    with log.open("rb") as file:
        file.seek(before)
        for line in file.read().decode().splitlines():
            entry = json.loads(line) if line.startswith("{") else {}
            if "sql_count" in entry:
                name = entry.get("operation_name") or "-"
                counts[name] = counts.get(name, 0) + entry["sql_count"]
    return counts


def _print(stored: dict[str, dict[str, float]], asked: dict[str, int]) -> None:
    print(f"{'table':28} {'rows':>8} {'bytes':>8} {'indexes':>8}   per learner")
    for name, figures in stored.items():
        print(f"{name:28} {figures['rows']:8.1f} {figures['table']:8.0f} {figures['indexes']:8.0f}")
    totals = [sum(figures[key] for figures in stored.values()) for key in ("table", "indexes")]
    print(f"{'all':28} {'':8} {totals[0]:8.0f} {totals[1]:8.0f}   {sum(totals) / 1024:.1f} KiB")
    print("statements of a session: " + ", ".join(f"{name} {count}" for name, count in asked.items()))
    print(f"in all {sum(asked.values())}")


if __name__ == "__main__":
    try:
        main()
    except (DatabaseUnavailableError, ServerError, MissingFigureError) as error:
        sys.exit(str(error))
