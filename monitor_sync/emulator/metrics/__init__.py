"""History of metrics: what was submitted, what is generated from a seed, queries over both."""
