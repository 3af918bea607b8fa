"""Targets of printouts: what can be printed, each kind with the function that composes its document.

A new kind is a line here, a member of `PrintTarget`, and a module that composes its document with the rule of rows of
its area: it returns None for what the viewer may not see.
"""

from collections.abc import Awaitable, Callable
from enum import Enum

from domain.errors import InvalidInputError
from domain.ids import is_id
from domain.printouts import certificate_documents, chat_documents, roadmap_documents, thread_documents
from domain.printouts.documents import Document
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork


class PrintTarget(Enum):
    """The kinds of targets; each value is the prefix of their ids."""

    CERTIFICATE = "certificate"
    CHAT = "chat"
    ROADMAP = "roadmap"
    THREAD = "thread"


Compose = Callable[[PrintoutsWork, str, Reading], Awaitable[Document | None]]
"""Composes the document of a target; None where the viewer sees none."""

TARGETS: dict[PrintTarget, Compose] = {
    PrintTarget.CERTIFICATE: certificate_documents.compose,
    PrintTarget.CHAT: chat_documents.compose,
    PrintTarget.ROADMAP: roadmap_documents.compose,
    PrintTarget.THREAD: thread_documents.compose,
}
"""What composes the document of each kind."""


def kind_of(target_id: str) -> PrintTarget:
    """Return the kind of a target by its id; raises InvalidInputError for an id of none."""
    for kind in PrintTarget:
        if is_id(target_id, kind.value):
            return kind
    names = ", ".join(kind.value for kind in PrintTarget)
    raise InvalidInputError(f"targetId must be the id of one of these: {names}.", field="targetId")


async def compose(work: PrintoutsWork, target_id: str, reading: Reading) -> Document | None:
    """Compose the document of a target; None where the viewer sees none."""
    return await TARGETS[kind_of(target_id)](work, target_id, reading)
