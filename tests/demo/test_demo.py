"""The demonstration shop: deterministic, and what the README promises of it."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from guanxi.demo import story
from guanxi.demo.run import QUERY

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 11)


def test_the_readme_shows_the_query_that_the_demo_runs() -> None:
    assert f"```graphql\n{QUERY}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_story_is_the_same_for_every_run_of_a_day() -> None:
    first = list(story.deeds(story.people(TODAY), TODAY))
    again = list(story.deeds(story.people(TODAY), TODAY))

    assert first == again
    assert len(story.people(TODAY)) == 2_000
    assert {one.kind for one in first} == {"purchase", "refund", "complaint"}


def test_each_refund_takes_back_a_purchase_of_the_same_customer() -> None:
    deeds = list(story.deeds(story.people(TODAY), TODAY))
    bought = {one.external_id: one for one in deeds if one.kind == "purchase"}

    for one in deeds:
        if one.kind == "refund":
            purchase = bought[one.refund_of or ""]
            assert (one.number, one.amount_minor) == (purchase.number, purchase.amount_minor)
            assert one.occurred_at > purchase.occurred_at


def test_once_prints_the_answer_alone(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GUANXI_")}
    command = [str(Path(sys.executable).parent / "guanxi"), "demo", "--once"]

    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    edges = json.loads(done.stdout)["data"]["interactionStats"]["edges"]
    assert len(edges) == 10
    assert {edge["node"]["customer"]["membership"]["tier"]["name"] for edge in edges} <= {"金叶", "御茶"}
