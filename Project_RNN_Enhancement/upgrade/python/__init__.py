"""Python 2 to Python 3, and what newer versions of Python and NumPy refuse."""
