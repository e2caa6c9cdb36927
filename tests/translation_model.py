"""The model of docs/attention_translation.md, with this package or with TensorFlow 1.15's own."""
import io
import os
import re
import types

__all__ = ["Translator", "document", "model"]

_DOCUMENT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs",
                         "attention_translation.md")


def document():
    """The document's snippets of code, each with its line numbers."""
    with io.open(_DOCUMENT, encoding="utf-8") as stream:
        text = stream.read()
    return ["\n" * text.count("\n", 0, found.start(1)) + found.group(1)
            for found in re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S)]


def model(library=None):
    """What the document's first snippet defines, as a module.

    Args:
      library: what has `cells`, `seq2seq` and `unroll` in place of the modules that it imports.
    """
    module = types.ModuleType("attention_translation")
    exec(compile(document()[0], _DOCUMENT, "exec"), module.__dict__)
    if library is not None:
        module.rnn, module.seq2seq = library.cells, library.seq2seq
        module.rnn_enhanced = library.unroll
    return module


class Translator(object):
    """Training and beam search of the model on the same variables, in the current graph.

    Args:
      model: a module as `model` gives it.
      num_words: pair, of the source's and of the target's.
      units, beam_width, longest: ints.
      learning_rate: of Adam.
    """

    def __init__(self, model, num_words, units, beam_width, longest, learning_rate):
        tf, self._model = model.tf, model
        self._training_inputs = model.placeholders() + model.placeholders()
        sizes = dict(num_words=num_words, units=units)
        with tf.variable_scope("model", initializer=tf.random_uniform_initializer(
                -0.1, 0.1, seed=1)):
            self._loss = model.loss_of(*self._training_inputs, **sizes)
        with tf.variable_scope("model", reuse=True):
            self._found = model.search(*self._training_inputs[:2], beam_width=beam_width,
                                       longest=longest, **sizes)
        self.variables = tf.trainable_variables()
        optimizer = tf.train.AdamOptimizer(learning_rate)
        gradients, _ = tf.clip_by_global_norm(tf.gradients(self._loss, self.variables), 5.0)
        self._train = optimizer.apply_gradients(zip(gradients, self.variables))

    def train(self, session, sources, targets):
        """Takes a step of training on sentences that are lists of numbers; the loss before it."""
        batch = self._model.training_batch(sources, targets)
        return float(session.run([self._loss, self._train],
                                 dict(zip(self._training_inputs, batch)))[0])

    def hypotheses(self, session, sources):
        """For each sentence a list of hypotheses, best first, without what is behind their ends."""
        batch = self._model.padded(sources), [len(source) for source in sources]
        found = session.run(self._found, dict(zip(self._training_inputs, batch)))
        return [[[int(symbol) for symbol in hypothesis if symbol not in (-1, self._model.END)]
                 for hypothesis in rows.T] for rows in found]
