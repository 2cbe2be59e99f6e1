"""Base models. A merchant's row cannot be read or written without its merchant bound."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from tortoise import BaseDBAsyncClient, Model
from tortoise.apps import Apps
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.expressions import Expression
from tortoise.manager import Manager
from tortoise.migrations.constraints import CheckConstraint
from tortoise.queryset import QuerySet
from tortoise.timezone import now

from guanxi.db import dialects, sealing, soundness
from guanxi.db.fields import IdField, uuid7
from guanxi.db.merchant import ForeignMerchantError, current_merchant
from guanxi.db.privacy import Privacy

FILTER = True  # False in tests only: proves that the wall of the database holds alone


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that the database itself holds: a name unique in the table, and SQL that both databases understand."""

    name: str
    sql: str


class MerchantQuerySet(QuerySet[Any]):
    """A query over one merchant's rows."""

    def union(self, *others: Any, **options: Any) -> Any:
        """Raises: OperationalError, always."""
        raise OperationalError("union() writes its values into the SQL text: use two queries or Q(...) | Q(...)")

    def update(self, **values: Any) -> Any:
        """As the base. Raises: ForeignMerchantError for a new merchant."""
        if "merchant_id" in values:
            raise ForeignMerchantError("a row cannot change its merchant")
        return super().update(**values)

    def bulk_update(self, objects: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> Any:
        """As the base; encrypted columns are sealed, and blind indexes follow them."""
        rows, names = list(objects), sealing.also_written(self.model, fields) or []
        if not sealing.encrypted_columns(self.model):
            return super().bulk_update(rows, names, batch_size)
        return self._bulk_update_sealed(rows, names, batch_size)

    async def _bulk_update_sealed(self, rows: list[Any], names: list[str], batch_size: int | None) -> int:
        async with sealing.sealed(self._db or self.model._choose_db(for_write=True), rows):
            written: int = await super().bulk_update(rows, names, batch_size)
        return written


class MerchantManager(Manager):
    """Begins every query of a ``MerchantModel``."""

    def get_queryset(self) -> QuerySet[Any]:
        """The bound merchant's rows. Raises: MerchantNotBoundError."""
        rows = MerchantQuerySet(self._model)
        return rows.filter(merchant_id=current_merchant()) if FILTER else rows


class _Table(Model):
    checks: ClassVar[tuple[Check, ...]] = ()
    privacy: ClassVar[Privacy] = Privacy()

    class Meta:
        abstract = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dialects.make_bilingual(cls)
        # As constraints of Tortoise's own they go into the migrations, and from there into the tables.
        declared = (CheckConstraint(check=one.sql, name=one.name) for one in cls.checks)
        cls._meta.constraints = (*cls._meta.constraints, *declared)


class PlatformModel(_Table):
    """A table that belongs to no merchant."""

    class Meta:
        abstract = True


class MerchantModel(_Table):
    """A table whose every row belongs to one merchant.

    Attributes:
        scoped_by: the key that says which post of the merchant sees a row: to a post, or to a row that leads to
            one; EVERYBODY (of guanxi.db.scoping): all do. Left out, every key that leads there and cannot be empty.
        handed_over: its keys to posts that go along when a post is handed over; those left out stay as history.
    """

    scoped_by: ClassVar[str | None] = None
    handed_over: ClassVar[tuple[str, ...]] = ()

    id = IdField(primary_key=True, default=uuid7)
    merchant_id = IdField(default=current_merchant)

    class Meta:
        abstract = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._meta.manager = MerchantManager(cls)  # Meta.manager of an abstract base is not inherited

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Insert or update. Raises: ForeignMerchantError; IntegrityError when there is no such row of this merchant."""
        self._require_own()
        async with sealing.sealed(using_db or self._choose_db(for_write=True), [self]):
            await self._save(using_db, sealing.also_written(type(self), update_fields), force_create, force_update)

    async def _save(
        self,
        using_db: BaseDBAsyncClient | None,
        update_fields: list[str] | None,
        force_create: bool,
        force_update: bool,
    ) -> None:
        if force_create or not (self._saved_in_db or force_update or update_fields):
            await super().save(using_db=using_db, force_create=True)
            return
        # The stock update says only WHERE id = …: go through the scoped queryset instead.
        names = list(update_fields) if update_fields else sorted(self._meta.db_fields - {"id", "merchant_id"})
        await self._pre_save(using_db, names)
        values = self._values(names)
        if values and not await self._row(using_db).update(**values):
            raise IntegrityError(f"{type(self).__name__} {self.id} does not exist")
        self._saved_in_db = True
        await self._post_save(using_db, False, names)

    def _values(self, names: Iterable[str]) -> dict[str, Any]:
        """What an update writes: the named fields and those that note its time."""
        names = list(names)
        for name, field in self._meta.fields_map.items():
            if getattr(field, "auto_now", False):
                setattr(self, name, now())
                names += [] if name in names else [name]
        columns = self._meta.fields_db_projection_reverse
        values = {columns.get(name, name): getattr(self, columns.get(name, name)) for name in names}
        for name, value in values.items():
            if not isinstance(value, Expression):
                self._meta.fields_map[name].validate(value)
        return values

    async def delete(self, using_db: BaseDBAsyncClient | None = None) -> None:
        """Delete the row. Raises: ForeignMerchantError."""
        self._require_own()
        await self._pre_delete(using_db)
        await self._row(using_db).delete()
        await self._post_delete(using_db)

    async def refresh_from_db(
        self, fields: Iterable[str] | None = None, using_db: BaseDBAsyncClient | None = None
    ) -> None:
        """Read the row again. Raises: ForeignMerchantError, DoesNotExist."""
        self._require_own()
        fresh = await self._row(using_db).get()
        for name in fields or self._meta.fields_db_projection:
            setattr(self, name, getattr(fresh, name))

    def _require_own(self) -> None:
        if self.merchant_id != current_merchant():
            raise ForeignMerchantError(f"{type(self).__name__} belongs to another merchant")

    def _row(self, client: BaseDBAsyncClient | None) -> QuerySet[Self]:
        rows = type(self).filter(id=self.id)
        return rows.using_db(client) if client else rows

    @classmethod
    def bulk_create(cls, objects: Iterable[Self], *args: Any, **options: Any) -> Any:
        """As the base. Raises: ForeignMerchantError, also for an upsert that could take a foreign row."""
        objects = list(objects)
        for one in objects:  # does not pass through save()
            one._require_own()
        if options.get("on_conflict") and "merchant_id" not in options["on_conflict"]:
            raise ForeignMerchantError("on_conflict must contain merchant_id: an upsert could take a foreign row")
        if "merchant_id" in (options.get("update_fields") or ()):
            raise ForeignMerchantError("a row cannot change its merchant")
        if not sealing.encrypted_columns(cls):
            return super().bulk_create(objects, *args, **options)
        return cls._bulk_create_sealed(objects, *args, **options)

    @classmethod
    async def _bulk_create_sealed(cls, objects: list[Self], *args: Any, **options: Any) -> None:
        async with sealing.sealed(options.get("using_db") or cls._choose_db(for_write=True), objects):
            await super().bulk_create(objects, *args, **options)

    @classmethod
    def bulk_update(cls, objects: Iterable[Self], fields: Iterable[str], *args: Any, **options: Any) -> Any:
        """As the base. Raises: ForeignMerchantError."""
        objects, fields = list(objects), list(fields)
        for one in objects:
            one._require_own()
        if "merchant_id" in fields:
            raise ForeignMerchantError("a row cannot change its merchant")
        return super().bulk_update(objects, fields, *args, **options)

    @classmethod
    def raw(cls, sql: str, using_db: BaseDBAsyncClient | None = None) -> Any:
        """Raises: OperationalError, always."""
        raise OperationalError("raw() cannot be scoped: use the query API, or Database.fetch behind the walls")


def check_models(apps: Apps) -> None:
    """Refuse models whose queries could leave the merchant, before the first query. Raises: ConfigurationError."""
    for models in apps.values():
        for model in models.values():
            soundness.check_model(model, apps, tenant=MerchantModel, platform=PlatformModel, manager=MerchantManager)
