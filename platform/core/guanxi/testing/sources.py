"""A repository's Python files as a structural test reads them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

# Made by a tool and reviewed as a whole: sizes and names do not apply.
GENERATED: Final = frozenset({"migrations", "golden"})
UNTRACKED: Final = frozenset({"__pycache__", "node_modules", "build", "dist"})


@dataclass(frozen=True)
class Source:
    """One Python file: ``path`` is relative to ``root``."""

    root: Path
    path: Path

    @cached_property
    def text(self) -> str:
        """The file as it stands."""
        return (self.root / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python reads it."""
        return ast.parse(self.text, str(self.path))

    @property
    def length(self) -> int:
        """Lines."""
        return len(self.text.splitlines())

    def functions(self) -> Iterator[FunctionNode]:
        """Every function, methods and nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def at(self, node: ast.AST) -> str:
        """Where ``node`` stands, as compilers write it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"

    def is_room(self, name: str) -> bool:
        """Whether this is the file ``name``.py of a plugin or domain, or a file of the folder it became."""
        return self.path.name == f"{name}.py" or self.path.parent.name == name


@dataclass(frozen=True)
class Package:
    """A plugin or a domain of the core: one folder with the common anatomy."""

    name: str
    folder: Path

    def entries(self) -> list[Path]:
        """What stands directly in it."""
        return sorted(path for path in self.folder.iterdir() if path.name not in UNTRACKED)


def body_of(function: FunctionNode) -> list[ast.stmt]:
    """The statements after the docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def docstrings(tree: ast.AST) -> set[int]:
    """The ``id()`` of every constant that is a docstring."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, owners) and node.body)
    firsts = (body[0].value for body in bodies if isinstance(body[0], ast.Expr))
    return {id(value) for value in firsts if isinstance(value, ast.Constant)}


def files_of(root: Path) -> list[Path]:
    """Every file that git tracks or would track, relative to ``root``; without git, all but hidden and built ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if listed.returncode == 0:
        found = [Path(name) for name in listed.stdout.decode("utf-8").split("\0") if name]
    else:
        found = [path for path in (each.relative_to(root) for each in root.rglob("*")) if not _is_left_out(path)]
    return sorted(path for path in found if (root / path).is_file())


def _is_left_out(path: Path) -> bool:
    return any(part in UNTRACKED or part.startswith(".") for part in path.parts)
