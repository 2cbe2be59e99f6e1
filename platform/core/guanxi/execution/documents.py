"""Documents read, judged and kept: parsed, measured, validated and priced once for each text."""

import hashlib
import sys
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    print_ast,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping

from guanxi.errors import Text
from guanxi.execution import errors, shape
from guanxi.execution.cost import Prices
from guanxi.execution.deprecations import list_deprecations
from guanxi.execution.roots import RootField, list_roots
from guanxi.execution.steps import compile_prices
from guanxi.permissions import SHOPPER
from guanxi.settings import Limits

# Names of the schema are for those who may introspect it. The messages of coercion have no switch of their own.
vars(sys.modules["graphql.pyutils.did_you_mean"])["MAX_LENGTH"] = 0

KEPT_TOKENS = 100_000  # of all documents kept for one schema; about half a kilobyte of memory each
CHARACTERS = 50  # for each token that is allowed: comments, commas and strings cost the lexer too
COMPARISONS = 5  # of fields that share a name, for each token that is allowed
REPORTED = 5  # errors of one document
RULES = tuple(rule for rule in specified_rules if not rule.__name__.startswith(("Defer", "Stream")))

SHORTER = Text("Shorten the document, or send it in parts.", "请缩短文档，或拆分后发送。")


class DocumentRefusedError(Exception):
    """A document that cannot run, with graphql-core's errors and the stage that found them."""

    def __init__(self, code: type[errors.ParseFailedError | errors.ValidationFailedError], found: list[GraphQLError]):
        super().__init__(code.code)
        self.code, self.found = code.code, found


@dataclass
class Operation:
    """One operation of a document; facts that execution asks for are worked out once."""

    document: "Document"
    place: int
    node: OperationDefinitionNode

    @property
    def kind(self) -> str:
        """``query``, ``mutation`` or ``subscription``."""
        return self.node.operation.value

    def cost(self, variables: dict[str, Any]) -> int:
        """Points at most, with coerced variables."""
        return self.document.prices.of(self.place, variables)

    @cached_property
    def roots(self) -> list[RootField]:
        """Its root fields, whatever fragments they stand in."""
        return list_roots(self.document.schema, self.document.fragments, self.node)

    @cached_property
    def deprecations(self) -> list[dict[str, str]]:
        """The deprecated parts of the schema that it uses, each once."""
        return list_deprecations(self.document.schema, self.document.fragments, self.node)


@dataclass
class Document:
    """A document that is valid against ``schema``."""

    schema: GraphQLSchema
    node: DocumentNode
    tokens: int
    prices: Prices
    operations: list[Operation] = field(default_factory=list)

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """Fragments by name."""
        return {one.name.value: one for one in self.node.definitions if isinstance(one, FragmentDefinitionNode)}

    @cached_property
    def fragment_details(self) -> dict[str, FragmentDetails]:
        """Fragments as graphql-core's executor takes them."""
        return {name: FragmentDetails(one) for name, one in self.fragments.items()}

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the document without its layout and comments."""
        return hashlib.sha256(print_ast(self.node).encode()).digest()

    def pick(self, name: str | None) -> Operation:
        """The operation to run. Raises: BadUserInputError when ``name`` leaves it open."""
        if name is None and len(self.operations) == 1:
            return self.operations[0]
        for one in self.operations:
            if name is not None and one.node.name is not None and one.node.name.value == name:
                return one
        if name is None:
            raise errors.bad_input(
                Text("The document has not exactly one operation.", "文档中的操作不是恰好一个。"),
                Text("Name the one to run in operationName.", "请在 operationName 中指定要执行的操作。"),
                "operationName",
            )
        raise errors.bad_input(
            Text("The document has no operation of this name.", "文档中没有该名称的操作。"),
            Text("Send operationName as it stands in the document.", "请使用文档中的操作名称。"),
            "operationName",
        )


class Documents:
    """The documents of one composed schema, the least recently used forgotten first."""

    def __init__(self, schema: Any, limits: Limits, *, keep: int = KEPT_TOKENS) -> None:
        self.schema, self.limits = schema, limits
        self._keep, self._kept = keep, 0
        self._found: OrderedDict[tuple[str, frozenset[str] | None], Document] = OrderedDict()

    def __len__(self) -> int:
        """How many documents are kept."""
        return len(self._found)

    @property
    def kept_tokens(self) -> int:
        """How large all kept documents are together."""
        return self._kept

    def find(self, text: str, permissions: frozenset[str]) -> Document | None:
        """The document where it is kept."""
        for key in ((text, None), (text, permissions)) if SHOPPER not in permissions else ((text, permissions),):
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        return None

    def read(self, text: str, permissions: frozenset[str], *, registered: bool = False) -> Document:
        """The document, ready to run. One that introspects, or is a shopper's, is held against what may be seen.

        Raises: QueryTooComplexError, BadUserInputError, DocumentRefusedError.
        """
        kept = self.find(text, permissions)
        if kept is not None:
            return kept
        tokens = self.limits.registered_tokens if registered else self.limits.tokens
        node = _parse(text, tokens)
        size = count_tokens(node)
        measured = shape.measure(node, self.limits)
        shape.check(measured, self.limits, tokens=tokens)
        is_viewed = measured.is_introspective or SHOPPER in permissions
        schema = self.schema.visible_to(permissions) if is_viewed else self.schema.graphql
        _validate(schema, node, tokens)
        made = Document(schema, node, size, compile_prices(schema, node, measured.order))
        made.operations = [
            Operation(made, place, one)
            for place, one in enumerate(node.definitions)
            if isinstance(one, OperationDefinitionNode)
        ]
        self._keep_document((text, permissions if is_viewed else None), made)
        return made

    def _keep_document(self, key: tuple[str, frozenset[str] | None], made: Document) -> None:
        self._found[key] = made
        self._kept += made.tokens
        while self._kept > self._keep and len(self._found) > 1:
            _, gone = self._found.popitem(last=False)
            self._kept -= gone.tokens


def count_tokens(node: DocumentNode) -> int:
    """How many lexical tokens a parsed document has."""
    count, token = 0, node.loc.start_token if node.loc else None
    while token is not None:
        count, token = count + 1, token.next
    return count


def _parse(text: str, tokens: int) -> DocumentNode:
    if len(text) > tokens * CHARACTERS:
        raise errors.too_complex("characters", len(text), tokens * CHARACTERS, SHORTER)
    try:
        return parse(text, max_lexical_tokens=tokens, max_comments=tokens)
    except GraphQLSyntaxError as error:
        if "contains more than" in error.message:
            name = "comments" if "comments" in error.message else "tokens"
            raise errors.too_complex(name, tokens + 1, tokens, SHORTER) from None
        raise DocumentRefusedError(errors.ParseFailedError, [error]) from None
    except GraphQLError as error:
        raise DocumentRefusedError(errors.ParseFailedError, [error]) from None


def _validate(schema: GraphQLSchema, node: DocumentNode, tokens: int) -> None:
    overlapping.MAX_COMPLEXITY_BUDGET = tokens * COMPARISONS  # read when the rule starts
    found = validate(schema, node, RULES, max_errors=REPORTED, hide_suggestions=True)
    if not found:
        return
    if found[-1].message == "Validation aborted.":
        budget = tokens * COMPARISONS
        raise errors.too_complex("comparisons", budget + 1, budget, Text("Repeat fewer fields.", "请减少重复字段。"))
    raise DocumentRefusedError(errors.ValidationFailedError, found)
