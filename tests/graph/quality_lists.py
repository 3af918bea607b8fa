"""Lists of the quality of questions: the reports that are dismissed at once, as many as asked for, and counted."""

from domain.accounts.users import Viewer
from tests.graph.other_lists import Cost, below
from tests.support.accounts import accepted
from tests.support.quality_scenes import dismissable
from tests.support.schema_client import Asker


async def costs_of_dismissals(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Dismiss `size` reports on a question."""
    reports = "DismissReportsPayload.reports"
    ids = await dismissable(ask, size)
    payload = await accepted(ask, viewer, "dismissReports", f"reports {below(reports)}", reportIds=ids)
    return {reports: (ask.statements, len(payload["reports"]))}
