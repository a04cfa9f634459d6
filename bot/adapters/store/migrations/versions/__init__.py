"""One file for each step of the schema, oldest first. A step that was released never changes."""
