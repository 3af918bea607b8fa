"""Proving: how a password may be refused, when it is set and when it is given."""

from datetime import datetime

import strawberry

from domain.passwords import BusyError, WeakPasswordError
from domain.sessions import InvalidCredentialsError
from domain.throttles import TooManyAttemptsError
from domain.users import EmailTakenError, HandleTakenError
from graph.errors import UserError, declare_error
from graph.fields import attribute


@strawberry.type
class TooManyAttemptsBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the moment at which a refusal ends."""

    retry_at: datetime = attribute("From when on it may be tried again.")


declare_error(WeakPasswordError, "The password is too easy to guess.")
declare_error(EmailTakenError, "Another account uses this e-mail address.")
declare_error(HandleTakenError, "Another user has this handle.")
declare_error(InvalidCredentialsError, "No account has this e-mail and password.")
declare_error(
    BusyError, "So many people sign in at the moment that it would take too long; try again in ten seconds."
)
declare_error(
    TooManyAttemptsError,
    "It was tried too often, for this account or from this address. Nothing is locked for good.",
    TooManyAttemptsBase,
)

SETTING = (WeakPasswordError, BusyError)
"""How setting a password may be refused."""
PROVING = (InvalidCredentialsError, TooManyAttemptsError, BusyError)
"""How proving a password may be refused."""
