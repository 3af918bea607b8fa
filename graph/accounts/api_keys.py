"""API keys: let another program act for a user."""

from datetime import datetime

import strawberry

from domain.accounts.api_keys import MOST_KEYS, TooManyApiKeysError
from domain.accounts.scopes import Scope
from domain.ids import ApiKeyId
from graph.directives import auth
from graph.errors import declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.accounts import api_keys

declare_error(TooManyApiKeysError, f"The user already has {MOST_KEYS} API keys.")


@strawberry.type(description="A key that lets another program act for a user.", directives=[auth()])
class ApiKey(Node):
    """A key as its owner sees it."""

    id: ApiKeyId = attribute("The key's id, `apikey_...`; not a secret.")
    name: str = attribute("The name that the owner gave it.")
    prefix: str = attribute("The beginning of the key, like `qp_4fZk09Qx`, to tell keys apart.")
    scopes: list[Scope] = attribute("What the key may do.", at_most=5, usual=2)
    created_at: datetime = attribute("When it was created.")
    expires_at: datetime = attribute("When it expires.")
    last_used_at: datetime | None = attribute("The hour of the last use; null if it was never used.")


@strawberry.input(description="The new key.")
class CreateApiKeyInput:
    """Name, scopes and expiry."""

    name: str = given("A name of the key: one line of 1 to 60 characters.", required=True)
    scopes: list[Scope] = given("What the key may do; at least one scope.", required=True)
    expires_at: datetime = given("When it expires, at most 366 days ahead.", required=True)


@strawberry.input(description="The key to revoke.")
class RevokeApiKeyInput:
    """A key."""

    id: ApiKeyId = given("The key.", required=True)


@strawberry.type
class ApiKeyMutations:
    """Mutations of API keys; API keys cannot call them."""

    create_api_key = mutated_by(
        api_keys.create_api_key,
        input=CreateApiKeyInput,
        gives={
            "api_key": (ApiKey, "The new key."),
            "secret": (str, "The key itself, shown only once: send it as `Authorization: Bearer qp_...`."),
        },
        refuses=(TooManyApiKeysError,),
        rule=auth(),
        description="Creates a key that acts for the caller, within its scopes and the caller's roles. At most "
        f"{MOST_KEYS} per user.",
    )
    revoke_api_key = mutated_by(
        api_keys.revoke_api_key,
        input=RevokeApiKeyInput,
        gives={"api_key": (ApiKey, "The revoked key.")},
        rule=auth(),
        description="Revokes a key of the caller's; it is refused within a second.",
    )
