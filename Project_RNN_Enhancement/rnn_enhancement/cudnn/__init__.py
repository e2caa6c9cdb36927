"""Layers of `tf.contrib.cudnn_rnn` without cuDNN."""
