"""The timeline: everything that happens between a customer and the merchant, append-only."""
