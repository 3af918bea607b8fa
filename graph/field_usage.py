"""The use of the schema's fields: what the schema tells of itself to admins."""

from datetime import datetime

import strawberry

from domain.field_usage import MOST_CLIENTS
from domain.scopes import Scope
from domain.users import Role
from graph.directives import auth, requires_scopes
from graph.fields import attribute, resolved_by
from graph.paging import Connection
from resolvers import field_usage

_SCOPES = requires_scopes(Scope.ADMIN_READ)


@strawberry.type(
    description="How often one version of an app asked for a field.", directives=[auth(), _SCOPES]
)
class ClientUsage:
    """An app and its count."""

    name: str = attribute(
        "What the app calls itself in `apollographql-client-name` or `graphql-client-name`; empty where it does not, "
        "`other` for those beyond the 200 that a process tells apart in a day."
    )
    version: str = attribute("What it says in the header of its version; empty where it says none.")
    requests: int = attribute("How many operations held the field.")
    last_seen_at: datetime = attribute("When it last asked, within half a minute.")


@strawberry.type(
    description="How often a field of the schema was asked for; one that is not listed was not asked for.",
    directives=[auth(), _SCOPES],
)
class FieldUsage:
    """A field and its counts."""

    coordinate: str = attribute("The field, like `User.handle`.")
    deprecated: bool = attribute("Whether the field was deprecated when it was counted.")
    requests: int = attribute("How many operations held the field.")
    last_seen_at: datetime = attribute("When it was last asked for, within half a minute.")
    clients: list[ClientUsage] = attribute(
        "The apps that asked, those that ask most first.", at_most=MOST_CLIENTS, usual=5
    )


@strawberry.type
class FieldUsageQueries:
    """The root field of the counts."""

    field_usage: Connection[FieldUsage] | None = resolved_by(
        field_usage.used_fields,
        description="Which fields of this schema were asked for in the last 90 days and by which apps, by coordinate: "
        "a deprecated field that nobody asks for can go. Whether the caller is an admin is asked of the database.",
        rule=(auth(Role.ADMIN), _SCOPES),
        args={
            "coordinate": "Only this field, like `User.handle`.",
            "deprecated_only": "Only fields that are deprecated.",
            "since": "Only what was counted on the UTC day of this moment and later.",
        },
    )
