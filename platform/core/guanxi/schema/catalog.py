"""Tables, columns and relations of one composed schema: what the declarations came to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from guanxi.permissions import Permission
from guanxi.schema.declare import META, Mask
from guanxi.schema.problems import Place


@dataclass(frozen=True)
class ColumnField:
    """One column as a field: the model's attribute, the column's name, who may see it."""

    attribute: str
    name: str
    model_field: Any
    tag: str | None = None
    permission: Permission | None = None
    mask: Mask | None = None

    @property
    def nullable(self) -> bool:
        """Whether the database may hold NULL."""
        return bool(self.model_field.null)


@dataclass(frozen=True)
class Table:
    """One type over a table, with the implementers of its kinds."""

    type_name: str
    cls: type
    model: type[Model]
    tag: str
    permission: Permission
    kind_column: str | None = None
    kinds: Mapping[str, type] = field(default_factory=dict)
    generic: type | None = None

    @property
    def sql(self) -> str:
        """The quoted table name."""
        return f'"{self.model._meta.db_table}"'

    def row_class(self, kind: Any) -> type:
        """The class of a row of this kind: the implementer that claims it, else the generic one."""
        if self.kind_column is None:
            return self.cls
        return self.kinds.get(str(kind)) or self.generic or self.cls


@dataclass(frozen=True)
class OrderKey:
    """One key of an order."""

    column: ColumnField
    descending: bool


@dataclass(frozen=True)
class RelationField:
    """A declared relation, its tables and keys resolved to columns.

    ``key`` is the column of the target, or of the link, that points to the parent; ``link`` the link's
    quoted table and its column to the target.
    """

    place: Place
    kind: str
    target: Table
    cls: type
    key: str | None
    link: tuple[str, str] | None
    via: str | None
    order: tuple[OrderKey, ...]
    sizes: tuple[int, int]
    where: str | None = None
    order_by: str | None = None


@dataclass(frozen=True)
class FilterColumn:
    """What a field of ``where`` or ``orderBy`` compares, and what one must be allowed for it.

    ``exists`` is set where the column stands in another table: (its model, the column that points here).
    ``write`` is set where a rule writes the condition: ``(ctx, statement, alias, value) -> sql``.
    """

    column: ColumnField
    permissions: tuple[Permission, ...] = ()
    exists: tuple[type[Model], str] | None = None
    write: Callable[..., str] | None = None


@dataclass(frozen=True)
class ColumnUse:
    """A column as a field of a type over its table, or of a namespace in such a type."""

    field_name: str
    is_own: bool  # of the type itself, not of a namespace
    column: ColumnField
    permissions: tuple[Permission, ...]


@dataclass
class Catalog:
    """Everything that the executor of declared fields needs to know of one schema."""

    tables: dict[str, Table] = field(default_factory=dict)
    tags: dict[str, Table] = field(default_factory=dict)
    models: dict[type[Model], Table] = field(default_factory=dict)
    uses: dict[str, list[ColumnUse]] = field(default_factory=dict)
    relations: list[RelationField] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)  # where or orderBy input -> the type it is for
    filters: dict[str, dict[str, FilterColumn]] = field(default_factory=dict)
    orders: dict[str, dict[str, FilterColumn]] = field(default_factory=dict)

    def table_of(self, cls: type) -> Table:
        """The table of a declared type. Raises: KeyError."""
        return self.tables[type_name(cls)]

    def needed_for(self, table: Table, attribute: str) -> tuple[Permission, ...]:
        """What one must be allowed to see a column at all; nothing where any field of the type shows it freely."""
        uses = [one.permissions for one in self.uses.get(table.type_name, ()) if one.column.attribute == attribute]
        return min(uses, key=len, default=())


def type_name(cls: type) -> str:
    """The GraphQL name of a declared class."""
    return get_object_definition(cls, strict=True).name


def declaration_of(made: StrawberryField) -> Any:
    """What the part said of this field; None for a plain attribute."""
    return made.metadata.get(META)


def camel(name: str) -> str:
    """The GraphQL name of a Python attribute."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.title() for word in rest)
