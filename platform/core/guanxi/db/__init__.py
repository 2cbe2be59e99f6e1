"""The data layer: engines, transactions, merchant scope, walls and migrations."""
