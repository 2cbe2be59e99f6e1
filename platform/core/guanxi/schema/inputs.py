"""Operators of ``where`` and the base of inputs that plugins extend."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar, cast

import strawberry
from strawberry.types.arguments import InputContext
from strawberry.types.base import get_object_definition

from guanxi.schema.ids import Id
from guanxi.schema.scalars import Long

T = TypeVar("T")
C = TypeVar("C", bound=type[Any])


@strawberry.enum(description="Which end comes first. Empty values count as the smallest.")
class SortDirection(Enum):
    """Ascending or descending."""

    ASC = strawberry.enum_value("asc", description="Smallest first.")
    DESC = strawberry.enum_value("desc", description="Largest first.")


def _operator(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


EQ, NE, IN = "Equal.", "Not equal; empty values are not equal to anything.", "One of these; an empty list matches none."
LT, LTE, GT, GTE, NULL = "Less than.", "At most.", "Greater than.", "At least.", "Whether it is empty."


@strawberry.input(description="Conditions on a text; all that are given must hold.")
class TextFilter:
    """Operators of text columns; comparison is by code point."""

    eq: str | None = _operator(EQ)
    ne: str | None = _operator(NE)
    in_: list[str] | None = _operator(IN, "in")
    contains: str | None = _operator("Contains this text, case included.")
    starts_with: str | None = _operator("Starts with this text, case included.")
    is_null: bool | None = _operator(NULL)


@strawberry.input(description="Conditions on an id; all that are given must hold.")
class IdFilter:
    """Operators of id columns."""

    eq: Id | None = _operator(EQ)
    ne: Id | None = _operator(NE)
    in_: list[Id] | None = _operator(IN, "in")
    is_null: bool | None = _operator(NULL)


@strawberry.input(description="Conditions on a whole number; all that are given must hold.")
class LongFilter:
    """Operators of integer columns."""

    eq: Long | None = _operator(EQ)
    ne: Long | None = _operator(NE)
    in_: list[Long] | None = _operator(IN, "in")
    lt: Long | None = _operator(LT)
    lte: Long | None = _operator(LTE)
    gt: Long | None = _operator(GT)
    gte: Long | None = _operator(GTE)
    is_null: bool | None = _operator(NULL)


@strawberry.input(description="Conditions on a moment; all that are given must hold.")
class TimeFilter:
    """Operators of time columns."""

    lt: datetime | None = _operator("Before.")
    lte: datetime | None = _operator("At or before.")
    gt: datetime | None = _operator("After.")
    gte: datetime | None = _operator("At or after.")
    is_null: bool | None = _operator(NULL)


@strawberry.input(description="Conditions on a day; all that are given must hold.")
class DateFilter:
    """Operators of day columns."""

    eq: date | None = _operator(EQ)
    lt: date | None = _operator("Before.")
    lte: date | None = _operator("On or before.")
    gt: date | None = _operator("After.")
    gte: date | None = _operator("On or after.")
    is_null: bool | None = _operator(NULL)


@strawberry.input(description="Whether something is so.")
class BooleanFilter:
    """The one operator of boolean columns."""

    eq: bool | None = _operator(EQ)


class Extensible:
    """Base of core inputs that plugins add fields to; decorate with ``extensible`` below ``strawberry.input``."""

    _parts: Mapping[type, Any]

    def part(self, cls: type[T]) -> T | None:
        """The fields that a plugin added, as its own input; None where the client sent none of them."""
        return cast("T | None", getattr(self, "_parts", {}).get(cls))


def extensible(cls: C) -> C:
    """Let plugins add fields: each part of the input is built as its own dataclass."""
    get_object_definition(cls, strict=True).from_input = _build
    return cls


def keep_given(cls: C) -> C:
    """Let a ``where`` input remember what the client sent: fields that plugins add have no attribute of its own."""
    get_object_definition(cls, strict=True).from_input = _build_keeping
    return cls


def given_of(made: Any) -> Mapping[str, Any] | None:
    """What the client sent, by GraphQL names; None where Python made the input."""
    return cast("Mapping[str, Any] | None", getattr(made, "_given", None))


def _build_keeping(cls: type, value: Mapping[str, Any], ctx: InputContext) -> Any:
    made = cls(**_values(cls, value, ctx))
    made._given = value
    return made


def _build(cls: type, value: Mapping[str, Any], ctx: InputContext) -> Any:
    made = cls(**_values(cls, value, ctx))
    parts = getattr(ctx.info.schema, "input_parts", {}) if ctx.info is not None else {}
    found = {part: _values(part, value, ctx) for part in parts.get(cls, ())}
    made._parts = {part: part(**values) for part, values in found.items() if values}
    return made


def _values(cls: type, value: Mapping[str, Any], ctx: InputContext) -> dict[str, Any]:
    definition = get_object_definition(cls, strict=True)
    out: dict[str, Any] = {}
    for one in definition.fields:
        name = ctx.config.name_converter.from_field(one)
        if name in value:
            out[one.python_name] = ctx.convert(value[name], one.resolve_type(type_definition=definition), name)
    return out
