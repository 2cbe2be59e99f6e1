"""Fields that a merchant defines for its customers: typed, with the place that each value came from."""
