"""Bookmarks and notes through the schema."""

import asyncio
import json
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.bookmarks import bookmarks as bookmarks_module
from domain.bookmarks import notes as notes_module
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.attempts import secrets_of
from tests.builders.roadmaps import a_file, a_node
from tests.support.attempts import EVERY_KIND, a_quiz_taker
from tests.support.bookmarks import (
    BOOKMARKS,
    NOTES,
    REMOVE,
    REMOVE_NOTE,
    SHOWN,
    TAGS,
    bookmarks,
    node_ids,
    one_of_each,
    save_bookmark,
    save_note,
    saved,
)
from tests.support.clients.roadmaps import import_file, publish_file
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker


async def test_content_of_each_kind_is_bookmarked_newest_first(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)

    made = [await save_bookmark(ask, viewer, target_id) for target_id in targets.values()]

    assert [each["target"]["id"] for each in made] == list(targets.values())
    assert [each["id"] for each in await bookmarks(ask, viewer)] == [each["id"] for each in reversed(made)]
    for kind, target_id in targets.items():
        assert [b["target"]["id"] for b in await bookmarks(ask, viewer, type=kind)] == [target_id]


async def test_a_page_goes_on_where_the_one_before_ended(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)
    for target_id in targets.values():
        await save_bookmark(ask, viewer, target_id, tags=["a"])
    whole = [each["id"] for each in await bookmarks(ask, viewer)]

    first = (await ask.data(BOOKMARKS, viewer, first=3, tag="a"))["viewer"]["bookmarks"]
    rest = await bookmarks(ask, viewer, first=100, tag="a", after=first["pageInfo"]["endCursor"])

    assert [each["id"] for each in [*first["nodes"], *rest]] == whole


async def test_content_is_bookmarked_once_and_what_is_left_out_stays(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)
    first = await save_bookmark(ask, viewer, targets["QUIZ"], tags=["Exam", " soon "], note="Look again.")
    ask.clock.forward(hours=1)

    again = await save_bookmark(ask, viewer, targets["QUIZ"])
    retagged = await save_bookmark(ask, viewer, targets["QUIZ"], tags=["late", "LATE"])
    bare = await save_bookmark(ask, viewer, targets["QUIZ"], tags=[], note=None)

    assert (first["tags"], first["note"]["text"]) == (["exam", "soon"], "Look again.")
    assert again == first
    assert (retagged["id"], retagged["tags"], retagged["note"]) == (first["id"], ["late"], first["note"])
    assert (bare["id"], bare["tags"], bare["note"]) == (first["id"], [], None)
    assert len(await bookmarks(ask, viewer)) == 1


async def test_tags_are_counted_and_filter_in_any_case(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)
    await save_bookmark(ask, viewer, targets["QUIZ"], tags=["Ärger", "exam"])
    await save_bookmark(ask, viewer, targets["NODE"], tags=["EXAM"])
    _, other = await ask.learner()
    await save_bookmark(ask, other, targets["NODE"], tags=["exam", "theirs"])

    tags = (await ask.data(TAGS, viewer))["viewer"]["tags"]["nodes"]

    assert tags == [{"name": "exam", "count": 2}, {"name": "ärger", "count": 1}]
    assert [b["target"]["id"] for b in await bookmarks(ask, viewer, tag="ÄRGER")] == [targets["QUIZ"]]
    assert len(await bookmarks(ask, viewer, tag="exam")) == 2
    assert await bookmarks(ask, viewer, tag="theirs") == []


async def test_a_note_needs_no_bookmark_and_outlives_it(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)

    made = await save_note(ask, viewer, targets["QUESTION"], "Why not B?\r\nLook up.")
    ask.clock.forward(hours=1)
    changed = await save_note(ask, viewer, targets["QUESTION"], "Because.")
    bookmark = await save_bookmark(ask, viewer, targets["QUESTION"])
    removed = (await ask.data(REMOVE, viewer, id=bookmark["id"]))["removeBookmark"]

    assert made["note"]["text"] == "Why not B?\nLook up."
    assert (changed["note"]["id"], changed["note"]["text"]) == (made["note"]["id"], "Because.")
    assert changed["note"]["createdAt"] < changed["note"]["changedAt"]
    assert bookmark["note"]["text"] == "Because."
    assert removed["bookmark"]["id"] == bookmark["id"]
    (note,) = (await ask.data(NOTES, viewer, type="QUESTION"))["viewer"]["notes"]["nodes"]
    assert (note["text"], note["target"]["id"]) == ("Because.", targets["QUESTION"])
    assert (await ask.data(REMOVE_NOTE, viewer, id=made["note"]["id"]))["removeNote"]["userErrors"] == []
    assert (await ask.data(NOTES, viewer))["viewer"]["notes"]["nodes"] == []


async def test_content_shows_the_callers_own_bookmark_and_note_alone(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)
    for target_id in targets.values():
        await save_bookmark(ask, viewer, target_id, tags=["mine"], note=f"On {target_id}.")
    _, other = await ask.learner()
    ids = [targets[kind] for kind in ("NODE", "ROADMAP", "QUIZ")]

    own = (await ask.data(SHOWN, viewer, ids=list(targets.values())))["nodes"]
    statements = ask.statements
    foreign = [(await ask.data(SHOWN, caller, ids=ids))["nodes"] for caller in (other, None)]

    for shown, target_id in zip(own, targets.values(), strict=True):
        assert shown["viewerBookmark"]["note"]["text"] == f"On {target_id}."
        assert shown["viewerBookmark"]["target"] == {
            "id": target_id,
            "viewerNote": {"text": f"On {target_id}."},
        }
        assert shown["viewerNote"]["target"]["id"] == target_id
    assert statements < 20
    for nodes in foreign:
        assert all(n["viewerBookmark"] is None and n["viewerNote"] is None for n in nodes)


async def test_what_the_caller_may_not_see_is_refused_like_what_does_not_exist(ask: Asker) -> None:
    _, targets = await one_of_each(ask)
    _, stranger = await ask.learner()
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    draft = await import_file(ask, author, a_file(a_node("knots"), slug="draft"))
    hidden = [draft["roadmap"]["id"], targets["QUESTION"]]

    for target_id in [*hidden, mint("question"), mint("node"), mint("roadmap"), mint("quiz")]:
        for payload in (
            await saved(ask, stranger, target_id),
            await save_note(ask, stranger, target_id, "x"),
        ):
            (error,) = payload["userErrors"]
            assert (error["code"], error["field"], error["message"]) == (
                "NOT_FOUND",
                "targetId",
                "There is no such content.",
            )
    assert await bookmarks(ask, stranger) == []
    assert (await ask.data(NOTES, stranger))["viewer"]["notes"]["nodes"] == []


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"targetId": "x", "tags": [""], "note": ""}, {"targetId", "tags[0]", "note"}),
        ({"targetId": f"user_{'0' * 26}"}, {"targetId"}),
        ({"tags": [f"t{n}" for n in range(21)]}, {"tags"}),
        ({"tags": ["fine", "x" * 41, ""]}, {"tags[1]", "tags[2]"}),
        ({"tags": ["two\nlines"]}, {"tags[0]"}),
        ({"tags": None}, {"tags"}),
        ({"note": "x" * 10_001}, {"note"}),
    ],
)
async def test_what_breaks_a_rule_is_named_and_nothing_is_stored(
    ask: Asker, given: dict[str, Any], fields: set[str]
) -> None:
    viewer, targets = await one_of_each(ask)

    payload = await saved(ask, viewer, targets["QUIZ"], **given)

    assert {error["field"] for error in payload["userErrors"]} == fields
    assert {error["code"] for error in payload["userErrors"]} == {"INVALID_INPUT"}
    assert await bookmarks(ask, viewer) == []


async def test_a_learner_has_so_many_bookmarks_and_notes_and_may_change_them_still(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.bookmarks.bookmark_changes.MOST_BOOKMARKS", 2)
    monkeypatch.setattr(notes_module, "MOST_NOTES", 2)
    viewer, targets = await one_of_each(ask)
    for kind in ("QUIZ", "NODE"):
        await save_bookmark(ask, viewer, targets[kind], note="One.")

    refused = await saved(ask, viewer, targets["ROADMAP"])
    no_note = await save_note(ask, viewer, targets["ROADMAP"], "Three.")
    changed = await save_bookmark(ask, viewer, targets["NODE"], tags=["a"], note="Two.")

    assert [error["code"] for error in refused["userErrors"]] == ["TOO_MANY_BOOKMARKS"]
    assert [error["code"] for error in no_note["userErrors"]] == ["TOO_MANY_NOTES"]
    assert (changed["tags"], changed["note"]["text"]) == (["a"], "Two.")
    assert bookmarks_module.MOST_BOOKMARKS == 2_000


async def test_requests_at_once_do_not_pass_the_bound(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.bookmarks.bookmark_changes.MOST_BOOKMARKS", 2)
    viewer, targets = await one_of_each(ask)

    payloads = await asyncio.gather(*(saved(ask, viewer, target_id) for target_id in targets.values()))

    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 0] + [1] * (len(targets) - 2)
    assert len(await bookmarks(ask, viewer)) == 2


async def test_bookmarks_and_notes_go_with_their_target(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)
    for target_id in targets.values():
        await save_bookmark(ask, viewer, target_id, note="Why.")

    async with ask.postgres.open_work(Meter()) as work:
        raw = work.connection.raw
        await raw.execute("DELETE FROM roadmaps WHERE id = $1", targets["ROADMAP"])
        await raw.execute("DELETE FROM attempt_slots WHERE question_id = $1", targets["QUESTION"])
        await raw.execute("DELETE FROM questions WHERE id = $1", targets["QUESTION"])

    left = {targets[kind] for kind in ("QUIZ", "TOPIC", "CHAT", "THREAD")}
    assert {b["target"]["id"] for b in await bookmarks(ask, viewer)} == left
    assert len((await ask.data(NOTES, viewer))["viewer"]["notes"]["nodes"]) == len(left)


async def test_what_can_no_longer_be_seen_is_kept_without_its_content(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, viewer = await ask.learner()
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), slug="path"))
    (node_id,) = await node_ids(ask, roadmap_id)
    await save_bookmark(ask, viewer, node_id, note="Mine.")
    await ask.data(
        "mutation ($id: ID!) { archiveRoadmap(input: {roadmapId: $id}) { userErrors { __typename } } }",
        author,
        id=roadmap_id,
    )

    (bookmark,) = await bookmarks(ask, viewer)

    assert (bookmark["target"], bookmark["note"]["text"]) == (None, "Mine.")


async def test_a_bookmark_of_a_question_tells_nothing_that_its_open_attempt_hides(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    slots = await taker.slots(await taker.start_attempt())
    options = """... on SingleChoice { options { id } } ... on MultipleChoice { options { id } }"""
    text = f"""{{ viewer {{ bookmarks {{ nodes {{ tags note {{ text }} target {{ __typename id
      ... on Question {{ id kind prompt difficulty domain {{ name }} {options} }} }} }} }}
      notes {{ nodes {{ text target {{ id ... on Question {{ prompt {options} }} }} }} }} }} }}"""

    told = [await save_bookmark(ask, taker.viewer, q.id, tags=["t"], note="n") for q in taker.questions]
    read = await ask.data(text, taker.viewer)

    found = json.dumps([told, read], ensure_ascii=False)
    for key in taker.keys:
        assert not [secret for secret in secrets_of(key) if secret in found]
    shown = {each["target"]["id"]: each["target"] for each in read["viewer"]["bookmarks"]["nodes"]}
    for slot in slots:
        question = slot["question"]
        if question["kind"] in {"SINGLE_CHOICE", "MULTIPLE_CHOICE"}:
            assert shown[question["id"]]["options"] == [
                {"id": option["id"]} for option in question["options"]
            ]


async def test_bookmarks_and_notes_are_exported_and_erased_with_the_account(ask: Asker) -> None:
    viewer, targets = await one_of_each(ask)
    await save_bookmark(ask, viewer, targets["QUIZ"], tags=["a"], note="Mine.")
    async with ask.postgres.open_reads(Meter()) as reads:
        (user,) = await reads.users.by_ids([viewer.user_id])
    assert user is not None

    document = await export_of(ask, user)
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(user.id, ask.clock())
    assert await anonymise(ask.ports)

    assert [(row["tags"], row["quiz_id"]) for row in document["bookmarks"]] == [(["a"], targets["QUIZ"])]
    assert [row["text"] for row in document["notes"]] == ["Mine."]
    after = await export_of(ask, user)
    assert (after["bookmarks"], after["notes"]) == ([], [])
