"""What is read out of git."""
