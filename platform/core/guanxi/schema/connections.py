"""Relay connections: one generic shape for every list that pages."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import strawberry

from guanxi.schema.scalars import Long

T = TypeVar("T")
Counter = Callable[[], Awaitable[int]]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool = strawberry.field(description="More rows follow.")
    has_previous_page: bool = strawberry.field(description="Rows stand before this page.")
    start_cursor: str | None = strawberry.field(description="The first row's cursor.")
    end_cursor: str | None = strawberry.field(description="The last row's cursor; send it as `after`.")


@strawberry.type(description="One row of a page.")
class Edge(Generic[T]):
    """A node and where it stands."""

    cursor: str = strawberry.field(description="Opaque; valid for the same list and order only.")
    node: T = strawberry.field(description="The row.")


async def count_rows(root: strawberry.Parent["Connection[T]"]) -> Long | None:
    """All rows that match, whatever the page."""
    return Long(await root.counter())


@strawberry.type(description="A page of a list. Rows are neither skipped nor repeated while others change.")
class Connection(Generic[T]):
    """A Relay connection."""

    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    counter: strawberry.Private[Counter]

    total_count: Long | None = strawberry.field(
        resolver=count_rows, description="How many rows the whole list has. Counted only when asked for."
    )
