"""The recipe of docs/attention_translation.md: its training, and old programs' checkpoints.

`tests.fixtures.make_translation` trained its model with TensorFlow 1.15's own `tf.contrib` and
wrote down what stock decoded.
"""
import functools
import itertools
import io
import json
import os
import tempfile
import types

import numpy as np
import tensorflow.compat.v1 as tf

from tests import attention_cases, stock, translation_model
from tests.fixtures import make_translation
from tests.sizes import slow, some


def _read():
    """(sources, targets, hypotheses of each sentence, losses) as recorded."""
    with io.open(make_translation.RECORDED, encoding="utf-8") as stream:
        recorded = json.load(stream)
    sentences = recorded["sentences"]
    return tuple([sentence[key] for sentence in sentences] for key in (
        "source_ids", "target_ids", "hypotheses")) + (recorded["losses"],)


class CheckpointTest(tf.test.TestCase):
    """A model that TensorFlow 1.15's `tf.contrib` trained, decoded and trained on here."""

    def _check(self, library):
        sources, targets, hypotheses, losses = _read()
        with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
            translator = make_translation.build(translation_model.model(library))
            self.assertEqual(
                {name: shape for name, shape in tf.train.list_variables(
                    make_translation.CHECKPOINT)},
                {each.op.name: each.shape.as_list() for each in translator.variables})
            make_translation.restore(session, translator)
            self.assertEqual(hypotheses, translator.hypotheses(session, sources))
            # A sentence by itself has no padding, and the same answer.
            self.assertEqual(hypotheses[:1], translator.hypotheses(session, sources[:1]))
            self.assertAllClose(
                losses, [translator.train(session, sources, targets) for _ in losses], rtol=1e-4)

    @slow
    def test_here(self):
        self._check(None)

    @slow
    def test_stock(self):
        self._check(attention_cases.STOCK)


class TrainingTest(tf.test.TestCase):

    @slow
    def test_loss_falls_and_all_is_kept(self):
        sources, targets, _, _ = _read()
        path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model")
        answers = []
        for is_new in (True, False):
            with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
                translator = make_translation.build(translation_model.model())
                saver = tf.train.Saver()
                session.run(tf.global_variables_initializer())
                if is_new:
                    losses = [translator.train(session, sources, targets) for _ in range(60)]
                    saver.save(session, path)
                else:
                    saver.restore(session, path)
                answers.append(translator.hypotheses(session, sources))
        self.assertLess(np.mean(losses[-5:]), 0.75 * losses[0])
        self.assertEqual(*answers)


BEAMS = 3

# What is left out of the search: a function of `decoder_parts` and its arguments.
SLIPS = {
    "memory": lambda parts, memory, *rest: parts(memory[::BEAMS], *rest),
    "lengths": lambda parts, memory, lengths, *rest: parts(memory, lengths[::BEAMS], *rest),
    "states": lambda parts, memory, lengths, states, *rest: parts(
        memory, lengths, tf.nest.map_structure(lambda state: state[::BEAMS], states), *rest),
    "zero_state": lambda parts, memory, lengths, states, rows, *rest: parts(
        memory, lengths, states, rows // BEAMS, *rest),
    "output_layer": lambda parts, *arguments: parts(*arguments)[:3] + (None,)}


class SlipsTest(tf.test.TestCase):
    """What the document says of slips in a beam search."""

    def _search(self, session, sizes, slip=None):
        model = translation_model.model()
        if slip:
            model.decoder_parts = functools.partial(SLIPS[slip], model.decoder_parts)
        inputs = [tf.placeholder(tf.int32, sizes), tf.placeholder(tf.int32, sizes[:1])]
        found = model.search(*inputs, num_words=(9, 9), units=4, beam_width=BEAMS, longest=4)
        session.run(tf.global_variables_initializer())
        return session.run(found, dict(zip(inputs, (np.ones([2, 5]), [5, 3]))))

    @slow
    def test_errors(self):
        for slip, sizes in some(itertools.product(
                (None,) + tuple(sorted(SLIPS)), ([2, 5], [None, None])), 7):
            with self.subTest(slip=slip, sizes=sizes), tf.Graph().as_default(), \
                    tf.Session() as session, stock.quiet():
                if slip is None:
                    self._search(session, sizes)
                    continue
                with self.assertRaises((ValueError, tf.errors.InvalidArgumentError)) as caught:
                    self._search(session, sizes, slip)
                self.assertIn("output_layer" if slip == "output_layer" else "tile_batch",
                              str(caught.exception))

    @slow
    def test_tile_in_place_of_tile_batch(self):
        def tiled(tensors, beams, after=lambda one: one):
            return tf.nest.map_structure(
                lambda one: after(tf.tile(one, [beams] + [1] * (one.shape.ndims - 1))), tensors)
        model = translation_model.model()
        library = vars(model.seq2seq)
        for is_alone in some(("memory", "lengths", "states", None), 2):
            def tile(tensors, beams, is_alone=is_alone):
                right = library["tile_batch"](tensors, beams)
                return tuple(
                    wrong if is_alone in (None, name) else one for name, one, wrong in zip(
                        ("memory", "lengths", "states"), right, tiled(tensors, beams)))
            model.seq2seq = types.SimpleNamespace(**dict(library, tile_batch=tile))
            for sizes in ([2, 5], [None, None]):
                with self.subTest(is_alone=is_alone, sizes=sizes), tf.Graph().as_default(), \
                        self.assertRaisesRegex(ValueError, "tf.tile made.*tile_batch"):
                    model.search(tf.placeholder(tf.int32, sizes), tf.placeholder(
                        tf.int32, sizes[:1]), (9, 9), 4, BEAMS, 4)
        model.seq2seq = types.SimpleNamespace(**dict(
            library, tile_batch=lambda tensors, beams: tiled(tensors, beams, lambda one: one + 0)))
        self._check_silent(model)

    @slow
    def test_no_clone(self):
        model = translation_model.model()
        whole = model.decoder_parts

        def forgetful(memory, lengths, states, rows, *rest):
            cell, _, embedding, output_layer = whole(memory, lengths, states, rows, *rest)
            return cell, cell.zero_state(rows, tf.float32), embedding, output_layer
        model.decoder_parts = forgetful
        self._check_silent(model)

    def _check_silent(self, model):
        """Fails unless the slip runs, and most sentences get another translation."""
        sources, _, hypotheses, _ = _read()
        with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
            translator = make_translation.build(model)
            make_translation.restore(session, translator)
            found = translator.hypotheses(session, sources)
        same = [one[0] == other[0] for one, other in zip(hypotheses, found)]
        self.assertLess(sum(same), len(same) // 2)
