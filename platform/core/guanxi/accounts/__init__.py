"""Accounts: how staff sign in, which sessions they have, and the tokens of shoppers."""
