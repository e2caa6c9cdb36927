"""What programs used of `tf.contrib.lookup`: tables between words and numbers, as TensorFlow has them."""
from tensorflow.python.ops.lookup_ops import DenseHashTable as MutableDenseHashTable
from tensorflow.python.ops.lookup_ops import (IdTableWithHashBuckets, KeyValueTensorInitializer,
                                              MutableHashTable,
                                              TextFileIdTableInitializer, TextFileIndex, TextFileInitializer,
                                              TextFileStringTableInitializer, index_table_from_file,
                                              index_table_from_tensor, index_to_string_table_from_file,
                                              index_to_string_table_from_tensor)

from .public_names import explain_missing_names
from .tf1 import tf

__all__ = ["HashTable", "IdTableWithHashBuckets", "KeyValueTensorInitializer", "MutableDenseHashTable",
           "MutableHashTable", "TextFileIdTableInitializer",
           "TextFileIndex", "TextFileInitializer", "TextFileStringTableInitializer", "index_table_from_file",
           "index_table_from_tensor", "index_to_string_table_from_file", "index_to_string_table_from_tensor"]


class HashTable(tf.lookup.StaticHashTable):
    """`tf.lookup.StaticHashTable` as `tf.contrib.lookup.HashTable` was called.

    Args:
      initializer: a table's initialiser, such as `KeyValueTensorInitializer`.
      default_value: what a key has that isn't there.
      shared_name: None; tables are known by their object.
      name: of the operation, or None.

    Raises:
      ValueError: for a `shared_name`.
    """

    def __init__(self, initializer, default_value, shared_name=None, name=None):
        if shared_name is not None:
            raise ValueError("HashTable: shared_name isn't supported, got %r: leave it out." % (shared_name,))
        super(HashTable, self).__init__(initializer, default_value, name=name)

    @property
    def init(self):
        """The operation that fills the table."""
        return self.initializer


explain_missing_names(__name__)
