"""Mutations that share threads: by a link, and with learners by their handles."""

import strawberry

from domain.ids import ThreadId
from domain.threads.share_changes import InvalidThreadLinkError
from domain.threads.thread_shares import MOST_READERS, TooManyReadersError
from graph.directives import writes_learning
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.threads.threads import Thread
from resolvers.threads import share_changes

declare_error(InvalidThreadLinkError, "The link is unknown or was revoked.")
declare_error(TooManyReadersError, "The thread is shared with as many learners as are allowed.")
_OWN = "A thread of the caller's own."
_HANDLE = "The learner's handle, in any case."
_SHARED = {"thread": (Thread, "The thread.")}


@strawberry.input(description="The thread to share.")
class CreateThreadLinkInput:
    """A thread."""

    thread_id: ThreadId = given(_OWN, required=True)


@strawberry.input(description="The thread whose link is revoked.")
class RevokeThreadLinkInput:
    """A thread."""

    thread_id: ThreadId = given(_OWN, required=True)


@strawberry.input(description="A link to open.")
class OpenThreadLinkInput:
    """A secret."""

    secret: str = given("The secret of the link, `qpt_...`.", required=True)


@strawberry.input(description="A thread and a learner.")
class ShareThreadWithInput:
    """A thread and a handle."""

    thread_id: ThreadId = given(_OWN, required=True)
    handle: str = given(_HANDLE, required=True)


@strawberry.input(description="A thread and a learner.")
class UnshareThreadWithInput:
    """A thread and a handle."""

    thread_id: ThreadId = given(_OWN, required=True)
    handle: str = given(_HANDLE, required=True)


@strawberry.input(description="The thread to leave.")
class LeaveSharedThreadInput:
    """A thread."""

    thread_id: ThreadId = given("A thread that is shared with the caller.", required=True)


@strawberry.type
class ThreadSharingMutations:
    """Mutations of the sharing of threads."""

    create_thread_link = mutated_by(
        share_changes.create_thread_link,
        input=CreateThreadLinkInput,
        gives={
            "thread": (Thread, "The shared thread."),
            "secret": (str, "The secret of the link, shown only once: learners give it to `openThreadLink`."),
        },
        rule=writes_learning(),
        description="Makes the link of one of the caller's threads: learners who open it may read its contents, and "
        "never the chats. A new link takes the place of the one before, whose guests lose sight of the thread.",
    )
    revoke_thread_link = mutated_by(
        share_changes.revoke_thread_link,
        input=RevokeThreadLinkInput,
        gives=_SHARED,
        rule=writes_learning(),
        description="Revokes the link of one of the caller's threads: those who opened it lose sight of the thread.",
    )
    open_thread_link = mutated_by(
        share_changes.open_thread_link,
        input=OpenThreadLinkInput,
        gives={"thread": (Thread, "The thread, which the caller may read from now on.")},
        refuses=(InvalidThreadLinkError,),
        rule=writes_learning(),
        description="Opens the link of a thread: the caller reads it until the link is renewed or revoked.",
    )
    share_thread_with = mutated_by(
        share_changes.share_thread_with,
        input=ShareThreadWithInput,
        gives=_SHARED,
        refuses=(TooManyReadersError,),
        rule=writes_learning(),
        description="Lets a learner read one of the caller's threads, under `viewer.sharedThreads`. "
        f"At most {MOST_READERS} for each thread.",
    )
    unshare_thread_with = mutated_by(
        share_changes.unshare_thread_with,
        input=UnshareThreadWithInput,
        gives=_SHARED,
        rule=writes_learning(),
        description="Takes one of the caller's threads back from a learner; who opened its link too reads it by that.",
    )
    leave_shared_thread = mutated_by(
        share_changes.leave_shared_thread,
        input=LeaveSharedThreadInput,
        gives={"thread": (Thread, "The thread as it was; its contents are null.")},
        rule=writes_learning(),
        description="Ends that the caller reads a thread of another learner, by name and by link.",
    )
