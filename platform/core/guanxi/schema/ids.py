"""Global ids: ``<type tag>_<32 hex digits>`` for clients, a UUID in Python."""

import re
from typing import Any
from uuid import UUID

from graphql import GraphQLScalarType
from strawberry.types.scalar import ScalarDefinition

from guanxi.errors import BadUserInputError, Text

TAG = re.compile(r"[a-z]{2,8}")
PATTERN = re.compile(rf"({TAG.pattern})_([0-9a-f]{{32}})")
DESCRIPTION = "Identifies one object for ever. Opaque: keep it, compare it, send it back."


class Id(UUID):
    """A UUID that came from a client, with the tag of the type it claims to be of."""

    __slots__ = ("tag",)
    tag: str

    @classmethod
    def parse(cls, text: str) -> "Id":
        """Read a global id. Raises: BadUserInputError when it is none."""
        match = PATTERN.fullmatch(text)
        if not match:
            raise BadUserInputError(
                Text("This is no id.", "这不是有效的编号。"),
                hint=Text("Send an id exactly as the API gave it.", "请原样传回接口给出的编号。"),
            )
        made = cls(hex=match[2])
        object.__setattr__(made, "tag", match[1])
        return made

    def __repr__(self) -> str:
        """The global id: two of different types are never taken for one another."""
        return f"Id({encode(self.tag, self)!r})"

    def of(self, tag: str) -> UUID:
        """The UUID, when the id is of the type with this tag. Raises: BadUserInputError."""
        if self.tag != tag:
            raise BadUserInputError(
                Text(
                    f"This is the id of another type: {self.tag}_, not {tag}_.",
                    f"编号类型不符：应为 {tag}_，却是 {self.tag}_。",
                ),
                hint=Text(f"Send an id that starts with {tag}_.", f"请传入以 {tag}_ 开头的编号。"),
            )
        return UUID(int=self.int)


def encode(tag: str, value: UUID) -> str:
    """The global id of one row."""
    return f"{tag}_{value.hex}"


def _parse_value(value: Any) -> Id:
    if not isinstance(value, str):
        raise BadUserInputError(Text("An id is a string.", "编号必须是字符串。"))
    return Id.parse(value)


def _write(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Id):
        return encode(value.tag, value)
    raise TypeError(f"{value!r} has no type tag: declare its column, or encode it")


def _build_type() -> GraphQLScalarType:
    """graphql-core reserves the name for its own ID, so ours takes it once it exists."""
    made = GraphQLScalarType(
        "GlobalId", coerce_output_value=_write, coerce_input_value=_parse_value, description=DESCRIPTION
    )
    made.name = "ID"
    return made


# Called ID so that every client tool knows it; strawberry's own ID is never used beside it.
SCALAR = ScalarDefinition(
    name="ID",
    description=DESCRIPTION,
    specified_by_url=None,
    serialize=None,
    parse_value=None,
    parse_literal=None,
    origin=Id,
    implementation=_build_type(),
)
