"""The words for fields that are columns or relations: they are declared, and no resolver body exists for them."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, Literal, TypedDict, Unpack, get_args

import strawberry
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from guanxi.permissions import Permission
from guanxi.schema import ids

META = "guanxi"
PAGE_ARGUMENTS: dict[str, tuple[type, str]] = {
    "first": (int, "How many rows from the start, or after `after`."),
    "after": (str, "The cursor that the rows stand behind."),
    "last": (int, "How many rows from the end, or before `before`."),
    "before": (str, "The cursor that the rows stand in front of."),
}


@dataclass(frozen=True)
class Mask:
    """How a value looks to those who may only know that it is there."""

    show: Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """A field that is a column of its type's table."""

    name: str | None = None
    permission: Permission | None = None
    mask: Mask | None = None
    tag: str | None = None


@dataclass(frozen=True)
class Relation:
    """A field whose rows stand in another table, or in the same one under another key."""

    kind: Literal["one", "many", "page", "key"]
    model: type[Model]
    by: str | None = None
    via: str | None = None
    through: tuple[type[Model], str, str] | None = None
    order: str = "id"
    sizes: tuple[int, int] = (20, 100)
    permission: Permission | None = None


@dataclass(frozen=True)
class Namespace:
    """A field that groups fields of the same row under one name."""

    permission: Permission | None = None


@dataclass(frozen=True)
class Amount:
    """A ``Money`` field that is two columns of its type's table."""

    minor: str
    currency: str
    permission: Permission | None = None


@dataclass(frozen=True)
class Batch:
    """A field computed in Python for all parents of a level at once."""

    call: Callable[..., Any]
    requires: tuple[str, ...] = ("id",)
    permission: Permission | None = None


@dataclass(frozen=True)
class Root:
    """A query, mutation or subscription in Python."""

    permission: Permission
    needs_key: bool = False
    takes_key: bool = True
    step_up: bool = False


Declaration = Column | Relation | Namespace | Amount | Batch | Root


def column(
    name: str | None = None,
    *,
    permission: Permission | None = None,
    mask: Mask | None = None,
    tag: str | None = None,
    description: str | None = None,
) -> Any:
    """A column under another name, with a permission of its own, or the id of another type (``tag``).

    Without ``permission`` it may be read by whoever may read the type. An actor without it sees the
    mask, or null and FORBIDDEN where there is none. The description defaults to the model field's.
    """
    return strawberry.field(description=description, metadata={META: Column(name, permission, mask, tag)})


def one(
    model: type[Model],
    by: str | None = None,
    *,
    via: str | None = None,
    permission: Permission | None = None,
    description: str | None = None,
) -> Any:
    """At most one row: ``by`` names the unique foreign key on ``model`` that points here, ``via`` the
    attribute here that holds the row's id."""
    return _field([], Relation("one", model, by=by, via=via, permission=permission), description)


class ListOptions(TypedDict, total=False):
    """What ``many`` and ``page`` may say beside the key.

    ``through``: (link model, its key to here, its key there). ``order``: "-occurred_at,-id"; the id is
    always its last key. ``sizes``: (default, maximum) of ``first`` and ``last``.
    """

    through: tuple[type[Model], str, str]
    order: str
    sizes: tuple[int, int]
    permission: Permission
    description: str


class PageOptions(ListOptions, total=False):
    """What ``page`` may say: the inputs of ``where`` and ``orderBy``, too."""

    where: type
    order_by: type


def many(model: type[Model], by: str | None = None, **options: Unpack[ListOptions]) -> Any:
    """A short list: ``by`` is the foreign key on ``model`` that points here, unless it goes ``through`` a link."""
    declared = _relation("many", model, by, options)
    first = parameter("first", int, "How many rows at most.", declared.sizes[0])
    return _field([first], declared, options.get("description"))


def page(model: type[Model], by: str | None = None, **options: Unpack[PageOptions]) -> Any:
    """A Relay connection with keyset cursors; at the root all rows of the merchant (``by`` is then left out).

    ``order`` is the order where the client gives none.
    """
    wanted = [parameter(name, kind | None, said) for name, (kind, said) in PAGE_ARGUMENTS.items()]
    where, order_by = options.get("where"), options.get("order_by")
    if where is not None:
        wanted.append(parameter("where", where | None, "Which rows; all when left out."))
    if order_by is not None:
        keys = GenericAlias(list, (order_by,)) | None
        wanted.append(parameter("order_by", keys, "The order; the first key counts most."))
    return _field(wanted, _relation("page", model, by, options), options.get("description"))


def key(model: type[Model], *, permission: Permission | None = None, description: str | None = None) -> Any:
    """A root field that finds one row by its ``id``; null where the merchant has no such row."""
    wanted = [parameter("id", ids.Id, "The row's id.", inspect.Parameter.empty)]
    return _field(wanted, Relation("key", model, permission=permission), description)


def namespace(*, permission: Permission | None = None, description: str | None = None) -> Any:
    """A named group of fields of the same row, as each plugin has one on ``Customer``."""
    return _field([], Namespace(permission), description)


def is_optional(annotation: Any) -> bool:
    """Whether an annotation admits None."""
    return annotation is None or type(None) in get_args(annotation)


def money(
    minor: str, currency: str = "currency", *, permission: Permission | None = None, description: str | None = None
) -> Any:
    """A ``Money`` out of two columns: the amount in the smallest unit, and its currency. Null where either is."""
    return _field([], Amount(minor, currency, permission), description)


def parameter(name: str, annotation: Any, description: str, default: Any = strawberry.UNSET) -> inspect.Parameter:
    """One GraphQL argument in a signature that is made, not written."""
    described = Annotated[annotation, strawberry.argument(description=description)]
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=described, default=default)


def signed(function: Callable[..., Any], parameters: Sequence[inspect.Parameter], returns: Any = None) -> Any:
    """Give ``function`` the signature that strawberry is to read its arguments from."""
    extra: dict[str, Any] = {} if returns is None else {"return_annotation": returns}
    function.__dict__["__signature__"] = inspect.Signature(list(parameters), **extra)
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    if returns is not None:
        function.__annotations__["return"] = returns
    return function


def planned(parameters: Sequence[inspect.Parameter] = ()) -> Any:
    """A stand-in resolver that only carries a signature: composition puts the real one in its place."""

    def declared(**_arguments: Any) -> Any:
        raise RuntimeError("a declared field has no resolver of its own")

    return signed(declared, parameters)


def _relation(
    kind: Literal["many", "page"], model: type[Model], by: str | None, said: ListOptions | PageOptions
) -> Relation:
    order, sizes = said.get("order", "id"), said.get("sizes", (20, 100))
    return Relation(kind, model, by, None, said.get("through"), order, sizes, said.get("permission"))


def _field(parameters: Sequence[inspect.Parameter], declared: Declaration, description: str | None) -> StrawberryField:
    made: StrawberryField = strawberry.field(
        resolver=planned(parameters), description=description, metadata={META: declared}
    )
    return made
