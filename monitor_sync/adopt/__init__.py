"""Live monitors become files: placed, declared, written as a person would, and proven."""
