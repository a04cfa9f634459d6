"""How machines are touched. One outside thing, one file; no decisions."""
