"""What the code says about itself, as Markdown tables: settings, error codes, permissions, commands."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from guanxi.errors import GuanxiError
from guanxi.hookspecs import GROUP
from guanxi.http.errors import STATUSES
from guanxi.permissions import Permission
from guanxi.settings import Settings

Row = Sequence[str]
TYPES = {int: "whole number", float: "number", str: "text", bool: "true, false", Path: "path", SecretStr: "secret"}


def bundled_plugins() -> list[str]:
    """The ids of the plugins that this distribution brings along."""
    return sorted(one.name for one in _bundled())


@cache
def all_modules() -> tuple[ModuleType, ...]:
    """Every module of the core and of the bundled plugins, imported; migrations and scripts left out."""
    packages = ["guanxi", *(one.module.split(".")[0] for one in _bundled())]
    names = [name for package in packages for name in (package, *_names_below(package))]
    return tuple(import_module(name) for name in names)


def settings_table() -> str:
    """Every variable of an installation."""
    return table(("variable", "type", "default", "meaning"), _variables(Settings, "GUANXI_"))


def codes() -> dict[str, list[type[GuanxiError]]]:
    """Each error code with the classes that bring it in, by code."""
    found: dict[str, list[type[GuanxiError]]] = defaultdict(list)
    for one in _error_classes(GuanxiError):
        bases = [base for base in one.__mro__[1:-1] if base is not GuanxiError and issubclass(base, GuanxiError)]
        if one.code not in {base.code for base in bases}:
            found[one.code].append(one)
    return dict(sorted(found.items()))


def codes_table() -> str:
    """Every error code, with the status of a request that was refused with it."""
    rows = [
        (f"[{code}](#{code.lower()})", str(STATUSES.get(code, 400)), " ".join(_first_line(one) for one in classes))
        for code, classes in codes().items()
    ]
    return table(("code", "HTTP", "meaning"), rows)


def permissions_table() -> str:
    """Every permission that the core and the bundled plugins declare."""
    found: set[Permission] = {
        one for module in all_modules() for one in vars(module).values() if isinstance(one, Permission)
    }
    return table(
        ("permission", "what it allows", "权限", "part"),
        [(f"`{one}`", one.label.en, one.label.zh, one.plugin) for one in sorted(found)],
    )


def commands() -> str:
    """Every command with its arguments and options."""
    cli = import_module("guanxi.cli")  # late: the command line stands above this package
    typer = import_module("typer.main")
    return "\n\n".join(_command(names, one) for names, one in _leaves(("guanxi",), typer.get_command(cli.app)))


def table(header: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bundled() -> list[EntryPoint]:
    return [one for one in entry_points(group=GROUP) if one.dist is not None and one.dist.name == "guanxi"]


def _names_below(package: str) -> Iterator[str]:
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        if not found.name.endswith(".__main__") and "migrations" not in found.name.split("."):
            yield found.name


def _variables(model: type[BaseModel], prefix: str) -> Iterator[Row]:
    for name, one in model.model_fields.items():
        if isinstance(one.annotation, type) and issubclass(one.annotation, BaseModel):
            yield from _variables(one.annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"`{prefix}{name.upper()}`", _type(one.annotation), _default(one), one.description or ""


def _type(annotation: Any) -> str:
    if annotation in TYPES:
        return TYPES[annotation]
    arguments = [one for one in get_args(annotation) if one is not NoneType]
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if get_origin(annotation) is list:
        return f"JSON list of {_type(arguments[0])}s"
    if get_origin(annotation) is UnionType and len(arguments) == 1:
        return _type(arguments[0])
    raise TypeError(f"settings_table: say in TYPES what to call {annotation}")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, SecretStr):
        return _shown(value.get_secret_value())
    if isinstance(value, list):
        return f"`{json.dumps([str(one) for one in value])}`"
    return _shown(value)


def _error_classes(base: type[GuanxiError]) -> Iterator[type[GuanxiError]]:
    """Subclasses of the shipped modules, whatever else is imported; in the order of their names."""
    known = {module.__name__ for module in all_modules()}
    for one in sorted(base.__subclasses__(), key=lambda cls: (cls.__module__, cls.__name__)):
        if one.__module__ in known:
            yield one
        yield from _error_classes(one)


def _first_line(cls: type) -> str:
    return (cls.__doc__ or "").strip().splitlines()[0]


def _leaves(names: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The commands that do something, each with the words that call it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield names, command
        return
    for name, one in below.items():
        yield from _leaves((*names, name), one)


def _command(names: tuple[str, ...], command: Any) -> str:
    rows = [_parameter(one) for one in command.params if one.name != "help"]
    parts = [f"## {' '.join(names)}", " ".join(command.help.split()).replace("``", "`")]
    return "\n\n".join([*parts, table(("argument or option", "default", "meaning"), rows)] if rows else parts)


def _parameter(one: Any) -> Row:
    is_option = one.opts[0].startswith("-")
    name = ", ".join([*one.opts, *one.secondary_opts]) if is_option else one.name.upper()
    default = "required" if one.required else _shown(one.default)
    variable = f" Variable: `{one.envvar}`." if one.envvar else ""
    return f"`{name}`", default, f"{one.help or ''}{variable}"


def _shown(value: Any) -> str:
    """A default as a reader would type it."""
    if value is None or value == "":
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
