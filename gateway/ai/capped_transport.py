"""Capped transport: reads so many bytes of an answer over HTTP and no more, and no answer that is a web page."""

from collections.abc import AsyncIterator

import httpx2

MOST_BYTES = 8_000_000
"""How many bytes of an answer are read: a stream has some hundred bytes for each token."""
_TYPES = ("text/event-stream", "application/json")


class AnswerRefusedError(httpx2.ReadError):
    """The answer is too long, or of another type than an interface of language models has."""


class _CappedStream(httpx2.AsyncByteStream):
    """A stream that ends with an error after so many bytes."""

    def __init__(self, stream: httpx2.AsyncByteStream, request: httpx2.Request) -> None:
        self._stream = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise AnswerRefusedError("the answer is too long", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()


class CappedTransport(httpx2.AsyncBaseTransport):
    """A transport whose answers have an end."""

    def __init__(self, transport: httpx2.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, asking for no compression, which could hide more bytes than were counted."""
        request.headers["Accept-Encoding"] = "identity"
        response = await self._transport.handle_async_request(request)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if (response.is_success and kind not in _TYPES) or "Content-Encoding" in response.headers:
            await response.aclose()
            raise AnswerRefusedError(f"an answer of type {kind[:40]}", request=request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 - as an asynchronous transport has it
        response.stream = _CappedStream(response.stream, request)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()
