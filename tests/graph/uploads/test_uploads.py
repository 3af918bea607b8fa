"""Uploads through the schema: who may begin one, how much, and who reads it."""

from dataclasses import replace
from typing import Any

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UploadId
from domain.unit_of_work import Meter
from domain.uploads.uploads import KEPT, MOST_OPEN, RECEIVING, UploadLimits
from tests.builders import mint
from tests.support.accounts import accepted, mutate, refusal
from tests.support.schema_client import Asker

GIVEN = {"filename": "questions.gift", "sizeBytes": 1_000, "purpose": "QUESTIONS"}
FIELDS = "upload { id filename contentType sizeBytes purpose state sha256 createdAt expiresAt } path"
READ = "query ($id: ID!) { node(id: $id) { id ... on Upload { state } } }"


async def an_author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def test_an_author_begins_an_upload_of_their_own(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)

    payload = await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"contentType": "text/plain"})

    upload = payload["upload"]
    assert payload["path"].startswith(f"/uploads/{upload['id']}?")
    assert (upload["state"], upload["sha256"], upload["sizeBytes"]) == ("PENDING", None, 1_000)
    assert (upload["filename"], upload["contentType"]) == ("questions.gift", "text/plain")
    assert upload["expiresAt"] > upload["createdAt"]
    assert (await ask.data(READ, author, id=upload["id"]))["node"] == {"id": upload["id"], "state": "PENDING"}
    assert (await ask.data(READ, other, id=upload["id"]))["node"] is None


async def test_folders_are_left_out_of_the_name(ask: Asker) -> None:
    given = GIVEN | {"filename": "C:\\Users\\noor\\..\\quiz.gift"}

    payload = await accepted(ask, await an_author(ask), "beginUpload", FIELDS, **given)

    assert payload["upload"]["filename"] == "quiz.gift"


async def test_an_upload_expires(ask: Asker) -> None:
    author = await an_author(ask)
    upload = (await accepted(ask, author, "beginUpload", FIELDS, **GIVEN))["upload"]

    ask.clock.forward(hours=1)

    assert (await ask.data(READ, author, id=upload["id"]))["node"]["state"] == "EXPIRED"


async def test_a_learner_may_not_begin_one(ask: Asker) -> None:
    _, learner = await ask.learner()

    response = await ask(
        "mutation ($input: BeginUploadInput!) { beginUpload(input: $input) { path } }", learner, input=GIVEN
    )

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"filename": ""}, "filename", "INVALID_INPUT"),
        ({"filename": "folder/"}, "filename", "INVALID_INPUT"),
        ({"filename": "x" * 201}, "filename", "INVALID_INPUT"),
        ({"sizeBytes": 0}, "sizeBytes", "INVALID_INPUT"),
        ({"sizeBytes": 100_000_001}, "sizeBytes", "FILE_TOO_LARGE"),
        ({"contentType": "x" * 101}, "contentType", "INVALID_INPUT"),
    ],
)
async def test_a_wrong_field_is_named(ask: Asker, change: dict[str, Any], field: str, code: str) -> None:
    payload = await mutate(ask, await an_author(ask), "beginUpload", **GIVEN | change)

    assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [(field, code)]


async def test_uploads_of_one_author_together_have_a_quota(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    ask.ports.upload_limits = UploadLimits(largest=600, quota=1_000)
    await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 600})

    refused = await refusal(ask, author, "beginUpload", **GIVEN | {"sizeBytes": 401})
    await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 400})
    await accepted(ask, other, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 600})

    assert refused == ("UploadQuotaExceeded", "sizeBytes")


async def test_the_number_of_open_uploads_is_limited_until_they_expire(ask: Asker) -> None:
    author = await an_author(ask)
    for _ in range(MOST_OPEN):
        await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 1})

    assert (await refusal(ask, author, "beginUpload", **GIVEN))[0] == "UploadQuotaExceeded"
    ask.clock.forward(hours=1)
    await accepted(ask, author, "beginUpload", FIELDS, **GIVEN)


async def test_a_full_quota_says_when_the_next_upload_ends(ask: Asker) -> None:
    author = await an_author(ask)
    ask.ports.upload_limits = UploadLimits(largest=600, quota=1_000)
    first = await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 600})

    payload = await mutate(ask, author, "beginUpload", **GIVEN | {"sizeBytes": 600})

    (error,) = payload["userErrors"]
    assert first["upload"]["expiresAt"][11:19] in error["message"]


async def test_an_api_key_that_imports_content_begins_uploads_and_reads_them(ask: Asker) -> None:
    author = await an_author(ask)
    key = replace(author, session_id=SessionId(mint("apikey")), scopes=frozenset({Scope.IMPORT_CONTENT}))
    other = replace(author, session_id=SessionId(mint("apikey")), scopes=frozenset({Scope.READ_PROFILE}))

    payload = await accepted(ask, key, "beginUpload", FIELDS, **GIVEN)
    response = await ask(
        "mutation ($input: BeginUploadInput!) { beginUpload(input: $input) { path } }", other, input=GIVEN
    )

    assert (await ask.data(READ, key, id=payload["upload"]["id"]))["node"]["state"] == "PENDING"
    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_author_who_is_suspended_meanwhile_sends_no_bytes(ask: Asker) -> None:
    author = await an_author(ask)
    upload_id = (await accepted(ask, author, "beginUpload", FIELDS, **GIVEN))["upload"]["id"]
    now = ask.clock()
    async with ask.ports.open_work(Meter()) as work:
        await work.roles.suspend(author.user_id, Suspension(since=now, until=None, reason="away"))

    async with ask.ports.open_work(Meter()) as work:
        claimed = await work.uploads.claim(UploadId(upload_id), now=now, until=now + RECEIVING)

    assert claimed is None


async def test_a_claim_that_was_left_is_taken_over_and_ends_without_a_file(ask: Asker) -> None:
    author = await an_author(ask)
    upload_id = UploadId((await accepted(ask, author, "beginUpload", FIELDS, **GIVEN))["upload"]["id"])
    first, second = ask.clock() + RECEIVING, ask.clock() + 2 * RECEIVING
    async with ask.ports.open_work(Meter()) as work:
        assert await work.uploads.claim(upload_id, now=ask.clock(), until=first) is not None
        assert await work.uploads.claim(upload_id, now=ask.clock(), until=second) is None

    ask.clock.moment = first
    async with ask.ports.open_work(Meter()) as work:
        taken = await work.uploads.claim(upload_id, now=ask.clock(), until=second)
        given = {"sha256": "0" * 64, "now": ask.clock(), "expires_at": ask.clock() + KEPT}
        late = await work.uploads.complete(upload_id, until=first, **given)
        done = await work.uploads.complete(upload_id, until=second, **given)

    assert taken is not None
    assert (late, done) == (False, True)
