"""The sources of Life OS, the watched bot: one folder with its changes for each commit."""
