"""Declared relations: their tables, keys and orders found, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLNonNull, get_named_type
from strawberry.types.base import StrawberryObjectDefinition
from tortoise.fields.relational import ForeignKeyFieldInstance, OneToOneFieldInstance
from tortoise.models import Model

from guanxi.schema.catalog import Catalog, OrderKey, RelationField, Table
from guanxi.schema.columns import SORTABLE, column_of
from guanxi.schema.declare import Relation
from guanxi.schema.problems import Place


@dataclass(frozen=True)
class Holder:
    """The type that a relation is a field of, and the model of its table if it has one."""

    cls: type
    model: type[Model] | None


def relation_of(
    catalog: Catalog, place: Place, graphql_field: Any, holder: Holder, declared: Relation
) -> RelationField:
    """A declared relation of a type. Raises: CompositionError."""
    target, cls = _target(catalog, place, graphql_field.type, declared)
    key, link = _keys(place, holder, declared)
    inputs = {name: get_named_type(argument.type).name for name, argument in graphql_field.args.items()}
    found = RelationField(
        place=place,
        kind=declared.kind,
        target=target,
        cls=cls,
        key=key,
        link=link,
        via=declared.via,
        order=_order(place, target, declared),
        sizes=declared.sizes,
        where=inputs.get("where"),
        order_by=inputs.get("orderBy"),
    )
    _check_inputs(catalog, place, found)
    catalog.relations.append(found)
    return found


def check_orders(catalog: Catalog) -> None:
    """When all columns are known: an order, and the cursors of it, may tell no value that is protected.

    Raises: CompositionError.
    """
    for one in catalog.relations:
        for key in one.order:
            if catalog.needed_for(one.target, key.column.attribute):
                raise one.place.wrong(
                    f"is ordered by {key.column.attribute!r}, which not everybody may read",
                    "Order by another column: this one would tell its values.",
                )


def _target(catalog: Catalog, place: Place, graphql_type: Any, declared: Relation) -> tuple[Table, type]:
    if isinstance(graphql_type, GraphQLNonNull) and declared.kind in ("one", "key"):
        raise place.wrong("is non-null although the row may be missing", "Make it nullable.")
    named: Any = get_named_type(graphql_type)
    if declared.kind == "page":
        named = get_named_type(named.fields["nodes"].type) if "nodes" in getattr(named, "fields", {}) else None
        if named is None:
            raise place.wrong("is a page but no Connection", "Annotate it as Connection[…] | None.")
    table = catalog.tables.get(named.name)
    if table is None:
        raise place.wrong(
            f"leads to {named.name}, which no enabled part declares over a table",
            "Declare it with @schema.table(Model, …), or name its plugin in requires.",
        )
    if table.model is not declared.model:
        raise place.wrong(
            f"reads {declared.model.__name__}, which is not the table of {named.name}", f"Use {table.model.__name__}."
        )
    definition: StrawberryObjectDefinition = named.extensions["strawberry-definition"]
    if definition.origin is not table.cls and declared.kind in ("many", "page"):
        raise place.wrong(f"lists {named.name}, one kind of {table.type_name}", f"List {table.type_name}.")
    return table, definition.origin


def _keys(place: Place, holder: Holder, declared: Relation) -> tuple[str | None, tuple[str, str] | None]:
    model = holder.model
    if declared.via is not None:
        _check_via(place, holder, declared.via)
        return None, None
    if declared.kind == "key" or (declared.kind == "page" and model is None and declared.by is None):
        return None, None
    if model is None:
        raise place.wrong(
            "stands on a type without a table", "Use via= with an attribute of it, or a page() of all rows."
        )
    if declared.through is not None:
        link, here, there = declared.through
        _check_link(place, link, here, there)
        mine = foreign_key(place, link, here, model)
        return mine, (f'"{link._meta.db_table}"', foreign_key(place, link, there, declared.model))
    if declared.by is None:
        raise place.wrong("says neither by= nor via= nor through=", "Name the key that joins the rows.")
    if declared.kind == "one":
        _check_unique(place, declared.model, declared.by)
    return foreign_key(place, declared.model, declared.by, model), None


def foreign_key(place: Place, model: type[Model], by: str, target: type[Model] | None) -> str:
    """The column of a foreign key that points to ``target``. Raises: CompositionError."""
    found = model._meta.fields_map.get(by)
    if not isinstance(found, ForeignKeyFieldInstance):
        raise place.wrong(
            f"names {model.__name__}.{by}, which is no foreign key",
            "Name the ForeignKeyField or OneToOneField that points here.",
        )
    if target is not None and found.related_model is not target:
        raise place.wrong(
            f"names {model.__name__}.{by}, which points to {found.related_model.__name__}, not to {target.__name__}",
            "Name the key that points here.",
        )
    return model._meta.fields_db_projection[found.source_field or f"{by}_id"]


def _check_via(place: Place, holder: Holder, attribute: str) -> None:
    there = holder.model._meta.fields_db_projection if holder.model else holder.cls.__dict__["__dataclass_fields__"]
    if attribute not in there:
        raise place.wrong(
            f"goes via {attribute!r}, which {holder.cls.__name__} does not have",
            f"Name the attribute with the row's id, one of: {', '.join(sorted(there))}.",
        )


def _check_unique(place: Place, model: type[Model], by: str) -> None:
    found = model._meta.fields_map.get(by)
    is_key = isinstance(found, ForeignKeyFieldInstance)
    if is_key and not isinstance(found, OneToOneFieldInstance) and {by} not in _unique_sets(model):
        raise place.wrong(
            f"names {model.__name__}.{by}, which is not unique, so this is a list", "Use many() or page()."
        )


def _check_link(place: Place, link: type[Model], here: str, there: str) -> None:
    if {here, there} not in _unique_sets(link):
        raise place.wrong(
            f"goes through {link.__name__}, which may link the same two rows twice",
            f"Make merchant_id, {here} and {there} unique together in it.",
        )


def _unique_sets(model: type[Model]) -> list[set[str]]:
    """Which keys are unique within a merchant, without the ending ``_id`` of columns."""
    wanted: Mapping[str, Any] = model._meta.fields_map
    groups = [set(group) for group in model._meta.unique_together]
    groups += [{name} for name, known in wanted.items() if getattr(known, "unique", False)]
    return [{name.removesuffix("_id") for name in group} - {"merchant"} for group in groups]


def _order(place: Place, target: Table, declared: Relation) -> tuple[OrderKey, ...]:
    """The keys of the declared order; the id is always the last, so that the order is total."""
    keys = [text.strip() for text in declared.order.split(",")]
    if keys[-1].lstrip("-") != "id":
        keys.append("-id" if keys[-1].startswith("-") else "id")
    found = [OrderKey(column_of(place, target.model, text.lstrip("-")), text.startswith("-")) for text in keys]
    for one in found:
        if not isinstance(one.column.model_field, SORTABLE):
            raise place.wrong(
                f"is ordered by {one.column.attribute!r}, a {type(one.column.model_field).__name__}",
                "Order by texts, numbers, times, days or ids.",
            )
    return tuple(found)


def _check_inputs(catalog: Catalog, place: Place, found: RelationField) -> None:
    for argument, name in (("where", found.where), ("orderBy", found.order_by)):
        if name is None:
            continue
        target = catalog.inputs.get(name)
        if target is None:
            raise place.wrong(
                f"takes {name} as {argument}, which is declared for no type",
                "Declare it with @schema.filter(Type, …) or @schema.order(Type, …).",
            )
        if catalog.tables[target] is not found.target:
            raise place.wrong(
                f"takes {name} as {argument}, which is for {target}, not for {found.target.type_name}",
                f"Declare one for {found.target.type_name}.",
            )
