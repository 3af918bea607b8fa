"""Profile visibility: the stored settings, and the columns that a profile hides."""

from dataclasses import replace

import pytest

from domain.accounts.profile_visibility import Privacies, ProfileVisibility
from domain.accounts.users import User
from domain.ids import UserId
from domain.paging import window
from persistence.stores import SqlWork
from tests.builders import a_user, mint

ADA, BOB = a_user(handle="hiding_ada"), a_user()
NOBODY = ProfileVisibility.NOBODY


@pytest.fixture
async def store(work: SqlWork) -> Privacies:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.privacies


async def test_every_field_is_visible_by_default(store: Privacies) -> None:
    (ada,) = await store.of_users([ADA.id], viewer_id=ADA.id)

    assert ada is not None
    assert {ada.avatar_url, ada.bio, ada.joined_at} == {ProfileVisibility.EVERYONE}
    assert ada.on_boards


async def test_saved_settings_come_back_to_their_owner_only(store: Privacies) -> None:
    before = await store.lock(ADA.id)
    assert before is not None
    after = replace(before, bio=NOBODY, joined_at=NOBODY)

    await store.save(after)

    assert await store.lock(ADA.id) == after
    assert await store.of_users([ADA.id, BOB.id, ADA.id], viewer_id=ADA.id) == [after, None, after]
    assert await store.of_users([ADA.id], viewer_id=BOB.id) == [None]
    assert await store.lock(UserId(mint("user"))) is None


async def test_saving_does_not_change_the_place_on_leaderboards(store: Privacies) -> None:
    before = await store.lock(ADA.id)
    assert before is not None

    await store.save(replace(before, on_boards=False))

    assert await store.lock(ADA.id) == before


async def test_every_read_of_a_profile_omits_hidden_fields(work: SqlWork) -> None:
    await work.users.add(ADA)
    await work.users.update_profile(ADA.id, display_name="Ada", bio="Bio", avatar_url="https://a.example/a")
    before = await work.privacies.lock(ADA.id)
    assert before is not None
    await work.privacies.save(replace(before, avatar_url=NOBODY, bio=NOBODY, joined_at=NOBODY))

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
