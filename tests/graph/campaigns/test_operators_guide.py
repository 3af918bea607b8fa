"""The operators' guide to campaigns: every query and mutation in it is executed, in its order."""

import re
from pathlib import Path
from typing import Any

from domain.unit_of_work import Meter
from tests.builders.campaigns import consent
from tests.support.campaigns import run_jobs
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker

GUIDE = Path(__file__).parents[3] / "docs/operators/campaigns.md"
DOCUMENT = re.compile(r"^```graphql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


async def test_every_document_of_the_guide_does_what_it_says(ask: Asker) -> None:
    viewer = await an_operator(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await consent(work.connection.raw, viewer.user_id)
    known: dict[str, str] = {}
    seen: list[tuple[str, Any]] = []
    for document in DOCUMENT.findall(GUIDE.read_text("utf-8")):
        asked = {name: known[name] for name in re.findall(r"\$(\w+): ID!", document)}
        if "pauseCampaign" in document or "campaigns(" in document:
            await run_jobs(ask, known["campaign"])
        for field, found in (await ask.data(document, viewer, **asked)).items():
            assert found.pop("userErrors", []) == [], document
            for kind, value in found.items():
                if isinstance(value, dict) and "id" in value:
                    known[kind] = value["id"]
            seen.append((field, found))
    by_field = dict(seen)

    states = {field: found["campaign"]["state"] for field, found in seen if "campaign" in found}
    assert states == {
        "createCampaign": "DRAFT",
        "sendTestCampaign": "DRAFT",
        "sendCampaign": "SENDING",
        "pauseCampaign": "PAUSED",
        "resumeCampaign": "SENDING",
        "cancelCampaign": "CANCELLED",
    }
    preview = by_field["createEmailTemplate"]["template"]["preview"]
    assert preview["subject"] == "reader, here is what is new in March"
    assert "Two new roadmaps" in preview["html"]
    assert "Two new roadmaps" in preview["text"]
    assert by_field["segmentSize"] == {"matching": 1, "reachable": 1}
    (campaign,) = by_field["campaigns"]["nodes"]
    assert campaign["progress"]["recipients"] == 1
