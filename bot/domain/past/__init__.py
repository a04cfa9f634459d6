"""Incidents that are over: what is remembered of them, and which is like the one at hand."""
