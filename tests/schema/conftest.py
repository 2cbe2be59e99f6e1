"""The toy club, its tables known to Tortoise without any database."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import toy_models
from tortoise import Tortoise
from tortoise.context import TortoiseContext

with TortoiseContext():
    Tortoise.init_app("club", [toy_models])
