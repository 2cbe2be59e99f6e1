"""Merchants: the tenants of an installation, their settings and the epoch of their rights."""
