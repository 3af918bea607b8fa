"""Sign-in operations: they run although the access token beside them is bad or expired, because they need none."""

from graphql import OperationType

from graph.documents.prepared import PreparedOperation

SIGN_IN_MUTATIONS = frozenset(
    {
        "beginGoogleSignIn",
        "login",
        "refreshSession",
        "register",
        "requestPasswordReset",
        "resetPassword",
        "signInWithGoogle",
        "verifyEmail",
    }
)
"""The mutations that callers without a session use to get one."""
_FIELDS = SIGN_IN_MUTATIONS | {"__typename"}


def signs_in(operation: PreparedOperation) -> bool:
    """Tell whether all that an operation does is signing in."""
    return operation.kind is OperationType.MUTATION and _FIELDS.issuperset(operation.root_fields)
