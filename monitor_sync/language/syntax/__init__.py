"""From a query's text to its tree: one module a dialect, recursive descent throughout."""
