"""A small HTTP/1.1 load client: keep-alive connections, a fixed number of requests, latencies in milliseconds."""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Load:
    """What one run measured."""

    latencies_ms: list[float]
    seconds: float
    failures: int

    @property
    def rps(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def load(url: str, body: bytes, *, token: str | None, requests: int, connections: int) -> Load:
    """Send `requests` POSTs over `connections` sockets."""
    parts = urlsplit(url)
    head = [
        f"POST {parts.path} HTTP/1.1",
        f"host: {parts.netloc}",
        "content-type: application/json",
        "accept: application/json",
        f"content-length: {len(body)}",
    ]
    if token:
        head.append(f"authorization: Bearer {token}")
    message = "\r\n".join(head).encode() + b"\r\n\r\n" + body
    left = iter(range(requests))
    latencies: list[float] = []
    failures = 0

    async def worker() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for _ in left:
            began = time.perf_counter()
            writer.write(message)
            answer = await _response(reader)
            latencies.append((time.perf_counter() - began) * 1_000)
            failures += b'"errors"' in answer
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    return Load(latencies, time.perf_counter() - began, failures)


async def _response(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    return await reader.readexactly(length)
