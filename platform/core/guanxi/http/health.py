"""Whether the process lives, and whether it should be sent requests."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from guanxi.http.ports import Gateway

SAMPLE_SECONDS: Final = 0.25
MAX_LAG_SECONDS: Final = 1.0
READY_SECONDS: Final = 1.0


class Lifecycle:
    """What the process knows of its own state."""

    def __init__(self) -> None:
        self.is_draining = False
        self.lag_seconds = 0.0

    async def measure_lag(self) -> None:
        """For ever: how much later than asked the loop wakes a task."""
        clock = asyncio.get_running_loop().time
        while True:
            asked = clock() + SAMPLE_SECONDS
            await asyncio.sleep(SAMPLE_SECONDS)
            self.lag_seconds = max(0.0, clock() - asked)


class Health:
    """The two addresses that an orchestrator asks."""

    def __init__(self, gateway: Gateway, lifecycle: Lifecycle) -> None:
        self.gateway = gateway
        self.lifecycle = lifecycle

    async def tell_life(self, _request: Request) -> JSONResponse:
        """503 while something holds the loop: only a restart helps where that stays."""
        lag = self.lifecycle.lag_seconds
        is_alive = lag < MAX_LAG_SECONDS
        return _told({"alive": is_alive, "loopLagSeconds": round(lag, 3)}, is_good=is_alive)

    async def tell_readiness(self, _request: Request) -> JSONResponse:
        """503 while a part is missing, and from SIGTERM on."""
        checks = {"accepting": False} if self.lifecycle.is_draining else await self._checks()
        is_ready = all(checks.values())
        return _told({"ready": is_ready, "checks": checks}, is_good=is_ready)

    async def _checks(self) -> dict[str, bool]:
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await self.gateway.ready()
        except Exception:  # noqa: BLE001 - a door: whatever keeps the check from answering, it is not ready
            return {"gateway": False}


def _told(content: dict[str, object], *, is_good: bool) -> JSONResponse:
    return JSONResponse(content, 200 if is_good else 503, {"Cache-Control": "no-store"})
