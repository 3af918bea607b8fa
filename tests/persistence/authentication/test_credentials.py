"""Credentials: addresses, password hashes and free handles."""

import pytest

from domain.accounts.users import EmailTakenError
from domain.authentication.credentials import CredentialStore
from persistence.stores import SqlWork
from tests.builders import a_user

ADA, BOB = a_user(handle="credentials_ada", email="credentials.ada@example.org"), a_user()


@pytest.fixture
async def credentials(work: SqlWork) -> CredentialStore:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.credentials


async def test_credentials_are_found_by_address_and_by_id(credentials: CredentialStore) -> None:
    by_email = await credentials.by_email("credentials.ada@example.org")

    assert by_email == await credentials.by_id(ADA.id)
    assert by_email is not None
    assert (by_email.handle, by_email.email_verified) == ("credentials_ada", False)
    assert await credentials.by_email("nobody@example.org") is None


async def test_locked_credentials_are_current(credentials: CredentialStore) -> None:
    await credentials.set_password(ADA.id, "new")

    locked = await credentials.lock(ADA.id)

    assert locked is not None
    assert locked.password_hash == "new"
    assert locked == await credentials.by_id(ADA.id)
    assert await credentials.lock(a_user().id) is None


async def test_a_hash_is_replaced_only_by_another_of_the_same_password(credentials: CredentialStore) -> None:
    await credentials.set_password(ADA.id, "new")

    await credentials.rehash(ADA.id, old="hash of: correct horse battery", new="late")
    late = await credentials.by_id(ADA.id)
    await credentials.rehash(ADA.id, old="new", new="newer")
    now = await credentials.by_id(ADA.id)

    assert late is not None
    assert now is not None
    assert (late.password_hash, now.password_hash) == ("new", "newer")


async def test_a_verified_address_is_stored_as_verified(credentials: CredentialStore) -> None:
    await credentials.set_verified_email(ADA.id, "ada.new@example.org")

    found = await credentials.by_id(ADA.id)
    assert found is not None
    assert (found.email, found.email_verified) == ("ada.new@example.org", True)


async def test_an_address_of_another_account_is_refused(credentials: CredentialStore) -> None:
    with pytest.raises(EmailTakenError):
        await credentials.set_verified_email(ADA.id, BOB.email)


async def test_the_first_free_handle_is_found(credentials: CredentialStore) -> None:
    assert (
        await credentials.free_handle(["credentials_ada", BOB.handle, "free_one", "free_two"]) == "free_one"
    )
    assert await credentials.free_handle(["credentials_ada"]) is None
