"""What weights a network of cuDNN's has, in the forms that TensorFlow 1.x keeps them in.

Canonical: for each cell (layer by layer, forwards before backwards) and each of its gates a matrix W
[num_units, width of the layer's inputs] and a matrix R [num_units, num_units], each with a bias. In
this order: W of all gates, R of all gates. The gates are

  lstm: i, f, c, o (input, forget, new memory, output); gru: r, u, c (reset, update, candidate).

Flat, as cuDNN's kernels read them: all canonical matrices one after the other, then all biases.

By variables, as `CudnnCompatibleLSTMCell`, `CudnnCompatibleGRUCell` and `BasicRNNCell` have them:
kernels [W; R] transposed, gates side by side, and one bias where the two are added up.
"""
import collections

from ..arguments import one_of, positive_int
from ..tf1 import static_dimension, tf

__all__ = ["AUTO_INPUT", "BIDIRECTIONAL", "GRU", "LINEAR_INPUT", "LSTM", "Layout", "NUMBERS_OF_GATES",
           "RELU", "SKIP_INPUT", "TANH", "UNIDIRECTIONAL"]

UNIDIRECTIONAL, BIDIRECTIONAL = "unidirectional", "bidirectional"
LSTM, GRU, RELU, TANH = "lstm", "gru", "rnn_relu", "rnn_tanh"
LINEAR_INPUT, SKIP_INPUT, AUTO_INPUT = "linear_input", "skip_input", "auto_select"

NUMBERS_OF_GATES = {LSTM: 4, GRU: 3, RELU: 1, TANH: 1}

# A kernel and a bias of a cell: what their names begin with, and the gates whose W and R are in them.
Part = collections.namedtuple("Part", ["name", "of_inputs", "of_state"])

_PLAIN = "basic_rnn_cell", [Part("", (0,), (0,))]
# Name of a cell's scope, and its parts in the order of their variables.
_CELLS = {
    LSTM: ("cudnn_compatible_lstm_cell", [Part("", (0, 2, 1, 3), (0, 2, 1, 3))]),
    GRU: ("cudnn_compatible_gru_cell", [Part("gates/", (0, 1), (0, 1)),
                                        Part("candidate/input_projection/", (2,), ()),
                                        Part("candidate/hidden_projection/", (), (2,))]),
    RELU: _PLAIN, TANH: _PLAIN,
}


class Layout(object):
    """The weights of one network, and the ways from one form to another.

    Args:
      rnn_mode: one of `NUMBERS_OF_GATES`.
      num_layers, num_units, input_size: ints.
      input_mode: "linear_input": the inputs are multiplied by matrices W; "skip_input": they are added
        to every gate as they are, and W has no columns; "auto_select": "skip_input" where `input_size`
        is `num_units`.
      direction: "unidirectional" or "bidirectional".

    Raises:
      TypeError, ValueError: for an argument of a wrong type or value; ValueError if the inputs that are
        to be added have another size than the units.
    """

    def __init__(self, rnn_mode, num_layers, num_units, input_size, input_mode=LINEAR_INPUT,
                 direction=UNIDIRECTIONAL):
        self.rnn_mode = one_of("rnn_mode", rnn_mode, sorted(NUMBERS_OF_GATES))
        self.num_layers = positive_int("num_layers", num_layers)
        self.num_units = positive_int("num_units", num_units)
        self.input_size = positive_int("input_size", input_size)
        self.direction = one_of("direction", direction, [UNIDIRECTIONAL, BIDIRECTIONAL])
        self.num_dirs = 1 if direction == UNIDIRECTIONAL else 2
        one_of("input_mode", input_mode, [LINEAR_INPUT, SKIP_INPUT, AUTO_INPUT])
        if input_mode == SKIP_INPUT and input_size != num_units:
            raise ValueError("input_mode \"skip_input\" adds the inputs to the gates, so that input_size "
                             "must be num_units, got %d and %d: take \"linear_input\"."
                             % (input_size, num_units))
        self.skips = input_mode != LINEAR_INPUT and input_size == num_units
        self.gates = NUMBERS_OF_GATES[rnn_mode]
        self.cell_name, self.parts = _CELLS[rnn_mode]

    @property
    def num_cells(self):
        return self.num_layers * self.num_dirs

    def width(self, cell):
        """Columns of a cell's matrices W."""
        if cell >= self.num_dirs:
            return self.num_dirs * self.num_units
        return 0 if self.skips else self.input_size

    def shapes(self, cell):
        """Shapes of a cell's canonical matrices."""
        n = self.num_units
        return [(n, self.width(cell))] * self.gates + [(n, n)] * self.gates

    @property
    def weight_shapes(self):
        """Shapes of all canonical matrices."""
        return [shape for cell in range(self.num_cells) for shape in self.shapes(cell)]

    @property
    def bias_shapes(self):
        """Shapes of all canonical biases."""
        return [[self.num_units]] * (2 * self.gates * self.num_cells)

    @property
    def size(self):
        """How many numbers there are."""
        return sum(rows * columns for rows, columns in self.weight_shapes) + (
            self.num_units * len(self.bias_shapes))

    def prefix(self, cell, outer=None):
        """What the names of a cell's variables begin with.

        Args:
          cell: its number.
          outer: scope of the loop, with "/" at its end; that of `dynamic_rnn`, or of
            `stack_bidirectional_dynamic_rnn`, by default.
        """
        layer, backwards = divmod(cell, self.num_dirs)
        if self.num_dirs == 2:
            return "%scell_%d/bidirectional_rnn/%s/%s/" % (
                "stack_bidirectional_rnn/" if outer is None else outer, layer, "bw" if backwards else "fw",
                self.cell_name)
        return "%smulti_rnn_cell/cell_%d/%s/" % (
            "rnn/" if outer is None else outer, layer, self.cell_name)

    def kernel_shape(self, cell, part):
        """Shape of a part's kernel; of no rows where the inputs are added as they are."""
        rows = (self.width(cell) if part.of_inputs else 0) + (self.num_units if part.of_state else 0)
        return [rows, self.num_units * len(part.of_inputs or part.of_state)]

    def kernel(self, part, matrix):
        """A part's kernel from the canonical matrices that `matrix(number)` gives."""
        return tf.transpose(tf.concat(self._sides(part, matrix), 1))

    def bias(self, part, vector):
        """A part's bias from the canonical biases that `vector(number)` gives."""
        sides = self._sides(part, vector)
        return sides[0] if len(sides) == 1 else sides[0] + sides[1]

    def _sides(self, part, canonical):
        """What is of W and what is of R in a part, one below the other, of the tensors `canonical(number)`."""
        return [tf.concat([canonical(first + gate) for gate in gates], 0)
                for first, gates in ((0, part.of_inputs), (self.gates, part.of_state)) if gates]

    def by_variables(self, weights, biases):
        """For each cell and each of its parts (kernel, bias), from all canonical tensors."""
        each = 2 * self.gates
        return [[(self.kernel(part, weights[i:i + each].__getitem__),
                  self.bias(part, biases[i:i + each].__getitem__)) for part in self.parts]
                for i in range(0, each * self.num_cells, each)]

    def canonical(self, cells):
        """(weights, biases), all canonical tensors, from what `by_variables` gives.

        Of two biases that are added up each is half of the sum.
        """
        weights, biases = [], []
        for cell, parts in enumerate(cells):
            found = {}
            for part, (kernel, bias) in zip(self.parts, parts):
                rows = tf.transpose(kernel)
                width = self.width(cell) if part.of_inputs else 0
                share = bias * 0.5 if part.of_inputs and part.of_state else bias
                for first, gates, side in ((0, part.of_inputs, rows[:, :width]),
                                           (self.gates, part.of_state, rows[:, width:])):
                    if gates:
                        found.update(zip([first + gate for gate in gates], zip(
                            tf.split(side, len(gates), 0), tf.split(share, len(gates), 0))))
            for number in range(2 * self.gates):
                weights.append(found[number][0])
                biases.append(found[number][1])
        return weights, biases

    def join(self, weights, biases):
        """The flat form of all canonical tensors, a tensor [size]."""
        return tf.concat([tf.reshape(piece, [-1]) for piece in list(weights) + list(biases)], 0)

    def split(self, params):
        """(weights, biases), all canonical tensors, from their flat form.

        Raises:
          ValueError: for a tensor of another size than `size`, where it is known.
        """
        params = tf.convert_to_tensor(params)
        if params.shape.ndims is not None and (
                params.shape.ndims != 1 or static_dimension(params, 0) not in (None, self.size)):
            raise ValueError("params must be a tensor [%d], as params_size() says, got shape %s."
                             % (self.size, params.shape))
        shapes = [list(shape) for shape in self.weight_shapes + self.bias_shapes]
        sizes = [shape[0] * shape[-1] if len(shape) == 2 else shape[0] for shape in shapes]
        pieces = [tf.reshape(piece, shape)
                  for piece, shape in zip(tf.split(tf.reshape(params, [-1]), sizes), shapes)]
        return pieces[:len(self.weight_shapes)], pieces[len(self.weight_shapes):]
