"""Types and mutations of bookmarks and notes."""

from datetime import datetime

import strawberry

from domain.bookmarks.bookmarks import MOST_BOOKMARKS, MOST_TAGS, TooManyBookmarksError
from domain.bookmarks.notes import MOST_NOTES, TooManyNotesError
from domain.bookmarks.targets import TargetType
from domain.ids import BookmarkId, NoteId
from graph.bookmarkable import Bookmarkable
from graph.directives import reads_learning, writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.bookmarks import bookmarks, loaders

declare_enum(
    TargetType,
    "A kind of content that can be bookmarked and noted.",
    QUESTION="A question that the caller was asked in an attempt or in study mode.",
    NODE="A node of a version of a roadmap.",
    ROADMAP="A roadmap.",
    QUIZ="A quiz.",
    TOPIC="A topic of a topic chain.",
    CHAT="An explore chat of the caller's.",
    THREAD="A thread of the caller's, or one that is shared with them.",
)
declare_error(TooManyBookmarksError, "The caller has as many bookmarks as are allowed.")
declare_error(TooManyNotesError, "The caller has as many notes as are allowed.")
_TARGET = (
    "The id of a question that the caller was asked, or of a node, a roadmap, a quiz, a topic, an explore chat or a "
    "thread."
)
_NOTE = "1 to 10 000 characters, which only the caller can read."


@strawberry.type(
    description="Content that a learner keeps. Only they can read it.", directives=[*reads_learning()]
)
class Bookmark(Node):
    """A bookmark of the caller's."""

    id: BookmarkId = attribute("The bookmark's id, `bookmark_...`.")
    target: Bookmarkable | None = loaded_by(
        loaders.targets_by_id,
        key="target_id",
        description="What is bookmarked; null while the caller may not see it. The bookmark is deleted with it.",
    )
    tags: list[str] = attribute("Its tags, in the order given.", at_most=MOST_TAGS, usual=3)
    note: "Note | None" = loaded_by(
        loaders.notes_by_target,
        key="target_id",
        description="The caller's note on the same content, or null.",
    )
    created_at: datetime = attribute("When it was saved first.")


@strawberry.type(
    description="What a learner wrote about content. Only they can read it.", directives=[*reads_learning()]
)
class Note(Node):
    """A note of the caller's."""

    id: NoteId = attribute("The note's id, `note_...`.")
    target: Bookmarkable | None = loaded_by(
        loaders.targets_by_id,
        key="target_id",
        description="What it is about; null while the caller may not see it. The note is deleted with it.",
    )
    text: str = attribute("The text; plain, of one or more lines.")
    created_at: datetime = attribute("When it was written first.")
    changed_at: datetime = attribute("When it was written last.")


@strawberry.type(description="A tag of the caller's bookmarks.", directives=[*reads_learning()])
class BookmarkTag:
    """A tag with its count."""

    name: str = attribute("The tag, in lower case.")
    count: int = attribute("How many bookmarks have it.")


@strawberry.input(description="What to bookmark; a field that is left out stays unchanged.")
class SaveBookmarkInput:
    """A target with tags and a note."""

    target_id: strawberry.ID = given(_TARGET, required=True)
    tags: list[str] | None = given(
        "In place of the tags that it has: up to 20 of 1 to 40 characters, which are stored in lower case."
    )
    note: str | None = given(f"The caller's note on the same content: {_NOTE} Null removes it.")


@strawberry.input(description="The bookmark to remove.")
class RemoveBookmarkInput:
    """A bookmark."""

    id: BookmarkId = given("The bookmark.", required=True)


@strawberry.input(description="The content and the note on it.")
class SaveNoteInput:
    """A target and a text."""

    target_id: strawberry.ID = given(_TARGET, required=True)
    text: str = given(_NOTE, required=True)


@strawberry.input(description="The note to remove.")
class RemoveNoteInput:
    """A note."""

    id: NoteId = given("The note.", required=True)


@strawberry.type
class BookmarkMutations:
    """Mutations of bookmarks and notes."""

    save_bookmark = mutated_by(
        bookmarks.save_bookmark,
        input=SaveBookmarkInput,
        gives={"bookmark": (Bookmark, "The bookmark as it is now.")},
        refuses=(TooManyBookmarksError, TooManyNotesError),
        rule=writes_learning(),
        description="Bookmarks content, or changes the tags and the note of the bookmark that it has: content is "
        f"bookmarked once. At most {MOST_BOOKMARKS} a learner.",
    )
    remove_bookmark = mutated_by(
        bookmarks.remove_bookmark,
        input=RemoveBookmarkInput,
        gives={"bookmark": (Bookmark, "The removed bookmark as it was.")},
        rule=writes_learning(),
        description="Removes one of the caller's bookmarks; the note on its content stays.",
    )
    save_note = mutated_by(
        bookmarks.save_note,
        input=SaveNoteInput,
        gives={"note": (Note, "The note as it is now.")},
        refuses=(TooManyNotesError,),
        rule=writes_learning(),
        description="Writes the caller's note on content, bookmarked or not, in place of the one that is there. "
        f"At most {MOST_NOTES} a learner.",
    )
    remove_note = mutated_by(
        bookmarks.remove_note,
        input=RemoveNoteInput,
        gives={"note": (Note, "The removed note as it was.")},
        rule=writes_learning(),
        description="Removes one of the caller's notes.",
    )
