"""Bookmarkable: the interface of content that a learner can bookmark and note."""

from typing import Annotated

import strawberry

from domain.accounts.scopes import Scope
from graph.directives import public, requires_scopes
from graph.fields import loaded_by
from graph.node import Node
from resolvers.bookmarks import loaders

_OWN = (public(), requires_scopes(Scope.READ_LEARNING))


@strawberry.interface(
    description="Content that the caller can keep with `saveBookmark`, and write about with `saveNote`.",
    directives=[public()],
)
class Bookmarkable(Node):
    """What all content that can be bookmarked has."""

    viewer_bookmark: Annotated["Bookmark", strawberry.lazy("graph.bookmarks.bookmarks")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        loaders.bookmarks_by_target,
        key="id",
        description="The caller's bookmark of it; null if there is none.",
        rule=_OWN,
    )
    viewer_note: Annotated["Note", strawberry.lazy("graph.bookmarks.bookmarks")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        loaders.notes_by_target,
        key="id",
        description="The caller's private note on it; null if there is none.",
        rule=_OWN,
    )
