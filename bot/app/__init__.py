"""Introduces machines and people to each other; each program of the command line has a file."""
