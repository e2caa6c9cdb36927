"""The engine that runs a step over time, in loops or as copies of the step."""
