"""Paging: Relay's connections over the pages of the domain."""

from typing import Generic, TypeVar

import strawberry

from domain.paging import Cursor
from graph.cache_control import passing
from graph.directives import public
from graph.fields import attribute

T = TypeVar("T")


@strawberry.type(description="The position of a page in its list.", directives=[public(), passing()])
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = attribute("Whether there are items after this page.")
    has_previous_page: bool = attribute("Whether there are items before this page.")
    start_cursor: Cursor | None = attribute("The cursor of the first item, or null for an empty page.")
    end_cursor: Cursor | None = attribute("The cursor of the last item, or null for an empty page.")


@strawberry.type(description="An item with its cursor.", directives=[public(), passing()])
class Edge(Generic[T]):
    """Relay's edge."""

    node: T = attribute("The item.")
    cursor: Cursor = attribute("The position after this item.")


@strawberry.type(description="A page of a list.", directives=[public(), passing()])
class Connection(Generic[T]):
    """Relay's connection."""

    edges: list[Edge[T]] = attribute("The items with their cursors.", at_most=100)
    nodes: list[T] = attribute("The items without their cursors.", at_most=100)
    page_info: PageInfo = attribute("The position of the page in its list.")
