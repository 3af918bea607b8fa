"""Content negotiation: which of the offered types a client prefers (RFC 9110, section 12.5)."""

from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
_LONGEST_HEADER = 2_000


@lru_cache(maxsize=256)
def preferred(accept: str, offered: tuple[str, ...] = (JSON, GRAPHQL)) -> str | None:
    """Return the offered type with the highest quality, in the client's order for ties; None if none is accepted.

    A missing header means JSON, as the GraphQL-over-HTTP draft says for clients from before 2025.
    """
    if not accept.strip():
        return JSON
    ranges = [_range(part, place) for place, part in enumerate(accept[:_LONGEST_HEADER].split(","))]
    best, chosen = (0.0, 0), None
    for media in offered:
        matches = [r for r in ranges if _matches(r[0], media)]
        if matches:
            _, quality, place = min(matches, key=lambda r: r[0].count("*"))  # the most specific range counts
            if quality > 0 and (quality, -place) > best:
                best, chosen = (quality, -place), media
    return chosen


def qualities(header: str) -> dict[str, float]:
    """Return the quality of each value of a header like Accept-Encoding; the values are in lower case."""
    ranges = (_range(part, 0) for part in header[:_LONGEST_HEADER].split(","))
    return {name: quality for name, quality, _ in ranges if name}


def _range(part: str, place: int) -> tuple[str, float, int]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                quality = 0.0
    return media.lower(), quality, place


def _matches(pattern: str, media: str) -> bool:
    return pattern in {media, "*/*", media.partition("/")[0] + "/*"}


@lru_cache(maxsize=64)
def is_json(content_type: str) -> bool:
    """Return whether a content type is JSON in UTF-8."""
    media, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")]
    return media == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)
