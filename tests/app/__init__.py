"""What the tool does, called as functions."""
