"""A plugin's tables: checked before the database learns of them, made when the first merchant needs them."""

import importlib
import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from tortoise import Model
from tortoise.apps import Apps
from tortoise.connection import ConnectionHandler
from tortoise.exceptions import BaseORMException

from guanxi.db import migrations
from guanxi.db import models as base
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.plugins import errors, places
from guanxi.plugins.faults import Fault, FaultKind, PluginError
from guanxi.plugins.loading import Loaded


def app_of(loaded: Loaded) -> App | None:
    """The plugin's database app; None where it has no tables."""
    manifest = loaded.manifest
    return App(manifest.id, manifest.models, manifest.migrations) if manifest.models else None


def check(loaded: Loaded, below: Mapping[str, str]) -> list[type[Model]]:
    """Import a plugin's models and try them on top of the apps that it may point to (label: module).

    Raises: PluginError. Without this, one wrong foreign key would keep the whole server from starting.
    """
    if loaded.manifest.models is None:
        return []
    module = _models_module(loaded)
    models = [one for one in vars(module).values() if _is_own(one)]
    if not models:
        raise _wrong(loaded, loaded.manifest.models, f"{module.__name__} has no tables.", "Leave models out.")
    for model in models:
        if not model._meta.db_table and loaded.manifest.migrations is None:
            model._meta.db_table = f"{loaded.id}_{_snake(model.__name__)}"
        _check_model(loaded, model, below)
    _try(loaded, module, below)
    return models


async def make(db: Database, app: App) -> None:
    """Make the tables that are missing. Raises: ConflictError where this process may not."""
    there = await db.table_names()
    if all(model._meta.db_table in there for model in db.models_of(app.label)):
        return
    try:
        await (migrations.migrate(db) if app.migrations else migrations.create_tables(db, app.label))
    except BaseORMException as error:
        raise errors.no_tables(app.label) from error


def _models_module(loaded: Loaded) -> ModuleType:
    name = str(loaded.manifest.models)
    try:
        return loaded.module if name == loaded.module.__name__ else importlib.import_module(name)
    except (Exception, SystemExit) as error:
        place = places.of_error(error, loaded.candidate.source)
        fault = Fault(
            loaded.id, FaultKind.MODELS, place, f"{type(error).__name__}: {error}.", "Repair the module of its models."
        )
        raise PluginError(fault) from error


def _is_own(made: Any) -> bool:
    is_model = isinstance(made, type) and issubclass(made, Model)
    return is_model and not made._meta.abstract and not made.__module__.startswith("guanxi.")


def _check_model(loaded: Loaded, model: type[Model], below: Mapping[str, str]) -> None:
    place, name = places.of_class(model), model.__name__
    if not issubclass(model, base.MerchantModel | base.PlatformModel):
        raise _wrong(loaded, place, f"{name} is no MerchantModel.", "Derive it from guanxi.MerchantModel.")
    table = model._meta.db_table
    if table != loaded.id and not table.startswith(f"{loaded.id}_"):
        cure = f'Say table = "{loaded.id}_{_snake(name)}" in its Meta.'
        raise _wrong(loaded, place, f"Its table {table!r} does not start with the plugin's id.", cure)
    for one in _keys(model):
        field = model._meta.fields_map[one]
        target = str(getattr(field, "model_name", ""))
        if target.split(".", 1)[0] not in (*below, loaded.id):
            reason = f"{name}.{one} points to {target}, no table of the core or of a plugin that it requires."
            raise _wrong(loaded, place, reason, "Name that plugin in requires, or point elsewhere.")
        if target.split(".", 1)[0] != loaded.id:
            field.__dict__["related_name"] = False  # no class of another part is ever changed


def _try(loaded: Loaded, module: ModuleType, below: Mapping[str, str]) -> None:
    apps = Apps(None, ConnectionHandler())
    try:
        for label, name in below.items():
            apps.init_app(label, [name], _init_relations=False)
        apps.init_app(loaded.id, [module], _init_relations=False)
        base.check_models(apps)
        apps._init_relations()
    except BaseORMException as error:
        place = places.of_name(module, "MANIFEST") if module is loaded.module else str(module.__file__)
        raise _wrong(loaded, place, f"{str(error).rstrip('.')}.", "Repair its models.") from error


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _keys(model: type[Model]) -> Iterable[str]:
    return sorted(model._meta.fk_fields | model._meta.o2o_fields)


def _wrong(loaded: Loaded, place: str, reason: str, cure: str) -> PluginError:
    return PluginError(Fault(loaded.id, FaultKind.MODELS, place, reason, cure))
