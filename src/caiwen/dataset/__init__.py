"""Verified question-answer pairs from the store, and the audit of pairs that others made."""
