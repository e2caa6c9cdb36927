"""What programs used of `tf.contrib.lookup`: tables between words and numbers, as TensorFlow has them."""
from tensorflow.python.ops.lookup_ops import (IdTableWithHashBuckets, KeyValueTensorInitializer,
                                              TextFileIdTableInitializer, TextFileIndex, TextFileInitializer,
                                              TextFileStringTableInitializer, index_table_from_file,
                                              index_table_from_tensor, index_to_string_table_from_file,
                                              index_to_string_table_from_tensor)

from .public_names import explain_missing_names
from .tf1 import tf

HashTable = tf.lookup.StaticHashTable

__all__ = ["HashTable", "IdTableWithHashBuckets", "KeyValueTensorInitializer", "TextFileIdTableInitializer",
           "TextFileIndex", "TextFileInitializer", "TextFileStringTableInitializer", "index_table_from_file",
           "index_table_from_tensor", "index_to_string_table_from_file", "index_to_string_table_from_tensor"]

explain_missing_names(__name__)
