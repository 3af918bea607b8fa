"""Topic chains through the schema."""

import asyncio

import pytest

from domain.accounts.users import Role
from domain.topics import chain_changes, topic_changes
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, mutate, refusal
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker
from tests.support.topics import a_chain, a_subtopic, read_chain

OWN = """query ($shared: Boolean, $explored: Boolean, $first: Int, $after: Cursor) { viewer {
  topicChains(isShared: $shared, isExplored: $explored, first: $first, after: $after) {
    nodes { title } pageInfo { endCursor } } } }"""
BELOW = """query ($id: ID!, $explored: Boolean, $hardest: Int) { node(id: $id) { ... on Topic {
  chain { title } parent { name }
  subtopics(isExplored: $explored, maxDifficulty: $hardest) { nodes { name difficulty } } } } }"""


async def titles(ask: Asker, viewer, **given) -> list[str]:
    nodes = (await ask.data(OWN, viewer, **given))["viewer"]["topicChains"]["nodes"]
    return [each["title"] for each in nodes]


async def test_a_path_becomes_a_chain_with_a_topic_for_each_name(ask: Asker) -> None:
    _, viewer = await ask.learner()

    chain = await a_chain(ask, viewer, "Python>  Functions > Closures")

    assert chain["title"] == "Python > Functions > Closures"
    assert chain["path"] == ["Python", "Functions", "Closures"]
    assert [(t["name"], t["depth"], t["isBase"]) for t in chain["baseTopics"]] == [
        ("Python", 0, True),
        ("Functions", 1, True),
        ("Closures", 2, True),
    ]
    assert chain["baseTopics"][2]["path"] == "Python > Functions > Closures"
    assert chain["progress"] == {"topics": 3, "explored": 0}
    assert len(chain["publicId"]) == 16


async def test_the_same_path_in_another_case_is_the_same_chain_and_others_have_their_own(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()

    first = await a_chain(ask, viewer, "Python > Straße")
    again = await a_chain(ask, viewer, " python > STRASSE")
    theirs = await a_chain(ask, other, "Python > Straße")

    assert again == first
    assert theirs["id"] != first["id"]
    assert await titles(ask, viewer) == ["Python > Straße"]


async def test_requests_at_once_make_one_chain(ask: Asker) -> None:
    _, viewer = await ask.learner()

    made = await asyncio.gather(*(a_chain(ask, viewer) for _ in range(8)))

    assert len({chain["id"] for chain in made}) == 1
    assert made[0]["progress"]["topics"] == 2


@pytest.mark.parametrize("path", ["Python > ", "a" * 100_000, "Python\x07", " > ".join("abcdefghi")])
async def test_a_wrong_path_is_refused_and_changes_nothing(ask: Asker, path: str) -> None:
    _, viewer = await ask.learner()

    assert await refusal(ask, viewer, "createTopicChain", path=path) == ("InvalidInput", "path")
    assert await titles(ask, viewer) == []


async def test_a_learner_has_a_number_of_chains_at_most(ask: Asker, monkeypatch) -> None:
    monkeypatch.setattr(chain_changes, "MOST_CHAINS", 2)
    _, viewer = await ask.learner()
    first = await a_chain(ask, viewer, "A")
    await a_chain(ask, viewer, "B")

    assert await refusal(ask, viewer, "createTopicChain", path="C") == ("TooManyTopicChains", "path")
    assert (await a_chain(ask, viewer, "a"))["id"] == first["id"]


async def test_chains_are_listed_newest_first_with_filters_and_pages(ask: Asker) -> None:
    _, viewer = await ask.learner()
    for path in ("A", "B", "C"):
        ask.clock.forward(seconds=1)
        chain = await a_chain(ask, viewer, path)
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])
    await accepted(ask, viewer, "setTopicExplored", id=chain["baseTopics"][0]["id"], isExplored=True)

    page = (await ask.data(OWN, viewer, first=2))["viewer"]["topicChains"]

    assert [each["title"] for each in page["nodes"]] == ["C", "B"]
    assert await titles(ask, viewer, after=page["pageInfo"]["endCursor"]) == ["A"]
    assert await titles(ask, viewer, shared=True) == ["C"]
    assert await titles(ask, viewer, shared=False) == ["B", "A"]
    assert await titles(ask, viewer, explored=True) == ["C"]
    assert await titles(ask, viewer, explored=False) == ["B", "A"]


async def test_a_chain_is_renamed_and_deleted_with_its_topics(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)

    renamed = await accepted(
        ask, viewer, "renameTopicChain", "chain { title path }", id=chain["id"], title=" My way "
    )
    await accepted(ask, viewer, "deleteTopicChain", id=chain["id"])

    assert renamed["chain"] == {"title": "My way", "path": ["Python", "Functions"]}
    assert await titles(ask, viewer) == []
    assert (await ask.data(BELOW, viewer, id=chain["baseTopics"][0]["id"]))["node"] is None
    assert await refusal(ask, viewer, "deleteTopicChain", id=chain["id"]) == ("NotFound", "id")


async def test_others_read_a_chain_only_while_it_is_shared_and_never_what_was_explored(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    chain = await a_chain(ask, viewer)
    base = chain["baseTopics"][0]["id"]
    await accepted(ask, viewer, "setTopicExplored", id=base, isExplored=True)
    code = chain["publicId"]

    before = [await read_chain(ask, who, code) for who in (None, other)]
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])
    shared = [await read_chain(ask, who, code) for who in (None, other)]
    own = await read_chain(ask, viewer, code)
    await accepted(ask, viewer, "unshareTopicChain", id=chain["id"])
    after = [await read_chain(ask, who, code) for who in (None, other)]
    assert (await ask.data(BELOW, other, id=base))["node"] is None

    assert before == after == [None, None]
    assert shared[0] == shared[1]
    assert shared[0]["progress"] == {"topics": 2, "explored": None}
    assert [topic["exploredAt"] for topic in shared[0]["topics"]["nodes"]] == [None, None]
    assert shared[0]["nextTopics"] is None
    assert own["progress"]["explored"] == 1
    assert own["topics"]["nodes"][0]["exploredAt"] is not None
    assert [topic["name"] for topic in own["nextTopics"]] == ["Functions"]


async def test_others_cannot_filter_by_what_was_explored(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    chain = await a_chain(ask, viewer)
    base = chain["baseTopics"][0]["id"]
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])
    await accepted(ask, viewer, "setTopicExplored", id=chain["baseTopics"][1]["id"], isExplored=True)

    seen = [
        (await ask.data(BELOW, other, id=base, explored=it))["node"]["subtopics"]["nodes"]
        for it in (True, False)
    ]
    own = (await ask.data(BELOW, viewer, id=base, explored=True))["node"]["subtopics"]["nodes"]

    assert [len(nodes) for nodes in seen] == [0, 1]
    assert [topic["name"] for topic in own] == ["Functions"]


async def test_others_cannot_change_a_chain_that_is_shared(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    chain = await a_chain(ask, viewer)
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])
    topic_id = chain["baseTopics"][1]["id"]

    for field, given in {
        "renameTopicChain": {"id": chain["id"], "title": "Theirs"},
        "unshareTopicChain": {"id": chain["id"]},
        "deleteTopicChain": {"id": chain["id"]},
        "addTopic": {"parentId": topic_id, "name": "Theirs"},
        "editTopic": {"id": topic_id, "difficulty": 9},
        "setTopicExplored": {"id": topic_id, "isExplored": True},
        "removeTopic": {"id": topic_id},
        "generateTopics": {"below": {"chainId": chain["id"]}},
    }.items():
        assert (await refusal(ask, other, field, **given))[0] == "NotFound", field


async def test_subtopics_are_added_changed_explored_and_removed(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    above = chain["baseTopics"][1]["id"]

    hard = await a_subtopic(ask, viewer, above, "Decorators", difficulty=7, description="Wraps.\nAgain.")
    easy = await a_subtopic(ask, viewer, above, "Scope")
    below = await a_subtopic(ask, viewer, hard["id"], "Decorators")  # another parent
    found = (await ask.data(BELOW, viewer, id=above))["node"]
    easier = (await ask.data(BELOW, viewer, id=above, hardest=6))["node"]["subtopics"]["nodes"]
    edited = await accepted(
        ask,
        viewer,
        "editTopic",
        "topic { name difficulty description }",
        id=easy["id"],
        name="Names",
        difficulty=3,
    )
    await accepted(ask, viewer, "removeTopic", id=hard["id"])

    assert found == {
        "chain": {"title": "Python > Functions"},
        "parent": {"name": "Python"},
        "subtopics": {"nodes": [{"name": "Scope", "difficulty": 0}, {"name": "Decorators", "difficulty": 7}]},
    }
    assert [topic["name"] for topic in easier] == ["Scope"]
    assert below["path"] == "Python > Functions > Decorators > Decorators"
    assert edited["topic"] == {"name": "Names", "difficulty": 3, "description": ""}
    left = await read_chain(ask, viewer, chain["publicId"])
    assert [topic["name"] for topic in left["topics"]["nodes"]] == ["Python", "Functions", "Names"]


async def test_a_topic_is_explored_once_and_that_is_taken_back(ask: Asker) -> None:
    _, viewer = await ask.learner()
    topic_id = (await a_chain(ask, viewer))["baseTopics"][0]["id"]

    async def explored(is_explored: bool) -> str | None:
        given = {"id": topic_id, "isExplored": is_explored}
        payload = await accepted(ask, viewer, "setTopicExplored", "topic { exploredAt }", **given)
        found: str | None = payload["topic"]["exploredAt"]
        return found

    first = await explored(True)
    ask.clock.forward(hours=1)

    assert first is not None
    assert await explored(True) == first
    assert await explored(False) is None
    assert await explored(True) != first


async def test_a_name_occurs_once_below_a_topic_in_whatever_case(ask: Asker) -> None:
    _, viewer = await ask.learner()
    above = (await a_chain(ask, viewer))["baseTopics"][1]["id"]
    await a_subtopic(ask, viewer, above, "Überladung")
    other = await a_subtopic(ask, viewer, above, "Scope")

    assert await refusal(ask, viewer, "addTopic", parentId=above, name="U\u0308BERLADUNG") == (
        "TopicExists",
        "name",
    )
    assert await refusal(ask, viewer, "editTopic", id=other["id"], name="überladung") == (
        "TopicExists",
        "name",
    )
    at_once = await asyncio.gather(
        *(mutate(ask, viewer, "addTopic", "topic { id }", parentId=above, name="Closures") for _ in range(6))
    )
    assert sum(payload["topic"] is not None for payload in at_once) == 1


async def test_topics_of_the_path_keep_name_and_place(ask: Asker) -> None:
    _, viewer = await ask.learner()
    base = (await a_chain(ask, viewer))["baseTopics"][1]

    assert await refusal(ask, viewer, "editTopic", id=base["id"], name="Methods") == ("BaseTopic", "name")
    assert await refusal(ask, viewer, "removeTopic", id=base["id"]) == ("BaseTopic", "id")
    edited = await accepted(
        ask,
        viewer,
        "editTopic",
        "topic { name description }",
        id=base["id"],
        description="Steps.",
        name="Functions",
    )
    assert edited["topic"] == {"name": "Functions", "description": "Steps."}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a > b"}, "name"),
        ({"name": "x" * 100_000}, "name"),
        ({"name": "Scope", "difficulty": 11}, "difficulty"),
        ({"name": "Scope", "difficulty": -1}, "difficulty"),
        ({"name": "Scope", "description": "x" * 1_001}, "description"),
    ],
)
async def test_wrong_values_of_a_topic_are_refused(ask: Asker, given, field: str) -> None:
    _, viewer = await ask.learner()
    above = (await a_chain(ask, viewer))["baseTopics"][1]["id"]

    assert await refusal(ask, viewer, "addTopic", parentId=above, **given) == ("InvalidInput", field)


async def test_a_chain_has_a_number_of_topics_and_a_depth_at_most(ask: Asker, monkeypatch) -> None:
    _, viewer = await ask.learner()
    above = (await a_chain(ask, viewer))["baseTopics"][1]["id"]
    monkeypatch.setattr(topic_changes, "DEEPEST", 2)
    deepest = await a_subtopic(ask, viewer, above, "Deep")

    assert await refusal(ask, viewer, "addTopic", parentId=deepest["id"], name="X") == (
        "TooManyTopics",
        "parentId",
    )
    monkeypatch.setattr(topic_changes, "MOST_TOPICS", 3)
    assert await refusal(ask, viewer, "addTopic", parentId=above, name="X") == ("TooManyTopics", "parentId")


async def test_a_chain_becomes_the_draft_of_a_roadmap_that_can_be_published(ask: Asker) -> None:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    chain = await a_chain(ask, viewer, "数学 > 代数")
    hard = await a_subtopic(ask, viewer, chain["baseTopics"][1]["id"], "群", difficulty=9)
    given = {"chainId": chain["id"], "slug": "algebra-of-mine", "idempotencyKey": "one"}
    shown = """roadmap { id title visibility } version { id revision validation { kind }
      nodes { id title difficulty } edges { from to } }"""

    made = await accepted(ask, viewer, "createRoadmapFromTopics", shown, **given)
    again = await accepted(ask, viewer, "createRoadmapFromTopics", shown, **given)

    assert made["roadmap"]["title"] == "数学 > 代数"
    assert made["roadmap"]["visibility"] == "PRIVATE"
    version = made["version"]
    assert version["validation"] == []
    assert [(n["title"], n["difficulty"]) for n in version["nodes"]] == [
        ("数学", "EASY"),
        ("代数", "EASY"),
        ("群", "HARD"),
    ]
    titles_of = {node["id"]: node["title"] for node in version["nodes"]}
    assert [(titles_of[edge["from"]], titles_of[edge["to"]]) for edge in version["edges"]] == [
        ("数学", "代数"),
        ("代数", hard["name"]),
    ]
    assert again == made
    assert await refusal(ask, viewer, "createRoadmapFromTopics", **given | {"idempotencyKey": "two"}) == (
        "SlugTaken",
        "slug",
    )
    assert (await accepted(ask, viewer, "publishRoadmap", roadmapId=made["roadmap"]["id"]))[
        "userErrors"
    ] == []


async def test_a_large_chain_becomes_a_draft_in_several_edits(ask: Asker) -> None:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    chain = await a_chain(ask, viewer)
    above = chain["baseTopics"][1]["id"]
    async with ask.postgres.open_work(Meter()) as work:
        parent = await work.topics.owned(above, owner_id=viewer.user_id)
        act = type("A", (), {"mint": staticmethod(ask.ports.mint), "now": ask.clock()})
        await work.topics.add(
            [
                topic_changes.new_topic(act, parent, name=f"Topic {n}", difficulty=n % 11, description="")
                for n in range(250)
            ]
        )

    made = await accepted(
        ask,
        viewer,
        "createRoadmapFromTopics",
        "version { validation { kind } nodes { id } }",
        chainId=chain["id"],
        slug="large-one",
        idempotencyKey="one",
    )

    assert len(made["version"]["nodes"]) == 252
    assert made["version"]["validation"] == []


async def test_chains_are_exported_and_erased_with_the_account(ask: Asker) -> None:
    user, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])

    document = await export_of(ask, user)
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(user.id, ask.clock())
    assert await anonymise(ask.ports)

    assert [row["title"] for row in document["topic_chains"]] == ["Python > Functions"]
    assert {row["name"] for row in document["topics"]} == {"Python", "Functions"}
    assert await read_chain(ask, None, chain["publicId"]) is None
