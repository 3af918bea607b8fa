"""SDL: the whole schema as text, for tools that read no introspection. Only development serves it."""

from starlette.requests import Request
from starlette.responses import Response

from graph.schema import sdl

SDL_PATH = "/schema.graphql"


def serve(_request: Request) -> Response:
    """Answer with the SDL; the first call prints it, which Starlette runs in a thread."""
    return Response(sdl(), media_type="text/plain; charset=utf-8", headers={"cache-control": "no-cache"})
