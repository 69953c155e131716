"""What is wrong with a query that can be read: one module a subject, one function a tree."""
