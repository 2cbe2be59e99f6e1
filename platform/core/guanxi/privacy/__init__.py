"""Consent, what a customer is handed of his data, erasure, retention and the clock of such requests."""
