"""No call of one post shows or changes anything of another post of the same merchant, or tells that it is there."""

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fuzz_posts import Posts, list_post_probes, open_posts
from fuzz_probes import Probe, new_judge
from fuzz_shops import Shop

from guanxi import app
from guanxi.settings import Settings
from guanxi.testing.counts import is_soaking

together = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posts(
    shared_settings: tuple[Settings, tuple[Shop, Shop]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Posts]:
    settings, (_, other) = shared_settings
    folder = tmp_path_factory.mktemp("posts")
    async with app.running(settings, work=False) as opened, open_posts(opened, other, folder) as world:
        yield world


@together
async def test_both_posts_hold_rows_of_every_kind_that_belongs_to_posts(posts: Posts) -> None:
    tables = {"customer", "contact_point", "interaction", "interaction_item", "membership_account"}

    assert tables <= {table for table, found in posts.hidden.items() if found}
    assert all(posts.rows["ZA"][table] for table in tables)
    assert any("zb" in one for one in posts.secrets.texts)


@together
async def test_nothing_of_another_post_is_seen_told_apart_or_changed(posts: Posts) -> None:
    judge, probes = await new_judge(posts), list_post_probes(posts)

    for probe in probes if is_soaking() else _some(probes):
        await judge.try_probe(probe, "admin")

    assert judge.faults == []
    assert judge.calls > 100


@together
async def test_the_other_post_sees_what_this_one_does_not(posts: Posts) -> None:
    """Else hiding everything would do."""
    judge = await new_judge(posts)

    for probe in list_post_probes(posts):
        if not probe.positions and probe.target.root in {"customers", "interactions", "memberAccounts"}:
            await judge.try_probe(probe, "admin", posts.b)

    assert any(fault.startswith("(a)") for fault in judge.faults)


def _some(probes: list[Probe]) -> list[Probe]:
    """Every field by itself, and some of the places that name a row."""
    plain, naming = [one for one in probes if not one.positions], [one for one in probes if one.positions]
    return [*plain, *random.sample(naming, min(len(naming), 60))]
