"""Access errors: what a response says of a field that the caller's roles or scopes do not reach."""

from graphql import GraphQLError

UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN = "FORBIDDEN"
_MESSAGES = {
    UNAUTHENTICATED: "Sign in and send an access token to read {}.",
    FORBIDDEN: "Your roles, or the scopes of your API key, do not reach {}.",
}


def access_error(coordinate: str, code: str) -> GraphQLError:
    """Return the error for a refused coordinate."""
    return GraphQLError(
        _MESSAGES[code].format(coordinate), extensions={"code": code, "coordinate": coordinate}
    )
