"""HTTP errors: end a request before its operation runs."""

from graphql import GraphQLError


class HttpError(Exception):
    """The request ends with this status and one coded error; `headers` are named with underscores."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = GraphQLError(message, extensions={"code": code})
        self.headers = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
