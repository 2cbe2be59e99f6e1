"""The ceilings that ruff does not hold. One is met by a better cut, never by squeezing lines."""

from guanxi.testing.sources import FunctionNode, Source, body_of


def test_a_function_has_at_most_40_lines(sources: list[Source]) -> None:
    long = [source.at(node) for source in sources for node in source.functions() if _lines(node) > 40]

    assert long == []


def test_a_production_file_has_at_most_400_lines(production: list[Source]) -> None:
    counted = [source for source in production if source.path.name != "hookspecs.py"]

    assert [str(source.path) for source in counted if source.length > 400] == []


def test_a_test_file_has_at_most_500_lines(sources: list[Source]) -> None:
    tests = [source for source in sources if source.path.parts[0] == "tests"]

    assert [str(source.path) for source in tests if source.length > 500] == []


def test_a_manifest_has_at_most_60_lines(production: list[Source]) -> None:
    manifests = [source for source in production if source.path.name == "plugin.py"]

    assert [str(source.path) for source in manifests if source.length > 60] == []


def test_a_resolver_has_at_most_8_lines(production: list[Source]) -> None:
    doors = [source for source in production if source.is_room("schema") and not _is_the_schema_layer(source)]
    resolvers = [(source, node) for source in doors for node in source.functions() if node.decorator_list]

    assert [source.at(node) for source, node in resolvers if _body_lines(node) > 8] == []


def _is_the_schema_layer(source: Source) -> bool:
    return source.path.parts[2:4] == ("guanxi", "schema")


def _lines(node: FunctionNode) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _body_lines(node: FunctionNode) -> int:
    body = body_of(node)
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
