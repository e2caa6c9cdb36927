"""A call tried before anything is built: what it does is found out, and undone."""
