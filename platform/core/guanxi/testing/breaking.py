"""Finds the fields that a plugin adds, and breaks one of them."""

import dataclasses
from copy import copy
from types import MappingProxyType
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from guanxi.customers.types.outputs import Customer
from guanxi.plugins import composing
from guanxi.plugins.loading import Loaded
from guanxi.schema.catalog import camel, declaration_of
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.declare import META, Batch
from guanxi.schema.facets import FACET, Facet
from guanxi.testing.bench import Bench


def fields_added_by(schema: ComposedSchema, plugin: str) -> dict[str, Facet]:
    """The plugin's fields on types of others and at the roots, by ``Type.field``."""
    found: dict[str, Facet] = {}
    for made in schema.graphql.type_map.values():
        is_own = getattr(made.extensions.get(FACET), "owner", "core") == plugin
        if isinstance(made, GraphQLObjectType | GraphQLInterfaceType) and not is_own:
            for name, field in made.fields.items():
                facet = field.extensions.get(FACET)
                if isinstance(facet, Facet) and facet.owner == plugin:
                    found[f"{made.name}.{name}"] = facet
    return found


def batch_fields_on_customer(schema: ComposedSchema, loaded: Loaded) -> list[str]:
    """The plugin's batch functions on ``Customer`` that can be asked without arguments, by their Python names."""
    fields = _customer(schema).fields
    added = [one for one in loaded.part.additions if one.target is Customer]
    batches = [one.field.python_name for one in added if isinstance(declaration_of(one.field), Batch)]
    return [name for name in batches if not any(is_required_argument(arg) for arg in fields[camel(name)].args.values())]


def selection(schema: ComposedSchema, name: str) -> str:
    """The field as a document asks for it."""
    is_leaf = is_leaf_type(get_named_type(_customer(schema).fields[camel(name)].type))
    return camel(name) if is_leaf else f"{camel(name)} {{ __typename }}"


def compose_broken(bench: Bench, name: str) -> ComposedSchema:
    """The schema with one batch function of the plugin that raises."""
    host, loaded = bench.installation.host, bench.loaded
    additions = [
        _broken(one) if one.target is Customer and one.field.python_name == name else one
        for one in loaded.part.additions
    ]
    part = dataclasses.replace(loaded.part, additions=additions)
    plugins = [*(host.loaded[one] for one in bench.required), dataclasses.replace(loaded, part=part)]
    return composing.compose(host.core, plugins).schema


def _broken(addition: Any) -> Any:
    async def fail(parents: list[Any], ctx: Any, **arguments: Any) -> list[Any]:
        raise LookupError("broken by the contract suite")

    made = copy(addition.field)
    declared = dataclasses.replace(declaration_of(made), call=fail)
    made.metadata = MappingProxyType({**made.metadata, META: declared})
    return dataclasses.replace(addition, field=made)


def _customer(schema: ComposedSchema) -> GraphQLObjectType:
    made = schema.graphql.type_map["Customer"]
    assert isinstance(made, GraphQLObjectType)
    return made
