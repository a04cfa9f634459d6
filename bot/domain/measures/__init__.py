"""Measured values: a row of them, where they are going, and what a service used."""
