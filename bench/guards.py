"""Guards of the servers that do the same work: each must refuse as ours does, before any server is timed.

Both servers run with low limits here, so that a deep query and a burst exceed them; the benchmark runs the same guards
with high limits.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import httpx

from bench import access_tokens, dataset
from bench.servers import GUARDED, ORIGIN, Server, running
from bench.shapes import M1, Q0, Q3, Request, Shape, identifier

_READS, _DEPTH, _BURST = "10", "4", 40
_LOW_LIMITS = {
    "QUESTPATH_RATE_READS": _READS,
    "BENCH_RATE": _READS,
    "QUESTPATH_LIMIT_DEPTH": _DEPTH,
    "BENCH_DEPTH": _DEPTH,
}
_OWN_GOALS = "query Own { viewer { goals(first: 1) { nodes { id } } } }"
_ATTEMPT = {"attemptId": identifier("attempt", 1), "key": "bench-guards"}
_HEADERS = (
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
)
_LOG_S = 2.0


class GuardError(Exception):
    """A guard is missing; the message names the server, the guard and the answer."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one server to the requests that its guards judge; an error code is None where there is none."""

    own_goals_without_token: object
    """The data of a request for the caller's own goals without a token."""
    submit_without_token: str | None
    forged_token: tuple[int, str | None]
    """The status and error code of a request with a wrong signature."""
    is_deep_query_refused: bool
    burst_statuses: frozenset[int]
    """The statuses in a burst of one caller's requests."""
    is_other_caller_answered: bool
    """Whether another caller's request right after the burst has data."""
    missing_headers: tuple[str, ...]
    origin: str | None
    """The origin that may read the answer to a page of the allowed origin."""
    foreign_origin: str | None
    preflight_origin: str | None
    is_logged: bool
    """Whether a line of the log names the operation and the caller."""


EXPECTED = Answers(
    own_goals_without_token={"viewer": None},
    submit_without_token="UNAUTHENTICATED",
    forged_token=(401, "UNAUTHENTICATED"),
    is_deep_query_refused=True,
    burst_statuses=frozenset({200, 429}),
    is_other_caller_answered=True,
    missing_headers=(),
    origin=ORIGIN,
    foreign_origin=None,
    preflight_origin=ORIGIN,
    is_logged=True,
)


def check(names: Sequence[str], url: str, probe: Shape) -> None:
    """Start the guarded servers among `names` with low limits and check their guards; raises GuardError."""
    guarded = [name for name in names if name in GUARDED]
    with running(guarded, url, dataset.FOLDER, probe, settings=_LOW_LIMITS) as servers:
        for server in servers:
            _check(server)


def _check(server: Server) -> None:
    found, expected = asdict(_answers(server)), asdict(EXPECTED)
    for guard, answer in found.items():
        if answer != expected[guard]:
            raise GuardError(f"{server.name}: {guard} is {answer!r} instead of {expected[guard]!r}")


def _answers(server: Server) -> Answers:
    caller, other = Request(1, {}), Request(2, {})
    token, other_token = access_tokens.issue(caller), access_tokens.issue(other)
    forged = token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
        preflight = client.options(
            "/graphql", headers={"origin": ORIGIN, "access-control-request-method": "POST"}
        )
        own_goals = _post(client, _OWN_GOALS)
        submit = _post(client, M1, variables=_ATTEMPT)
        with_forged = _post(client, Q0, forged)
        deep = _post(client, Q3, other_token)
        from_page = _post(client, Q0, other_token, ORIGIN)
        from_foreign_page = _post(client, Q0, other_token, "https://elsewhere.example")
        burst = [_post(client, Q0, token).status_code for _ in range(_BURST)]
        after_burst = _post(client, Q0, other_token)
    answers = (own_goals, submit, with_forged, deep, from_page)
    return Answers(
        own_goals_without_token=own_goals.json().get("data"),
        submit_without_token=_code(submit),
        forged_token=(with_forged.status_code, _code(with_forged)),
        is_deep_query_refused="errors" in deep.json() and not deep.json().get("data"),
        burst_statuses=frozenset(burst),
        is_other_caller_answered="errors" not in after_burst.json(),
        missing_headers=tuple(n for n in _HEADERS if any(n not in answer.headers for answer in answers)),
        origin=from_page.headers.get("access-control-allow-origin"),
        foreign_origin=from_foreign_page.headers.get("access-control-allow-origin"),
        preflight_origin=preflight.headers.get("access-control-allow-origin"),
        is_logged=_is_logged(server, other.user_id),
    )


def _post(
    client: httpx.Client,
    document: str,
    token: str | None = None,
    origin: str | None = None,
    variables: dict[str, str] | None = None,
) -> httpx.Response:
    headers = {"accept": "application/json"}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    headers |= {"origin": origin} if origin else {}
    name = document.split()[1].partition("(")[0]
    body = {"query": document, "operationName": name, "variables": variables or {}}
    return client.post("/graphql", json=body, headers=headers)


def _code(answer: httpx.Response) -> str | None:
    errors = answer.json().get("errors") or [{}]
    code: str | None = errors[0].get("extensions", {}).get("code")
    return code


def _is_logged(server: Server, user_id: str) -> bool:
    """Return whether a line of the log holds the operation's name and the caller's id, once buffers are written."""
    deadline = time.monotonic() + _LOG_S
    while time.monotonic() < deadline:
        lines = server.log.read_text("utf-8").splitlines()
        if any('"Q0"' in line and user_id in line for line in lines):
            return True
        time.sleep(0.05)
    return False
