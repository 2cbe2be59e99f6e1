"""Small pieces of SQL that mean the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise import fields as columns

from guanxi.schema.catalog import ColumnField, OrderKey


@dataclass
class Statement:
    """Collects parameters while text is being written; ``?n`` is rewritten for PostgreSQL by guanxi.db."""

    dialect: str
    params: list[Any] = field(default_factory=list)

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""
        self.params.append(plain(value))
        return f"?{len(self.params)}"

    def bind_all(self, values: Sequence[Any]) -> str:
        """A list for IN; an empty one matches nothing."""
        return ", ".join(self.bind(value) for value in values) or "NULL"

    def text(self, alias: str, column: ColumnField) -> str:
        """A column to compare or order by: texts by code point on both databases."""
        named = f'{alias}."{column.name}"'
        is_text = isinstance(column.model_field, columns.CharField | columns.TextField)
        return f'{named} COLLATE "C"' if is_text and self.dialect == "postgres" else named

    def differs(self, left: str, right: str) -> str:
        """Not equal, NULL being different from everything."""
        return f"{left} {'IS DISTINCT FROM' if self.dialect == 'postgres' else 'IS NOT'} {right}"

    def position(self, text: str, part: str) -> str:
        """Where ``part`` starts in ``text``, from 1; 0 where it is not in it."""
        return f"{'strpos' if self.dialect == 'postgres' else 'instr'}({text}, {part})"


def plain(value: Any) -> Any:
    """A value as the drivers know it: no subclass of a plain type."""
    if isinstance(value, UUID):
        return UUID(int=value.int)
    if isinstance(value, str):
        return str(value)
    return value


def order_by(statement: Statement, alias: str, keys: Sequence[OrderKey], *, backward: bool = False) -> str:
    """ORDER BY terms; NULL is the smallest value everywhere. ``backward`` turns all of them round."""
    terms = []
    for one in keys:
        descending = one.descending != backward
        nulls = (" NULLS LAST" if descending else " NULLS FIRST") if one.column.nullable else ""
        terms.append(f"{statement.text(alias, one.column)} {'DESC' if descending else 'ASC'}{nulls}")
    return ", ".join(terms)


def beyond(
    statement: Statement, alias: str, keys: Sequence[OrderKey], values: Sequence[Any], *, backward: bool = False
) -> str:
    """Rows that stand strictly after (``backward``: before) the row whose keys are ``values``."""
    one, value = keys[0], values[0]
    rises = one.descending == backward
    column = statement.text(alias, one.column)
    if value is None:
        step = f"{column} IS NOT NULL" if rises else "1 = 0"
        same = f"{column} IS NULL"
    else:
        placeholder = statement.bind(value)
        step = f"{column} {'>' if rises else '<'} {placeholder}"
        if not rises and one.column.nullable:
            step = f"({step} OR {column} IS NULL)"
        same = f"{column} = {placeholder}"
    if len(keys) == 1:
        return step
    return f"({step} OR ({same} AND {beyond(statement, alias, keys[1:], values[1:], backward=backward)}))"
