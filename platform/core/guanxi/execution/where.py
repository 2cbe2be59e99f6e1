"""A typed ``where`` input as SQL. Two-valued: ``not`` of something unknown is true."""

from collections.abc import Callable, Mapping
from typing import Any

from strawberry.types.base import get_object_definition

from guanxi.context import Context
from guanxi.errors import BadUserInputError, Text
from guanxi.execution.sql import Statement
from guanxi.schema import scope
from guanxi.schema.catalog import Catalog, FilterColumn, camel
from guanxi.schema.ids import Id
from guanxi.schema.inputs import given_of

MAX_DEPTH = 6
COMPARE = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def write(catalog: Catalog, name: str, given: Mapping[str, Any], statement: Statement, alias: str, ctx: Context) -> str:
    """SQL of the input type ``name``. Raises: BadUserInputError; ForbiddenError on a column that is masked.

    Filtering by what one may not see would be reading it.
    """
    return Writer(catalog, name, statement, ctx).write(given, alias, 0)


def as_mapping(given: Any) -> dict[str, Any]:
    """A ``where`` that strawberry has made an object of, as the mapping that ``write`` takes."""
    sent = given_of(given)
    if sent is not None:
        return dict(sent)
    found: dict[str, Any] = {}
    for one in get_object_definition(type(given), strict=True).fields:
        value = getattr(given, one.python_name)
        if value is not None and not _is_unset(value):
            found[one.graphql_name or camel(one.python_name)] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return as_mapping(value) if get_object_definition(type(value)) else value


def _is_unset(value: Any) -> bool:
    return type(value).__name__ == "UnsetType"


class Writer:
    """Writes one ``where``; each level of exists gets an alias of its own."""

    def __init__(self, catalog: Catalog, name: str, statement: Statement, ctx: Context) -> None:
        self.columns = catalog.filters[name]
        self.statement, self.ctx = statement, ctx

    def write(self, given: Mapping[str, Any], alias: str, depth: int) -> str:
        """All conditions of one object."""
        if depth > MAX_DEPTH:
            raise BadUserInputError(
                Text("The filter is nested too deep.", "筛选条件嵌套过深。"),
                hint=Text(f"Nest at most {MAX_DEPTH} levels.", f"最多嵌套 {MAX_DEPTH} 层。"),
            )
        parts = [self._one(name, value, alias, depth) for name, value in given.items()]
        return "(" + (" AND ".join(parts) or "1 = 1") + ")"

    def _one(self, name: str, value: Any, alias: str, depth: int) -> str:
        if value is None:
            raise _empty(name)
        if name in ("and", "or"):
            parts = [self.write(each, alias, depth + 1) for each in value]
            return "(" + (f" {name.upper()} ".join(parts) or ("1 = 1" if name == "and" else "1 = 0")) + ")"
        if name == "not":
            return f"({self.write(value, alias, depth + 1)}) IS NOT TRUE"
        column = self.columns[name]
        self._check_right(column)
        if column.write is not None:
            return f"({column.write(self.ctx, self.statement, alias, value)})"
        if column.exists is None:
            return self._operators(name, value, self.statement.text(alias, column.column), column)
        model, key = column.exists
        inner = f"{alias}x{depth}"
        mine = scope.suffix(self.ctx, self.statement.bind, model, inner)
        said = self._operators(name, value, self.statement.text(inner, column.column), column)
        return (
            f'EXISTS (SELECT 1 FROM "{model._meta.db_table}" {inner} WHERE {inner}."{key}" = {alias}."id"'
            f' AND {inner}."merchant_id" = {alias}."merchant_id"{mine} AND {said})'
        )

    def _check_right(self, column: FilterColumn) -> None:
        for permission in column.permissions:
            self.ctx.require(permission)

    def _operators(self, name: str, given: Mapping[str, Any], column: str, spec: FilterColumn) -> str:
        parts = []
        for operator, value in given.items():
            if value is None:
                raise _empty(f"{name}.{operator}")
            parts.append(self._operator(operator, _untagged(value, spec), column))
        return "(" + (" AND ".join(parts) or "1 = 1") + ")"

    def _operator(self, operator: str, value: Any, column: str) -> str:
        bind = self.statement.bind
        if operator in COMPARE:
            return f"{column} {COMPARE[operator]} {bind(value)}"
        simple: dict[str, Callable[[], str]] = {
            "eq": lambda: f"{column} = {bind(value)}",
            "ne": lambda: self.statement.differs(column, bind(value)),
            "in": lambda: f"{column} IN ({self.statement.bind_all(value)})",
            "contains": lambda: f"{self.statement.position(column, bind(value))} > 0",
            "startsWith": lambda: f"({self.statement.starts(column, value)})",
            "isNull": lambda: f"{column} IS {'' if value else 'NOT '}NULL",
        }
        return simple[operator]()


def _untagged(value: Any, spec: FilterColumn) -> Any:
    """Ids without their tag; one of another type can match nothing, so it is compared as it is."""
    if isinstance(value, list):
        return [_untagged(item, spec) for item in value]
    if isinstance(value, Id) and spec.column.tag is not None:
        return value.of(spec.column.tag)
    return value


def _empty(place: str) -> BadUserInputError:
    return BadUserInputError(
        Text(f"where.{place} may not be null.", f"where.{place} 不能为 null。"),
        hint=Text("Leave it out, or ask with isNull.", "请省略该条件，或使用 isNull。"),
    )
