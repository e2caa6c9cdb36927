"""Word and phoneme error rates of predicted pronunciations."""
import collections

Score = collections.namedtuple("Score", ["wer", "per"])


def edit_distance(a, b):
    """The least number of insertions, deletions and substitutions that turn `a` into `b`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def score(predictions, references):
    """Scores each prediction against every pronunciation that the dictionary lists.

    Args:
      predictions: list of tuples of phones; None where the model could not answer, which counts as
        no phones.
      references: list, as long, of the lists of right tuples.

    Returns:
      A `Score` in fractions.  `wer`: share of predictions equal to none of the variants.  `per`:
      edit distances to the nearest variants, summed, over the summed lengths of those variants.
    """
    wrong = edits = phones = 0
    for prediction, variants in zip(predictions, references):
        distances = [edit_distance(prediction or (), variant) for variant in variants]
        nearest = min(distances)
        wrong += nearest > 0
        edits += nearest
        phones += len(variants[distances.index(nearest)])
    return Score(wer=wrong / float(len(predictions)), per=edits / float(phones))
