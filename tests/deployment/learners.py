"""A learner who asks a gateway process over HTTP."""

from typing import Any, Self

import httpx

from tests.support.patience import PATIENCE_S

REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }"""
CREATE = """mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } userErrors { __typename } } }"""
GOALS = "{ viewer { goals(first: 50) { nodes { id } } } }"


class Learner:
    """A learner with an account; `token` is the access token in use."""

    def __init__(self, url: str, handle: str = "newcomer") -> None:
        self._client = httpx.Client(base_url=url, timeout=2 * PATIENCE_S)
        self.token = ""
        new = {
            "email": f"{handle}@example.org",
            "password": "correct horse battery",
            "handle": handle,
            "displayName": handle,
        }
        registered = self.ask(REGISTER, input=new)["data"]["register"]
        assert registered["accessToken"], f"{handle} is taken"
        self.token, self.refresh_token = registered["accessToken"], registered["refreshToken"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        found: dict[str, Any] = self._client.post("/graphql", json=body, headers=headers).json()
        return found

    def create(self, number: int) -> str:
        """Create a goal, the same for the same number; return its id, or the code of the error."""
        given = {"title": "Read " + "x" * 100, "idempotencyKey": f"a-long-key-{number:08}"}
        answer = self.ask(CREATE, input=given)
        found: str = (
            answer["errors"][0]["extensions"]["code"]
            if "errors" in answer
            else answer["data"]["createGoal"]["goal"]["id"]
        )
        return found

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of the health check."""
        response = self._client.get("/health/ready")
        return response.status_code, response.json()
