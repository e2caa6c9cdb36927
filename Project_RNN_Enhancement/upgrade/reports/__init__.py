"""What the upgrade says when it's done: as text, as a table and as a page."""
