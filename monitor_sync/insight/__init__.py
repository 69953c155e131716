"""What a monitor would have done: conditions evaluated over given points. Pure, and offline."""
