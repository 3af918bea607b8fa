"""Search through the schema."""

from dataclasses import replace
from typing import Any

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.ids import SessionId
from domain.search.search import SearchType
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.attempts import EVERY_KIND, a_quiz_taker
from tests.support.bookmarks import node_ids, save_bookmark, save_note
from tests.support.clients.roadmaps import enrol, import_file, publish_file
from tests.support.goals import create_goal
from tests.support.privacy import anonymise
from tests.support.question_updates import author_of, updated
from tests.support.schema_client import Asker, viewer_of
from tests.support.search import SEARCH, a_word_everywhere, found, ids, marked, rename

PUBLIC = {"ROADMAP", "NODE", "QUIZ", "USER"}


async def test_a_word_finds_objects_of_every_type_best_first(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")

    data = (await ask.data(SEARCH, viewer, query="bowline"))["search"]

    assert {hit["type"]: hit["object"]["id"] for hit in data["nodes"]} == objects
    scores = [hit["score"] for hit in data["nodes"]]
    assert scores == sorted(scores, reverse=True)
    assert data["facets"] == [{"type": t.name, "count": 1, "isCapped": False} for t in SearchType]
    assert ask.statements == 2 + len(SearchType) + 1, "questions are read with the order of their options"


async def test_others_find_what_is_public_alone(ask: Asker) -> None:
    _, objects = await a_word_everywhere(ask, "bowline")
    _, other = await ask.learner()

    for caller in (other, None):
        data = (await ask.data(SEARCH, caller, query="bowline"))["search"]
        assert {hit["type"]: hit["object"]["id"] for hit in data["nodes"]} == {
            kind: id_ for kind, id_ in objects.items() if kind in PUBLIC
        }
        counts = {facet["type"]: facet["count"] for facet in data["facets"]}
        assert counts == {t.name: int(t.name in PUBLIC) for t in SearchType if caller or t.name in PUBLIC}


async def test_a_key_finds_what_its_scopes_let_it_read(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    key = replace(viewer, scopes=frozenset({Scope.READ_PROFILE}), session_id=SessionId(mint("apikey")))
    reader = replace(key, scopes=frozenset({Scope.READ_LEARNING}))

    assert {hit["type"] for hit in await found(ask, key, "bowline")} == PUBLIC
    assert {hit["type"] for hit in await found(ask, reader, "bowline")} == objects.keys()


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Running a marathon", "run marathons"),
        ("Die Prüfungen der Häuser", "prufung haus"),
        ("Les chevaux et la forêt", "cheval foret"),
        ("Las canciones de la niña", "cancion nina"),
        ("Kubernetes", "ku"),
        ("Kubernetes for all", "kuber"),
        ("Section 2.3 of the exam", "2.3"),
        ("Découvrir l'été", "decouvrir"),
        ("שלום עולם", "שלום"),
        ("漢字の練習", "漢字"),
        ("Straße und Weg", "strasse"),
    ],
)
async def test_words_match_by_stem_beginning_and_without_accents(ask: Asker, title: str, query: str) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    await rename(ask, "roadmap_nodes", objects["NODE"], title=title)

    (hit,) = await found(ask, viewer, query, "NODE")

    assert (hit["object"]["id"], hit["title"]["text"]) == (objects["NODE"], title)
    assert marked(hit["title"])


async def test_all_words_have_to_match_and_titles_count_more(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    nodes = [
        a_node("a", title="Sails", description="Where the rigging is, and what it holds."),
        a_node("b", title="Rigging", description="Where the sails are, and what holds them."),
        a_node("c", title="Sails", description="Where the mast is."),
    ]
    await publish_file(ask, author, a_file(*nodes))

    hits = await found(ask, None, "rigging sails", "NODE")
    first = (await found(ask, None, "rigging", "NODE"))[0]

    assert sorted(hit["title"]["text"] for hit in hits) == ["Rigging", "Sails"]
    assert first["title"]["text"] == "Rigging"


@pytest.mark.parametrize(("query", "title"), [("securty", "Security"), ("netwwork", "Network basics")])
async def test_a_missing_or_doubled_letter_finds_titles_that_are_like_it(
    ask: Asker, query: str, title: str
) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    await rename(ask, "roadmap_nodes", objects["NODE"], title=title)

    (hit,) = await found(ask, viewer, query)

    assert (hit["type"], hit["title"]["text"]) == ("NODE", title)
    assert hit["title"]["ranges"] == []


@pytest.mark.parametrize(
    ("query", "title", "word"),
    [
        ("netwrok", "The network", "network"),
        ("kubrenetes", "Kubernetes", "Kubernetes"),
        ("pyhton", "Learn Python", "Python"),
        ("learn pyhton", "Learn Python", "Python"),
    ],
)
async def test_exchanged_letters_find_the_word_and_mark_it(
    ask: Asker, query: str, title: str, word: str
) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    await rename(ask, "roadmap_nodes", objects["NODE"], title=title)

    (hit,) = await found(ask, viewer, query)

    assert (hit["type"], hit["title"]["text"]) == ("NODE", title)
    assert {"start": title.index(word), "length": len(word)} in hit["title"]["ranges"]


async def test_exchanged_letters_are_not_marked_where_the_word_itself_is_found(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    await rename(ask, "roadmap_nodes", objects["NODE"], title="Halyard and hlayard")

    (hit,) = await found(ask, viewer, "halyard")

    assert hit["title"]["ranges"] == [{"start": 0, "length": 7}]


async def test_exchanged_letters_are_found_in_every_text(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")

    hits = await found(ask, viewer, "bwoline")

    assert {hit["type"] for hit in hits} == set(objects)


async def test_ranges_count_utf_16_and_texts_stay_as_they_are(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    title = "👩🏽‍🚀 e\u0301toiles & <b>Knots</b> \u202bקשר\u202c"
    await rename(
        ask, "roadmap_nodes", objects["NODE"], title=title, description="\U0001d54f knots, and more knotting."
    )

    (hit,) = await found(ask, viewer, "knots", "NODE")

    assert hit["title"]["text"] == title
    assert marked(hit["title"]) == ["Knots"]
    assert marked(hit["excerpt"]) == ["knots", "knotting"]


async def test_the_excerpt_of_a_long_text_has_the_words(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    long = "One sentence about sails. " * 60 + "The halyard lifts them. " + "Another about masts. " * 60
    await rename(ask, "roadmap_nodes", objects["NODE"], title="Rigging", description=long)

    (hit,) = await found(ask, viewer, "halyard", "NODE")

    assert marked(hit["excerpt"]) == ["halyard"]
    assert len(hit["excerpt"]["text"]) < 400
    assert hit["excerpt"]["text"] in long


async def test_pages_follow_each_other_in_both_directions(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    nodes = [a_node(f"n{n}", title=f"Reef {'reef ' * (n % 3)}{n}") for n in range(11)]
    await publish_file(ask, author, a_file(*nodes))
    whole = ids(await found(ask, None, "reef", first=100))

    paged: list[str] = []
    after = None
    while True:
        page = (await ask.data(SEARCH, query="reef", first=4, after=after))["search"]
        paged += ids(page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    back = await ask.data(
        'query ($c: Cursor) { search(query: "reef", last: 4, before: $c) { nodes { object { id } } } }',
        c=after,
    )

    assert len(whole) == 11
    assert paged == whole
    assert ids(back["search"]["nodes"]) == whole[-5:-1]


@pytest.mark.parametrize(
    "other", [{"query": "reefs"}, {"types": ["NODE"]}, {"query": "reef knot"}, {"query": "zz"}]
)
async def test_a_cursor_of_other_words_or_types_is_refused_by_name(ask: Asker, other: dict[str, Any]) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await publish_file(ask, author, a_file(*(a_node(f"n{n}", title=f"Reef {n}") for n in range(3))))
    page = (await ask.data(SEARCH, query="reef", first=1))["search"]
    cursor = page["pageInfo"]["endCursor"]

    same = await ask(SEARCH, query="reef", types=[each.name for each in SearchType], first=1, after=cursor)
    response = await ask(SEARCH, **{"query": "reef", "first": 1, "after": cursor} | other)

    assert len(same["data"]["search"]["nodes"]) == 1
    (error,) = response["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", "after")
    assert "another search" in error["message"]


@pytest.mark.parametrize(
    "query", ["", " ", "a", "??", "''", "a" * 101, " ".join("abcdefghijk"), "two\nlines"]
)
async def test_a_query_that_is_none_is_refused_without_a_statement(ask: Asker, query: str) -> None:
    response = await ask(SEARCH, query=query)

    (error,) = response["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", "query")
    assert ask.statements == 0


async def test_no_types_and_wrong_words_are_refused_together(ask: Asker) -> None:
    response = await ask(SEARCH, query="a", types=[])

    (error,) = response["errors"]
    assert error["extensions"]["field"] == "query"
    assert "query must" in error["message"]
    assert "types must" in error["message"]
    assert ask.statements == 0


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE users; --",
        "a & | ! ( b",
        "x:* <-> y",
        "a\\'b",
        "%_ab",
        "the",
        "is:A",
        "C++",
        "<b>x</b>",
    ],
)
async def test_signs_of_a_query_language_are_text(ask: Asker, query: str) -> None:
    await a_word_everywhere(ask, "bowline")

    await found(ask, None, query)

    assert ask.defects == []


async def test_no_key_explanation_or_feedback_is_found(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)
    ask.clock.forward(hours=1)
    await taker.start_attempt("again")
    secrets = {"xylograph", "quincunx", "syzygy"}
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            """UPDATE question_keys SET explanation = 'Because of the xylograph.',
            texts = '[{"text": "quincunx", "weight": 100}]', option_feedback = '{"*": "A syzygy."}'"""
        )

    for secret in secrets:
        for caller in (taker.viewer, viewer_of(taker.quiz.author_id, Role.AUTHOR), None):
            assert await found(ask, caller, secret) == []
    (hit, *_) = await found(ask, taker.viewer, taker.questions[0].prompt.split()[0], "QUESTION")
    assert hit["object"]["id"] in {question.id for question in taker.questions}


async def test_questions_are_found_by_those_who_were_asked_them_and_by_their_author(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await rename(ask, "questions", taker.questions[0].id, prompt="Is a halyard a rope?")
    author = viewer_of(taker.quiz.author_id, Role.AUTHOR)
    _, stranger = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

    before = await found(ask, taker.viewer, "halyard")
    await taker.start_attempt()
    after = await found(ask, taker.viewer, "halyard")

    assert before == []
    assert ids(after) == [taker.questions[0].id]
    assert ids(await found(ask, author, "halyard")) == [taker.questions[0].id]
    assert ids(await found(ask, author, "halyadr")) == [taker.questions[0].id]
    assert await found(ask, stranger, "halyard") == []


async def test_a_question_that_the_caller_was_asked_and_wrote_is_found_and_counted_once(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await rename(ask, "questions", taker.questions[0].id, prompt="Is a halyard a rope?")
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE questions SET author_id = $1", taker.viewer.user_id)
    await taker.start_attempt()
    text = """{ search(query: "halyard", types: [QUESTION]) {
        nodes { object { ... on Node { id } } } facets { type count } } }"""

    result = (await ask.data(text, taker.viewer))["search"]

    assert [hit["object"]["id"] for hit in result["nodes"]] == [taker.questions[0].id]
    assert {"type": "QUESTION", "count": 1} in result["facets"]


async def test_an_author_finds_the_newest_version_of_a_question(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    author = author_of(taker)
    question = taker.questions[0]
    await rename(ask, "questions", question.id, prompt="Is a halyard a rope?")

    content = await updated(ask, author, question.id, prompt="Is a halyard a sail?")

    assert ids(await found(ask, author, "halyard")) == [content["question"]["id"]]


async def test_roadmaps_are_found_by_those_who_may(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, enrolled = await ask.learner()
    _, stranger = await ask.learner()
    unlisted = await publish_file(
        ask, author, a_file(a_node("a", title="Gaff"), title="Gaff", slug="u", visibility="UNLISTED"), "u"
    )
    await enrol(ask, enrolled, unlisted)
    draft = await import_file(ask, author, a_file(a_node("a", title="Gaff"), title="Gaff", slug="d"), "d")
    (node_id,) = await node_ids(ask, unlisted)

    assert await found(ask, stranger, "gaff") == []
    assert await found(ask, None, "gaff") == []
    assert set(ids(await found(ask, enrolled, "gaff"))) == {unlisted, node_id}
    assert set(ids(await found(ask, author, "gaff"))) == {unlisted, node_id, draft["roadmap"]["id"]}


async def test_nodes_of_old_versions_are_found_no_more(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    roadmap_id = await publish_file(ask, author, a_file(a_node("a", title="Gaff")), "one")
    await publish_file(ask, author, a_file(a_node("a", title="Gaff rig")), "two")

    assert ids(await found(ask, None, "gaff", "NODE")) == await node_ids(ask, roadmap_id)


async def test_withdrawn_quizzes_and_gone_users_are_not_found(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    gone, _ = await ask.learner(display_name="Mizzen Mast")
    suspended, _ = await ask.learner(display_name="Mizzen Sail")
    quiz_taker = await a_quiz_taker(ask, slug="mizzen", title="Mizzen")
    assert len(await found(ask, None, "mizzen")) == 3

    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(gone.id, ask.clock())
        await work.quizzes.set_withdrawn(quiz_taker.quiz.id, at=ask.clock())
        await work.connection.raw.execute(
            "UPDATE users SET suspended_at = $2, suspended_until = $3 WHERE id = $1",
            suspended.id,
            ask.clock(),
            ask.clock().replace(year=2027),
        )
    assert await anonymise(ask.ports)

    assert await found(ask, author, "mizzen") == []
    ask.clock.moment = ask.clock().replace(year=2028)
    assert ids(await found(ask, author, "mizzen")) == [suspended.id]


async def test_own_words_are_found_by_their_owner_alone(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    _, other = await ask.learner()
    await save_note(ask, viewer, objects["QUIZ"], "Capstan, tomorrow.")
    await save_bookmark(ask, viewer, objects["NODE"], tags=["capstan"])
    await create_goal(ask, viewer, title="See a capstan")

    assert {hit["type"] for hit in await found(ask, viewer, "capstan")} == {"NOTE", "BOOKMARK", "GOAL"}
    assert await found(ask, other, "capstan") == []
    assert await found(ask, None, "capstan") == []


async def test_what_changes_is_found_by_its_new_words_at_once(ask: Asker) -> None:
    viewer, objects = await a_word_everywhere(ask, "bowline")
    given: dict[str, Any] = {"id": objects["GOAL"], "version": 1, "title": "See a windlass"}
    await ask.data(
        "mutation ($input: UpdateGoalInput!) { updateGoal(input: $input) { userErrors { __typename } } }",
        viewer,
        input=given,
    )

    assert await found(ask, viewer, "bowline", "GOAL") == []
    assert ids(await found(ask, viewer, "windlass")) == [objects["GOAL"]]


async def test_a_search_is_charged_more_than_a_read(ask: Asker) -> None:
    documents = ask.executor.documents
    cost = {
        text: documents.prepare(text, None).measure({})
        for text in ('{ search(query: "ab") { nodes { score } } }', "{ quizzes { nodes { slug } } }")
    }
    searching, reading = cost.values()

    assert searching >= reading + 90
