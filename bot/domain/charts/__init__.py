"""What a chart of an incident shows, before anything is drawn."""
