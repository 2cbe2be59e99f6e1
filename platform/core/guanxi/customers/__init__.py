"""Customers: who they are, how they are reached, what other systems call them, how they are tagged."""
