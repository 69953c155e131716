"""Is each monitor right? One module a subject, one function a rule; never the network."""
