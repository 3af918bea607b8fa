"""Search through the schema in tests."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.attempts import a_quiz_taker
from tests.support.bookmarks import node_ids, save_bookmark
from tests.support.chats import a_chat
from tests.support.clients.roadmaps import publish_file
from tests.support.goals import create_goal
from tests.support.schema_client import Asker
from tests.support.threads import a_thread
from tests.support.topics import a_chain

SEARCH = """query ($query: String!, $types: [SearchType!], $first: Int, $after: Cursor) {
  search(query: $query, types: $types, first: $first, after: $after) {
    nodes { type score title { text ranges { start length } } excerpt { text ranges { start length } }
      object { __typename id } }
    edges { cursor } pageInfo { hasNextPage endCursor } facets { type count isCapped } } }"""


async def found(
    ask: Asker, viewer: Viewer | None, query: str, *types: str, **given: Any
) -> list[dict[str, Any]]:
    """Return the hits of a search."""
    sent = {"query": query, **({"types": list(types)} if types else {}), **given}
    hits: list[dict[str, Any]] = (await ask.data(SEARCH, viewer, **sent))["search"]["nodes"]
    return hits


def ids(hits: list[dict[str, Any]]) -> list[str]:
    """Return the ids of the objects of hits."""
    return [hit["object"]["id"] for hit in hits]


def marked(text: dict[str, Any]) -> list[str]:
    """Return the parts of a text that are highlighted, cut out as a client counts: in UTF-16."""
    units = text["text"].encode("utf-16-le")
    return [
        units[2 * part["start"] : 2 * (part["start"] + part["length"])].decode("utf-16-le")
        for part in text["ranges"]
    ]


async def rename(ask: Asker, table: str, id_: str, **columns: str) -> None:
    """Give a row other texts, as an author might have written it."""
    async with ask.postgres.open_work(Meter()) as work:
        for column, value in columns.items():
            await work.connection.raw.execute(f"UPDATE {table} SET {column} = $2 WHERE id = $1", id_, value)  # noqa: S608


async def a_word_everywhere(ask: Asker, word: str) -> tuple[Viewer, dict[str, str]]:
    """Return a learner, and the id of an object of each type that has the word and that they may find."""
    taker = await a_quiz_taker(ask)
    await taker.start_attempt()
    viewer = taker.viewer
    await rename(ask, "questions", taker.questions[0].id, prompt=f"What is a {word}?")
    await rename(ask, "quizzes", taker.quiz.id, title=f"The {word} quiz")
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    roadmap_id = await publish_file(
        ask, author, a_file(a_node("a"), title=f"About {word}", slug=mint("path")[-20:].lower())
    )
    (node_id,) = await node_ids(ask, roadmap_id)
    await rename(
        ask, "roadmap_nodes", node_id, title=f"A {word}", description=f"Say what a {word} is, and why."
    )
    user, _ = await ask.learner(display_name=f"Ada {word.title()}")
    goal = await create_goal(ask, viewer, title=f"Tie a {word}")
    chain = await a_chain(ask, viewer, f"Knots > The {word}")
    chat_id = await a_chat(ask, viewer, f"Tying a {word}")
    thread_id = await a_thread(ask, viewer, "Ropes", title=f"All about the {word}")
    bookmark = await save_bookmark(ask, viewer, roadmap_id, tags=[word], note=f"My {word}.")
    return viewer, {
        "ROADMAP": roadmap_id,
        "NODE": node_id,
        "QUIZ": taker.quiz.id,
        "QUESTION": taker.questions[0].id,
        "USER": user.id,
        "GOAL": goal["id"],
        "BOOKMARK": bookmark["id"],
        "NOTE": bookmark["note"]["id"],
        "TOPIC": chain["baseTopics"][1]["id"],
        "CHAT": chat_id,
        "THREAD": thread_id,
    }


async def of_search_types(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return what is found of each type alone."""
    viewer, objects = await a_word_everywhere(ask, "bowline")
    hits = [ids(await found(ask, viewer, "bowline", value)) for value in values]
    assert hits == [[objects[value]] for value in values]
    return hits


async def everything_searched(ask: Asker) -> None:
    """Find an object of every type, and more goals than are counted."""
    viewer, objects = await a_word_everywhere(ask, "sheepshank")
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            """INSERT INTO goals SELECT 'goal_' || lpad(n::text, 26, '0'), owner_id, title, description, kind, state,
                version, deadline, target_xp, roadmap_id, created_at, completed_at, xp_at_start
            FROM goals, generate_series(1, 301) n WHERE id = $1""",
            objects["GOAL"],
        )
    text = """query ($query: String!) { search(query: $query, first: 100) {
      nodes { type score title { text ranges { start length } } excerpt { text } object { id } }
      edges { cursor node { score } } pageInfo { endCursor } facets { type count isCapped } } }"""
    for query in ("a sheepshank", "sheepshank"):
        await ask.data(text, viewer, query=query)
