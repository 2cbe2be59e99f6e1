"""Calls of A with values of B: generated from the schema, judged by what they answer, reveal and change."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import fuzz_registry
from fuzz_answers import comparable, written
from fuzz_documents import DEPTH, SHALLOW
from fuzz_rows import Secrets
from fuzz_shops import Shop
from fuzz_walk import Place, Position, Target
from fuzz_world import World, listening

from guanxi.customers.rules import masks
from guanxi.execution.request import Answer

NOBODY = "0" * 12 + "7" + "0" * 19  # of an id that was never given
# Values of B and values of nobody, for leaves that are no ids.
NUMBERS = {"Long": (7_770_000_100, 7_779_999_999)}
TIMES = {"DateTime": ("1987-03-01T00:00:15Z", "1988-03-01T00:00:15Z"), "Date": ("1987-02-11", "1988-02-11")}


@dataclass(frozen=True)
class Value:
    """What is sent for B's thing, for one that never was, and for A's own; None where there is nothing like it."""

    foreign: Any
    missing: Any = None
    own: Any = None


@dataclass(frozen=True, eq=False)
class Probe:
    """One target with other values at some of its places."""

    target: Target
    values: Mapping[Place, Value]
    positions: tuple[Position, ...]

    @property
    def has_ids(self) -> bool:
        return any(one.is_id for one in self.positions)

    @property
    def names_things(self) -> bool:
        """Whether it asks by an id, a name or a cursor, not just with a number or a flag."""
        return any(
            one.is_id or one.coordinate in fuzz_registry.NAMES or fuzz_registry.is_cursor(one) for one in self.positions
        )

    def given(self, which: str) -> dict[Place, Any]:
        return {place: getattr(one, which) for place, one in self.values.items()}

    def __str__(self) -> str:
        return f"{self.target} ({', '.join(one.label for one in self.positions)})"


async def list_probes(world: World) -> list[Probe]:
    """One for each place that takes a value, and for each target one with all its names at once."""
    found: list[Probe] = []
    for target in world.targets:
        if target.operation == "subscription" or fuzz_registry.ROOTS[target.root].alone:
            continue
        cursors = await _cursors(world, target)
        single = [
            Probe(target, {one.place: value}, (one,))
            for one in target.positions
            for value in values_of(world, target, one, cursors)
        ]
        found += single
        named = {one.positions[0].place: one for one in single if one.names_things}
        if len(named) > 1:
            is_twice = target.root == "eraseCustomer"  # one id, sent twice
            values = {
                place: _another(one.values[place], 0 if is_twice else number)
                for number, (place, one) in enumerate(named.items())
            }
            found.append(Probe(target, values, tuple(one.positions[0] for one in named.values())))
    return found


def _another(value: Value, number: int) -> Value:
    """Two ids that were never given are two, as those of B are."""
    missing = value.missing
    if isinstance(missing, str) and missing.endswith(NOBODY):
        missing = f"{missing[: -len(str(number))]}{number}"
    return Value(value.foreign, missing, value.own)


def values_of(world: World, target: Target, one: Position, cursors: Mapping[str, Any]) -> list[Value]:
    """What is tried at a place."""
    if one.is_id:
        return _ids(world, fuzz_registry.IDS[one.coordinate], fuzz_registry.ROWS.get(one.coordinate))
    if fuzz_registry.is_cursor(one):
        return [cursors[one.place[0]]] if one.place[0] in cursors else []
    if one.coordinate in fuzz_registry.SHARED:
        return []
    if one.leaf.name == "String":
        table, column = fuzz_registry.NAMES.get(one.coordinate, fuzz_registry.ORDINARY)
        return [_text(world, table, column, one.coordinate)]
    # What is written is no question about B, and its order among A's own rows would differ.
    pair = {**NUMBERS, **TIMES}.get(one.leaf.name) if target.operation == "query" else None
    sample = fuzz_registry.sample_of(one.coordinate, one.leaf, lambda tag, name: None)
    return [Value(*pair)] if pair else [Value(sample)]


def _ids(world: World, tag: str, name: str | None) -> list[Value]:
    mine, theirs = world.ids["ZA"], world.ids["ZB"]
    tags = sorted(mine) if tag == fuzz_registry.ANY else [tag]
    return [
        Value(
            f"{one}_{world.b.named[name] if name else theirs[one][0]}",
            f"{one}_{NOBODY}",
            f"{one}_{world.a.named[name] if name else mine[one][0]}",
        )
        for one in tags
    ]


def _text(world: World, table: str, column: str, coordinate: str) -> Value:
    def first(mark: str) -> str:
        other = {row[column] for row in world.rows["ZA" if mark == "ZB" else "ZB"][table]}
        texts = [row[column] for row in world.rows[mark][table] if row[column] not in other]
        wanted = [one for one in texts if ("@" in one) == coordinate.endswith(".email")]
        found = [one for one in wanted if coordinate != "CustomerBy.phone" or one.startswith("+")]
        assert found, f"{coordinate}: the seed has no text for it in {table}.{column}"
        return found[0]

    foreign = first("ZB")
    missing = re.sub("b", "q", foreign[:2].lower()) if foreign[:2].islower() else foreign[:2].replace("B", "Q")
    changed = missing + foreign[2:] if "b" in foreign[:2].lower() else foreign[:-2] + "99"
    return Value(foreign, changed, first("ZA"))


async def _cursors(world: World, target: Target) -> dict[str, Value]:
    """B's own cursors of this list, by the argument that takes them; a forged one in place of a missing."""
    if "after" not in target.last.field.args:
        return {}
    document = world.document(target)
    pages = []
    for shop in (world.b, world.a):
        answer = await world.ask(shop, "admin", document, world.values(shop).of(document, {}))
        pages.append(find_page(answer.data, target))
    theirs, mine = pages
    forged = [one[:4] + ("A" if one[4] != "A" else "B") + one[5:] for one in theirs]
    return {
        "after": Value(theirs[0], forged[0], mine[0]),
        "before": Value(theirs[1], forged[1], mine[1]),
    }


def find_page(answered: Any, target: Target) -> tuple[str, str]:
    """The first and the last cursor of the first list with rows behind the target's steps."""
    for one in _behind(answered, [step.name for step in target.steps]):
        if one and one["edges"]:
            return one["edges"][0]["cursor"], one["edges"][-1]["cursor"]
    raise AssertionError(f"{target}: the seed has no rows here")


def _behind(value: Any, names: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _behind(one, names)
    elif not names:
        yield value
    elif isinstance(value, dict):
        yield from _behind(value.get(names[0]), names[1:])


@dataclass
class Judge:
    """Holds each answer against the oracles; ``faults`` says what it found."""

    world: World
    secrets: Secrets
    known: frozenset[str]
    faults: list[str] = field(default_factory=list)
    calls: int = 0

    async def try_probe(self, probe: Probe, role: str, asker: Shop | None = None) -> None:
        """(a) nothing of B is seen, (b) B's is as what never was, (c) nothing of B changes."""
        foreign = await self._ask(probe, role, "foreign", asker)
        if all(one.missing is not None for one in probe.values.values()):
            missing = await self._ask(probe, role, "missing", asker)
            self._compare(probe, role, foreign, missing)

    async def answer(self, probe: Probe, role: str, which: str) -> str:
        """What a probe answers with A's own values or others, made comparable."""
        return self._comparable(probe, await self._ask(probe, role, which, None))

    async def _ask(self, probe: Probe, role: str, which: str, asker: Shop | None) -> Answer:
        world, shop = self.world, asker or self.world.a
        document = world.document(probe.target, DEPTH if len(probe.positions) > 1 else SHALLOW)
        variables = world.values(shop).of(document, probe.given(which))
        with listening() as heard:
            answer, changed = await world.try_out(shop, role, document, variables)
        self.calls += 1
        supplied = [shown for one in probe.given(which).values() for shown in shown_of(str(one))]
        self._look(f"{probe} as {role}", answer, supplied, "\n".join(heard.lines))
        if changed:
            self.faults.append(f"(c) {probe} as {role} changed B's {', '.join(changed)}")
        if not answer.ran:
            self.faults.append(f"not reached: {probe} as {role}: {answer.errors}")
        return answer

    def _look(self, where: str, answer: Answer, supplied: list[str], logged: str) -> None:
        hexes = [one.partition("_")[2] for one in supplied if "_" in one]
        for name, text in (("the answer", written(answer)), ("the log", logged)):
            seen = self.secrets.seen_in(text, [*supplied, *filter(None, hexes)])
            if seen:
                self.faults.append(f"(a) {where}: {name} shows {seen[:5]}")

    def _compare(self, probe: Probe, role: str, foreign: Answer, missing: Answer) -> None:
        one, other = self._comparable(probe, foreign), self._comparable(probe, missing)
        if one != other:
            self.faults.append(f"(b) {probe} as {role}:\n  B's id     {one}\n  no such id {other}")

    def _comparable(self, probe: Probe, answer: Answer) -> str:
        asked = [
            shown
            for value in probe.values.values()
            for one in (value.foreign, value.missing)
            if isinstance(one, str | int) and not isinstance(one, bool)
            for shown in shown_of(str(one))
        ]
        return comparable(answer, asked, self.known)


def shown_of(value: str) -> list[str]:
    """How what a caller sends may come back to him: as it is, or masked."""
    masked = masks.masked(value)
    return [value, masked] if masked and masked.strip("*") else [value]


async def new_judge(world: World) -> Judge:
    return Judge(world, world.secrets, world.known)
