"""Mutations of threads and of their contents."""

import strawberry

import graph.ai.quotas  # noqa: F401 - declares the refusal
from domain.ai.errors import AiQuotaReachedError
from domain.chats.chat_errors import AnswerInProgressError, ChatFullError, TooManyChatsError
from domain.errors import IdempotencyKeyReusedError
from domain.ids import ThreadContentId, ThreadId
from domain.threads.section_generation import LONGEST_TOPIC, MOST_SECTIONS
from domain.threads.thread_contents import MOST_CONTENTS, TooManyContentsError
from domain.threads.threads import MOST_THREADS, ThreadConflictError, TooManyThreadsError
from graph.chats.chats import ExploreChat, ExploreMessage
from graph.directives import reads_learning, writes_learning
from graph.errors import UserError, declare_error
from graph.fields import given, loaded_by
from graph.jobs.jobs import Job
from graph.mutations import Gives, mutated_by
from graph.threads.threads import Thread, ThreadContent
from resolvers.threads import loaders, threads


@strawberry.type
class ThreadConflictBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the thread as it is now to a refusal."""

    thread: Thread | None = loaded_by(
        loaders.threads_by_id,
        key="current_id",
        description="The thread as it is now, with the version to send; null if it was deleted since.",
        rule=reads_learning(),
    )


declare_error(
    ThreadConflictError,
    "The thread was changed in the meantime: look at it as it is now, and repeat the change with its version.",
    base=ThreadConflictBase,
)
declare_error(TooManyThreadsError, "The caller has as many threads as are allowed.")
declare_error(TooManyContentsError, "The thread has as many contents as are allowed.")
_TITLE = "One line of 1 to 200 characters."
_DESCRIPTION = "Up to 2 000 characters."
_BODY = "Up to 20 000 characters of Markdown with headings, lists, quotes, code and links to https; no HTML, no images."
_VERSION = "The version of the thread that the client has read; another one is a ThreadConflict."
_POSITION = "The place among the contents, from 0; one beyond the last is the last."
_KEY = (
    "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the same "
    "{}."
)
_THREAD = (Thread, "The thread as it is now.")
_CHANGED: Gives = {"thread": _THREAD, "content": (ThreadContent, "The content as it is now.")}


@strawberry.input(description="A new thread.")
class CreateThreadInput:
    """A title and a description."""

    title: str = given(_TITLE, required=True)
    description: str = given(_DESCRIPTION, default="")
    idempotency_key: str = given(_KEY.format("thread"), required=True)


@strawberry.input(description="A thread and its new values; a field that is left out stays unchanged.")
class UpdateThreadInput:
    """A thread and what changes."""

    thread_id: ThreadId = given("A thread of the caller's own.", required=True)
    version: int = given(_VERSION, required=True)
    title: str | None = given(_TITLE)
    description: str | None = given(_DESCRIPTION)


@strawberry.input(description="A thread, and whether it is in the archive.")
class ArchiveThreadInput:
    """A thread."""

    thread_id: ThreadId = given("A thread of the caller's own.", required=True)
    is_archived: bool = given("False takes it out of the archive.", default=True)


@strawberry.input(description="The thread to delete.")
class DeleteThreadInput:
    """A thread."""

    thread_id: ThreadId = given("A thread of the caller's own.", required=True)


@strawberry.input(description="A new content of a thread.")
class AddThreadContentInput:
    """A title, a body and a place."""

    thread_id: ThreadId = given("A thread of the caller's own.", required=True)
    version: int = given(_VERSION, required=True)
    title: str = given(_TITLE, required=True)
    body: str = given(_BODY, required=True)
    position: int | None = given(f"{_POSITION} By default the end.")


@strawberry.input(description="A content and its new values; a field that is left out stays unchanged.")
class UpdateThreadContentInput:
    """A content and what changes."""

    content_id: ThreadContentId = given("A content of a thread of the caller's own.", required=True)
    version: int = given(_VERSION, required=True)
    title: str | None = given(_TITLE)
    body: str | None = given(_BODY)


@strawberry.input(description="A content and its new place.")
class MoveThreadContentInput:
    """A content and a place."""

    content_id: ThreadContentId = given("A content of a thread of the caller's own.", required=True)
    version: int = given(_VERSION, required=True)
    position: int = given(_POSITION, required=True)


@strawberry.input(description="The content to remove.")
class RemoveThreadContentInput:
    """A content."""

    content_id: ThreadContentId = given("A content of a thread of the caller's own.", required=True)
    version: int = given(_VERSION, required=True)


@strawberry.input(description="What a language model is to write into a thread.")
class GenerateThreadContentsInput:
    """A subject and a number."""

    thread_id: ThreadId = given("A thread of the caller's own.", required=True)
    topic: str = given(
        f"What the sections are about: one line of 1 to {LONGEST_TOPIC} characters.", required=True
    )
    count: int = given(f"How many sections, 1 to {MOST_SECTIONS}.", required=True)


@strawberry.input(description="A content, and what to ask about it.")
class ExploreThreadContentInput:
    """A content and a question."""

    content_id: ThreadContentId = given("A content of a thread of the caller's own.", required=True)
    question: str | None = given("The question, 1 to 4 000 characters; by default the chat is opened only.")
    idempotency_key: str = given(_KEY.format("message"), required=True)


@strawberry.type
class ThreadMutations:
    """Mutations of threads."""

    create_thread = mutated_by(
        threads.create_thread,
        input=CreateThreadInput,
        gives={"thread": (Thread, "The new thread, without contents.")},
        refuses=(IdempotencyKeyReusedError, TooManyThreadsError),
        rule=writes_learning(),
        description=f"Creates a thread, which only the caller sees. At most {MOST_THREADS} a learner.",
    )
    update_thread = mutated_by(
        threads.update_thread,
        input=UpdateThreadInput,
        gives={"thread": _THREAD},
        refuses=(ThreadConflictError,),
        rule=writes_learning(),
        description="Changes the title or the description of one of the caller's threads.",
    )
    archive_thread = mutated_by(
        threads.archive_thread,
        input=ArchiveThreadInput,
        gives={"thread": _THREAD},
        rule=writes_learning(),
        description="Puts one of the caller's threads into the archive, or takes it out; with whom it is shared stays.",
    )
    delete_thread = mutated_by(
        threads.delete_thread,
        input=DeleteThreadInput,
        gives={"thread": (Thread, "The deleted thread as it was.")},
        rule=writes_learning(),
        description="Deletes one of the caller's threads with its contents, their chats and its link.",
    )
    add_thread_content = mutated_by(
        threads.add_thread_content,
        input=AddThreadContentInput,
        gives=_CHANGED,
        refuses=(ThreadConflictError, TooManyContentsError),
        rule=writes_learning(),
        description=f"Adds a content to one of the caller's threads, at most {MOST_CONTENTS} to each.",
    )
    update_thread_content = mutated_by(
        threads.update_thread_content,
        input=UpdateThreadContentInput,
        gives=_CHANGED,
        refuses=(ThreadConflictError,),
        rule=writes_learning(),
        description="Changes a content of one of the caller's threads; a generated one counts as the caller's own from "
        "then on.",
    )
    move_thread_content = mutated_by(
        threads.move_thread_content,
        input=MoveThreadContentInput,
        gives=_CHANGED,
        refuses=(ThreadConflictError,),
        rule=writes_learning(),
        description="Moves a content of one of the caller's threads to another place; those between move by one.",
    )
    remove_thread_content = mutated_by(
        threads.remove_thread_content,
        input=RemoveThreadContentInput,
        gives={"thread": _THREAD, "content": (ThreadContent, "The removed content as it was.")},
        refuses=(ThreadConflictError,),
        rule=writes_learning(),
        description="Removes a content of one of the caller's threads with its chat; later ones move up.",
    )
    generate_thread_contents = mutated_by(
        threads.generate_thread_contents,
        input=GenerateThreadContentsInput,
        gives={"job": (Job, "The job that writes them; it fails with the reason where it cannot.")},
        refuses=(TooManyContentsError, AiQuotaReachedError),
        rule=writes_learning(),
        description="Has a language model write sections, which the job adds to the end of the thread, marked as "
        "generated. While one runs for the thread, returns that one.",
    )
    explore_thread_content = mutated_by(
        threads.explore_thread_content,
        input=ExploreThreadContentInput,
        gives={
            "content": (ThreadContent, "The content, with its chat."),
            "chat": (ExploreChat, "The chat of the content; `viewer.chats(ofThreads: true)` lists it too."),
            "message": (
                ExploreMessage,
                "The message, whose answer is to come; null where no question was asked, too.",
            ),
        },
        refuses=(
            TooManyChatsError,
            ChatFullError,
            AnswerInProgressError,
            AiQuotaReachedError,
            IdempotencyKeyReusedError,
        ),
        rule=writes_learning(),
        description="Opens the chat of a content, starting it at the first time, and asks in it; follow the answer "
        "with `chatMessageStreamed`. The language model gets the section's text. `askExploreChat` goes on with it.",
        weight=20,
    )
