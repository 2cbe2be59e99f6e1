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
    """From a row towards the post that it belongs to: ``column`` holds the id of a row of ``table``.

    ``onwards`` goes on from there; where it is empty, ``column`` holds the post itself. A row whose column is empty
    belongs to no post, so only those who see the whole merchant see it.
    """

    column: str
    table: str = POSTS
    onwards: "tuple[Way, ...]" = ()


_known: WeakKeyDictionary[type[Model], tuple[Way, ...]] = WeakKeyDictionary()


def ways_of(model: type[Model]) -> tuple[Way, ...]:
    """The ways from a row of ``model`` to posts, all of which one must see; none where everybody sees every row.

    A model that says nothing follows each key that cannot be empty to a table with ways of its own.

    Raises:
        ConfigurationError: it leads there only by keys that may be empty: it must say what that means.
    """
    if model not in _known:
        _known[model] = _find(model, ())
    return _known[model]


def _find(model: type[Model], above: tuple[type[Model], ...]) -> tuple[Way, ...]:
    said = getattr(model, "scoped_by", None) if issubclass(model, MerchantModel) else EVERYBODY
    if said == EVERYBODY:
        return ()
    if said is not None:
        return (_along(model, said, above),)
    keys = {name: model._meta.fields_map[name] for name in sorted(model._meta.fk_fields | model._meta.o2o_fields)}
    leading = [name for name in keys if _leads(model, keys[name], above)]
    needed = [name for name in leading if not keys[name].null]
    if leading and not needed:
        raise ConfigurationError(
            f"{model.__name__} hangs on scoped rows by {', '.join(leading)}, which may be empty. Say which of them"
            f' decides who sees it: scoped_by = "{leading[0]}"; or EVERYBODY, where its rows are the whole merchant\'s.'
        )
    return tuple(_along(model, name, above) for name in needed)


def _leads(model: type[Model], key: Any, above: tuple[type[Model], ...]) -> bool:
    target = key.related_model
    return target is not model and target not in above and bool(_find(target, (*above, model)))


def _along(model: type[Model], name: str, above: tuple[type[Model], ...]) -> Way:
    key: Any = model._meta.fields_map.get(name)
    if not isinstance(key, ForeignKeyFieldInstance):
        raise ConfigurationError(f"{model.__name__}.scoped_by names {name!r}, which is no foreign key.")
    target: type[Model] = key.related_model
    column = model._meta.fields_db_projection[key.source_field or f"{name}_id"]
    if target._meta.db_table == POSTS:
        return Way(column)
    onwards = _find(target, (*above, model))
    if not onwards:
        raise ConfigurationError(f"{model.__name__}.scoped_by names {name!r}, whose rows everybody sees.")
    return Way(column, target._meta.db_table, onwards)
