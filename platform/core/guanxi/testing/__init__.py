"""Fixtures and checks for everybody who writes a plugin; pytest loads them with the distribution."""
