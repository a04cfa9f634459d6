"""The practice world: real processes and emulated outside services. It speaks HTTP only."""
