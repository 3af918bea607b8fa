"""Link charges: who opens a signed link needs no token, so the address pays for the work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.requests import Request

from gateway.callers.request_info import RequestInfoReader
from gateway.http.errors import HttpError
from gateway.rate_limits.errors import ANSWERED_AFTER_S, RateLimitedError
from gateway.rate_limits.preparation import Preparation

Charge = Callable[[int], None]
"""Charges a price, in microseconds; raises RateLimitedError."""


class LinkCharges:
    """Charges the address of a request."""

    def __init__(self, preparation: Preparation, request_info: RequestInfoReader) -> None:
        self._preparation = preparation
        self._request_info = request_info

    @asynccontextmanager
    async def of(self, request: Request) -> AsyncIterator[Charge]:
        """Yield what charges the address; if it cannot pay, raise HttpError a moment later."""
        find_request = partial(self._request_info.of_request, request.scope, dict(request.scope["headers"]))
        try:
            yield lambda price: self._preparation.charge(price, None, find_request)
        except RateLimitedError as refused:
            (error,) = refused.errors
            wait_s = (error.extensions or {})["retryAfter"]
            await asyncio.sleep(ANSWERED_AFTER_S)
            raise HttpError(429, "RATE_LIMITED", error.message, retry_after=str(wait_s)) from None
