"""Base models. A merchant's row cannot be read or written without its merchant bound."""

from collections.abc import Iterable
from typing import Any

from tortoise import Model, fields
from tortoise.apps import Apps
from tortoise.exceptions import ConfigurationError, IntegrityError, OperationalError
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.manager import Manager
from tortoise.queryset import QuerySet
from tortoise.timezone import now

from guanxi.db.fields import IdField, uuid7
from guanxi.db.merchant import ForeignMerchantError, current_merchant

FILTER = True  # tests only: proves that the wall of the database holds alone


class MerchantQuerySet(QuerySet):
    def union(self, *others: Any, **options: Any) -> Any:
        raise OperationalError("union() writes its values into the SQL text: use two queries or Q(...) | Q(...)")


class MerchantManager(Manager):
    def get_queryset(self) -> QuerySet:
        rows = MerchantQuerySet(self._model)
        return rows if not FILTER else rows.filter(merchant_id=current_merchant())


class PlatformModel(Model):
    """A table that belongs to no merchant."""

    class Meta:
        abstract = True


class MerchantModel(Model):
    id = IdField(primary_key=True, default=uuid7)
    merchant_id = IdField(default=current_merchant)

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._meta.manager = MerchantManager(cls)  # Meta.manager of an abstract base is not inherited

    def _own(self) -> None:
        if self.merchant_id != current_merchant():
            raise ForeignMerchantError(f"{type(self).__name__} belongs to another merchant")

    async def save(self, using_db=None, update_fields=None, force_create=False, force_update=False) -> None:
        self._own()
        if force_create or not (self._saved_in_db or force_update or update_fields):
            await super().save(using_db=using_db, force_create=True)
            return
        # The stock update says only WHERE id = ...: go through the scoped queryset instead.
        names = list(update_fields or self._meta.db_fields - {"id", "merchant_id"})
        for name, field in self._meta.fields_map.items():
            if getattr(field, "auto_now", False):
                setattr(self, name, now())
                names = [*names, name] if name not in names else names
        for name in names:
            self._meta.fields_map[name].validate(getattr(self, name))
        query = type(self).filter(id=self.id)
        query = query.using_db(using_db) if using_db else query
        if not await query.update(**{name: getattr(self, name) for name in names}):
            raise IntegrityError(f"{type(self).__name__} {self.id} does not exist")

    async def delete(self, using_db=None) -> None:
        self._own()
        query = type(self).filter(id=self.id)
        await (query.using_db(using_db) if using_db else query).delete()

    async def refresh_from_db(self, fields: Iterable[str] | None = None, using_db=None) -> None:
        self._own()
        query = type(self).filter(id=self.id)
        fresh = await (query.using_db(using_db) if using_db else query).get()
        for name in fields or self._meta.db_fields:
            setattr(self, name, getattr(fresh, name))

    @classmethod
    def bulk_create(cls, objects, *args: Any, **kwargs: Any):
        objects = list(objects)
        for item in objects:  # does not pass through save()
            item._own()
        if kwargs.get("on_conflict") and "merchant_id" not in kwargs["on_conflict"]:
            raise ForeignMerchantError("on_conflict must contain merchant_id: an upsert could take a foreign row")
        return super().bulk_create(objects, *args, **kwargs)

    @classmethod
    def bulk_update(cls, objects, fields, *args: Any, **kwargs: Any):
        objects = list(objects)
        for item in objects:
            item._own()
        if "merchant_id" in fields:
            raise ForeignMerchantError("a row cannot change its merchant")
        return super().bulk_update(objects, fields, *args, **kwargs)

    @classmethod
    def raw(cls, sql: str, using_db=None):
        raise OperationalError("raw() cannot be scoped")


def check_models(apps: Apps) -> None:
    """Refuse, before the first query, every model whose joins could leave the merchant."""
    for models in apps.values():
        for model in models.values():
            name, tenant = model.__name__, issubclass(model, MerchantModel)
            if not tenant and not issubclass(model, PlatformModel):
                raise ConfigurationError(f"{name}: derive from MerchantModel or PlatformModel")
            if tenant and not isinstance(model._meta.manager, MerchantManager):
                raise ConfigurationError(f"{name}: the manager may not be replaced")
            for field in model._meta.fields_map.values():
                if isinstance(field, ManyToManyFieldInstance):
                    raise ConfigurationError(f"{name}.{field.model_field_name}: write the through model out")
                if not isinstance(field, ForeignKeyFieldInstance):
                    continue
                label = f"{name}.{field.model_field_name}"
                to_tenant = issubclass(field.related_model, MerchantModel)
                if not field.db_constraint:
                    raise ConfigurationError(f"{label}: db_constraint=False opens joins to other merchants")
                if to_tenant and not tenant:
                    raise ConfigurationError(f"{label}: a platform table may not point into merchants' rows")
                if tenant and not to_tenant and field.related_name is not False:
                    raise ConfigurationError(f"{label}: set related_name=False, the reverse join has no merchant")
                if to_tenant and field.to_field_instance.model_field_name != "id":
                    raise ConfigurationError(f"{label}: refer to id")
