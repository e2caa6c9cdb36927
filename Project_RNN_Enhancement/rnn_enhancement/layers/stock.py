"""`tf.layers` as TensorFlow has it: in public, or where it stands in a TensorFlow with Keras 3."""
from ..tf1 import Dense, Layer, has_keras_2, tf

if has_keras_2:
    convolutional = core = pooling = tf.layers
    InputSpec = tf.layers.InputSpec
else:
    from tensorflow.python.keras.engine.input_spec import InputSpec
    from tensorflow.python.keras.legacy_tf_layers import convolutional, core, pooling

__all__ = ["Dense", "InputSpec", "Layer", "convolutional", "core", "pooling"]
