"""The only door to git: commits, the files as a revision had them, what explains what is live."""
