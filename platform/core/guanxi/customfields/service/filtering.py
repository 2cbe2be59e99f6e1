"""``CustomerFilter.customField`` as SQL."""

from collections.abc import Mapping
from typing import Any, Final

from guanxi.context import Context
from guanxi.customfields import errors
from guanxi.errors import Text
from guanxi.schema.part import Parameters

# GraphQL field -> column, and its type where PostgreSQL would guess another one of a parameter.
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("text", ""),
    "number": ("number", "::double precision"),
    "amountMinor": ("amount_minor", "::bigint"),
    "date": ("day", "::date"),
    "option": ("choice", ""),
    "flag": ("flag", "::boolean"),
}
TEXTS: Final = frozenset({"text", "choice"})
COMPARE: Final = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def write_condition(ctx: Context, parameters: Parameters, alias: str, given: Mapping[str, Any]) -> str:
    """Customers whose field of this key has a value that meets all conditions. Raises: BadUserInputError."""
    said = {name: value for name, value in given.items() if name not in {"key", "isSet"}}
    if None in said.values() or len(said) > 1:
        raise errors.refused(
            "customField",
            Text("One kind of condition is needed.", "须指定一种条件。"),
            Text("Send the one that fits the field's kind.", "请仅填写与字段类型相符的条件。"),
        )
    key = parameters.bind(given["key"])
    parts = [_conditions(parameters, name, value) for name, value in said.items()]
    exists = (
        f'EXISTS (SELECT 1 FROM "custom_value" cv JOIN "custom_field" cf ON cf."id" = cv."field_id"'
        f' AND cf."merchant_id" = cv."merchant_id" WHERE cv."customer_id" = {alias}."id"'
        f' AND cv."merchant_id" = {alias}."merchant_id" AND cf."key" = {key} AND cf."archived_at" IS NULL'
        f"{''.join(f' AND {part}' for part in parts)})"
    )
    return exists if given.get("isSet", True) else f"NOT {exists}"


def _conditions(parameters: Parameters, name: str, given: Mapping[str, Any]) -> str:
    column, cast = COLUMNS[name]
    is_postgres = parameters.dialect == "postgres"
    side = f'cv."{column}"' + (' COLLATE "C"' if column in TEXTS and is_postgres else "")

    def bind(value: Any) -> str:
        return parameters.bind(value) + (cast if is_postgres else "")

    parts = []
    for operator, value in given.items():
        if operator in COMPARE:
            parts.append(f"{side} {COMPARE[operator]} {bind(value)}")
        elif operator == "in":
            parts.append(f"{side} IN ({', '.join(bind(one) for one in value) or 'NULL'})")
        else:
            position = "strpos" if is_postgres else "instr"
            parts.append(f"{position}({side}, {bind(value)}) > 0")
    return "(" + (" AND ".join(parts) or "1 = 1") + ")"
