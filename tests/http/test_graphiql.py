"""The page comes whole from this package and is what its sources say."""

import hashlib
import re
from pathlib import Path

import httpx

from guanxi.http import graphiql

SOURCES = Path(__file__).parents[2] / "platform" / "graphiql"


async def test_the_page_loads_only_what_the_installation_serves(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphiql", follow_redirects=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all([(await client.get(address)).status_code == 200 for address in loaded])
    assert len(loaded) >= 3


async def test_the_page_stands_under_a_policy_without_holes(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphiql/")

    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"unsafe|http|\*", policy)
    assert "<style" not in page.text
    assert not re.search(r"<script(?! type=\"module\" crossorigin src=)", page.text)


async def test_files_with_a_hash_in_their_names_are_kept_by_the_browser(client: httpx.AsyncClient) -> None:
    script = next((graphiql.FOLDER / "assets").glob("index-*.js"))

    kept = await client.get(f"/graphiql/assets/{script.name}")
    asked = await client.get("/graphiql/")

    assert (kept.headers["cache-control"], asked.headers["cache-control"]) == (
        "public, max-age=31536000, immutable",
        "no-cache",
    )


def test_the_committed_build_is_that_of_the_sources() -> None:
    # Red after a change in platform/graphiql: run `npm ci && npm run build` there and commit both.
    folders = [f"{folder}/{path.name}" for folder in ("src", "public") for path in (SOURCES / folder).iterdir()]
    digest = hashlib.sha256()
    for name in sorted([*folders, "index.html", "package-lock.json", "package.json", "vite.config.js"]):
        digest.update(f"{name}\0".encode() + (SOURCES / name).read_bytes() + b"\0")

    assert (graphiql.FOLDER / "sources.sha256").read_text().strip() == digest.hexdigest()
