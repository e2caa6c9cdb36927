"""A traced step put into loops over time, with their gradient: arranged, planned, emitted."""
