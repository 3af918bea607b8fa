"""Privacy: profile visibility, data exports and account deletion."""

from datetime import datetime

import strawberry

from domain.accounts.profile_visibility import ProfileVisibility
from domain.ids import ExportId
from domain.privacy.deletion import ProofNeededError
from domain.privacy.exports import TooManyExportsError
from graph.accounts.profile_visibility import Privacy
from graph.accounts.role_errors import LAST_ADMIN_ERRORS
from graph.authentication.password_errors import CHECK_PASSWORD_ERRORS
from graph.directives import auth
from graph.errors import declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.privacy import personal_data

declare_error(TooManyExportsError, "The user has requested five exports within a day.")
declare_error(ProofNeededError, "The act needs the password, or a sign-in of the last ten minutes.")


@strawberry.input(description="What to change; a field that is left out stays unchanged.")
class UpdatePrivacyInput:
    """A partial update."""

    avatar_url: ProfileVisibility | None = given("Who sees the picture.")
    bio: ProfileVisibility | None = given("Who sees the bio.")
    joined_at: ProfileVisibility | None = given("Who sees when the account was created.")
    on_boards: bool | None = given(
        "False removes the caller from every leaderboard; only they still see their rank."
    )


@strawberry.type(
    description="A permission to download everything that is stored about a user.", directives=[auth()]
)
class DataExport(Node):
    """A permission."""

    id: ExportId = attribute("The permission's id, `export_...`.")
    created_at: datetime = attribute("When it was requested.")
    expires_at: datetime = attribute("When the link expires, an hour later.")


@strawberry.input(description="The caller's password, or a recent sign-in.")
class DeleteMyAccountInput:
    """A password, or nothing."""

    password: str | None = given("The password; it may be left out within ten minutes after signing in.")


@strawberry.type
class PrivacyMutations:
    """Mutations of privacy; API keys cannot call them."""

    update_privacy = mutated_by(
        personal_data.update_privacy,
        input=UpdatePrivacyInput,
        gives={"privacy": (Privacy, "The settings after the change.")},
        rule=auth(),
        description="Changes the visibility of the caller's profile.",
    )
    export_my_data = mutated_by(
        personal_data.export_my_data,
        input=None,
        gives={
            "data_export": (DataExport, "The permission."),
            "path": (
                str,
                "The path of the JSON document on this server, for GET. A secret: the link alone gives access.",
            ),
        },
        refuses=(TooManyExportsError,),
        rule=auth(),
        description="Gives a link to everything that is stored about the caller, as one JSON document. "
        "At most five a day.",
        weight=100,
    )
    delete_my_account = mutated_by(
        personal_data.delete_my_account,
        input=DeleteMyAccountInput,
        gives={"deletes_at": (datetime, "When the account will be anonymised.")},
        refuses=(ProofNeededError, *CHECK_PASSWORD_ERRORS, *LAST_ADMIN_ERRORS),
        rule=auth(),
        description="Anonymises the caller's account after 14 days. Until then they can sign in as before and "
        "call cancelDeletion. Leaderboards and statistics of questions keep their numbers, without a name.",
    )
    cancel_deletion = mutated_by(
        personal_data.cancel_deletion,
        input=None,
        gives={"cancelled": (bool, "True once the deletion is cancelled.")},
        rule=auth(),
        description="Cancels the deletion of the caller's account.",
    )
