"""Whatever plugins require of each other, the order is right and each that cannot load is told once."""

from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guanxi.errors import Text
from guanxi.hookspecs import Manifest
from guanxi.plugins.discovery import Candidate
from guanxi.plugins.loading import Loaded
from guanxi.plugins.ordering import order, requirements

ABOUT = Text("x", "x")
NAMES = st.sampled_from("abcdef")
GRAPHS = st.dictionaries(NAMES, st.tuples(st.sets(NAMES, max_size=3), st.sets(NAMES, max_size=3)))


def loaded(name: str, wanted: tuple[set[str], set[str]]) -> Loaded:
    needed, liked = (tuple(sorted(one)) for one in wanted)
    manifest = Manifest(id=name, version="1", title=ABOUT, summary=ABOUT, requires=needed, optional=liked)
    return Loaded(manifest, ModuleType(name), Candidate(name, name, lambda: ModuleType(name)))


def can_load(name: str, graph: Any, path: tuple[str, ...] = ()) -> bool:
    """By the definition: everything it requires is there, all the way down, and never itself."""
    if name not in graph or name in path:
        return False
    return all(can_load(one, graph, (*path, name)) for one in graph[name][0])


@given(GRAPHS)
def test_what_can_load_does_after_what_it_requires_and_the_rest_is_at_fault_once(graph: Any) -> None:
    plugins = {name: loaded(name, wanted) for name, wanted in graph.items()}

    ids, faults = order(plugins)

    assert sorted(ids) == sorted(name for name in graph if can_load(name, graph))
    assert sorted([*ids, *(fault.plugin for fault in faults)]) == sorted(graph)
    for index, name in enumerate(ids):
        assert graph[name][0] <= set(ids[:index])


@given(GRAPHS)
def test_a_plugin_that_only_likes_another_loads_after_it_unless_they_go_round(graph: Any) -> None:
    plugins = {name: loaded(name, (set(), wanted[1])) for name, wanted in graph.items()}

    ids, _ = order(plugins)

    for name in ids:
        for liked in graph[name][1] & set(graph):
            goes_round = name in _reachable(liked, graph) or name == liked
            assert goes_round or ids.index(liked) < ids.index(name)


def _reachable(name: str, graph: Any) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for one in graph.get(waiting.pop(), (set(), set()))[1] - found:
            found.add(one)
            waiting.append(one)
    return found


def test_requirements_are_found_all_the_way_down() -> None:
    plugins = {
        "a": loaded("a", ({"b"}, set())),
        "b": loaded("b", ({"c", "gone"}, set())),
        "c": loaded("c", (set(), {"a"})),
    }

    assert requirements("a", plugins) == {"b", "c"}
