"""A program's files: found, read, and written to their new place."""
