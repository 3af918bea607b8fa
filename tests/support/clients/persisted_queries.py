"""Persisted-query client of tests: requests that send a document by its hash."""

from typing import Any

import httpx

from domain.documents.persisted_queries import digest_of

HELLO = "query Hello { __typename }"
ANSWER = {"data": {"__typename": "Query"}}
WATCH = "subscription { leaderboardChanged { ... on LeaderboardSnapshot { version } } }"


def named(text: str, **parts: Any) -> dict[str, Any]:
    """A request that names a document by its hash alone, as Apollo's clients do."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest_of(text)}}} | parts


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    code: str = error["extensions"]["code"]
    return code
