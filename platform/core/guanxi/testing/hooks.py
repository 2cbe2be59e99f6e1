"""Writes ``docs/hooks.md`` from ``hookspecs.py``: ``python -m guanxi.testing.hooks``. A test compares it."""

import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from guanxi import hookspecs
from guanxi.hookspecs import GROUP, Command, Fact, FactColumn, FactRows, JobKind, Manifest, ReceivedFile, SavedOperation
from guanxi.plugins.loading import HOOKS, implementations

SINCE: Final = "0.1"
SECTION: Final = re.compile(r"^(?P<name>When|Result|Failure|Example|Attributes):\s*", re.MULTILINE)
CLASSES: Final = (Manifest, Fact, FactColumn, FactRows, Command, JobKind, ReceivedFile, SavedOperation)

PREAMBLE: Final = """\
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from guanxi import Command, Context, Customer, Event, Fact, JobKind, Manifest, Permission
from guanxi import ReceivedFile, SavedOperation, SchemaPart, Text, hookimpl
from guanxi.events import CustomerCreated, CustomerErased, CustomerExported, CustomerMerged, CustomerUnmerged
from guanxi.events import CustomerUpdated
from guanxi.events import InteractionRecorded, InteractionsImported, InteractionVoided

@dataclass(frozen=True)
class Greeting:
    text: str

class Terms(BaseModel):
    is_loud: bool = False

TITLE = Text("An example", "示例")
MANIFEST = Manifest(id="example", version="1.0", title=TITLE, summary=TITLE, settings=Terms)
READ = Permission("example.greeting.read", "See greetings", "查看问候")
seen: list[str] = []
"""

PAGE: Final = """\
# Hooks

What a plugin may implement: functions of its module with these names, marked `@hookimpl`. Each takes those of the
arguments that it needs, by name. A misspelt hook or argument is told when the plugin loads, with the nearest name.
The first five are called once per process and are sync; all others are called for one merchant, sync (in a thread)
or async. How a whole plugin looks stands in [plugins](plugins.md).

`GUANXI_TRACE_HOOKS=1` prints every call with its time. This page is made from the code:
`python -m guanxi.testing.hooks` writes it, a test compares it and runs each example in a file that begins so:

```python
{preamble}```

{hooks}

# What hooks offer

{classes}
"""


@dataclass(frozen=True)
class Contract:
    """What a docstring says, section by section."""

    purpose: str
    sections: Mapping[str, str]

    @property
    def example(self) -> str:
        """The example's code."""
        return self.sections.get("Example", "")


def hook_names() -> list[str]:
    """Every hook, in the order of ``hookspecs.py``."""
    return list(HOOKS)


def contract_of(hook: str) -> Contract:
    """What a hook's docstring says."""
    return read(inspect.getdoc(getattr(hookspecs, hook)) or "")


def read(text: str) -> Contract:
    """A docstring taken apart: what stands before the first section, and each section without its indentation."""
    text = text.replace("``", "`")
    heads = list(SECTION.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    sections = {head["name"]: _body(text[head.end() : end]) for head, end in zip(heads, ends, strict=True)}
    return Contract(" ".join(text[: heads[0].start() if heads else len(text)].split()), sections)


def hooks_page() -> str:
    """The whole page."""
    hooks = "\n\n".join(_hook(name) for name in hook_names())
    classes = "\n\n".join(_class(one) for one in CLASSES)
    return PAGE.format(preamble=PREAMBLE, hooks=hooks, classes=classes)


def _hook(name: str) -> str:
    contract = contract_of(name)
    said = [
        f"**{head}**: {' '.join(contract.sections[head].split())}" for head in ("When", "Result", "Failure")
        if head in contract.sections
    ]  # fmt: skip
    parts = [
        f"## {name}",
        f"```text\n{name}{_signature(getattr(hookspecs, name))}\n```",
        contract.purpose,
        *said,
        f"**Implemented by**: {', '.join(_implementers(name)) or 'no bundled plugin'}. **Since**: {SINCE}.",
        f"```python\n{contract.example}\n```",
    ]
    return "\n\n".join(parts)


def _class(cls: type) -> str:
    contract = read(inspect.getdoc(cls) or "")
    rows = [
        f"| `{one.name}` | `{_annotation(one)}` | {_default(one)} | {_meaning(contract, one)} |" for one in fields(cls)
    ]
    table = "\n".join(["| attribute | type | default | meaning |", "|---|---|---|---|", *rows])
    return f"## {cls.__name__}\n\n{contract.purpose}\n\n{table}"


def _body(text: str) -> str:
    first, _, rest = text.partition("\n")
    return f"{first}\n{textwrap.dedent(rest)}".strip()


def _signature(function: Callable[..., Any]) -> str:
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])", "", str(inspect.signature(function)))


def _annotation(one: "Field[Any]") -> str:
    named = one.type.__name__ if isinstance(one.type, type) and not hasattr(one.type, "__args__") else str(one.type)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])", "", named).replace("|", "\\|")


def _default(one: "Field[Any]") -> str:
    if one.default is not MISSING:
        return f"`{one.default!r}`"
    return "" if one.default_factory is MISSING else f"`{one.default_factory()!r}`"


def _meaning(contract: Contract, one: "Field[Any]") -> str:
    found = re.search(rf"^{one.name}: (.+?)(?=^\w+: |\Z)", contract.sections["Attributes"], re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def _implementers(hook: str) -> list[str]:
    return [name for name, hooks in _bundled() if hook in hooks]


def _bundled() -> Iterator[tuple[str, Sequence[str]]]:
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        if point.dist is not None and point.dist.name == "guanxi":
            yield point.name, [name for name, _ in implementations(import_module(point.module))]


if __name__ == "__main__":
    page = Path("docs/hooks.md")
    page.write_text(hooks_page(), encoding="utf-8")
    sys.stdout.write(f"{page}\n")
