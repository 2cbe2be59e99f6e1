"""Tables, columns and relations of one composed schema, resolved from declarations and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLNonNull, get_named_type
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from tortoise import fields as columns
from tortoise.models import Model

from guanxi.permissions import Permission
from guanxi.schema.declare import Column, Mask, Relation
from guanxi.schema.part import FilterEntry, TypeEntry
from guanxi.schema.problems import CompositionError

# GraphQL leaf -> the model fields that can feed it without a conversion of meaning.
LEAVES: dict[str, tuple[type, ...]] = {
    "String": (columns.CharField, columns.TextField),
    "Int": (columns.IntField, columns.SmallIntField),
    "Long": (columns.IntField, columns.SmallIntField, columns.BigIntField),
    "Float": (columns.FloatField,),
    "Boolean": (columns.BooleanField,),
    "DateTime": (columns.DatetimeField,),
    "Date": (columns.DateField,),
    "Currency": (columns.CharField,),
    "TimeZone": (columns.CharField,),
    "JSON": (columns.JSONField,),
}


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
    """One type over a table."""

    type_name: str
    cls: type
    model: type[Model]
    tag: str
    permission: Permission | None
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
    """A declared relation, its tables and keys resolved to columns."""

    place: str
    kind: str
    target: Table
    key: str | None  # column of the target (or of the link) that points to the parent
    link: tuple[str, str] | None  # (quoted link table, its column to the target)
    via: str | None
    order: tuple[OrderKey, ...]
    sizes: tuple[int, int]
    where: str | None = None
    order_by: str | None = None


@dataclass(frozen=True)
class FilterColumn:
    """What one field of a ``where`` input compares: a column of the table, or of another that points to it."""

    column: ColumnField
    exists: tuple[str, str] | None = None  # (quoted table, its column that points here)


def camel(name: str) -> str:
    """The GraphQL name of a Python attribute."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.title() for word in rest)


@dataclass
class Catalog:
    """Everything that the executor of declared fields needs to know of one schema."""

    tables: dict[str, Table] = field(default_factory=dict)
    tags: dict[str, Table] = field(default_factory=dict)
    filters: dict[str, dict[str, FilterColumn]] = field(default_factory=dict)
    orders: dict[str, dict[str, ColumnField]] = field(default_factory=dict)

    def table_of(self, cls: type) -> Table:
        """The table of a declared type. Raises: KeyError."""
        return self.tables[type_name(cls)]

    def add_table(self, part: str, entry: TypeEntry, others: list[TypeEntry]) -> None:
        """Learn one table type with the implementers of its kinds. Raises: CompositionError."""
        name = type_name(entry.cls)
        if entry.model is None or entry.tag is None or entry.permission is None:
            raise CompositionError(
                part, name, "a type over a table needs tag= and permission=", "Write @schema.table(Model, tag=…, …)."
            )
        if entry.tag in self.tags:
            raise CompositionError(
                part, name, f"the tag {entry.tag!r} is taken by {self.tags[entry.tag].type_name}", "Choose another tag."
            )
        mine = [other for other in others if issubclass(other.cls, entry.cls)]
        kinds = {kind: other.cls for other in mine for kind in other.kinds}
        generic = next((other.cls for other in mine if not other.kinds), None)
        made = Table(name, entry.cls, entry.model, entry.tag, entry.permission, entry.kind_column, kinds, generic)
        if entry.kind_column is not None and generic is None:
            raise CompositionError(part, name, "has no implementer for unknown kinds", "Add one without kinds.")
        self.tables[name] = self.tags[entry.tag] = made
        self.tables |= {type_name(other.cls): made for other in mine}

    def column_of(
        self, part: str, place: str, model: type[Model], attribute: str, declared: Column | None = None
    ) -> ColumnField:
        """The column behind an attribute. Raises: CompositionError naming the columns there are."""
        said = declared or Column()
        name = said.name or attribute
        model_field = model._meta.fields_map.get(name)
        if model_field is None or name not in model._meta.fields_db_projection:
            there = ", ".join(sorted(model._meta.fields_db_projection))
            raise CompositionError(
                part,
                place,
                f"the model {model.__name__} has no column {name!r}",
                f"Its columns: {there}. Declare column('…'), a relation or a batch field.",
            )
        sql = model._meta.fields_db_projection[name]
        return ColumnField(name, sql, model_field, said.tag, said.permission, said.mask)

    def relation_of(
        self, part: str, place: str, graphql_type: Any, model: type[Model] | None, declared: Relation
    ) -> RelationField:
        """A declared relation with its keys found. Raises: CompositionError."""
        target = self._target(part, place, graphql_type, declared)
        key, link = self._keys(part, place, model, declared)
        order = tuple(self.order_keys(part, place, declared))
        return RelationField(place, declared.kind, target, key, link, declared.via, order, declared.sizes)

    def order_keys(self, part: str, place: str, declared: Relation) -> Iterator[OrderKey]:
        """The keys of the declared order; the id is always the last, so that the order is total."""
        keys = [text.strip() for text in declared.order.split(",")]
        if keys[-1].lstrip("-") != "id":
            keys.append("-id" if keys[-1].startswith("-") else "id")
        for text in keys:
            column = self.column_of(part, place, declared.model, text.lstrip("-"))
            yield OrderKey(column, text.startswith("-"))

    def add_filter(self, part: str, made: GraphQLInputObjectType, table: Table, extra: list[FilterEntry]) -> None:
        """Resolve the fields of a ``where`` input. Raises: CompositionError."""
        contributed = {camel(entry.name): entry for entry in extra}
        known: dict[str, FilterColumn] = {}
        for name in made.fields:
            if name in ("and", "or", "not"):
                continue
            entry = contributed.get(name)
            place = f"{made.name}.{name}"
            if entry is None:
                known[name] = FilterColumn(self._named(part, place, table, name))
            else:
                key = self._foreign_key(part, place, entry.model, entry.by, None)
                exists = (f'"{entry.model._meta.db_table}"', key)
                known[name] = FilterColumn(self.column_of(part, place, entry.model, entry.column), exists)
        self.filters[made.name] = known

    def add_order(self, part: str, made: GraphQLInputObjectType, table: Table) -> None:
        """Resolve the fields of an ``orderBy`` input. Raises: CompositionError."""
        self.orders[made.name] = {name: self._named(part, f"{made.name}.{name}", table, name) for name in made.fields}

    def _named(self, part: str, place: str, table: Table, name: str) -> ColumnField:
        found = next((n for n in table.model._meta.fields_db_projection if camel(n) == name), None)
        return self.column_of(part, place, table.model, found or name)

    def _target(self, part: str, place: str, graphql_type: Any, declared: Relation) -> Table:
        named: Any = get_named_type(graphql_type)
        if declared.kind == "page":
            named = get_named_type(named.fields["nodes"].type)
        table = self.tables.get(named.name)
        if table is None:
            cure = "Declare it with @schema.table(Model, …)."
            raise CompositionError(part, place, f"{named.name} has no table", cure)
        if table.model is not declared.model:
            raise CompositionError(
                part,
                place,
                f"{declared.model.__name__} is not the table of {named.name}",
                f"Use {table.model.__name__}.",
            )
        if isinstance(graphql_type, GraphQLNonNull) and declared.kind in ("one", "key"):
            raise CompositionError(part, place, "is non-null but the row may be missing", "Make it nullable.")
        return table

    def _keys(
        self, part: str, place: str, model: type[Model] | None, declared: Relation
    ) -> tuple[str | None, tuple[str, str] | None]:
        if declared.via is not None or declared.kind == "key" or (model is None and declared.by is None):
            return None, None
        if declared.through is not None:
            link, here, there = declared.through
            mine = self._foreign_key(part, place, link, here, model)
            return mine, (f'"{link._meta.db_table}"', self._foreign_key(part, place, link, there, declared.model))
        if declared.by is None:
            raise CompositionError(part, place, "says neither by= nor via=", "Name the key that joins the rows.")
        unique = declared.kind == "one"
        return self._foreign_key(part, place, declared.model, declared.by, model, unique=unique), None

    def _foreign_key(
        self, part: str, place: str, model: type[Model], by: str, target: type[Model] | None, *, unique: bool = False
    ) -> str:
        found = model._meta.fields_map.get(by)
        if not isinstance(found, columns.relational.ForeignKeyFieldInstance):
            raise CompositionError(
                part,
                place,
                f"{model.__name__}.{by} is no foreign key",
                "Name the ForeignKeyField or OneToOneField that points here.",
            )
        if target is not None and found.related_model is not target:
            raise CompositionError(
                part,
                place,
                f"{model.__name__}.{by} points to {found.related_model.__name__}, not to {target.__name__}",
                "Name the key that points here.",
            )
        if unique and not isinstance(found, columns.relational.OneToOneFieldInstance):
            raise CompositionError(
                part, place, f"{model.__name__}.{by} is not unique, so this is a list", "Use many() or page()."
            )
        return model._meta.fields_db_projection[found.source_field or f"{by}_id"]


def type_name(cls: type) -> str:
    """The GraphQL name of a declared class."""
    return get_object_definition(cls, strict=True).name


def check_leaf(part: str, place: str, column: ColumnField, graphql_type: Any) -> None:
    """Whether this column can feed this GraphQL type. Raises: CompositionError."""
    leaf: Any = get_named_type(graphql_type)
    if isinstance(graphql_type, GraphQLNonNull) and column.nullable:
        raise CompositionError(part, place, "is non-null but the column may be NULL", "Make the field nullable.")
    fits = LEAVES.get(leaf.name)
    if fits is not None and not isinstance(column.model_field, fits):
        raise CompositionError(
            part,
            place,
            f"a {type(column.model_field).__name__} cannot feed {graphql_type}",
            "Change the annotation (64-bit integers are Long), or declare a batch field.",
        )


def declaration_of(made: StrawberryField) -> Any:
    """What the part said of this field; None for a plain attribute."""
    return made.metadata.get("guanxi")
