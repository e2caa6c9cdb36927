"""What programs used of `tf.contrib.learn` and of TensorFlow's examples besides estimators.

`VocabularyProcessor` with `CategoricalVocabulary` and `tokenizer` (`layers.vocabularies`), `ModeKeys`, and
MNIST by `read_data_sets` or `load_mnist` (`layers.mnist`).
"""
from .layers.mnist import DataSet, Datasets, dense_to_one_hot, load_mnist, read_data_sets
from .layers.vocabularies import CategoricalVocabulary, VocabularyProcessor, tokenizer
from .public_names import explain_missing_names

__all__ = ["CategoricalVocabulary", "DataSet", "Datasets", "ModeKeys", "VocabularyProcessor",
           "dense_to_one_hot", "load_mnist", "read_data_sets", "tokenizer"]


class ModeKeys(object):
    """What a model is built for."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"


explain_missing_names(__name__)
