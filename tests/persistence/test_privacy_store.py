"""Privacy: one suite over the fake and the real store, and what the columns of a profile hide."""

from dataclasses import replace
from typing import Any

import pytest

from domain.ids import UserId
from domain.paging import window
from domain.privacy import Privacies, ProfileVisibility
from domain.users import User
from persistence.work import SqlWork
from tests.builders import a_user, mint
from tests.fakes.admin import FakePrivacies

ADA, BOB = a_user(handle="hiding_ada"), a_user()
NOBODY, FRIENDS = ProfileVisibility.NOBODY, ProfileVisibility.FRIENDS


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> Privacies:
    if request.param == "fake":
        return FakePrivacies(ADA, BOB)
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.privacies


async def test_everything_is_shown_until_somebody_decides_otherwise(store: Privacies) -> None:
    (ada,) = await store.of_users([ADA.id], viewer_id=ADA.id)

    assert ada is not None
    assert {ada.avatar_url, ada.bio, ada.joined_at} == {ProfileVisibility.EVERYONE}
    assert ada.on_boards


async def test_what_was_decided_comes_back_to_its_owner_alone(store: Privacies) -> None:
    before = await store.hold(ADA.id)
    assert before is not None
    after = replace(before, bio=NOBODY, joined_at=FRIENDS)

    await store.save(after)

    assert await store.hold(ADA.id) == after
    assert await store.of_users([ADA.id, BOB.id, ADA.id], viewer_id=ADA.id) == [after, None, after]
    assert await store.of_users([ADA.id], viewer_id=BOB.id) == [None]
    assert await store.hold(UserId(mint("user"))) is None


async def test_whether_they_are_on_the_boards_is_not_changed_here(store: Privacies) -> None:
    before = await store.hold(ADA.id)
    assert before is not None

    await store.save(replace(before, on_boards=False))

    assert await store.hold(ADA.id) == before


async def test_every_reading_of_a_profile_hides_what_its_owner_hides(work: SqlWork) -> None:
    await work.users.add(ADA)
    await work.users.update_profile(ADA.id, display_name="Ada", bio="Bio", avatar_url="https://a.example/a")
    before = await work.privacies.hold(ADA.id)
    assert before is not None
    await work.privacies.save(replace(before, avatar_url=FRIENDS, bio=NOBODY, joined_at=NOBODY))

    async def readings(viewer_id: UserId | None) -> list[User | None]:
        (by_id,) = await work.users.by_ids([ADA.id], viewer_id=viewer_id)
        by_handle = await work.users.by_handle(ADA.handle, viewer_id=viewer_id)
        return [by_id, by_handle, (await work.users.page(window(first=1), viewer_id=viewer_id)).nodes[0]]

    for viewer_id, bio in ((None, None), (BOB.id, None), (ADA.id, "Bio")):
        for user in await readings(viewer_id):
            assert user is not None
            assert user.bio == bio
            assert (user.avatar_url is None, user.joined_at is None) == (bio is None, bio is None)
            assert user.display_name == "Ada"
