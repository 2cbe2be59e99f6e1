"""Where in a plugin's source something stands, as ``file:line``."""

import ast
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def of_function(function: Callable[..., Any]) -> str:
    """Where a function begins."""
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def of_class(cls: type) -> str:
    """Where a class begins; its full name where there is no source."""
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):
        return f"{cls.__module__}.{cls.__qualname__}"


def of_name(module: ModuleType, name: str) -> str:
    """Where a module assigns a name; its first line where it does not."""
    file = getattr(module, "__file__", None) or module.__name__
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return file
    lines = [node.lineno for node in tree.body if name in _assigned(node)]
    return f"{file}:{lines[0] if lines else 1}"


def of_error(error: BaseException, source: str) -> str:
    """The innermost line of the plugin's own code that an error passed; ``source`` where it passed none.

    ``source`` is the plugin's file, or the name of its module.
    """
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{error.filename}:{error.lineno}"
    package = source.split(".", 1)[0]
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename == source or package in Path(f.filename).parts]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else source


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for one in targets if isinstance(one, ast.Name)]
