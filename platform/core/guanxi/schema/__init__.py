"""Declarations, composition and the types that every part of the API shares."""
