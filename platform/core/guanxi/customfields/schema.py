"""GraphQL of custom fields."""

from typing import Any

from guanxi.context import Context
from guanxi.customers.rules.contacts import Collected
from guanxi.customers.types.outputs import CUSTOMER
from guanxi.customfields import errors, models, permissions, rules, service, types
from guanxi.customfields import loaders as _loaders  # noqa: F401 - declares its fields
from guanxi.customfields.rules import Value
from guanxi.errors import Text
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query

schema = types.schema

schema.add(
    Query,
    "customFields",
    Connection[types.CustomField] | None,
    page(
        models.CustomField,
        order_by=types.CustomFieldOrder,
        order="created_at",
        sizes=(100, 100),
        permission=permissions.READ_FIELDS,
        description="The merchant's own fields, archived ones too, in the order that they were defined.",
    ),
)


@schema.mutation(permission=permissions.WRITE_FIELDS)
async def create_custom_field(
    ctx: Context, values: types.CreateCustomFieldInput
) -> types.CreateCustomFieldPayload | None:
    """Define a field that every customer then has."""
    kind = kind_of(values.kind)
    row = await service.create_field(ctx, key=values.key, label=values.label, kind=kind, options=values.options)
    return types.CreateCustomFieldPayload(field_id=row.id)


@schema.mutation(permission=permissions.WRITE_FIELDS)
async def update_custom_field(
    ctx: Context, values: types.UpdateCustomFieldInput
) -> types.UpdateCustomFieldPayload | None:
    """Change a field, archive it with its values, or take it back into use."""
    changes = service.FieldChanges(*(one.value if one else None for one in said_of(values)))
    row = await service.update_field(ctx, values.id.of(types.FIELD), changes, expected_version=values.expected_version)
    return types.UpdateCustomFieldPayload(field_id=row.id)


@schema.mutation(permission=permissions.WRITE_VALUES)
async def set_custom_fields(ctx: Context, values: types.SetCustomFieldsInput) -> types.SetCustomFieldsPayload | None:
    """Fill in or clear custom fields of a customer: all of them or none."""
    origin = service.Origin(values.source, Collected(str(values.collected)))
    customer_id, wanted = values.customer.of(CUSTOMER), wanted_of(values)
    version = values.expected_version
    row = await service.set_custom_fields(ctx, customer_id, wanted, origin=origin, expected_version=version)
    return types.SetCustomFieldsPayload(customer_id=row.id)


def said_of(values: types.UpdateCustomFieldInput) -> tuple[Any, Any, Any]:
    """What the client sent, in the order of FieldChanges."""
    return values.label, values.options, values.is_archived


def kind_of(kind: types.FieldKind) -> rules.FieldKind:
    """The kind. Raises: BadUserInputError for the catch-all."""
    if str(kind) not in set(rules.FieldKind):
        raise errors.refused(
            "kind",
            Text("This kind cannot be chosen.", "不支持该字段类型。"),
            Text("Choose another.", "请选择其他类型。"),
        )
    return rules.FieldKind(str(kind))


def wanted_of(values: types.SetCustomFieldsInput) -> dict[str, Value | None]:
    """The values by key. Raises: BadUserInputError where a key comes twice, or too many do."""
    wanted = {one.key: value_of(one.value) for one in values.values}
    if len(wanted) < len(values.values) or len(wanted) > rules.MAX_FIELDS:
        raise errors.refused(
            "values",
            Text("A key comes twice, or there are too many.", "键重复或过多。"),
            Text(f"Send each key once, at most {rules.MAX_FIELDS}.", f"每个键仅一次，最多 {rules.MAX_FIELDS} 个。"),
        )
    return wanted


def value_of(given: types.CustomValueInput | None) -> Value | None:
    """One value; None to clear it."""
    if given is None:
        return None
    return Value(
        text=given.text or None,
        number=None if given.number is None or not isinstance(given.number, int | float) else given.number,
        money=(int(given.money.amount_minor), str(given.money.currency)) if given.money else None,
        day=given.date or None,
        choice=given.option or None,
        flag=given.flag if isinstance(given.flag, bool) else None,
        reference=given.reference.of(CUSTOMER) if given.reference else None,
    )
