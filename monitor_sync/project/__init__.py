"""YAML files become a Project: read, schema, expand templates, resolve owners."""
