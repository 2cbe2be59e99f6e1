"""Decisions of privacy that need neither a database nor a clock."""
