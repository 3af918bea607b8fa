"""Field usage: how often each field of the schema was requested, for admins."""

from datetime import datetime

import strawberry

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.documents.field_usage import MOST_CLIENTS
from graph.directives import auth, requires_scopes
from graph.fields import attribute, resolved_by
from graph.paging import Connection
from resolvers.documents import field_usage

_SCOPES = requires_scopes(Scope.ADMIN_READ)


@strawberry.type(
    description="How often one version of an app requested a field.", directives=[auth(), _SCOPES]
)
class ClientUsage:
    """An app and its count."""

    name: str = attribute(
        "The name of the app from `apollographql-client-name` or `graphql-client-name`; empty without such a header, "
        "`other` for apps beyond the first 200 that a process sees in a day."
    )
    version: str = attribute("The version of the app from the matching header; empty without one.")
    requests: int = attribute("The number of operations that selected the field.")
    last_seen_at: datetime = attribute("When the app last requested the field, to half a minute.")


@strawberry.type(
    description="How often a field of the schema was requested; a field that is not listed was not requested.",
    directives=[auth(), _SCOPES],
)
class FieldUsage:
    """A field and its counts."""

    coordinate: str = attribute("The field, like `User.handle`.")
    deprecated: bool = attribute("Whether the field was deprecated when it was counted.")
    requests: int = attribute("The number of operations that selected the field.")
    last_seen_at: datetime = attribute("When the field was last requested, to half a minute.")
    clients: list[ClientUsage] = attribute(
        "The apps that requested the field, most requests first.", at_most=MOST_CLIENTS, usual=5
    )


@strawberry.type
class FieldUsageQueries:
    """The root field of field usage."""

    field_usage: Connection[FieldUsage] | None = resolved_by(
        field_usage.used_fields,
        description="Which fields of this schema were requested in the last 90 days, and by which apps, by coordinate: "
        "a deprecated field without requests can be removed. The database decides whether the caller is an admin.",
        rule=(auth(Role.ADMIN), _SCOPES),
        args={
            "coordinate": "Only this field, like `User.handle`; one that is unknown is refused.",
            "deprecated_only": "Only fields that are deprecated.",
            "since": "Only requests on the UTC day of this moment and later.",
        },
    )
