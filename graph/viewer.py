"""The viewer: everything that is the caller's own."""

import strawberry

from graph.directives import auth, public
from graph.fields import loaded_by, resolved_by
from graph.users import User
from resolvers import loaders, users


@strawberry.type(description="The signed-in caller and all that is theirs.", directives=[auth()])
class Viewer:
    """The caller's own view."""

    user: User | None = loaded_by(
        loaders.users_by_id, key="user_id", description="The caller's profile; their private fields are filled."
    )


@strawberry.type
class ViewerQueries:
    """The root field of the caller."""

    viewer: Viewer | None = resolved_by(
        users.viewer, description="The signed-in caller; null for an anonymous one.", rule=public()
    )
