"""Replaces `tf.layers`, name for name, where TensorFlow has Keras 3 and lacks it.

The layers are TensorFlow's own in every version; only batch normalisation is this package's on a TensorFlow
with Keras 3 (`layers.batch_normalization`).
"""
from .layers.batch_normalization import BatchNormalization, batch_normalization
from .layers.stock import Dense, InputSpec, Layer, convolutional, core, pooling
from .public_names import explain_missing_names

Dropout = core.Dropout
Flatten = core.Flatten
dense = core.dense
dropout = core.dropout
flatten = core.flatten
Conv1D = convolutional.Conv1D
Conv2D = convolutional.Conv2D
Conv2DTranspose = convolutional.Conv2DTranspose
Conv3D = convolutional.Conv3D
Conv3DTranspose = convolutional.Conv3DTranspose
SeparableConv1D = convolutional.SeparableConv1D
SeparableConv2D = convolutional.SeparableConv2D
conv1d = convolutional.conv1d
conv2d = convolutional.conv2d
conv2d_transpose = convolutional.conv2d_transpose
conv3d = convolutional.conv3d
conv3d_transpose = convolutional.conv3d_transpose
separable_conv1d = convolutional.separable_conv1d
separable_conv2d = convolutional.separable_conv2d
AveragePooling1D = pooling.AveragePooling1D
AveragePooling2D = pooling.AveragePooling2D
AveragePooling3D = pooling.AveragePooling3D
MaxPooling1D = pooling.MaxPooling1D
MaxPooling2D = pooling.MaxPooling2D
MaxPooling3D = pooling.MaxPooling3D
average_pooling1d = pooling.average_pooling1d
average_pooling2d = pooling.average_pooling2d
average_pooling3d = pooling.average_pooling3d
max_pooling1d = pooling.max_pooling1d
max_pooling2d = pooling.max_pooling2d
max_pooling3d = pooling.max_pooling3d

__all__ = [
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "BatchNormalization", "Conv1D", "Conv2D",
    "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "Dense", "Dropout", "Flatten", "InputSpec", "Layer",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "SeparableConv1D", "SeparableConv2D",
    "average_pooling1d", "average_pooling2d", "average_pooling3d", "batch_normalization", "conv1d",
    "conv2d", "conv2d_transpose", "conv3d", "conv3d_transpose", "dense", "dropout", "flatten",
    "max_pooling1d", "max_pooling2d", "max_pooling3d", "separable_conv1d", "separable_conv2d"]

explain_missing_names(__name__)
