"""What we say about ourselves is true: README, help texts, schemas, modelines."""
