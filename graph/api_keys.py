"""API keys: how a user lets another program act for them."""

from datetime import datetime

import strawberry

from domain.api_keys import MOST_KEYS, TooManyApiKeysError
from domain.ids import ApiKeyId
from domain.scopes import Scope
from graph.directives import auth
from graph.errors import declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from resolvers import api_keys

declare_error(TooManyApiKeysError, f"The user has {MOST_KEYS} API keys already.")


@strawberry.type(description="A key with which another program acts for a user.", directives=[auth()])
class ApiKey:
    """What the owner sees of a key."""

    id: ApiKeyId = attribute("The key's id, `apikey_...`; it is no secret.")
    name: str = attribute("What the owner calls it.")
    prefix: str = attribute("How the key begins, like `qp_4fZk09Qx`, to tell keys apart.")
    scopes: list[Scope] = attribute("What it may do.", at_most=5, usual=2)
    created_at: datetime = attribute("When it was made.")
    expires_at: datetime = attribute("When it stops working.")
    last_used_at: datetime | None = attribute("The hour in which it was last used; null if never.")


@strawberry.input(description="The new key.")
class CreateApiKeyInput:
    """What a key needs."""

    name: str = given("What to call it: one line of 1 to 60 characters.", required=True)
    scopes: list[Scope] = given("What it may do, at least one.", required=True)
    expires_at: datetime = given("When it stops working, at most 366 days ahead.", required=True)


@strawberry.input(description="The key to end.")
class RevokeApiKeyInput:
    """A key."""

    id: ApiKeyId = given("The key.", required=True)


@strawberry.type
class ApiKeyMutations:
    """Mutations about API keys; no key can call them."""

    create_api_key = mutated_by(
        api_keys.create_api_key,
        input=CreateApiKeyInput,
        gives={
            "api_key": (ApiKey, "The new key."),
            "secret": (str, "The key itself, told this once: send it as `Authorization: Bearer qp_...`."),
        },
        refuses=(TooManyApiKeysError,),
        rule=auth(),
        description="Makes a key that acts for the caller, within its scopes and the caller's roles. At most "
        f"{MOST_KEYS} a user.",
    )
    revoke_api_key = mutated_by(
        api_keys.revoke_api_key,
        input=RevokeApiKeyInput,
        gives={"api_key": (ApiKey, "The key that was ended.")},
        rule=auth(),
        description="Ends a key of the caller's; it is refused within a second.",
    )
