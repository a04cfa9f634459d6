"""What triage asks, one outside thing each."""
