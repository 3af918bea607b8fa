"""Errors of roles: what mutations of several areas may refuse."""

from domain.accounts.roles import LastAdminError
from graph.errors import declare_error

LAST_ADMIN_ERRORS = (LastAdminError,)

declare_error(LastAdminError, "The platform would be left without an admin.")
