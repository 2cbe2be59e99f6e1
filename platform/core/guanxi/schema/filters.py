"""Fields of ``where`` and ``orderBy`` inputs: what each compares, and who may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from guanxi.permissions import Permission
from guanxi.schema.catalog import Catalog, ColumnField, ColumnUse, FilterColumn, Table, camel
from guanxi.schema.columns import LEAVES, SORTABLE, TEXTS, column_of, tag_of
from guanxi.schema.part import FilterEntry, FilterRule
from guanxi.schema.problems import Place
from guanxi.schema.relations import foreign_key

LOGIC = ("and", "or", "not")
OPERATORS = frozenset({"eq", "ne", "in", "lt", "lte", "gt", "gte", "contains", "startsWith", "isNull"})


Extra = Mapping[str, tuple[Place, FilterEntry | FilterRule]]  # fields on other tables, by GraphQL name


def filter_columns(
    catalog: Catalog, place: Place, made: GraphQLInputObjectType, table: Table, extra: Extra
) -> dict[str, FilterColumn]:
    """What each field of a ``where`` input compares. Raises: CompositionError."""
    found: dict[str, FilterColumn] = {}
    for name, one in made.fields.items():
        if name in LOGIC:
            continue
        own = Place(place.part, f"{made.name}.{name}", place.find_source)
        here, entry = extra.get(name, (own, None))
        if isinstance(entry, FilterRule):
            key = column_of(here, table.model, "id")
            found[name] = FilterColumn(key, (entry.permission,), write=entry.write)
            continue
        known = _foreign(catalog, here, table, entry) if entry else _named(catalog, here, table, name)
        leaves = _operator_leaves(here, get_named_type(one.type), known.column)
        if "ID" in leaves:
            tag = tag_of(catalog, here, entry.model if entry else table.model, known.column)
            known = replace(known, column=replace(known.column, tag=tag))
        found[name] = known
    return found


def order_columns(
    catalog: Catalog, place: Place, made: GraphQLInputObjectType, table: Table
) -> dict[str, FilterColumn]:
    """What each field of an ``orderBy`` input compares. Raises: CompositionError."""
    found: dict[str, FilterColumn] = {}
    for name in made.fields:
        here = Place(place.part, f"{made.name}.{name}", place.find_source)
        found[name] = _named(catalog, here, table, name)
        if not isinstance(found[name].column.model_field, SORTABLE):
            raise here.wrong(
                f"orders by a {type(found[name].column.model_field).__name__}",
                "Order by texts, numbers, times, days or ids.",
            )
    return found


def _named(catalog: Catalog, place: Place, table: Table, name: str) -> FilterColumn:
    """A field of the type over a column, else a column of the model."""
    uses: list[ColumnUse] = catalog.uses.get(table.type_name, [])
    use = next((one for one in uses if one.is_own and one.field_name == name), None)
    if use is not None:
        return FilterColumn(use.column, use.permissions)
    attribute = next((one for one in table.model._meta.fields_db_projection if camel(one) == name), name)
    column = column_of(place, table.model, attribute)
    return FilterColumn(column, catalog.needed_for(table, attribute))


def _foreign(catalog: Catalog, place: Place, table: Table, entry: FilterEntry) -> FilterColumn:
    exists = (entry.model, foreign_key(place, entry.model, entry.by, table.model))
    column = column_of(place, entry.model, entry.column)
    other = catalog.models.get(entry.model)
    needed = [entry.permission] if entry.permission is not None else []
    if other is not None:
        needed += [other.permission, *catalog.needed_for(other, entry.column)]
    if not all(isinstance(one, Permission) for one in needed) or not needed:
        raise place.wrong(
            f"filters by {entry.model.__name__}, whose rows nobody needs a declared permission for",
            "Say FilterEntry(…, permission=…).",
        )
    return FilterColumn(column, tuple(dict.fromkeys(needed)), exists)


def _operator_leaves(place: Place, operators: Any, column: ColumnField) -> set[str]:
    """The leaf types of an operators' input, all of which fit the column. Raises: CompositionError."""
    fields = operators.fields if isinstance(operators, GraphQLInputObjectType) else {}
    if not fields or not set(fields) <= OPERATORS:
        raise place.wrong(
            f"is a {operators.name}, which is no set of operators", f"Operators: {', '.join(sorted(OPERATORS))}."
        )
    leaves = {get_named_type(one.type).name for name, one in fields.items() if name != "isNull"}
    for leaf in leaves:
        if not isinstance(column.model_field, LEAVES.get(leaf, TEXTS)):
            raise place.wrong(
                f"is a {operators.name} over a {type(column.model_field).__name__}", "Choose the operators of its kind."
            )
    return leaves
