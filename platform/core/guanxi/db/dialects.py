"""Lets one model class serve databases of both dialects in one process.

Tortoise keeps the beginning of every query on the model class, in the dialect of the database that was opened last,
and the SQL of inserts under the connection's name, which all databases share.
"""

from typing import Any
from weakref import WeakKeyDictionary

from pypika_tortoise.queries import Query
from tortoise import BaseDBAsyncClient, Model
from tortoise.backends.base.executor import BaseExecutor
from tortoise.models import MetaInfo

from guanxi.db import sealing

_beginnings: WeakKeyDictionary[type[Model], dict[tuple[type[Query], bool], Any]] = WeakKeyDictionary()


class Meta(MetaInfo):
    """A model's meta whose queries begin in the dialect of the database that is bound."""

    __slots__ = ()

    @property
    def basequery(self) -> Any:
        """``SELECT`` without columns."""
        return self._beginning(with_columns=False)

    @basequery.setter
    def basequery(self, value: Any) -> None:
        _beginnings.pop(self._model, None)  # Tortoise sets it when columns may have changed

    @property
    def basequery_all_fields(self) -> Any:
        """``SELECT`` of all columns."""
        return self._beginning(with_columns=True)

    @basequery_all_fields.setter
    def basequery_all_fields(self, value: Any) -> None:
        _beginnings.pop(self._model, None)

    def _beginning(self, *, with_columns: bool) -> Any:
        dialect = self.db.query_class
        known = _beginnings.setdefault(self._model, {})
        key = (dialect, with_columns)
        if key not in known:
            query = dialect.from_(self.basetable)
            known[key] = query.select(*self.db_fields) if with_columns else query
        return known[key]


class _Named:
    """A client whose name says its dialect."""

    def __init__(self, client: BaseDBAsyncClient) -> None:
        self._client = client
        self.connection_name = f"{client.connection_name}.{client.capabilities.dialect}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class BilingualExecutor(BaseExecutor):
    """Mixin: an executor that finds only its own dialect's SQL in Tortoise's cache."""

    def __init__(self, model: type[Model], db: BaseDBAsyncClient, *args: Any, **options: Any) -> None:
        named: Any = _Named(db)
        super().__init__(model, named, *args, **options)
        self.db = db

    async def execute_select(self, sql: str, values: Any = None, custom_fields: Any = None) -> Any:
        """Rows with their encrypted columns opened."""
        rows = await super().execute_select(sql, values, custom_fields)
        await sealing.open_rows(self.db, rows)
        return rows


def make_bilingual(model: type[Model]) -> None:
    """Give a model class that was just made such a meta."""
    model._meta.__class__ = Meta
