"""Stacks in which a layer also feeds a layer further up: vertical skip connections."""
from ..arguments import non_negative_int
from ..tf1 import is_sequence, rnn_cell, static_dimension, tf
from .base import RNNCell, check_floating
from .basic import BasicRNNCell
from .gru import GRUCell
from .lstm import LSTMCell, _split_state
from .multi import MultiRNNCell
from .linear import affine

__all__ = ["BasicRNNCell_Interconnect", "GRUCell_Interconnect", "GRUCell_InterConnect",
           "LSTMCell_Interconnect", "MultiRNNCell_Interconnect"]


def _shapes_of(inputs_shape):
    """Shapes of the input and of each further vector, from a shape or a tuple of shapes."""
    if (isinstance(inputs_shape, (list, tuple)) and inputs_shape
            and isinstance(inputs_shape[0], (list, tuple, tf.TensorShape))):
        return [tf.TensorShape(shape) for shape in inputs_shape]
    return [tf.TensorShape(inputs_shape)]


class _Interconnect(RNNCell):
    """What the interconnect cells share: further vectors, which enter the candidate.

    The cell's inputs are a tensor, or a tuple (x, e_1 .. e_m) with further vectors of any size:

        g_1 .. g_m = sigmoid([x; h]·W_g + b_g)               each [batch, 1]
        passed     = sum over k of g_k * (e_k·V_k)

    Variables, if there are further vectors: those of the plain cell, then connections/gates/kernel
    [input + size of h, m], connections/gates/bias [m] (starts at 0: half open),
    connections/source_k/kernel [size of e_k, n].
    """

    # Vectors differ in number from layer to layer; `build` checks their shapes.
    input_spec = property(lambda self: None, lambda self, value: None)

    _plain_base_name = None
    _sources = ()

    def _make_unique_name(self, *args, **kwargs):
        # The scope of the plain cell, whose checkpoints fit.
        name, _ = super(_Interconnect, self)._make_unique_name(*args, **kwargs)
        return name, self._plain_base_name

    def hidden(self, state):
        """h of a state of this cell."""
        return state

    @property
    def hidden_size(self):
        """Size of h."""
        return self.output_size

    def build(self, inputs_shape):
        shapes = _shapes_of(inputs_shape)
        for shape in shapes:
            if shape.ndims != 2 or tf.dimension_value(shape[1]) is None:
                raise ValueError("%s takes [batch, size] tensors of known size, got %s."
                                 % (type(self).__name__, ", ".join(map(str, shapes))))
        super(_Interconnect, self).build(shapes[0])
        if len(shapes) == 1:
            return
        size, n, count = tf.dimension_value(shapes[0][1]), self._num_units, len(shapes) - 1
        # The cells' arguments go by different names; the basic cell has none.
        of_bias = getattr(self, "_bias_initializer", None) or tf.zeros_initializer()
        of_kernel = getattr(self, "_kernel_initializer", None) or getattr(
            self, "_initializer", None)
        with self._making_variables():
            self._connection_kernel = self.add_weight(
                "connections/gates/kernel", shape=[size + self.hidden_size, count],
                initializer=of_kernel)
            self._connection_bias = self.add_weight(
                "connections/gates/bias", shape=[count], initializer=of_bias)
            self._sources = tuple(
                self.add_weight("connections/source_%d/kernel" % k,
                                shape=[tf.dimension_value(shape[1]), n], initializer=of_kernel)
                for k, shape in enumerate(shapes[1:]))

    def _kernel_blocks(self, name, shape):
        if name.startswith("connections/source"):
            return [shape[0]], [shape[1]]
        if name.startswith("connections"):
            return [shape[0] - self.hidden_size, self.hidden_size], [1] * shape[1]
        return super(_Interconnect, self)._kernel_blocks(name, shape)

    def call(self, inputs, state):
        inputs = tuple(inputs) if is_sequence(inputs) else (inputs,)
        if len(inputs) != len(self._sources) + 1:
            raise ValueError("%s was built for %d vectors beside its input, got %d."
                             % (type(self).__name__, len(self._sources), len(inputs) - 1))
        if not self._sources:
            return super(_Interconnect, self).call(inputs[0], state)
        check_floating(inputs, state)
        return self._connected(inputs[:1] + self._from_sources(inputs), state)

    def _from_sources(self, inputs):
        return tuple(tf.matmul(e, v) for e, v in zip(inputs[1:], self._sources))

    def _connected(self, inputs, state):
        """One step; `inputs` are x and the products e_k·V_k."""
        raise NotImplementedError

    def _passed(self, x, h, products):
        gates = tf.sigmoid(affine(x, h, self._connection_kernel, self._connection_bias))
        gates = tf.split(gates, len(products), axis=1) if len(products) > 1 else [gates]
        passed = [g * product for g, product in zip(gates, products)]
        return passed[0] if len(passed) == 1 else tf.add_n(passed)


class BasicRNNCell_Interconnect(_Interconnect, BasicRNNCell):
    """`BasicRNNCell` for `MultiRNNCell_Interconnect`.

        h' = activation([x; h]·W + b + passed)               output = state = h'

    `passed` comes from layers below through gates (see `MultiRNNCell_Interconnect`); without such
    layers the cell is the plain one. Arguments and variables are those of `BasicRNNCell`, under
    its names, and the connections'.
    """

    _plain_base_name = "basic_rnn_cell"

    def _connected(self, inputs, state):
        x, products = inputs[0], inputs[1:]
        h = self._activation(affine(x, state, self._kernel, self._bias)
                             + self._passed(x, state, products))
        return h, h


class GRUCell_Interconnect(_Interconnect, GRUCell):
    """`GRUCell` for `MultiRNNCell_Interconnect`.

        r, u = sigmoid([x; h]·W_gates + b_gates)
        c    = activation([x; r*h]·W_candidate + b_candidate + passed)
        h'   = u*h + (1-u)*c                                 output = state = h'

    `passed` comes from layers below through gates (see `MultiRNNCell_Interconnect`); without such
    layers the cell is the plain one. Arguments and variables are those of `GRUCell`, under its
    names, and the connections'.
    """

    _plain_base_name = "gru_cell"
    _takes_skip_connections = False

    def _connected(self, inputs, state):
        x, products = inputs[0], inputs[1:]
        gates = tf.sigmoid(affine(x, state, self._gate_kernel, self._gate_bias))
        r, u = tf.split(gates, 2, axis=1)
        c = self._activation(affine(x, r * state, self._candidate_kernel, self._candidate_bias)
                             + self._passed(x, state, products))
        h = u * state + (1 - u) * c
        return h, h


# The original package wrote it both ways.
GRUCell_InterConnect = GRUCell_Interconnect


class LSTMCell_Interconnect(_Interconnect, LSTMCell):
    """`LSTMCell` for `MultiRNNCell_Interconnect`.

        i, j, f, o = [x; h]·W + b
        j          = j + passed                              the rest as in `LSTMCell`

    `passed` comes from layers below through gates (see `MultiRNNCell_Interconnect`); without such
    layers the cell is the plain one. What a layer passes on as its state is h. Arguments and
    variables are those of `LSTMCell`, under its names, and the connections'.
    """

    _plain_base_name = "lstm_cell"

    def hidden(self, state):
        return _split_state(state, self._num_units, self._output_size)[1]

    def _connected(self, inputs, state):
        x, products = inputs[0], inputs[1:]
        c, h = _split_state(state, self._num_units, self._output_size)
        i, j, f, o = tf.split(affine(x, h, self._kernel, self._bias), 4, axis=1)
        return self._updated(c, i, j + self._passed(x, h, products), f, o)


_CELLS = (BasicRNNCell_Interconnect, GRUCell_Interconnect, LSTMCell_Interconnect)


def _interconnect_cell_in(cell):
    """`cell`, or the cell inside its dropout and device wrappers, if it can be connected."""
    while isinstance(cell, (rnn_cell.DropoutWrapper, rnn_cell.DeviceWrapper)):
        cell = cell.cell
    return cell if isinstance(cell, _Interconnect) else None


class MultiRNNCell_Interconnect(MultiRNNCell):
    """A stack in which layer l also feeds layer l + 1 + `layer_skip_number`.

    Layer l passes on the state h with which it enters the step (h[t-1], so that the next layer
    gets something new too), and/or its input at this step. Both enter the candidate of the layer
    that they reach:

        g_1 .. g_m = sigmoid([x; h]·W_g + b_g)               one number per vector and example
        passed     = sum over k of g_k * (e_k·V_k)           e: the vectors passed, of any size

    Such gates, one number per connection, which touch nothing but the candidate, are those of the
    gated-feedback network, Chung et al. 2015, arXiv:1502.02367 (known here from notes on the
    paper; there they see the layer below and all old states). A gate per unit would cost as much
    as two more gates of a GRU. With V = 0, and in layers that nothing reaches, the stack is
    `MultiRNNCell`. Variables of the plain stack have the plain stack's names.

    Args:
      cells: list or tuple of cells, bottom first. Those that are fed, or pass on their state, are
        interconnect cells, bare or in dropout and device wrappers; the others are any cells.
        Sizes may differ.
      vertically_pass_hidden_states: bool, whether h[t-1] is passed.
      vertically_pass_inputs: bool, whether the input is passed. Output goes to the next layer
        anyway, and is its input.
      layer_skip_number: int in [0, number of layers - 1]; 0: to the next layer, 1: from the first
        to the third and so on. At its largest nothing is connected.
      state_is_tuple, share_repeated, **kwargs: as in `MultiRNNCell`.

    Variables of a cell with m vectors: see `MultiRNNCell`; then connections/gates/kernel
    [input + size of h, m], connections/gates/bias [m] (starts at 0), connections/source_k/kernel
    [size of e_k, n]; the state comes first.

    Raises:
      TypeError: for flags that are no bools, a `layer_skip_number` that is no int, or a layer that
        can't be connected.
      ValueError: for a `layer_skip_number` out of range.
    """

    def __init__(self, cells, vertically_pass_hidden_states=False, vertically_pass_inputs=False,
                 layer_skip_number=0, **kwargs):
        super(MultiRNNCell_Interconnect, self).__init__(cells, **kwargs)
        for name, value in (("vertically_pass_hidden_states", vertically_pass_hidden_states),
                            ("vertically_pass_inputs", vertically_pass_inputs)):
            if not isinstance(value, bool):
                raise TypeError("%s must be True or False, got %r." % (name, value))
        skip, count = non_negative_int("layer_skip_number", layer_skip_number), len(self._cells)
        if skip > count - 1:
            raise ValueError("layer_skip_number must be between 0 and %d, the number of layers "
                             "less 1, got %d." % (count - 1, skip))
        self._passes_states = vertically_pass_hidden_states
        self._passes_inputs = vertically_pass_inputs
        self._layer_skip_number = skip
        for source, target in self._connections():
            self._check_layer(target, "is fed by layer %d" % source)
            if self._passes_states:
                self._check_layer(source, "passes on its state")

    def _make_unique_name(self, *args, **kwargs):
        # The scope of the plain stack, whose checkpoints fit.
        name, _ = super(MultiRNNCell_Interconnect, self)._make_unique_name(*args, **kwargs)
        return name, "multi_rnn_cell"

    def _connections(self):
        """(layer that is a source, layer that it reaches), counted from 0."""
        if not (self._passes_states or self._passes_inputs):
            return []
        reach = 1 + self._layer_skip_number
        return [(layer, layer + reach) for layer in range(len(self._cells) - reach)]

    def _check_layer(self, layer, why):
        cell = self._cells[layer]
        if _interconnect_cell_in(cell) is None:
            raise TypeError("Layer %d %s, so it must be one of %s, bare or in a DropoutWrapper or "
                            "DeviceWrapper; got %s." % (
                                layer, why, ", ".join(kind.__name__ for kind in _CELLS),
                                type(cell).__name__))

    def _state_parts(self, state):
        if not self._state_is_tuple:
            return tf.split(state, [cell.state_size for cell in self._cells], axis=1)
        if not is_sequence(state):
            raise ValueError("Expected state to be a tuple of length %d, but received: %s"
                             % (len(self._cells), state))
        return state

    def _run(self, inputs, states):
        """Runs the layers one after the other."""
        reached_by = {target: source for source, target in self._connections()}
        layer_inputs, finals = [], []
        for i, (cell, state) in enumerate(zip(self._cells, states)):
            layer_inputs.append(inputs)
            given = inputs
            if i in reached_by:
                source, given = reached_by[i], (inputs,)
                if self._passes_states:
                    given += (_interconnect_cell_in(self._cells[source]).hidden(states[source]),)
                if self._passes_inputs:
                    given += (self._passable(source, layer_inputs[source]),)
            with tf.variable_scope("cell_%d" % i):
                inputs, final = cell(given, state)
            finals.append(final)
        return inputs, tuple(finals) if self._state_is_tuple else tf.concat(finals, 1)

    def _passable(self, layer, inputs):
        if is_sequence(inputs) or not inputs.dtype.is_floating or (
                static_dimension(inputs, -1) is None):
            raise ValueError("The input of layer %d can't be passed on: it must be one floating "
                             "point tensor [batch, size], got %s." % (layer, inputs))
        return inputs

    def call(self, inputs, state):
        if not self._connections():
            return super(MultiRNNCell_Interconnect, self).call(inputs, state)
        with self._sharing():
            return self._run(inputs, self._state_parts(state))
