"""Small pieces of SQL that mean the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise import fields as columns

from guanxi.errors import BadUserInputError, Text
from guanxi.schema.catalog import ColumnField, OrderKey


@dataclass
class Statement:
    """Collects parameters while text is being written; ``?n`` is rewritten for PostgreSQL by guanxi.db."""

    dialect: str
    params: list[Any] = field(default_factory=list)

    def bind(self, value: Any) -> str:
        """The placeholder of a value. Raises: BadUserInputError on a text that no database can hold."""
        self.params.append(plain(value))
        # Without the cast PostgreSQL takes the column's width and refuses a larger number instead of comparing it.
        is_integer = isinstance(value, int) and not isinstance(value, bool) and self.dialect == "postgres"
        return f"?{len(self.params)}{'::bigint' if is_integer else ''}"

    def bind_all(self, values: Sequence[Any]) -> str:
        """A list for IN; an empty one matches nothing."""
        return ", ".join(self.bind(value) for value in values) or "NULL"

    def text(self, alias: str, column: ColumnField) -> str:
        """A column to compare or order by: texts by code point on both databases."""
        named = f'{alias}."{column.name}"'
        is_text = isinstance(column.model_field, columns.CharField | columns.TextField)
        return f'{named} COLLATE "C"' if is_text and self.dialect == "postgres" else named

    def starts(self, column: str, prefix: str) -> str:
        """The texts that start with ``prefix``, as a range that an index can serve."""
        end = after_prefix(prefix)
        return f"{column} >= {self.bind(prefix)}" + ("" if end is None else f" AND {column} < {self.bind(end)}")

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
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise BadUserInputError(
                Text("A text holds a NUL or half a surrogate pair.", "文本包含空字符或不完整的代理对。"),
                hint=Text("Send valid Unicode text.", "请传入有效的 Unicode 文本。"),
            )
        return str(value)
    return value


def after_prefix(prefix: str) -> str | None:
    """The smallest text, by code point, that is larger than all that start with ``prefix``; None where all are."""
    kept = prefix.rstrip("\U0010ffff")
    if not kept:
        return None
    last = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if last == 0xD800 else last)  # no text holds a surrogate


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
