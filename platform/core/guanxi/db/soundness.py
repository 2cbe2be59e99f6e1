"""Which models can be scoped to a merchant at all; the others are refused before their first query."""

from tortoise import Model
from tortoise.apps import Apps
from tortoise.exceptions import ConfigurationError
from tortoise.fields.base import OnDelete
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.manager import Manager

from guanxi.db.fields import IdField


def check_model(
    model: type[Model], apps: Apps, *, tenant: type[Model], platform: type[Model], manager: type[Manager]
) -> None:
    """Works before Tortoise has resolved the relations, so that a refused plugin leaves no trace in other models.

    Raises:
        ConfigurationError: with the model, the field and what to write instead.
    """
    name = model.__name__
    if not issubclass(model, tenant | platform):
        raise ConfigurationError(f"{name}: derive from MerchantModel or PlatformModel")
    if issubclass(model, tenant):
        _check_keys(model)
        _check_managers(model, manager)
    elif "merchant_id" in model._meta.fields_map:
        raise ConfigurationError(f"{name}: a table with merchant_id is a merchant's: derive from MerchantModel")
    for field in model._meta.fields_map.values():
        if isinstance(field, ManyToManyFieldInstance):
            raise ConfigurationError(f"{name}.{field.model_field_name}: write the through model out")
        if isinstance(field, ForeignKeyFieldInstance):
            _check_reference(model, field, _target(field, apps), tenant)


def _check_keys(model: type[Model]) -> None:
    for name in ("id", "merchant_id"):
        field = model._meta.fields_map.get(name)
        if not isinstance(field, IdField) or field.source_field or field.null or field.pk != (name == "id"):
            raise ConfigurationError(f"{model.__name__}.{name}: inherited from MerchantModel, it cannot be redefined")


def _check_managers(model: type[Model], manager: type[Manager]) -> None:
    others = [name for base in model.__mro__ for name, value in vars(base).items() if isinstance(value, Manager)]
    if type(model._meta.manager) is not manager or others:
        raise ConfigurationError(f"{model.__name__}: the manager cannot be replaced, nor another one added")


def _check_reference(
    model: type[Model], field: ForeignKeyFieldInstance[Model], target: type[Model], tenant: type[Model]
) -> None:
    label = f"{model.__name__}.{field.model_field_name}"
    is_tenant, to_tenant = issubclass(model, tenant), issubclass(target, tenant)
    if not field.db_constraint:
        raise ConfigurationError(f"{label}: db_constraint=False opens joins to other merchants")
    if to_tenant and not is_tenant:
        raise ConfigurationError(f"{label}: a platform table may not point into merchants' rows")
    if is_tenant and not to_tenant and field.related_name is not False:
        raise ConfigurationError(f"{label}: set related_name=False, the reverse join has no merchant")
    if to_tenant and field.on_delete == OnDelete.SET_DEFAULT:
        raise ConfigurationError(f"{label}: SET DEFAULT is not supported between merchants' tables")
    if to_tenant and field.to_field not in {None, "id"}:
        raise ConfigurationError(f"{label}: refer to id")


def _target(field: ForeignKeyFieldInstance[Model], apps: Apps) -> type[Model]:
    if not isinstance(field.model_name, str):
        return field.model_name
    label, _, name = field.model_name.partition(".")
    return apps.get_model(label, name)
