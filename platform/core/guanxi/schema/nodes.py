"""Relay's ``Node``: everything that has an id."""

import strawberry

from guanxi.schema.ids import Id


@strawberry.interface(description="Anything that can be found again by its id.")
class Node:
    """Implemented by every type over a table."""

    id: Id = strawberry.field(description="The object's id, for ever.")
