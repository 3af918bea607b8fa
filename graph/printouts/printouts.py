"""Types and the mutation of printouts."""

from datetime import datetime

import strawberry

from domain.ids import PrintoutId
from domain.printouts.documents import DocumentTooLongError
from domain.printouts.printouts import (
    MOST_A_DAY,
    MOST_AT_WORK,
    PrintFormat,
    PrintoutState,
    TooManyPrintoutsError,
)
from domain.printouts.targets import PrintTarget
from graph.directives import reads_learning, writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.jobs.jobs import Job
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.jobs import loaders as job_loaders
from resolvers.printouts import printouts

declare_enum(
    PrintFormat,
    "The formats of printouts.",
    PDF="A PDF with fonts for many scripts.",
    MARKDOWN="One Markdown text.",
)
declare_enum(
    PrintoutState,
    "Where a printout is in its life.",
    WAITING="Its job makes the file.",
    READY="The file is there, until `expiresAt`.",
    FAILED="There is no file; `failure` says why.",
    EXPIRED="The file is not kept any more, or was not made within an hour.",
)
declare_enum(
    PrintTarget,
    "What can be printed.",
    CERTIFICATE="A certificate of the caller's.",
    CHAT="A chat of the caller's, with all of its questions and answers.",
    ROADMAP="A roadmap that the caller may see: the version that they are on with their progress, or the current one.",
    THREAD="A thread of the caller's, or one that is shared with them: its contents, without chats.",
)
declare_error(TooManyPrintoutsError, "The caller has asked for as many printouts as are allowed.")
declare_error(DocumentTooLongError, "The document has more characters than are printed.")


@strawberry.type(description="An address of a file, for everyone who has it.", directives=[*reads_learning()])
class PrintoutLink:
    """A signed link."""

    url: str = attribute("The address of the file. A secret.")
    expires_at: datetime = attribute("Until when it works: for an hour. Read it again for another one.")


@strawberry.type(
    description="A file that a job makes of something that the caller may see. Only they can read it.",
    directives=[*reads_learning()],
)
class Printout(Node):
    """A printout of the caller's."""

    id: PrintoutId = attribute("The printout's id, `printout_...`.")
    target_id: strawberry.ID = attribute("The id of what is printed.")
    format: PrintFormat = attribute("The format of the file.")
    title: str = attribute("The title of the document.")
    state: PrintoutState = attribute("Where it is in its life.")
    job: Job | None = loaded_by(
        job_loaders.jobs_by_id,
        key="job_id",
        description="The job that makes the file, with its progress; null once it is no longer kept.",
    )
    created_at: datetime = attribute("When it was asked for.")
    finished_at: datetime | None = attribute(
        "When the file was there, or it was clear that there will be none."
    )
    expires_at: datetime = attribute("Until when the file is waited for or kept.")
    size_bytes: int | None = attribute("How many bytes the file has.")
    pages: int | None = attribute("How many pages a PDF has.")
    failure: str | None = attribute("Why there is no file: a sentence, or null.")
    link: PrintoutLink | None = resolved_by(
        printouts.link, description="A new link to the file; null unless the state is READY."
    )


@strawberry.input(description="What to print, and in which format.")
class PrintDocumentInput:
    """A target and a format."""

    target_id: strawberry.ID = given(
        "The id of a certificate or a chat of the caller's, of a roadmap, or of a thread.", required=True
    )
    format: PrintFormat = given("The format of the file.", required=True)


@strawberry.type
class PrintoutMutations:
    """The mutation of printouts."""

    print_document = mutated_by(
        printouts.print_document,
        input=PrintDocumentInput,
        gives={
            "printout": (Printout, "The printout, which waits for its file."),
            "job": (Job, "The job that makes the file."),
        },
        refuses=(TooManyPrintoutsError, DocumentTooLongError),
        rule=writes_learning(),
        description="Starts a job that makes a file of something that the caller may see; it is kept for a week. At "
        f"most {MOST_AT_WORK} at a time, and {MOST_A_DAY} a day.",
        weight=20,
    )
