"""One look at one thing each."""
