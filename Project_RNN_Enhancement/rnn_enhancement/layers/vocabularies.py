"""Words as numbers, as `tf.contrib.learn.preprocessing` gave them."""
import collections
import pickle
import re

import numpy as np

__all__ = ["CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]

_WORDS = re.compile("|".join([
    r"[A-Z]{2,}(?![a-z])",          # capitals in a row
    r"[A-Z][a-z]+(?=[A-Z])",        # a capitalised word that another follows without space
    r"['\w\-]+",                    # letters, digits, _, ' and -
]), re.UNICODE)


def tokenizer(iterator):
    """Gives the list of words of each text."""
    for text in iterator:
        yield _WORDS.findall(text)


class CategoricalVocabulary(object):
    """Numbers for categories, in the order in which they come; 0 is for what isn't known.

    Args:
      unknown_token: str, the category with the number 0.
      support_reverse: whether `reverse` is to work.
    """

    def __init__(self, unknown_token="<UNK>", support_reverse=True):
        self._unknown_token, self._support_reverse = unknown_token, support_reverse
        self._freq = collections.Counter()
        self._freeze = False
        self._set([])

    def _set(self, categories):
        self._reverse_mapping = [self._unknown_token] + categories
        self._mapping = {category: number for number, category in enumerate(self._reverse_mapping)}

    def __len__(self):
        return len(self._mapping)

    def freeze(self, freeze=True):
        """Keeps new categories out, or lets them in again."""
        self._freeze = freeze

    def get(self, category):
        """The number of a category; a new one, unless frozen, for a new category."""
        number = self._mapping.get(category)
        if number is None:
            if self._freeze:
                return 0
            number = self._mapping[category] = len(self._reverse_mapping)
            self._reverse_mapping.append(category)
        return number

    def add(self, category, count=1):
        """Counts a category."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency, max_frequency=-1):
        """Keeps the categories counted more than `min_frequency` times, and less than `max_frequency` if that
        is positive, and numbers them by frequency."""
        ordered = sorted(self._freq.items(), key=lambda item: (isinstance(item[0], str), item[0]))
        ordered.sort(key=lambda item: item[1], reverse=True)
        kept = [(category, count) for category, count in ordered
                if count > min_frequency and (max_frequency <= 0 or count < max_frequency)]
        self._set([category for category, _ in kept])
        self._freq = collections.Counter(dict(kept))

    def reverse(self, class_id):
        """The category of a number.

        Raises:
          ValueError: if the vocabulary doesn't support it.
        """
        if not self._support_reverse:
            raise ValueError("CategoricalVocabulary: reverse needs support_reverse=True.")
        return self._reverse_mapping[class_id]


class VocabularyProcessor(object):
    """Texts as rows of numbers of the same length.

    Args:
      max_document_length: int, words of a row; 0 fills up what is missing.
      min_frequency: int; rarer words become 0.
      vocabulary: CategoricalVocabulary, or None for a new one.
      tokenizer_fn: function from an iterable of texts to lists of words; None: `tokenizer`.
    """

    def __init__(self, max_document_length, min_frequency=0, vocabulary=None, tokenizer_fn=None):
        self.max_document_length, self.min_frequency = max_document_length, min_frequency
        self.vocabulary_ = CategoricalVocabulary() if vocabulary is None else vocabulary
        self._tokenizer = tokenizer if tokenizer_fn is None else tokenizer_fn

    def fit(self, raw_documents, unused_y=None):
        """Learns the vocabulary of texts, and freezes it; returns this object."""
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents, unused_y=None):
        """`fit` and `transform` of the same texts, which must be a list."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents):
        """Gives an int64 array [max_document_length] for each text."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            numbers = [self.vocabulary_.get(word) for word in words[:self.max_document_length]]
            row[:len(numbers)] = numbers
            yield row

    def reverse(self, documents):
        """Gives the text of each row of numbers, words divided by spaces."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)

    def save(self, filename):
        """Writes the vocabulary to a file."""
        with open(filename, "wb") as stream:
            pickle.dump(self, stream)

    @classmethod
    def restore(cls, filename):
        """Reads what `save` wrote; only for files of one's own, because pickles run code."""
        with open(filename, "rb") as stream:
            return pickle.load(stream)
