"""Migrations of this app, generated and reviewed."""
