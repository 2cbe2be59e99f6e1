"""Fields that are columns: which one, whether it fits the GraphQL type, and whose ids it holds."""

from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, get_named_type, get_nullable_type
from tortoise import fields as columns
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from guanxi.db.fields import EncryptedField, IdField
from guanxi.permissions import Permission
from guanxi.schema.catalog import Catalog, ColumnField
from guanxi.schema.declare import Column
from guanxi.schema.problems import Place

TEXTS: tuple[type, ...] = (columns.CharField, columns.TextField)
IDS: tuple[type, ...] = (IdField, columns.UUIDField)
# GraphQL leaf -> the model fields that can feed it without a conversion of meaning.
LEAVES: dict[str, tuple[type, ...]] = {
    "String": (*TEXTS, EncryptedField),
    "ID": IDS,
    "Int": (columns.IntField, columns.SmallIntField),
    "Long": (columns.IntField, columns.SmallIntField, columns.BigIntField),
    "Float": (columns.FloatField,),
    "Boolean": (columns.BooleanField,),
    "DateTime": (columns.DatetimeField,),
    "Date": (columns.DateField,),
    "Currency": TEXTS,
    "TimeZone": TEXTS,
    "JSON": (columns.JSONField,),
}
SORTABLE: tuple[type, ...] = (
    *TEXTS,
    *IDS,
    columns.IntField,
    columns.FloatField,
    columns.BooleanField,
    columns.DatetimeField,
    columns.DateField,
)


def column_of(place: Place, model: type[Model], attribute: str, declared: Column | None = None) -> ColumnField:
    """The column behind an attribute. Raises: CompositionError naming the columns there are."""
    said = declared or Column()
    name = said.name or attribute
    sql = model._meta.fields_db_projection.get(name)
    if sql is None:
        there = ", ".join(sorted(model._meta.fields_db_projection))
        raise place.wrong(
            f"names {name!r}, which is no column of {model.__name__}",
            f"Its columns: {there}. Declare column('…'), a relation or a batch field.",
        )
    if said.permission is not None and not isinstance(said.permission, Permission):
        raise place.wrong(f"asks for {said.permission!r}, which is no declared permission", "Say Permission(…).")
    return ColumnField(name, sql, model._meta.fields_map[name], said.tag, said.permission, said.mask)


def check_leaf(place: Place, column: ColumnField, graphql_type: Any) -> None:
    """Whether this column can feed this GraphQL type. Raises: CompositionError."""
    if isinstance(graphql_type, GraphQLNonNull):
        _check_presence(place, column)
    leaf: Any = get_named_type(graphql_type)
    fits = TEXTS if isinstance(leaf, GraphQLEnumType) else LEAVES.get(leaf.name)
    is_too_wide = leaf.name == "Int" and isinstance(column.model_field, columns.BigIntField)
    is_list = isinstance(get_nullable_type(graphql_type), GraphQLList) and leaf.name != "JSON"
    if fits is not None and (is_too_wide or is_list or not isinstance(column.model_field, fits)):
        raise place.wrong(
            f"is {graphql_type} over a {type(column.model_field).__name__}, which cannot feed it",
            "Change the annotation (integers of 64 bits are Long), or declare a batch field.",
        )


def _check_presence(place: Place, column: ColumnField) -> None:
    if column.nullable:
        raise place.wrong("is non-null over a column that may be NULL", "Make the field nullable.")
    if column.permission is not None and column.mask is None:
        raise place.wrong("is non-null but its permission may null it", "Make the field nullable, or give it a mask.")


def tag_of(catalog: Catalog, place: Place, model: type[Model], column: ColumnField) -> str:
    """What starts the ids in this column: said, or the tag of the type that it points to.

    Raises: CompositionError where neither is known.
    """
    if column.tag is not None:
        return column.tag
    own = catalog.models.get(model)
    if column.attribute == "id" and own is not None:
        return own.tag
    for known in model._meta.fields_map.values():
        if isinstance(known, ForeignKeyFieldInstance) and known.source_field == column.attribute:
            target = catalog.models.get(known.related_model)
            if target is not None:
                return target.tag
    raise place.wrong("holds ids of a type that it does not name", "Say column(tag='…') with that type's tag.")
