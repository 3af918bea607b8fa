"""Google: signing in with an identity from there, and linking one to an account."""

import strawberry

from domain.external_identities import (
    EmailNotVerifiedError,
    IdentityTakenError,
    InvalidFlowError,
    LinkRequiredError,
    NotOfferedError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from domain.suspensions import AccountSuspendedError
from domain.throttles import TooManyAttemptsError
from domain.users import EmailTakenError, HandleTakenError
from graph.directives import auth, public
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.proving import PROVING
from graph.scalars import URL
from graph.sessions import REFRESH_BY, TOKENS
from resolvers import google
from resolvers.door import RefreshDelivery

declare_error(NotOfferedError, "This way to sign in is not set up here.")
declare_error(ProviderUnavailableError, "The provider does not respond; try again later.")
declare_error(ProviderRefusedError, "The provider did not vouch for the caller; begin again.")
declare_error(InvalidFlowError, "The sign-in was not begun on this device, or is over; begin again.")
declare_error(EmailNotVerifiedError, "The provider does not vouch for the e-mail address.")
declare_error(LinkRequiredError, "An account has this address, but may not be linked without its password.")
declare_error(IdentityTakenError, "The identity, or the account, is linked to another one already.")

_FLOW_REFUSALS = (NotOfferedError, InvalidFlowError, ProviderRefusedError, ProviderUnavailableError)


@strawberry.input(description="Where Google sends the browser back to.")
class BeginGoogleSignInInput:
    """An agreed address."""

    redirect_uri: str = given("One of the addresses that the platform agreed on with Google.", required=True)


@strawberry.input(description="What Google sent back, and the device's secret.")
class SignInWithGoogleInput:
    """The end of a flow."""

    code: str = given("The parameter `code` of the address that Google opened.", required=True)
    state: str = given("Its parameter `state`.", required=True)
    flow: str = given("What beginGoogleSignIn gave this device.", required=True)
    refresh_by: RefreshDelivery = given(REFRESH_BY, default=RefreshDelivery.PAYLOAD)


@strawberry.input(description="What Google sent back, the device's secret, and the account's password.")
class LinkGoogleInput:
    """The end of a flow, and a proof."""

    code: str = given("The parameter `code` of the address that Google opened.", required=True)
    state: str = given("Its parameter `state`.", required=True)
    flow: str = given("What beginGoogleSignIn gave this device.", required=True)
    password: str = given("The password of the account.", required=True)


@strawberry.type
class GoogleMutations:
    """Mutations about Google."""

    begin_google_sign_in = mutated_by(
        google.begin_google_sign_in,
        input=BeginGoogleSignInInput,
        gives={
            "authorization_url": (URL, "The page of Google's to open in the browser, within ten minutes."),
            "flow": (str, "A secret: keep it on this device, and send it back with the code."),
        },
        refuses=(NotOfferedError, ProviderUnavailableError, TooManyAttemptsError),
        rule=public(),
        description="Begins a sign-in with Google, or the linking of an identity of Google's.",
    )
    sign_in_with_google = mutated_by(
        google.sign_in_with_google,
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
        ),
        rule=public(),
        description="Finishes a sign-in with Google. Opens the account that is linked to the identity, else the one "
        "with its e-mail address where both sides have verified that, else a new one.",
    )
    link_google = mutated_by(
        google.link_google,
        input=LinkGoogleInput,
        gives={"linked": (bool, "True once the identity signs in to the account.")},
        refuses=(*_FLOW_REFUSALS, IdentityTakenError, *PROVING),
        rule=auth(),
        description="Links an identity of Google's to the caller's account, which it signs in to from then on.",
    )
