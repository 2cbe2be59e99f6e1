"""What the core or a plugin adds to GraphQL: a passive, typed collection. Nothing is registered anywhere else."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Protocol, TypeVar, dataclass_transform, get_args

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from guanxi.permissions import Permission
from guanxi.schema import inputs, wrappers
from guanxi.schema.declare import META, Batch, Root, planned, signed
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.facets import Audience
from guanxi.schema.problems import caller
from guanxi.schema.roots import ROOTS

T = TypeVar("T")
E = TypeVar("E", bound=OpenEnum)
F = TypeVar("F", bound=Callable[..., Any])


class TypeDecorator(Protocol):
    """Turns a class into a GraphQL type whose constructor takes its fields by keyword."""

    @dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
    def __call__(self, cls: type[T], /) -> type[T]:
        """The class, now a dataclass."""


@dataclass(frozen=True)
class TypeEntry:
    """One object type or interface, with its table if it has one. ``permission`` None: as its holder's.

    ``shopper_fields``: which of its own fields shoppers may read, by their names in Python.
    """

    cls: type
    permission: Permission | None
    model: type[Model] | None = None
    tag: str | None = None
    kind_column: str | None = None
    kinds: tuple[str, ...] = ()
    source: str = ""
    shopper_fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Addition:
    """One field that a part adds to a type, an input or a root ("Query", "Mutation", "Subscription")."""

    target: type | str
    field: StrawberryField
    source: str
    audience: Audience | None = None


@dataclass(frozen=True)
class FilterEntry:
    """A filter field on another table: rows that have a ``model`` row pointing at them whose column matches.

    Who may filter by it needs the permission of the type over ``model``; where there is no such type, ``permission``.
    """

    target: type
    name: str
    model: type[Model]
    by: str
    column: str
    permission: Permission | None = None


class Parameters(Protocol):
    """Takes values into a statement as parameters: no value ever becomes text of it."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""

    def bind_all(self, values: Sequence[Any]) -> str:
        """Placeholders for IN; of no values, a list that matches nothing."""


@dataclass(frozen=True)
class FilterRule:
    """A filter field that writes its own SQL: ``write(ctx, parameters, alias, value)`` over the rows of ``alias``."""

    target: type
    name: str
    write: Callable[[Any, Parameters, str, Any], str]
    permission: Permission


@dataclass(eq=False)
class SchemaPart:
    """Everything one plugin says about GraphQL."""

    types: list[TypeEntry] = field(default_factory=list)
    additions: list[Addition] = field(default_factory=list)
    inputs: dict[type, list[type]] = field(default_factory=dict)
    filters: dict[type, type] = field(default_factory=dict)
    orders: dict[type, type] = field(default_factory=dict)
    filter_fields: list[FilterEntry | FilterRule] = field(default_factory=list)
    members: list[tuple[type[OpenEnum], Member[Any]]] = field(default_factory=list)
    joints: list[tuple[str, str]] = field(default_factory=list)
    implementers: list[type] = field(default_factory=list)

    # Types ------------------------------------------------------------------------------------------

    def table(
        self,
        model: type[Model],
        *,
        tag: str,
        permission: Permission,
        description: str,
        shopper_fields: tuple[str, ...] = (),
    ) -> TypeDecorator:
        """An object type over a table. ``tag`` starts its ids; ``permission`` is needed to see any of its rows.

        ``shopper_fields`` names the fields that shoppers may read, without the permission, where a field that
        is declared for them leads here.
        """

        def decorate(cls: type[T]) -> type[T]:
            made = strawberry.type(cls, description=description)
            self.types.append(TypeEntry(made, permission, model, tag, source=caller(), shopper_fields=shopper_fields))
            return made

        return decorate

    def value(
        self, *, description: str, permission: Permission | None = None, audience: Audience | None = None
    ) -> TypeDecorator:
        """A plain object type, a payload for one. Without permission it is as visible as the field that holds it.

        ``audience="shopper"`` lets shoppers read its own fields, too.
        """

        def decorate(cls: type[T]) -> type[T]:
            made = strawberry.type(cls, description=description)
            names = tuple(one.python_name for one in get_object_definition(made, strict=True).fields)
            self.types.append(
                TypeEntry(made, permission, source=caller(), shopper_fields=names if audience == "shopper" else ())
            )
            return made

        return decorate

    def interface(
        self,
        model: type[Model] | None = None,
        *,
        description: str,
        permission: Permission | None = None,
        tag: str | None = None,
        kind_column: str | None = None,
    ) -> TypeDecorator:
        """An interface; over a table, ``kind_column`` tells which implementer a row is (see ``implements``)."""

        def decorate(cls: type[T]) -> type[T]:
            made = strawberry.interface(cls, description=description)
            self.types.append(TypeEntry(made, permission, model, tag, kind_column, source=caller()))
            return made

        return decorate

    def implements(self, *kinds: OpenEnum, description: str) -> TypeDecorator:
        """Another implementer of a core interface, for rows of these kinds; without kinds, for all others."""

        def decorate(cls: type[T]) -> type[T]:
            made = strawberry.type(cls, description=description)
            self.types.append(TypeEntry(made, None, kinds=tuple(str(k) for k in kinds), source=caller()))
            self.implementers.append(made)
            return made

        return decorate

    # Fields -----------------------------------------------------------------------------------------

    def add(self, target: type, name: str, annotation: Any, declared: Any, *, audience: Audience | None = None) -> None:
        """Put a declared field on a type of the core or of another plugin; for shoppers, too, where it says so."""
        made: StrawberryField = declared
        made.type_annotation = StrawberryAnnotation(annotation)
        self._append(ROOTS.get(target, target), name, made, caller(), audience)

    def batch(
        self,
        target: type,
        *,
        permission: Permission,
        requires: tuple[str, ...] = ("id",),
        audience: Audience | None = None,
    ) -> Callable[[F], F]:
        """A field in Python: ``(parents, ctx, *, arguments) -> results in the same order``.

        An exception in place of a result fails that parent's field alone (``list[int | Exception]`` is
        a field of ``int``). ``requires`` names the parents' columns that the function reads.
        """

        def decorate(function: F) -> F:
            signature = inspect.signature(function, eval_str=True)
            arguments = list(signature.parameters.values())[2:]
            made = strawberry.field(
                resolver=planned(arguments),
                description=inspect.getdoc(function),
                metadata={META: Batch(function, requires, permission)},
            )
            made.type_annotation = StrawberryAnnotation(_without_errors(_inner(signature.return_annotation)))
            self._append(target, function.__name__, made, _place(function), audience)
            return function

        return decorate

    def query(self, *, permission: Permission, audience: Audience | None = None) -> Callable[[F], F]:
        """A root query: ``async (ctx, …) -> value``. Its docstring is its description."""
        return self._root("Query", strawberry.field, wrappers.query, Root(permission), audience)

    def mutation(
        self,
        *,
        permission: Permission,
        needs_key: bool = False,
        transactional: bool = True,
        step_up: bool = False,
        audience: Audience | None = None,
    ) -> Callable[[F], F]:
        """A root mutation: ``async (ctx, input) -> payload``, in a transaction of its own.

        An expected failure (``GuanxiError``) rolls back and becomes ``errors`` of the payload.
        ``needs_key``: refuse to run without an idempotency key. ``transactional=False`` leaves the
        transaction to the function, for work that must not hold the write lock; it then takes no key.
        ``step_up``: a person must have signed in within ten minutes. ``audience="shopper"``: shoppers may call
        it without the permission, so it must ask ``ctx.require_for(customer_id, permission)``.
        """
        wrap = wrappers.mutation if transactional else wrappers.bare_mutation
        declared = Root(permission, needs_key, transactional, step_up)
        return self._root("Mutation", strawberry.mutation, wrap, declared, audience)

    def subscription(self, *, permission: Permission) -> Callable[[F], F]:
        """A root subscription: an async generator function ``(ctx, …)``."""
        return self._root("Subscription", strawberry.subscription, wrappers.subscription, Root(permission))

    # Inputs, filters, enums -------------------------------------------------------------------------

    def input(self, target: type) -> TypeDecorator:
        """Merge fields into a core input: flat in GraphQL, ``values.part(YourInput)`` in Python."""

        def decorate(cls: type[T]) -> type[T]:
            made, source = strawberry.input(cls), caller()
            self.inputs.setdefault(target, []).append(made)
            for one in get_object_definition(made, strict=True).fields:
                self.additions.append(Addition(target, one, source))
            return made

        return decorate

    def filter(self, target: type, *, description: str) -> TypeDecorator:
        """A ``where`` input of a table type: each field is a column's operators, or and/or/not."""

        def decorate(cls: type[T]) -> type[T]:
            made = inputs.keep_given(strawberry.input(cls, one_of=True, description=description))
            self.filters[made] = target
            return made

        return decorate

    def order(self, target: type, *, description: str) -> TypeDecorator:
        """An ``orderBy`` input of a table type: each field is a column, its value a direction."""

        def decorate(cls: type[T]) -> type[T]:
            made = strawberry.input(cls, one_of=True, description=description)
            self.orders[made] = target
            return made

        return decorate

    def filter_field(self, entry: FilterEntry | FilterRule, annotation: Any, *, description: str) -> None:
        """Add a filter on this plugin's table, or by a rule of its own, to another type's ``where``."""
        made = strawberry.field(default=strawberry.UNSET, description=description)
        made.type_annotation = StrawberryAnnotation(annotation | None)
        self._append(entry.target, entry.name, made, caller())
        self.filter_fields.append(entry)

    def member(self, enum: type[E], name: str, *, description: str) -> E:
        """Add a member to an open enum; its stored text is the name in lower case."""
        made: Member[Any] = Member(description, name=name)
        made.source = caller()
        self.members.append((enum, made))
        return enum(made.value)

    def when(self, plugin: str, module: str) -> None:
        """Add the ``schema`` of ``module`` wherever ``plugin`` is enabled too; it is imported only then."""
        self.joints.append((plugin, module))

    def joined(self, other: "SchemaPart") -> "SchemaPart":
        """This part and another as one; neither is changed."""
        return SchemaPart(
            types=[*self.types, *other.types],
            additions=[*self.additions, *other.additions],
            inputs={
                one: [*self.inputs.get(one, ()), *other.inputs.get(one, ())] for one in {**self.inputs, **other.inputs}
            },
            filters={**self.filters, **other.filters},
            orders={**self.orders, **other.orders},
            filter_fields=[*self.filter_fields, *other.filter_fields],
            members=[*self.members, *other.members],
            implementers=[*self.implementers, *other.implementers],
        )

    def _root(
        self, root: str, make: Any, wrap: Any, declared: Root, audience: Audience | None = None
    ) -> Callable[[F], F]:
        def decorate(function: F) -> F:
            signature = inspect.signature(function, eval_str=True)
            wanted = list(signature.parameters.values())[1:]
            if root == "Mutation":
                wanted = [one.replace(name="input") for one in wanted]
            resolver = signed(wrap(function), [wrappers.INFO, *wanted], signature.return_annotation)
            resolver.__module__, resolver.__name__ = function.__module__, function.__name__
            made = make(resolver=resolver, description=inspect.getdoc(function), metadata={META: declared})
            returned = signature.return_annotation
            made.type_annotation = StrawberryAnnotation(_inner(returned) if root == "Subscription" else returned)
            self._append(root, function.__name__, made, _place(function), audience)
            return function

        return decorate

    def _append(
        self, target: "type | str", name: str, made: StrawberryField, source: str, audience: Audience | None = None
    ) -> None:
        made.python_name = name
        self.additions.append(Addition(target, made, source, audience))


def _place(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def _without_errors(annotation: Any) -> Any:
    """A union without its exceptions."""
    kept = [one for one in get_args(annotation) if not (isinstance(one, type) and issubclass(one, Exception))]
    return annotation if len(kept) == len(get_args(annotation)) else reduce(or_, kept)


def _inner(annotation: Any) -> Any:
    """What a list or a generator holds."""
    return next(iter(get_args(annotation)), annotation)
