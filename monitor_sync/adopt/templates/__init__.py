"""What monitors have in common, said as templates, uses and items. Pure; start at `find.py`."""
