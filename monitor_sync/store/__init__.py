"""What is kept on disk between two runs: the state folder of a project, the parse cache."""
