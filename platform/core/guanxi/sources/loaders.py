"""What clients send of sources as the service takes it, and mappings as they are shown."""

import dataclasses
from enum import Enum
from typing import Any

from guanxi.sources import service
from guanxi.sources.rules.mapping import SourceMapping, fields_in
from guanxi.sources.types.inputs import CreateSourceInput, SourceMappingInput, UpdateSourceInput
from guanxi.sources.types.outputs import MappedField, Source


def changes_of(values: CreateSourceInput | UpdateSourceInput) -> service.SourceChanges:
    """What a source is to be."""
    mapping = None if values.mapping is None else _plain(values.mapping)
    is_enabled = values.is_enabled if isinstance(values, UpdateSourceInput) else None
    return service.SourceChanges(values.title, values.preset, mapping, values.mode, is_enabled)


def _plain(given: SourceMappingInput) -> dict[str, Any]:
    """The mapping as plain values, by Python's names."""
    made = dataclasses.asdict(given, dict_factory=lambda pairs: {name: _value(value) for name, value in pairs})
    return dict(made)


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def fields_of(source: Source) -> list[MappedField]:
    """A source's mapping as it is shown."""
    mapping = SourceMapping.model_validate(vars(source)["mapping"])
    return [MappedField(place=place, path=one.path, unit=one.unit.value) for place, one in fields_in(mapping)]
