"""The rules about imports that a table of imports cannot express; the others are contracts in pyproject.toml."""

import ast
import re
from collections.abc import Iterator

from guanxi.testing.sources import Package, Source, docstrings

PURE = re.compile(r"^(tortoise|guanxi\.db|asyncio|sqlite3|asyncpg|aiosqlite|httpx|socket|random|time)(\.|$)")
CLOCKS = {"now", "utcnow", "today"}
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)")
REASON = re.compile(r"^(: [A-Z]+\d+(, ?[A-Z]+\d+)*|\[[\w-]+(,\s*[\w-]+)*\])\s+(-|#) \S")


def test_a_resolver_never_touches_a_model(production: list[Source]) -> None:
    doors = [
        source for source in production if source.is_room("schema") and source.path.parts[2:4] != ("guanxi", "schema")
    ]

    assert [place for source in doors for place in _models_inside_functions(source)] == []


def test_rules_are_pure(production: list[Source]) -> None:
    rules = [source for source in production if source.is_room("rules")]

    assert [place for source in rules for place in _impurities(source)] == []


def test_the_core_names_no_plugin(core: list[Source], plugins: list[Package]) -> None:
    known = {"membership", "community", "campaigns", "callcenter", "insights"}
    named = known | {plugin.name.removeprefix("guanxi_") for plugin in plugins}
    pattern = re.compile(rf"\b({'|'.join(sorted(named))})\b")

    assert [place for source in core for place in _strings(source, pattern)] == []


def test_postponed_annotations_are_not_used(production: list[Source]) -> None:
    """Strawberry reads annotations; postponed ones resolve in the wrong namespace."""
    assert [str(source.path) for source in production if "from __future__ import annotations" in source.text] == []


def test_a_type_error_is_silenced_only_in_the_database_layer(sources: list[Source]) -> None:
    elsewhere = [source for source in sources if source.path.parts[:4] != ("platform", "core", "guanxi", "db")]

    assert [place for source in elsewhere for place, kind, _ in _silenced(source) if kind != "noqa"] == []


def test_whatever_silences_a_check_gives_its_reason(sources: list[Source]) -> None:
    silenced = [(place, rest) for source in sources for place, _, rest in _silenced(source)]

    assert [place for place, rest in silenced if not REASON.match(rest)] == []


def _models_inside_functions(source: Source) -> Iterator[str]:
    for function in source.functions():
        for node in (inner for statement in function.body for inner in ast.walk(statement)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "models":
                yield f"{source.at(node)} models.{node.attr}"


def _impurities(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        for module in _imported(node):
            if PURE.match(module):
                yield f"{source.at(node)} imports {module}"
        if isinstance(node, ast.AsyncFunctionDef):
            yield f"{source.at(node)} {node.name} is async"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield f"{source.at(node)} reads the clock"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{name.name}" for name in node.names]
    return []


def _strings(source: Source, pattern: re.Pattern[str]) -> Iterator[str]:
    spoken = docstrings(source.tree)
    for node in ast.walk(source.tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken
        if is_text and pattern.search(node.value):
            yield f"{source.at(node)} {node.value[:60]!r}"


def _silenced(source: Source) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(source.text.splitlines(), 1):
        found = SILENCED.search(line)
        if found:
            yield f"{source.path}:{number}", "noqa" if found[1] == "noqa" else "type", found["rest"]
