"""Check each monitor: a module for each topic, a function for each rule; never the network."""
