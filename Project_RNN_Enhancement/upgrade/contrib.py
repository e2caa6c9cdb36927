"""What of contrib, and of TensorFlow 1.15 besides, has another place on a TensorFlow 2."""

__all__ = ["CALLS", "EXPLAINED", "RENAMED_FOR_2"]

RENAMED_FOR_2 = {}
EXPLAINED = {}
CALLS = {}
