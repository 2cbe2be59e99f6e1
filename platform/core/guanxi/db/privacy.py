"""What each column means for privacy: who declares it, and the list of all that is declared."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Final

from tortoise import Model
from tortoise.fields.base import Field
from tortoise.fields.relational import BackwardFKRelation, ManyToManyFieldInstance, RelationalField

from guanxi.db.apps import App


class PrivacyClass(StrEnum):
    """How a column is stored, and what an export and an erasure do with it.

    ``is_exported``: it goes into what a customer is handed of his data. ``is_erased``: an erasure empties it.
    """

    SEARCHABLE = "clear-searchable"
    ENCRYPTED = "encrypted"
    EXPORT = "export"
    ERASE = "erase"
    RETAIN = "retain"
    INTERNAL = "internal"

    @property
    def is_exported(self) -> bool:
        """All but what is derived, and what says nothing of a customer."""
        return self not in {PrivacyClass.ERASE, PrivacyClass.INTERNAL}

    @property
    def is_erased(self) -> bool:
        """All but what must be kept, and what says nothing of a customer."""
        return self not in {PrivacyClass.RETAIN, PrivacyClass.INTERNAL}


@dataclass(frozen=True, kw_only=True, slots=True)
class Privacy:
    """A model's declaration: the names of its columns with blanks between, by class; of a foreign key ``x``: ``x_id``.

    Keys, ``merchant_id`` and ``version`` are internal, ``created_at`` and ``updated_at`` are retained, unless said.

    Attributes:
        searchable: says who somebody is, and stands in clear so that it can be searched: exported, erased.
        encrypted: says who somebody is, or what he wrote, and is stored as ciphertext: exported, erased.
        export: the customer's, but harmless alone: exported, erased.
        erase: derived from personal data, such as an index for a search: not exported, erased.
        retain: a fact that books or law need: exported, kept by an erasure, and so never personal by itself.
        internal: says nothing of a customer: neither exported nor erased.
    """

    searchable: str = ""
    encrypted: str = ""
    export: str = ""
    erase: str = ""
    retain: str = ""
    internal: str = ""

    def declared(self) -> Iterator[tuple[str, PrivacyClass]]:
        """Each name that is written, with its class."""
        for one in fields(self):
            for name in getattr(self, one.name).split():
                yield name, PrivacyClass[one.name.upper()]


@dataclass(frozen=True, slots=True)
class ClassifiedColumn:
    """A column and its class. ``name`` is the attribute on the model."""

    app: str
    model: type[Model]
    name: str
    privacy: PrivacyClass

    @property
    def table(self) -> str:
        """The table that it stands in."""
        return self.model._meta.db_table or self.model.__name__.lower()


BY_RULE: Final = {
    "merchant_id": PrivacyClass.INTERNAL,
    "version": PrivacyClass.INTERNAL,
    "created_at": PrivacyClass.RETAIN,
    "updated_at": PrivacyClass.RETAIN,
}


def classes(app_set: Sequence[App]) -> list[ClassifiedColumn]:
    """Every column of these apps with its class; by app, model and column as they are written.

    Raises:
        ValueError: what is undeclared, with its place and the cure.
    """
    wrong = undeclared(app_set)
    if wrong:
        raise ValueError("\n".join(wrong))
    return [
        ClassifiedColumn(app.label, model, name, privacy)
        for app in app_set
        for model in _models_of(app)
        for name, privacy in class_of_columns(model).items()
    ]


def undeclared(app_set: Sequence[App]) -> list[str]:
    """What is wrong with the declarations of these apps' models: place, fault, cure."""
    return [fault for app in app_set for model in _models_of(app) for fault in faults_of(model)]


def class_of_columns(model: type[Model]) -> dict[str, PrivacyClass]:
    """A model's columns with the class of each that has one."""
    said = dict(_declaration_of(model).declared())
    found = {name: said.get(name) or _by_rule(model, name) for name in columns_of(model)}
    return {name: privacy for name, privacy in found.items() if privacy is not None}


def faults_of(model: type[Model]) -> Iterator[str]:
    """Columns without a class, with two, and names that are no column."""
    place = _place_of(model)
    known, names = class_of_columns(model), columns_of(model)
    for name in names:
        if name not in known:
            yield (
                f"{place}.{name} has no privacy class: add {name!r} to one of"
                f" {', '.join(one.name for one in fields(Privacy))} in privacy = Privacy(…) of {model.__name__}"
            )
    said = [name for name, _ in _declaration_of(model).declared()]
    for name in dict.fromkeys(said):
        if name not in names:
            yield f"{place}: privacy names {name!r}, which is no column; there are {', '.join(names)}"
        elif said.count(name) > 1:
            yield f"{place}.{name} has two privacy classes: keep the stricter one"


def columns_of(model: type[Model]) -> list[str]:
    """The attributes that are columns: a foreign key by the name of its column."""
    found = (_column(name, field) for name, field in model._meta.fields_map.items())
    return list(dict.fromkeys(name for name in found if name is not None))


def _column(name: str, field: Field[object]) -> str | None:
    if isinstance(field, ManyToManyFieldInstance | BackwardFKRelation):
        return None
    return (field.source_field or f"{name}_id") if isinstance(field, RelationalField) else name


def _by_rule(model: type[Model], name: str) -> PrivacyClass | None:
    meta = model._meta
    keys = {_column(key, meta.fields_map[key]) for key in meta.fk_fields | meta.o2o_fields}
    if name in keys or meta.fields_map[name].pk:
        return PrivacyClass.INTERNAL
    return BY_RULE.get(name)


def _declaration_of(model: type[Model]) -> Privacy:
    said = getattr(model, "privacy", None)
    return said if isinstance(said, Privacy) else Privacy()


def _models_of(app: App) -> Iterable[type[Model]]:
    members = vars(import_module(app.models)).values()
    return [
        one
        for one in members
        if inspect.isclass(one) and issubclass(one, Model) and one.__module__ == app.models and not one._meta.abstract
    ]


def _place_of(model: type[Model]) -> str:
    file = Path(inspect.getfile(model))
    line = inspect.getsourcelines(model)[1]
    return f"{file.parent.name}/{file.name}:{line}: {model.__name__}"
