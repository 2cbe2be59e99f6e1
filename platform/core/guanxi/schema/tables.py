"""Types over tables: each with a tag, a permission, and an implementer for every kind of row."""

from collections.abc import Mapping, Sequence
from functools import partial

from tortoise.exceptions import ConfigurationError
from tortoise.models import Model

from guanxi.db.scoping import ways_of
from guanxi.permissions import Permission
from guanxi.schema.catalog import Catalog, Table, type_name
from guanxi.schema.ids import TAG
from guanxi.schema.part import TypeEntry
from guanxi.schema.problems import Place

Implementers = Sequence[tuple[str, TypeEntry]]


def add_tables(catalog: Catalog, entries: Mapping[type, tuple[str, TypeEntry]], implementers: Implementers) -> None:
    """Learn every table type. ``implementers``: (part, entry). Raises: CompositionError."""
    for part, entry in entries.values():
        if entry.model is not None:
            _add(catalog, Place(part, type_name(entry.cls), partial(str, entry.source)), entry, implementers)


def _add(catalog: Catalog, place: Place, entry: TypeEntry, others: Implementers) -> None:
    name, model, tag, permission = type_name(entry.cls), entry.model, entry.tag, entry.permission
    if model is None or tag is None or not isinstance(permission, Permission):
        raise place.wrong(
            "stands over a table without a tag or a declared permission",
            "Write @schema.table(Model, tag=…, permission=Permission(…), …).",
        )
    if not TAG.fullmatch(tag):
        raise place.wrong(f"has the tag {tag!r}", "A tag is 2 to 8 small letters.")
    if tag in catalog.tags:
        raise place.wrong(f"has the tag {tag!r}, which {catalog.tags[tag].type_name} has", "Choose another tag.")
    mine = [(part, other) for part, other in others if issubclass(other.cls, entry.cls)]
    kinds, generic = _kinds(mine)
    if entry.kind_column is not None:
        _check_kinds(place, entry, generic)
    _check_scope(place, model)
    made = Table(name, entry.cls, model, tag, permission, entry.kind_column, kinds, generic)
    catalog.tables[name] = catalog.tags[tag] = made
    catalog.models.setdefault(model, made)
    catalog.tables |= {type_name(other.cls): made for _, other in mine}


def _check_scope(place: Place, model: type[Model]) -> None:
    try:
        ways_of(model)
    except ConfigurationError as error:
        raise place.wrong("stands over a table that does not say who sees its rows", str(error)) from error


def _kinds(mine: Implementers) -> tuple[dict[str, type], type | None]:
    kinds: dict[str, type] = {}
    generic: type | None = None
    for part, other in mine:
        place = Place(part, type_name(other.cls), partial(str, other.source))
        if not other.kinds and generic is not None:
            raise place.wrong(
                f"implements all other kinds, as {generic.__name__} does", "Name the kinds that its rows have."
            )
        generic = generic if other.kinds else other.cls
        for kind in other.kinds:
            if kind in kinds:
                raise place.wrong(f"claims the kind {kind!r}, as {kinds[kind].__name__} does", "Choose another kind.")
            kinds[kind] = other.cls
    return kinds, generic


def _check_kinds(place: Place, entry: TypeEntry, generic: type | None) -> None:
    if entry.model is not None and entry.kind_column not in entry.model._meta.fields_db_projection:
        raise place.wrong(
            f"tells kinds apart by {entry.kind_column!r}, which is no column of {entry.model.__name__}",
            "Name the column that holds the kind.",
        )
    if generic is None:
        raise place.wrong(
            "has no implementer for kinds that no enabled plugin knows",
            "Add one without kinds: @schema.implements(description=…).",
        )
