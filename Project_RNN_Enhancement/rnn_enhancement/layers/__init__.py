"""What programs used of `tf.layers` and of contrib besides recurrent layers."""
