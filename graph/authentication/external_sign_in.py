"""External sign-in: signing in with Google, and linking a Google identity to an account."""

import strawberry

from domain.accounts.suspensions import AccountSuspendedError
from domain.accounts.users import EmailTakenError, HandleTakenError
from domain.authentication.attempt_limits import TooManyAttemptsError
from domain.authentication.external_identities import (
    EmailNotVerifiedError,
    IdentityTakenError,
    InvalidFlowError,
    LinkRequiredError,
    NotOfferedError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from graph.authentication.password_errors import CHECK_PASSWORD_ERRORS
from graph.authentication.sign_in import REFRESH_BY, TOKENS
from graph.directives import auth, public
from graph.errors import declare_error
from graph.feature_flags.errors import SWITCHABLE
from graph.fields import given
from graph.mutations import mutated_by
from graph.scalars import URL
from resolvers.authentication import external_sign_in
from resolvers.request_info import RefreshDelivery

declare_error(NotOfferedError, "This way to sign in is not set up.")
declare_error(ProviderUnavailableError, "The provider does not respond; try again later.")
declare_error(ProviderRefusedError, "The provider did not vouch for the caller; begin again.")
declare_error(InvalidFlowError, "The sign-in was started on another device, or has ended; begin again.")
declare_error(EmailNotVerifiedError, "The provider does not vouch for the e-mail address.")
declare_error(LinkRequiredError, "An account has this address, but linking it needs its password.")
declare_error(IdentityTakenError, "The identity or the account is already linked to another one.")

_FLOW_REFUSALS = (NotOfferedError, InvalidFlowError, ProviderRefusedError, ProviderUnavailableError)


@strawberry.input(description="The redirect URI of a sign-in with Google.")
class BeginGoogleSignInInput:
    """A registered address."""

    redirect_uri: str = given("One of the redirect URIs that are registered with Google.", required=True)


@strawberry.input(description="The callback parameters from Google, and the device's secret.")
class SignInWithGoogleInput:
    """The end of a flow."""

    code: str = given("The parameter `code` of the callback.", required=True)
    state: str = given("The parameter `state` of the callback.", required=True)
    flow: str = given("The secret that this device got from beginGoogleSignIn.", required=True)
    refresh_by: RefreshDelivery = given(REFRESH_BY, default=RefreshDelivery.PAYLOAD)


@strawberry.input(
    description="The callback parameters from Google, the device's secret, and the account's password."
)
class LinkGoogleInput:
    """The end of a flow, and a password."""

    code: str = given("The parameter `code` of the callback.", required=True)
    state: str = given("The parameter `state` of the callback.", required=True)
    flow: str = given("The secret that this device got from beginGoogleSignIn.", required=True)
    password: str = given("The password of the account.", required=True)


@strawberry.type
class GoogleMutations:
    """Mutations of signing in with Google."""

    begin_google_sign_in = mutated_by(
        external_sign_in.begin_google_sign_in,
        input=BeginGoogleSignInInput,
        gives={
            "authorization_url": (URL, "Google's sign-in page, to open in the browser within ten minutes."),
            "flow": (str, "A secret: keep it on this device, and send it with the code."),
        },
        refuses=(NotOfferedError, ProviderUnavailableError, TooManyAttemptsError),
        rule=public(),
        description="Starts a sign-in with Google, or the linking of a Google identity.",
    )
    sign_in_with_google = mutated_by(
        external_sign_in.sign_in_with_google,
        input=SignInWithGoogleInput,
        gives=TOKENS,
        refuses=(
            *_FLOW_REFUSALS,
            EmailNotVerifiedError,
            LinkRequiredError,
            IdentityTakenError,
            EmailTakenError,
            HandleTakenError,
            AccountSuspendedError,
            *SWITCHABLE,
        ),
        rule=public(),
        description="Finishes a sign-in with Google: to the account that is linked to the identity, else to the one "
        "with its e-mail address if both sides have verified that, else to a new one.",
    )
    link_google = mutated_by(
        external_sign_in.link_google,
        input=LinkGoogleInput,
        gives={"linked": (bool, "True once the identity signs in to the account.")},
        refuses=(*_FLOW_REFUSALS, IdentityTakenError, *CHECK_PASSWORD_ERRORS),
        rule=auth(),
        description="Links a Google identity to the caller's account, which it signs in to from then on.",
    )
