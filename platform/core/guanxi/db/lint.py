"""Finds ways around the merchant scope, and client input as names in queries, in source code that nobody ran yet.

``python -m guanxi.db.lint FOLDER…`` prints one line for each finding and fails if there is one.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

# The data layer itself, and the fixtures that start servers.
EXEMPT: Final = (("guanxi", "db"), ("guanxi", "testing"))
SKIPPED: Final = frozenset({"migrations", "node_modules", "__pycache__"})
DRIVERS: Final = frozenset({"asyncpg", "aiosqlite", "sqlite3", "apsw", "psycopg"})
CONNECTIONS: Final = frozenset({"connections", "get_connection", "get_connections", "in_transaction", "atomic"})
CLIENT_CALLS: Final = frozenset(
    {"execute_query", "execute_query_dict", "execute_insert", "execute_many_raw", "execute_script"}
)
QUERY_BEGINS: Final = frozenset({"all", "filter", "exclude", "annotate", "order_by", "limit", "offset", "distinct"})
TAKES_NAMES: Final = frozenset(
    {"filter", "exclude", "get_or_none", "values", "values_list", "annotate", "order_by", "update", "only", "group_by"}
)


# A line that says why its names cannot come from a client is believed: # names: each is checked against …
EXCUSE: Final = re.compile(r"# names: \S+")

Raw = tuple[int, str, str]
Bindings = Mapping[str, Sequence[ast.expr | None]]


class Finding(NamedTuple):
    """What is wrong, where, and what to write instead."""

    place: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule} {self.text}"


def find_in(path: Path, text: str) -> list[Finding]:
    """All findings in one module."""
    tree, lines = ast.parse(text, str(path)), text.splitlines()
    bindings = _bindings(tree)
    found = sorted(finding for node in ast.walk(tree) for finding in _look(node, bindings))
    return [
        Finding(f"{path}:{line}", rule, words)
        for line, rule, words in found
        if rule != "names" or not EXCUSE.search(lines[line - 1])
    ]


def find_in_folders(folders: Iterable[Path]) -> list[Finding]:
    """All findings below some folders."""
    files = sorted(file for folder in folders for file in folder.rglob("*.py") if not _is_exempt(file))
    return [finding for file in files for finding in find_in(file, file.read_text(encoding="utf-8"))]


def _is_exempt(file: Path) -> bool:
    pairs = set(zip(file.parts, file.parts[1:], strict=False))
    return bool(SKIPPED.intersection(file.parts) or pairs.intersection(EXEMPT))


def _look(node: ast.AST, bindings: Bindings) -> Iterator[Raw]:
    if isinstance(node, ast.Import):
        yield from _drivers(node.lineno, [alias.name for alias in node.names])
    elif isinstance(node, ast.ImportFrom):
        yield from _drivers(node.lineno, [node.module or ""])
        yield from _connections(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from _calls(node, node.func)
        yield from _names(node, node.func, bindings)


def _drivers(line: int, modules: Iterable[str]) -> Iterator[Raw]:
    for module in modules:
        if module.split(".")[0] in DRIVERS:
            yield line, "driver", f"{module} is for guanxi.db only: use Database.fetch and Database.execute"


def _connections(node: ast.ImportFrom) -> Iterator[Raw]:
    if (node.module or "").split(".")[0] == "tortoise":
        for alias in node.names:
            if alias.name in CONNECTIONS:
                yield node.lineno, "connection", f"{alias.name} passes by the scope: use Database.transaction and fetch"


def _calls(node: ast.Call, function: ast.Attribute) -> Iterator[Raw]:
    name, owner = function.attr, function.value
    if name == "raw" and node.args:
        yield node.lineno, "raw", "raw() cannot be scoped: use the query API"
    if name == "union" and isinstance(owner, ast.Call) and _begins_query(owner):
        yield node.lineno, "union", "union() writes values into SQL: use two queries or Q(…) | Q(…)"
    if name in CLIENT_CALLS:
        yield node.lineno, "client", f"{name}() is for guanxi.db only: use Database.fetch and Database.execute"
    if name == "get" and isinstance(owner, ast.Name | ast.Attribute) and _last(owner) == "connections":
        yield node.lineno, "connection", "connections.get() passes by the scope: use Database.transaction and fetch"


def _begins_query(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in QUERY_BEGINS


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _names(node: ast.Call, function: ast.Attribute, bindings: Bindings) -> Iterator[Raw]:
    if function.attr not in TAKES_NAMES or _is_standard(function.value):
        return
    splats = [keyword.value for keyword in node.keywords if keyword.arg is None]
    splats += [argument.value for argument in node.args if isinstance(argument, ast.Starred)]
    for splat in splats:
        if not _is_literal(splat, bindings):
            text = f"{function.attr}(*{ast.unparse(splat)}): names of columns must be written out, never come from data"
            yield splat.lineno, "names", text


def _is_standard(owner: ast.expr) -> bool:
    """``dict.update`` and the like on a plain class of Python's own."""
    return isinstance(owner, ast.Name) and owner.id in {"dict", "set", "logging", "itertools"}


def _is_literal(node: ast.expr | None, bindings: Bindings) -> bool:
    """Whether the source itself writes every name out."""
    if isinstance(node, ast.Name):
        bound = bindings.get(node.id)
        return bool(bound) and all(_is_literal(value, {}) for value in bound or ())
    if isinstance(node, ast.IfExp):
        return _is_literal(node.body, bindings) and _is_literal(node.orelse, bindings)
    if isinstance(node, ast.Dict):
        return all(isinstance(key, ast.Constant) for key in node.keys)
    if isinstance(node, ast.Tuple | ast.List):
        return all(isinstance(one, ast.Constant) for one in node.elts)
    return False


def _bindings(tree: ast.Module) -> dict[str, list[ast.expr | None]]:
    """What each name of the module is ever set to; None where that is no plain assignment."""
    found: dict[str, list[ast.expr | None]] = {}
    plain: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target := _target(node), ast.Name):
            found.setdefault(target.id, []).append(node.value)
            plain.add(id(target))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            found.setdefault(node.arg, []).append(None)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in plain:
            found.setdefault(node.id, []).append(None)
    return found


def _target(node: ast.Assign | ast.AnnAssign) -> ast.expr | None:
    if isinstance(node, ast.AnnAssign):
        return node.target
    return node.targets[0] if len(node.targets) == 1 else None


def main(arguments: list[str]) -> int:
    """Print what is found below the named folders; 1 if anything is."""
    found = find_in_folders(Path(one) for one in arguments)
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
