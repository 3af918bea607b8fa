"""Lists of workflows in refusals: each is made as long as asked for, and counted."""

from domain.accounts.users import Viewer
from tests.graph.other_lists import Cost, below
from tests.support.schema_client import Asker


async def costs_of_findings(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Save a template of `size` steps that there is no kind for."""
    coordinate = "TemplateRefused.findings"
    document = (
        "mutation ($input: SaveWorkflowTemplateInput!) { saveWorkflowTemplate(input: $input) { userErrors "
        f"{{ ... on TemplateRefused {{ findings {below(coordinate)} }} }} }} }}"
    )
    steps = [{"key": f"s{n}", "kind": "make_coffee"} for n in range(size)]
    given = {"name": "coffee", "description": "Makes coffee.", "steps": steps}
    answer = await ask.data(document, viewer, input=given)
    (refused,) = answer["saveWorkflowTemplate"]["userErrors"]
    return {coordinate: (ask.statements, len(refused["findings"]))}
