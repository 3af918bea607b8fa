"""Sharing threads: who reads them by link and by name, what readers never see, and how it ends."""

import asyncio
from typing import Any

import pytest

from domain.unit_of_work import Meter
from tests.support.accounts import accepted, an_admin, mutate, refusal
from tests.support.privacy import anonymise
from tests.support.schema_client import Asker
from tests.support.threads import a_thread, contents, link_of, shared

SEEN = """query ($id: ID!) { thread(id: $id) { title description owner { handle } link { createdAt guestCount }
  readers { nodes { user { handle } } } contents { nodes { id title body chat { id } thread { id } } } }
  node(id: $id) { __typename } }"""


async def sees(ask: Asker, viewer: Any, thread_id: str) -> bool:
    """Tell whether a viewer sees a thread, by every way that there is."""
    found = await ask.data(SEEN, viewer, id=thread_id)
    assert (found["thread"] is None) is (found["node"] is None)
    return found["thread"] is not None


async def test_a_link_lets_who_opens_it_read_until_it_is_renewed_or_revoked(ask: Asker) -> None:
    _, owner = await ask.learner()
    (_, one), (_, other) = await ask.learner(), await ask.learner()
    thread_id = await a_thread(ask, owner, "a")

    first = await link_of(ask, owner, thread_id)
    await accepted(ask, one, "openThreadLink", secret=first)
    assert await sees(ask, one, thread_id)
    assert not await sees(ask, other, thread_id)
    assert await shared(ask, one) == ["Sets"]

    second = await link_of(ask, owner, thread_id)
    assert not await sees(ask, one, thread_id)
    assert await refusal(ask, one, "openThreadLink", secret=first) == ("InvalidThreadLink", "secret")
    await accepted(ask, one, "openThreadLink", secret=second)
    found = (await ask.data(SEEN, owner, id=thread_id))["thread"]
    assert found["link"]["guestCount"] == 1

    for _ in range(2):
        await accepted(ask, owner, "revokeThreadLink", threadId=thread_id)
    assert not await sees(ask, one, thread_id)
    assert await shared(ask, one) == []
    assert await refusal(ask, one, "openThreadLink", secret=second) == ("InvalidThreadLink", "secret")
    audit = "SELECT action FROM audit_entries WHERE target = $1 ORDER BY id"
    async with ask.postgres.open_work(Meter()) as work:
        actions = [row["action"] for row in await work.connection.raw.fetch(audit, thread_id)]
    assert actions == ["SHARE_LINK_CREATED", "SHARE_LINK_CREATED", "SHARE_LINK_REVOKED"]


async def test_a_secret_is_long_and_stored_as_its_digest(ask: Asker) -> None:
    _, owner = await ask.learner()
    thread_id = await a_thread(ask, owner)

    secrets = {await link_of(ask, owner, thread_id) for _ in range(20)}

    assert len(secrets) == 20
    assert all(secret.startswith("qpt_") and len(secret) == 4 + 43 for secret in secrets)
    async with ask.postgres.open_work(Meter()) as work:
        (stored,) = await work.connection.raw.fetch("SELECT secret_hash FROM thread_links")
    assert not any(secret[4:] in stored["secret_hash"] for secret in secrets)


@pytest.mark.parametrize("secret", ["", "qpt_", "qps_x", "%", "\ud800", "x" * 10_000, "\x00"])
async def test_what_is_no_secret_opens_nothing(ask: Asker, secret: str) -> None:
    _, viewer = await ask.learner()

    error, _ = await refusal(ask, viewer, "openThreadLink", secret=secret)

    assert error == "InvalidThreadLink"


async def test_readers_see_the_contents_and_never_the_chats(ask: Asker) -> None:
    _, owner = await ask.learner()
    user, reader = await ask.learner()
    thread_id = await a_thread(ask, owner, "a")
    (content,) = await contents(ask, owner, thread_id)
    explored = await accepted(
        ask,
        owner,
        "exploreThreadContent",
        "chat { id }",
        contentId=content["id"],
        idempotencyKey="one",
    )
    await accepted(ask, owner, "shareThreadWith", threadId=thread_id, handle=user.handle.upper())

    mine, theirs = [(await ask.data(SEEN, viewer, id=thread_id))["thread"] for viewer in (owner, reader)]

    assert mine["contents"]["nodes"][0]["chat"] == explored["chat"]
    assert theirs["contents"]["nodes"][0]["chat"] is None
    assert theirs["contents"]["nodes"][0]["body"] == "About a."
    assert [each["user"]["handle"] for each in mine["readers"]["nodes"]] == [user.handle]
    assert (theirs["link"], theirs["readers"]["nodes"]) == (None, [])
    chat = "query ($id: ID!) { chat(id: $id) { id } node(id: $id) { id } }"
    assert await ask.data(chat, reader, id=explored["chat"]["id"]) == {"chat": None, "node": None}
    given = {"contentId": content["id"], "idempotencyKey": "two"}
    assert await refusal(ask, reader, "exploreThreadContent", **given) == ("NotFound", "contentId")


async def test_readers_change_nothing(ask: Asker) -> None:
    _, owner = await ask.learner()
    user, reader = await ask.learner()
    thread_id = await a_thread(ask, owner, "a")
    (content,) = await contents(ask, owner, thread_id)
    await accepted(ask, owner, "shareThreadWith", threadId=thread_id, handle=user.handle)
    of_thread = {"threadId": thread_id}
    of_content = {"contentId": content["id"], "version": 2}

    for field, given in {
        "updateThread": of_thread | {"version": 2, "title": "x"},
        "archiveThread": of_thread,
        "deleteThread": of_thread,
        "addThreadContent": of_thread | {"version": 2, "title": "x", "body": ""},
        "updateThreadContent": of_content,
        "moveThreadContent": of_content | {"position": 0},
        "removeThreadContent": of_content,
        "generateThreadContents": of_thread | {"topic": "x", "count": 1},
        "createThreadLink": of_thread,
        "revokeThreadLink": of_thread,
        "shareThreadWith": of_thread | {"handle": user.handle},
    }.items():
        assert (await refusal(ask, reader, field, **given))[0] == "NotFound", field
    assert (await contents(ask, owner, thread_id)) == [content]


async def test_sharing_by_handle_tells_no_more_than_the_profile_does(ask: Asker) -> None:
    user, owner = await ask.learner()
    thread_id = await a_thread(ask, owner)
    erased, _ = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(erased.id, ask.clock())
    assert await anonymise(ask.ports)
    async with ask.postgres.open_reads(Meter()) as reads:
        (gone,) = await reads.users.by_ids([erased.id])
    assert gone is not None

    for handle, error in (
        ("nobody_here", "NotFound"),
        (erased.handle, "NotFound"),
        (gone.handle, "NotFound" if gone.handle.isidentifier() else "InvalidInput"),
        (user.handle, "InvalidInput"),
        ("not a handle", "InvalidInput"),
        ("a@example.org", "InvalidInput"),
    ):
        found = await refusal(ask, owner, "shareThreadWith", threadId=thread_id, handle=handle)
        assert found == (error, "handle"), handle


async def test_a_thread_is_taken_back_and_left(ask: Asker) -> None:
    _, owner = await ask.learner()
    (user, reader), (guest_user, guest) = await ask.learner(), await ask.learner()
    thread_id = await a_thread(ask, owner)
    secret = await link_of(ask, owner, thread_id)
    await accepted(ask, guest, "openThreadLink", secret=secret)
    for _ in range(2):
        await accepted(ask, owner, "shareThreadWith", threadId=thread_id, handle=user.handle)

    await accepted(ask, owner, "unshareThreadWith", threadId=thread_id, handle=user.handle)
    left = await accepted(
        ask, guest, "leaveSharedThread", "thread { title contents { nodes { id } } }", threadId=thread_id
    )

    assert not await sees(ask, reader, thread_id)
    assert not await sees(ask, guest, thread_id)
    assert left["thread"] == {"title": "Sets", "contents": {"nodes": []}}
    again = {"threadId": thread_id, "handle": user.handle}
    assert await refusal(ask, owner, "unshareThreadWith", **again) == ("NotFound", "handle")
    for viewer in (guest, owner):
        found = await refusal(ask, viewer, "leaveSharedThread", threadId=thread_id)
        assert found == ("NotFound", "threadId")
    assert guest_user.id != user.id


async def test_threads_of_a_suspended_owner_are_hidden_meanwhile(ask: Asker) -> None:
    user, owner = await ask.learner()
    reading, reader = await ask.learner()
    _, admin = await an_admin(ask)
    thread_id = await a_thread(ask, owner)
    secret = await link_of(ask, owner, thread_id)
    await accepted(ask, owner, "shareThreadWith", threadId=thread_id, handle=reading.handle)

    await accepted(ask, admin, "suspendUser", userId=user.id, reason="Spam.")
    assert not await sees(ask, reader, thread_id)
    assert await shared(ask, reader) == []
    assert (await refusal(ask, reader, "openThreadLink", secret=secret))[0] == "InvalidThreadLink"
    await accepted(ask, admin, "restoreUser", userId=user.id)

    assert await sees(ask, reader, thread_id)


async def test_the_limit_of_readers_holds_for_requests_at_once(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.threads.share_changes.MOST_READERS", 2)
    _, owner = await ask.learner()
    thread_id = await a_thread(ask, owner)
    handles = [(await ask.learner())[0].handle for _ in range(5)]

    payloads = await asyncio.gather(
        *(mutate(ask, owner, "shareThreadWith", threadId=thread_id, handle=handle) for handle in handles)
    )

    refused = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
    assert refused == ["TooManyReaders"] * 3


async def test_shared_threads_are_found_by_their_text(ask: Asker) -> None:
    user, reader = await ask.learner()
    _, owner = await ask.learner()
    for title in ("Sets", "Graphs"):
        thread_id = await a_thread(ask, owner, "trees", title=title)
        await accepted(ask, owner, "shareThreadWith", threadId=thread_id, handle=user.handle)
    await a_thread(ask, reader, title="Sets of mine")

    assert await shared(ask, reader) == ["Graphs", "Sets"]
    assert await shared(ask, reader, query="set") == ["Sets"]
    assert await shared(ask, reader, query="TREES") == ["Graphs", "Sets"]
