"""GraphQL types of interactions; plugins implement ``Interaction`` and add members to ``InteractionKind``."""

from guanxi.interactions.types.enums import Channel, InteractionKind
from guanxi.interactions.types.outputs import Interaction

__all__ = ["Channel", "Interaction", "InteractionKind"]
