"""Feeding: pairs of symbol sequences to batches for sequence-to-sequence models.

`BucketedLoader` makes batches in the background and hands them over inside the graph. `get_batch`
and `sort_into_buckets` serve a loop that feeds placeholders. `Curriculum` orders the loader's data
by difficulty, `IdFiles` reads text files of ids, `ProducerError` says that a source failed.
"""
from .feeding.curriculum import Curriculum
from .feeding.get_batch import get_batch, sort_into_buckets
from .feeding.loader import BucketedLoader, LoadedBatch
from .feeding.sources import IdFiles, ProducerError

__all__ = ["BucketedLoader", "Curriculum", "IdFiles", "LoadedBatch", "ProducerError", "get_batch",
           "sort_into_buckets"]
