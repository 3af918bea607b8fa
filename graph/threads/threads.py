"""Types of threads: the thread, its contents, and with whom it is shared."""

from datetime import datetime

import strawberry

from domain.ids import ThreadContentId, ThreadId
from domain.threads.thread_contents import MOST_CONTENTS
from graph.accounts.users import User
from graph.bookmarkable import Bookmarkable
from graph.chats.chats import ExploreChat
from graph.directives import reads_learning
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Connection
from resolvers.accounts import loaders as account_loaders
from resolvers.threads import loaders, threads


@strawberry.type(
    description="A learner with whom a thread is shared by name.", directives=[*reads_learning()]
)
class ThreadReader:
    """A reader."""

    user: User | None = loaded_by(
        account_loaders.users_by_id, key="user_id", description="The learner, who may read the thread."
    )
    added_at: datetime = attribute("Since when the thread is shared with them.")


@strawberry.type(
    description="The link of a thread; its secret is shown once, by `createThreadLink`.",
    directives=[*reads_learning()],
)
class ThreadLink:
    """A link without its secret."""

    created_at: datetime = attribute("When it was made.")
    guest_count: int = attribute("How many learners opened it.")


@strawberry.type(
    description="A section of a thread. Its owner sees it, and the learners with whom the thread is shared.",
    directives=[*reads_learning()],
)
class ThreadContent(Node):
    """A content."""

    id: ThreadContentId = attribute("The content's id, `threadcontent_...`.")
    thread: "Thread | None" = loaded_by(
        loaders.threads_by_id, key="thread_id", description="The thread that it is part of."
    )
    position: int = attribute("Its place in the thread, from 0.")
    title: str = attribute("The title, one line.")
    body: str = attribute("The text, at most 20 000 characters of Markdown without HTML and images.")
    is_generated: bool = attribute("Whether a language model wrote it and its owner has not edited it since.")
    chat: ExploreChat | None = loaded_by(
        loaders.chats_by_content,
        key="id",
        description="The chat about this section, for its owner, who starts it with `exploreThreadContent`; or null. "
        "Readers see none.",
    )
    created_at: datetime = attribute("When it was added.")
    changed_at: datetime = attribute("When its title or body was changed last.")


@strawberry.type(
    description="A subject in ordered sections, which a learner writes or has written. Its owner sees it, and the "
    "learners with whom it is shared, who can change nothing.",
    directives=[*reads_learning()],
)
class Thread(Bookmarkable):
    """A thread."""

    id: ThreadId = attribute("The thread's id, `thread_...`.")
    owner: User | None = loaded_by(
        account_loaders.users_by_id, key="owner_id", description="The learner who writes it."
    )
    title: str = attribute("The title, one line.")
    description: str = attribute("What it is about; empty if its owner wrote nothing.")
    version: int = attribute(
        "Grows with every change of the thread and of its contents; pass it to the mutations that change them."
    )
    content_count: int = attribute(f"How many contents it has, at most {MOST_CONTENTS}.")
    contents: Connection[ThreadContent] | None = loaded_by(
        loaders.contents_by_thread, key="id", description="Its contents, in their order."
    )
    archived_at: datetime | None = attribute("When its owner put it into the archive, or null.")
    created_at: datetime = attribute("When it was created.")
    changed_at: datetime = attribute("When it or one of its contents was changed last.")
    link: ThreadLink | None = loaded_by(
        loaders.links_by_thread,
        key="id",
        description="Its link, for its owner; null where there is none, and for readers.",
    )
    readers: Connection[ThreadReader] | None = loaded_by(
        loaders.readers_by_thread,
        key="id",
        description="With whom it is shared by name, for its owner, in the order of their accounts; readers see none.",
    )


@strawberry.type
class ThreadQueries:
    """Root fields of threads."""

    thread: Thread | None = resolved_by(
        threads.thread,
        description="A thread of the caller's, or one that is shared with them; null for others.",
        rule=reads_learning(),
        args={"id": "The thread's id."},
    )
