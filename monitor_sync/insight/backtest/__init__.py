"""What a monitor would have done on history that was fetched, and whether the replay is right."""
