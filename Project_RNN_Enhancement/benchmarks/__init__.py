"""How fast, how small: this package against stock TensorFlow, as ratios of one run.

    python -m Project_RNN_Enhancement.benchmarks [--quick]
"""
