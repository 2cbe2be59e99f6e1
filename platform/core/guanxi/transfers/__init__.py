"""Customers and interactions from files and into files."""
