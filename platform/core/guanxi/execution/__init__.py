"""How operations are read, bounded, run and answered."""
