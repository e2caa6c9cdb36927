"""Experiments that train this package's models on real data, one module each.

``python -m Project_RNN_Enhancement.experiments NAME --help`` lists the options of an experiment.
"""
