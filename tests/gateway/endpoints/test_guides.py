"""The start page, the guides and the settings in the playground's page."""

import json
import re

import pytest

from gateway.endpoints import guides
from gateway.settings.modes import Environment
from tests.gateway.conftest import Live, running

BROWSER = {"accept": "text/html"}
PAGES = ("/", "/docs/clients.md", "/graphiql/access.json", "/graphiql/graphiql.js", "/schema.graphql")


async def test_the_start_page_leads_to_the_playground_and_every_guide(live: Live) -> None:
    page = await live.client.get("/")

    links = re.findall(r'href="([^"]+)"', page.text)
    assert {"graphql", "schema.graphql"} <= set(links)
    assert {"docs/clients.md", "docs/operators.md", "docs/formats.md", "docs/security.md"} <= set(links)
    for link in (each for each in links if each.startswith("docs/")):
        assert (await live.client.get(f"/{link}")).status_code == 200, link


async def test_every_page_of_the_docs_is_rendered_and_links_back(live: Live) -> None:
    assert "decisions/README.md" in guides._files()

    for name in sorted(guides._files()):
        page = await live.client.get(f"/docs/{name}")

        assert page.status_code == 200, name
        if name.endswith(".md"):
            assert "<h1>" in page.text, name
            assert 'graphql">Playground' in page.text, name


@pytest.mark.parametrize("path", ["../pyproject.toml", "..%2fpyproject.toml", "nothing.md", "releases", ""])
async def test_no_path_leaves_the_folder_of_the_guides(live: Live, path: str) -> None:
    assert (await live.client.get(f"/docs/{path}")).status_code == 404


async def test_the_sdl_is_served_as_the_checkout_has_it(live: Live) -> None:
    page = await live.client.get("/schema.graphql")

    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.text == (guides.FOLDER.parent / "schema.graphql").read_text("utf-8")


async def test_the_playground_knows_the_demo_accounts(live: Live) -> None:
    page = await live.client.get("/graphql", headers=BROWSER)

    found = re.search(r'id="playground-settings"[^>]*>(.+?)</script>', page.text)
    assert found is not None
    settings = json.loads(found[1])
    assert {"name": "Ada", "email": "ada@questpath.example", "roles": ["LEARNER"]} in settings["demoAccounts"]


async def test_the_playground_knows_who_may_use_each_field(live: Live) -> None:
    access = (await live.client.get("/graphiql/access.json")).json()

    assert access["Query.leaderboard"] == "everyone."
    assert access["Query.auditLog"].startswith("signed-in users with the role ADMIN.")
    assert "the owner alone" in access["User.email"]
    assert "An API key needs READ_PROFILE." in access["User.email"]
    assert access["Question.kind"] == "signed-in users with the role LEARNER. An API key needs READ_LEARNING."


@pytest.mark.parametrize("path", PAGES)
async def test_production_has_no_such_pages(database_url: str, path: str) -> None:
    async with running(database_url, env=Environment.PRODUCTION) as live:
        assert (await live.client.get(path, headers=BROWSER)).status_code == 404
