"""Enums that plugins may add members to: text in Python and in the database, an enum in each schema."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeVar, cast

from graphql import GraphQLEnumType, GraphQLEnumValue
from strawberry.types.scalar import ScalarDefinition

from guanxi.schema.facets import FACET, TypeFacet

E = TypeVar("E", bound="OpenEnum")


class Member(Generic[E]):
    """One value of an open enum. Its stored text is its name in lower case unless given."""

    def __init__(self, description: str, value: str | None = None, name: str = "") -> None:
        self.description = description
        self.name = name
        self.value = value or name.lower()
        self.source = ""  # file and line, of members that a plugin adds

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name it is assigned to."""
        self.name = name
        self.value = self.value or name.lower()

    def __get__(self, instance: object, owner: type[E]) -> E:
        """The member as a value of its enum."""
        return owner(self.value)


class OpenEnum(str):
    """Base of open enums. A value that no loaded plugin knows is still a value, never an error."""

    __slots__ = ()
    unknown: str = "OTHER"

    @classmethod
    def core_members(cls) -> list[Member[Self]]:
        """The members that the class itself declares, in order."""
        return [m for k in reversed(cls.__mro__) for m in vars(k).values() if isinstance(m, Member)]


class OpenEnumType(GraphQLEnumType):
    """A GraphQL enum of one schema that answers a foreign value with the enum's catch-all member.

    A row written by a plugin that is now disabled must come back as something generic, not as an error.
    """

    catch_all: str = "OTHER"

    def coerce_output_value(self, output_value: Any) -> str:
        """The member's name."""
        for name, value in self.values.items():
            if value.value == output_value:
                return str(name)
        return self.catch_all


def build_enum(
    enum: type[OpenEnum], members: Mapping[str, tuple[Member[Any], str]], owner_of: Callable[[str], str]
) -> ScalarDefinition:
    """The enum of one schema. ``members``: name -> (member, part that adds it), the enum's own first."""
    made = OpenEnumType(
        enum.__name__,
        {
            name: GraphQLEnumValue(
                enum(m.value), description=m.description, extensions={FACET: TypeFacet(owner_of(part))}
            )
            for name, (m, part) in members.items()
        },
        description=enum.__doc__,
    )
    made.catch_all = enum.unknown
    return ScalarDefinition(
        name=enum.__name__,
        description=enum.__doc__,
        specified_by_url=None,
        serialize=None,
        parse_value=None,
        parse_literal=None,
        origin=enum,
        implementation=cast(Any, made),  # strawberry passes whatever type stands here on unchanged
    )
