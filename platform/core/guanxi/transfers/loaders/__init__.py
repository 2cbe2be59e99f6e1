"""Fields that are worked out for all rows of a level at once."""

from guanxi.transfers.loaders import exports, imports

__all__ = ["exports", "imports"]
