"""Whose rows a table holds within its merchant: the way from each table to the post that looks after a row."""

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from tortoise.exceptions import ConfigurationError
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from guanxi.db.models import MerchantModel

POSTS: Final = "post"
EVERYBODY: Final = "*"


@dataclass(frozen=True, slots=True)
class Way:
    """From a row to the post it belongs to: ``column`` holds the post, or the id of a row of ``table`` that leads on.

    A row whose column is empty belongs to no post, so only those who see the whole merchant see it.
    """

    column: str
    table: str = ""
    onwards: "Way | None" = None


_known: WeakKeyDictionary[type[Model], Way | None] = WeakKeyDictionary()


def way_of(model: type[Model]) -> Way | None:
    """The way from a row of ``model`` to its post; None where everybody of the merchant sees every row.

    A model that says nothing follows the only key it must have to a table that has a way.

    Raises:
        ConfigurationError: it could go more than one way, or only by keys that may be empty: it must say which.
    """
    if model not in _known:
        _known[model] = _find(model, ())
    return _known[model]


def _find(model: type[Model], above: tuple[type[Model], ...]) -> Way | None:
    said = getattr(model, "scoped_by", None) if issubclass(model, MerchantModel) else EVERYBODY
    if said == EVERYBODY:
        return None
    if said is not None:
        return _along(model, said, above)
    keys = {name: model._meta.fields_map[name] for name in sorted(model._meta.fk_fields | model._meta.o2o_fields)}
    leading = [name for name in keys if _leads(model, keys[name], above)]
    needed = [name for name in leading if not keys[name].null]
    if len(needed) == 1:
        return _along(model, needed[0], above)
    if leading:
        raise ConfigurationError(
            f"{model.__name__} hangs on scoped rows by {', '.join(leading)}. Say which of them decides who sees it:"
            f' scoped_by = "{leading[0]}", or scoped_by = EVERYBODY where its rows are for the whole merchant.'
        )
    return None


def _leads(model: type[Model], key: Any, above: tuple[type[Model], ...]) -> bool:
    target = key.related_model
    return target is not model and target not in above and _find(target, (*above, model)) is not None


def _along(model: type[Model], name: str, above: tuple[type[Model], ...]) -> Way:
    key: Any = model._meta.fields_map.get(name)
    if not isinstance(key, ForeignKeyFieldInstance):
        raise ConfigurationError(f"{model.__name__}.scoped_by names {name!r}, which is no foreign key.")
    target: type[Model] = key.related_model
    column = model._meta.fields_db_projection[key.source_field or f"{name}_id"]
    if target._meta.db_table == POSTS:
        return Way(column)
    onwards = _find(target, (*above, model))
    if onwards is None:
        raise ConfigurationError(f"{model.__name__}.scoped_by names {name!r}, whose rows everybody sees.")
    return Way(column, target._meta.db_table, onwards)
