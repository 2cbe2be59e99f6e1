"""Finding plugins that came to the server while it runs."""

import asyncio

from guanxi.plugins.platform import HostPlatform

_one_at_a_time = asyncio.Lock()


async def rescan(platform: HostPlatform) -> list[str]:
    """Load what is new; the ids of what can be enabled now that could not before."""
    async with _one_at_a_time:
        before = set(platform.host.loaded)
        new = await asyncio.to_thread(platform.host.discover)
        for loaded in new:
            await platform.learn_models(loaded)
        await asyncio.to_thread(platform.host.compose_all)
        return sorted(set(platform.host.loaded) - before)
