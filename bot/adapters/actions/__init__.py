"""What can be done, one act each."""
