"""Evidence through the schema: what completes a node at once, what waits for a review, and who decides."""

from typing import Any

import pytest

from domain.accounts.users import Role, User, Viewer
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.clients import collaborators
from tests.support.clients.drafts import add, content_of, create_roadmap, edit_draft, edited, start_draft
from tests.support.clients.evidence import review, submit, waiting
from tests.support.clients.migrations import enrolment_of, migrate, publish, unenrol
from tests.support.clients.roadmaps import enrol, import_quizzes, set_node
from tests.support.mail import posted
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker

AUTHORS = [Role.LEARNER, Role.AUTHOR]
XP = "{ viewer { user { xpTotal } } }"
AT_ONCE, REVIEWED = "ACCEPTED_AT_ONCE", "REVIEWED"


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    return (await ask.learner(roles=AUTHORS))[1]


@pytest.fixture
async def learner(ask: Asker) -> Viewer:
    return (await ask.learner())[1]


async def a_roadmap(ask: Asker, author: Viewer, *operations: dict[str, Any]) -> str:
    """Publish a roadmap; return its id."""
    made = await create_roadmap(ask, author, slug=mint("evidence").lower().replace("_", "-"))
    await edited(ask, author, made["version"], *operations)
    await publish(ask, author, made["roadmap"]["id"])
    found: str = made["roadmap"]["id"]
    return found


async def enrolled_on(ask: Asker, author: Viewer, learner: Viewer, rule: str) -> str:
    """Let a learner enrol in a roadmap with the node `a`, which evidence completes, and `b` behind it."""
    roadmap_id = await a_roadmap(ask, author, add("a", evidence=rule), add("b", "a"))
    await enrol(ask, learner, roadmap_id, key=mint("key"))
    return roadmap_id


async def xp_of(ask: Asker, viewer: Viewer) -> int:
    total: int = (await ask.data(XP, viewer))["viewer"]["user"]["xpTotal"]
    return total


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def test_evidence_without_a_review_completes_the_node_at_once(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, AT_ONCE)

    payload = await submit(ask, learner, roadmap_id, "a", url="https://example.org/knots")

    assert payload["userErrors"] == []
    assert payload["evidence"]["state"] == "ACCEPTED"
    assert payload["nodeChanges"] == {"completed": [{"key": "a"}], "unlocked": [{"key": "b"}]}
    assert payload["node"]["viewerState"] == "DONE"
    assert await xp_of(ask, learner) == 25
    assert await waiting(ask, author, roadmap_id) == []


async def test_reviewed_evidence_completes_the_node_when_the_author_accepts_it(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)

    payload = await submit(ask, learner, roadmap_id, "a", text="I tied it.")
    assert (payload["evidence"]["state"], payload["node"]["viewerState"]) == ("SUBMITTED", "IN_PROGRESS")
    assert await xp_of(ask, learner) == 0
    (found,) = await waiting(ask, author, roadmap_id)
    assert (found["text"], found["node"]["key"]) == ("I tied it.", "a")
    accepted = await review(ask, author, found["id"])

    assert accepted["userErrors"] == []
    assert accepted["evidence"]["state"] == "ACCEPTED"
    assert await xp_of(ask, learner) == 25
    assert await waiting(ask, author, roadmap_id) == []
    enrolment = await enrolment_of(ask, learner, roadmap_id)
    assert [node["viewerState"] for node in enrolment["pinnedVersion"]["nodes"]] == ["DONE", "AVAILABLE"]


async def test_returned_evidence_says_why_and_another_takes_its_place(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    first = (await submit(ask, learner, roadmap_id, "a"))["evidence"]["id"]

    silent = await review(ask, author, first, "RETURN")
    returned = await review(ask, author, first, "RETURN", comment="Which knot?")
    again = await review(ask, author, first)
    second = (await submit(ask, learner, roadmap_id, "a", text="A bowline."))["evidence"]

    assert [error["field"] for error in silent["userErrors"]] == ["comment"]
    assert (returned["evidence"]["state"], returned["evidence"]["comment"]) == ("RETURNED", "Which knot?")
    assert codes(again) == ["EVIDENCE_REVIEWED"]
    assert (second["state"], second["comment"]) == ("SUBMITTED", None)
    assert [found["id"] for found in await waiting(ask, author, roadmap_id)] == [second["id"]]
    assert codes(await review(ask, author, first)) == ["NOT_FOUND"]


async def test_a_review_is_told_by_mail(ask: Asker, author: Viewer) -> None:
    _, learner = await verified(ask)
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    evidence_id = (await submit(ask, learner, roadmap_id, "a"))["evidence"]["id"]
    await posted(ask.postgres)

    await review(ask, author, evidence_id, "RETURN", comment="Which knot?")

    (mail,) = await posted(ask.postgres)
    assert mail.subject == "Your evidence was returned"
    assert "Which knot?" not in mail.body


async def verified(ask: Asker, **values: Any) -> tuple[User, Viewer]:
    """A user whose address is verified."""
    user, viewer = await ask.learner(**values)
    async with ask.postgres.open_work(Meter()) as work:
        credentials = await work.credentials.by_id(user.id)
        assert credentials is not None
        await work.credentials.set_verified_email(user.id, credentials.email)
    return user, viewer


async def test_only_who_works_on_the_roadmap_reviews(ask: Asker, author: Viewer, learner: Viewer) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    evidence_id = (await submit(ask, learner, roadmap_id, "a"))["evidence"]["id"]
    _, stranger = await ask.learner(roles=AUTHORS)
    helper, reviewer = await ask.learner()
    await collaborators.joined(ask, author, roadmap_id, reviewer, helper.handle, "REVIEWER")

    assert codes(await review(ask, stranger, evidence_id)) == ["NOT_FOUND"]
    assert codes(await review(ask, learner, evidence_id)) == ["FORBIDDEN"]
    assert await waiting(ask, stranger, roadmap_id) == await waiting(ask, None, roadmap_id) == []
    assert len(await waiting(ask, reviewer, roadmap_id)) == 1
    assert (await review(ask, reviewer, evidence_id))["userErrors"] == []


async def test_no_reviewer_accepts_their_own_evidence(ask: Asker, author: Viewer) -> None:
    user, reviewer = await ask.learner()
    roadmap_id = await enrolled_on(ask, author, reviewer, REVIEWED)
    await collaborators.joined(ask, author, roadmap_id, reviewer, user.handle, "REVIEWER")
    evidence_id = (await submit(ask, reviewer, roadmap_id, "a"))["evidence"]["id"]

    assert codes(await review(ask, reviewer, evidence_id)) == ["FORBIDDEN"]
    assert (await review(ask, author, evidence_id))["userErrors"] == []


async def test_the_author_needs_no_review_and_earns_nothing(ask: Asker, author: Viewer) -> None:
    roadmap_id = await enrolled_on(ask, author, author, REVIEWED)

    payload = await submit(ask, author, roadmap_id, "a")

    assert payload["node"]["viewerState"] == "DONE"
    assert await xp_of(ask, author) == 0


async def test_a_checkbox_is_refused_until_evidence_was_accepted(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, AT_ONCE)

    ticked = await set_node(ask, learner, roadmap_id, "A", "DONE")
    await submit(ask, learner, roadmap_id, "a")
    await set_node(ask, learner, roadmap_id, "A", "AVAILABLE")
    again = await set_node(ask, learner, roadmap_id, "A", "DONE")

    assert codes(ticked) == ["NODE_COMPLETED_BY_EVIDENCE"]
    assert again["userErrors"] == []
    assert await xp_of(ask, learner) == 25


@pytest.mark.parametrize("state", ["SKIPPED", "AVAILABLE", "IN_PROGRESS"])
async def test_accepted_evidence_stays_accepted_whatever_becomes_of_the_node(
    ask: Asker, author: Viewer, learner: Viewer, state: str
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    first = (await submit(ask, learner, roadmap_id, "a", text="I tied it."))["evidence"]["id"]
    await review(ask, author, first)
    await set_node(ask, learner, roadmap_id, "A", state)

    refused = await submit(ask, learner, roadmap_id, "a", text="Again.")
    done = await set_node(ask, learner, roadmap_id, "A", "DONE")

    assert codes(refused) == ["NODE_ALREADY_DONE"]
    assert "DONE" in refused["userErrors"][0]["message"]
    assert await waiting(ask, author, roadmap_id) == []
    assert (done["userErrors"], done["node"]["viewerState"]) == ([], "DONE")
    assert await xp_of(ask, learner) == 25


async def test_a_quiz_node_names_its_quiz_to_a_checkbox_and_to_evidence(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    quiz = f"quiz-{mint('slug')[-8:].lower()}"
    await import_quizzes(ask, author, quiz, exam_type=quiz)
    roadmap_id = await a_roadmap(ask, author, add("a", quiz=quiz), add("b"))
    await enrol(ask, learner, roadmap_id, key=mint("key"))

    ticked = await set_node(ask, learner, roadmap_id, "A", "DONE")

    assert ticked["userErrors"][0]["quizSlug"] == quiz
    assert codes(await submit(ask, learner, roadmap_id, "a")) == ["NODE_TAKES_NO_EVIDENCE"]
    assert codes(await submit(ask, learner, roadmap_id, "b")) == ["NODE_TAKES_NO_EVIDENCE"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"url": "http://example.org/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://example.org/" + "x" * 500}, "url"),
        ({"text": None}, "text"),
    ],
)
async def test_evidence_of_another_shape_is_refused(
    ask: Asker, author: Viewer, learner: Viewer, given: dict[str, Any], field: str
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, AT_ONCE)

    payload = await submit(ask, learner, roadmap_id, "a", **given)

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("INVALID_INPUT", field)]


async def test_a_done_or_locked_node_takes_no_evidence(ask: Asker, author: Viewer, learner: Viewer) -> None:
    roadmap_id = await a_roadmap(ask, author, add("a", evidence=AT_ONCE), add("b", "a", evidence=AT_ONCE))
    await enrol(ask, learner, roadmap_id, key=mint("key"))

    locked = await submit(ask, learner, roadmap_id, "b")
    await submit(ask, learner, roadmap_id, "a")
    done = await submit(ask, learner, roadmap_id, "a")

    assert (codes(locked), codes(done)) == (["NODE_LOCKED"], ["NODE_ALREADY_DONE"])


async def test_evidence_is_accepted_for_a_learner_who_migrated_to_a_version_without_the_node(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    evidence_id = (await submit(ask, learner, roadmap_id, "a"))["evidence"]["id"]
    draft = await start_draft(ask, author, roadmap_id)
    removed = [{"removeNode": {"key": "a"}}, {"setPrerequisites": {"key": "b", "groups": []}}]
    await edited(ask, author, draft, *removed)
    await publish(ask, author, roadmap_id)
    enrolment = await enrolment_of(ask, learner, roadmap_id)
    version_id = enrolment["migrationPreview"]["version"]["id"]
    await migrate(ask, learner, enrolment["id"], version_id)

    assert (await review(ask, author, evidence_id))["userErrors"] == []

    assert await xp_of(ask, learner) == 25
    draft = await start_draft(ask, author, roadmap_id)
    await edited(ask, author, draft, add("a"))
    await publish(ask, author, roadmap_id)
    enrolment = await enrolment_of(ask, learner, roadmap_id)
    await migrate(ask, learner, enrolment["id"], enrolment["migrationPreview"]["version"]["id"])
    nodes = (await enrolment_of(ask, learner, roadmap_id))["pinnedVersion"]["nodes"]
    assert {node["key"]: node["viewerState"] for node in nodes}["a"] == "DONE"


async def test_evidence_of_who_left_waits_until_they_come_back(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    evidence_id = (await submit(ask, learner, roadmap_id, "a"))["evidence"]["id"]
    await unenrol(ask, learner, (await enrolment_of(ask, learner, roadmap_id))["id"])

    assert await waiting(ask, author, roadmap_id) == []
    assert codes(await review(ask, author, evidence_id)) == ["NOT_FOUND"]
    await enrol(ask, learner, roadmap_id, key=mint("key"))

    assert [found["id"] for found in await waiting(ask, author, roadmap_id)] == [evidence_id]
    assert (await review(ask, author, evidence_id))["userErrors"] == []


async def test_a_node_has_one_way_to_be_completed(ask: Asker, author: Viewer) -> None:
    made = await create_roadmap(ask, author, slug=mint("ways").lower().replace("_", "-"))
    draft = await edited(ask, author, made["version"], add("a", evidence=REVIEWED))

    both = await edit_draft(
        ask, author, draft, {"setCompletion": {"key": "a", "quiz": "tides", "evidence": AT_ONCE}}
    )
    linked = await edit_draft(ask, author, draft, {"linkQuiz": {"key": "a", "quiz": "tides"}})
    assert [error["field"] for error in both["userErrors"]] == ["operations[0].setCompletion.evidence"]
    (node,) = (await content_of(ask, author, draft["id"]))["nodes"]
    assert (node["completion"], node["quizSlug"]) == ("QUIZ", "tides")

    await edited(ask, author, linked["version"], *linked["undo"])

    (node,) = (await content_of(ask, author, draft["id"]))["nodes"]
    assert (node["completion"], node["evidenceRule"]) == ("EVIDENCE", REVIEWED)


async def test_evidence_is_exported_and_erased_with_its_learner(ask: Asker, author: Viewer) -> None:
    user, learner = await ask.learner()
    roadmap_id = await enrolled_on(ask, author, learner, REVIEWED)
    await submit(ask, learner, roadmap_id, "a", text="I tied it.")

    exported = (await export_of(ask, user))["evidence"]
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(learner.user_id, ask.clock())
    assert await anonymise(ask.ports)

    assert [each["text"] for each in exported] == ["I tied it."]
    assert await waiting(ask, author, roadmap_id) == []
    assert (await export_of(ask, user))["evidence"] == []
