"""Password errors: the refusals of setting a password and of checking one."""

from datetime import datetime

import strawberry

from domain.accounts.users import EmailTakenError, HandleTakenError
from domain.authentication.attempt_limits import TooManyAttemptsError
from domain.authentication.passwords import BusyError, WeakPasswordError
from domain.authentication.sessions import InvalidCredentialsError
from graph.errors import UserError, declare_error
from graph.fields import attribute


@strawberry.type
class TooManyAttemptsBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the moment from which the next attempt is allowed."""

    retry_at: datetime = attribute("When the next attempt is allowed.")


declare_error(WeakPasswordError, "The password is too easy to guess.")
declare_error(EmailTakenError, "Another account uses this e-mail address.")
declare_error(HandleTakenError, "Another user has this handle.")
declare_error(InvalidCredentialsError, "No account has this e-mail and password.")
declare_error(BusyError, "Too many people are signing in at the moment; try again in ten seconds.")
declare_error(
    TooManyAttemptsError,
    "There were too many attempts, for this account or from this address. No account is locked for good.",
    TooManyAttemptsBase,
)

SET_PASSWORD_ERRORS = (WeakPasswordError, BusyError)
"""The refusals of setting a password."""
CHECK_PASSWORD_ERRORS = (InvalidCredentialsError, TooManyAttemptsError, BusyError)
"""The refusals of checking a password."""
