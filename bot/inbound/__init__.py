"""What others tell us over HTTP, and what they may ask. Imported only when a port is set."""
