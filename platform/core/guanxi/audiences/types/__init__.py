"""GraphQL types of audiences and segments; ``Audience`` serves every part that asks for a condition."""

from guanxi.audiences.types.inputs import Audience
from guanxi.audiences.types.outputs import Segment

__all__ = ["Audience", "Segment"]
