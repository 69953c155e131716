"""The only door to on-call tools: a module or a folder for each, all behind one ``Protocol``."""
