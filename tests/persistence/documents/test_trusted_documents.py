"""Trusted documents: one suite over the fake and the real store, and concurrency in Postgres."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.documents.trusted_documents import ManifestNameTakenError, TrustedDocuments
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders.accounts import NOON
from tests.builders.manifests import a_document, a_manifest
from tests.fakes.trusted_documents import FakeTrustedDocuments

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> TrustedDocuments:
    return FakeTrustedDocuments() if request.param == "fake" else work.trusted_documents


async def test_the_documents_of_all_manifests_are_in_force_each_once(store: TrustedDocuments) -> None:
    old, new = a_manifest("app@1"), a_manifest("app@2")
    await store.add(old)
    await store.add(new)

    first = await store.add_documents(old.id, [a_document("a"), a_document("b", "{ b: __typename }")])
    second = await store.add_documents(new.id, [a_document("a"), a_document("C")])

    assert first == second == []
    assert await store.in_force() == [a_document("C"), a_document("a"), a_document("b", "{ b: __typename }")]


async def test_an_id_belongs_to_one_document_for_ever(store: TrustedDocuments) -> None:
    old, new = a_manifest("app@1"), a_manifest("app@2")
    await store.add(old)
    await store.add_documents(old.id, [a_document("a"), a_document("b")])
    await store.retire("app@1", now=LATER)
    await store.add(new)

    others = [a_document(key, "{ other: __typename }") for key in "dab"]
    taken = await store.add_documents(new.id, others)

    assert taken == ["a", "b"]


async def test_a_name_is_free_again_when_its_manifest_is_retired(store: TrustedDocuments) -> None:
    old = a_manifest("app@1")
    await store.add(old)

    retired = await store.retire("app@1", now=LATER)
    again = await store.retire("app@1", now=LATER)

    assert (retired, again) == (old.id, None)
    await store.add(a_manifest("app@1"))


async def test_documents_of_a_retired_manifest_alone_are_no_longer_in_force(store: TrustedDocuments) -> None:
    old, new = a_manifest("app@1"), a_manifest("app@2")
    for manifest, key in ((old, "b"), (new, "c")):
        await store.add(manifest)
        await store.add_documents(manifest.id, [a_document("a"), a_document(key)])

    await store.retire("app@1", now=LATER)

    assert [d.document_id for d in await store.in_force()] == ["a", "c"]


async def test_manifests_are_listed_newest_first_with_their_size(store: TrustedDocuments) -> None:
    old, new = a_manifest("app@1"), a_manifest("app@2")
    await store.add(old)
    await store.add_documents(old.id, [a_document("a"), a_document("b")])
    await store.add(new)
    await store.retire("app@1", now=LATER)

    newer, older = await store.listed()

    assert (newer.manifest, newer.documents) == (new, 0)
    assert (older.manifest.id, older.documents, older.manifest.retired_at) == (old.id, 2, LATER)


async def test_the_revision_grows_with_every_change(store: TrustedDocuments) -> None:
    revisions = [await store.revision()]

    await store.add(a_manifest("app@1"))
    revisions.append(await store.revision())
    await store.retire("app@1", now=LATER)
    revisions.append(await store.revision())

    assert revisions[0] < revisions[1] < revisions[2]


async def test_the_name_of_a_manifest_in_force_is_taken(work: SqlWork) -> None:
    await work.trusted_documents.add(a_manifest("app@1"))

    with pytest.raises(ManifestNameTakenError):
        await work.trusted_documents.add(a_manifest("app@1"))


async def test_concurrent_imports_see_each_others_documents(postgres: Postgres) -> None:
    old, new = a_manifest("app@1"), a_manifest("app@2")
    is_stored, may_commit = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with postgres.open_work(Meter()) as work:
            await work.trusted_documents.add(old)
            await work.trusted_documents.add_documents(old.id, [a_document("a")])
            is_stored.set()
            await may_commit.wait()

    async def second() -> list[str]:
        await is_stored.wait()
        async with postgres.open_work(Meter()) as work:
            await work.trusted_documents.add(new)
            asyncio.get_running_loop().call_later(0.05, may_commit.set)
            return await work.trusted_documents.add_documents(new.id, [a_document("a", "{ b: __typename }")])

    _, taken = await asyncio.gather(first(), second())

    assert taken == ["a"]
