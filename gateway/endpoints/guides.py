"""Start page and guides: what `/` shows in development, and the pages of `docs/` as HTML."""

import secrets
from functools import cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import Response

from gateway.http.errors import HttpError

GUIDES_PATH = "/docs"
FOLDER = Path(__file__).parents[2] / "docs"
"""The guides of a checkout; an installed package has none, and the start page then names none."""
_FIRST = ("clients.md", "client-libraries.md", "operators.md", "formats.md", "security.md")
_CSP = "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M8 1l6 3.5v7L8 15"
    "l-6-3.5v-7z' fill='none' stroke='%23d60590' stroke-width='1.6'/%3E%3C/svg%3E"
)
_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d5dae3, #46536c); --ground: light-dark(#f6f7fa, #1b2230); }
body { max-width: 76ch; margin: 0 auto; padding: 24px 16px 64px; font: 16px/1.6 system-ui, sans-serif; }
a { color: light-dark(#b8047c, #ff7ab0); }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; padding-bottom: 12px; border-bottom: 1px solid var(--line); }
pre, table { display: block; overflow-x: auto; }
pre { padding: 12px; border-radius: 6px; background: var(--ground); }
code { font: 0.9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
td, th { padding: 4px 10px; border: 1px solid var(--line); text-align: left; vertical-align: top; }
table { border-collapse: collapse; }
img { max-width: 100%; }
"""


async def start_page(_request: Request) -> Response:
    """Answer with links to the playground and the guides."""
    guides = "".join(
        f'<li><a href="{GUIDES_PATH[1:]}/{name}">{escape(_title(name))}</a></li>'
        for name in _FIRST
        if (FOLDER / name).is_file()
    )
    return _page(
        "QuestPath",
        "<h1>QuestPath</h1><p>The GraphQL gateway of a gamified learning platform.</p>"
        '<ul><li><a href="graphql">Playground</a>: queries, mutations and subscriptions with demo accounts</li>'
        '<li><a href="schema.graphql">Schema</a>: the whole SDL, for tools</li>'
        '<li><a href="health/ready">Health</a>: whether the gateway and its database answer</li></ul>'
        + (f"<h2>Guides</h2><ul>{guides}</ul>" if guides else ""),
        home="",
    )


async def guide(request: Request) -> Response:
    """Answer with a page of `docs/`, or with one of its pictures; raises HttpError if there is none."""
    name: str = request.path_params["path"]
    if name not in _files():
        raise HttpError(404, "NOT_FOUND", f"There is no such page; {GUIDES_PATH}/clients.md is one.")
    if name.endswith(".svg"):
        return Response((FOLDER / name).read_bytes(), media_type="image/svg+xml")
    return _page(_title(name), _rendered(name), home="../" * (name.count("/") + 1))


@cache
def _files() -> frozenset[str]:
    """Return what may be asked for, so that no path leaves the folder."""
    found = (path for ending in ("md", "svg") for path in FOLDER.rglob(f"*.{ending}"))
    return frozenset(path.relative_to(FOLDER).as_posix() for path in found)


@cache
def _title(name: str) -> str:
    first = (FOLDER / name).read_text("utf-8").partition("\n")[0]
    return first.lstrip("# ").strip() or name


@cache
def _rendered(name: str) -> str:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return str(markdown.render((FOLDER / name).read_text("utf-8")))


def _page(title: str, body: str, *, home: str) -> Response:
    nonce = secrets.token_urlsafe(16)
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="{_ICON}"><title>{escape(title)}</title>'
        f'<style nonce="{nonce}">{_STYLE}</style></head><body>'
        f'<nav><a href="{home or "."}">Start</a><a href="{home}graphql">Playground</a></nav>{body}</body></html>'
    )
    return Response(
        html,
        media_type="text/html; charset=utf-8",
        headers={"content-security-policy": _CSP.format(nonce=nonce)},
    )
