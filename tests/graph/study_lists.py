"""Lists of study mode that the shortest way through the schema shows empty: what an answered slot explains."""

from domain.accounts.users import Viewer
from tests.support.schema_client import Asker
from tests.support.study import sessions_of_size

SLOTS = """query ($id: ID!) { studySession(id: $id) { slots(first: 100) { nodes {
  optionFeedback { answer text } } } } }"""


async def costs_of_remarks(ask: Asker, viewer: Viewer, size: int) -> dict[str, tuple[int, int]]:
    """Answer choices whose options have remarks; return what the longest list of them costs."""
    found = await ask.data(SLOTS, viewer, id=await sessions_of_size(ask, viewer, size))
    remarks = [slot["optionFeedback"] or [] for slot in found["studySession"]["slots"]["nodes"]]
    return {"StudySlot.optionFeedback": (ask.statements, max(map(len, remarks)))}
