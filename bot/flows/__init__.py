"""The order of things: each flow asks whose turn it is, gathers, decides, records."""
