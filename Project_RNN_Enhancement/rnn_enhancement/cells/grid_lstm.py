"""Grid LSTM: memory along depth as well as along time."""
from ..arguments import boolean, finite_number, one_of, positive_int
from ..tf1 import is_sequence, tf
from .lstm import LSTMStateTuple
from .linear import affine
from .units import CellOfUnits

__all__ = ["GridLSTMCell"]


class GridLSTMCell(CellOfUnits):
    """2-D Grid LSTM (time, depth), Kalchbrenner et al. 2016, arXiv:1507.01526.

    One cell is a whole stack. A block at every layer holds two LSTMs, which see the depth side's h
    and the time side's h_t; each keeps a memory of its own:

        m, h      = x·W_in                                          depth side below layer 1
        m_t', h_t' = lstm_time([h; h_t], m_t)                        layer by layer
        m', h'     = lstm_depth([h; h_t'], m)                        m', h' go to the next layer

        lstm([a; b], m):  i, j, f, o = [a; b]·W + b
                          m' = m*sigmoid(f + forget_bias) + sigmoid(i)*activation(j)
                          h' = sigmoid(o)*activation(m')             "standard"
                          h' = activation(sigmoid(o)*m')             "paper" (recalled)

    Output: h of the last layer's depth side. State: the time sides, one (c = m_t, h = h_t) per
    layer. Depth sides live within a step, so a stack of these cells in `MultiRNNCell` would lose
    their memory between cells: use `num_layers`. It is not `tf.contrib.rnn.GridLSTMCell`, which
    goes over time and slices of its input's frequencies.

    As cell of an encoder and a decoder (`embedding_attention_seq2seq` and its like) the encoder's
    last state starts the decoder: every layer's time side (m_t, h_t) becomes that of the same
    layer; the depth side comes from the decoder's inputs at every step. Attention is asked by all
    time sides, side by side, and reads the encoder's outputs. The paper's own translation model,
    a 3-D grid that reads the source again for every target word, is something else.

    Args:
      num_units: int n, size of every m and h, and of the output.
      num_layers: int, number of blocks on each other.
      tied: whether all layers have one set of weights.
      priority: the side that is computed last and sees the other's new h: "depth" (as above),
        "time", or None: both see the old ones.
      output_form: "standard", as of other LSTMs and the public implementations, or "paper".
      forget_bias: constant inside the forget gates, no variable.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (False
        as the paper's equations are printed; see `RNNCell`), `trainable`.

    Variables: input/kernel [input, 2n], for m and h; layer_k/time/kernel, layer_k/depth/kernel
    [2n, 4n], layer_k/time/bias, layer_k/depth/bias [4n] (start at 0); no layer_k/ if tied.

    Raises:
      ValueError: for a `priority` or `output_form` not listed here, or a state of another number of
        layers.
    """

    def __init__(self, num_units, num_layers=1, tied=False, priority="depth",
                 output_form="standard", forget_bias=1.0, activation=None, reuse=None, name=None,
                 dtype=None, **kwargs):
        super(GridLSTMCell, self).__init__(num_units, activation=activation, reuse=reuse, name=name,
                                           dtype=dtype, **kwargs)
        self._num_layers = positive_int("num_layers", num_layers)
        self._tied = boolean("tied", tied)
        self._priority = one_of("priority", priority, ("depth", "time", None))
        self._output_form = one_of("output_form", output_form, ("standard", "paper"))
        self._forget_bias = finite_number("forget_bias", forget_bias)

    @property
    def state_size(self):
        return (LSTMStateTuple(self._num_units, self._num_units),) * self._num_layers

    def _make_variables(self, input_size):
        n = self._num_units
        self._input_kernel = self._add_kernel("input/kernel", input_size, 2 * n)

        def block(prefix):
            return tuple((self._add_kernel(prefix + side + "/kernel", 2 * n, 4 * n),
                          self._add_vector(prefix + side + "/bias", 4 * n))
                         for side in ("time", "depth"))
        if self._tied:
            self._blocks = (block(""),) * self._num_layers
        else:
            self._blocks = tuple(block("layer_%d/" % k) for k in range(self._num_layers))

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        rows = [shape[0]] if name == "input/kernel" else [n, n]
        return rows, [n] * (shape[1] // n)

    def call(self, inputs, state):
        m, h = self._depth_side(inputs)
        new_state = []
        for block, time_side in zip(self._blocks, self._per_layer(state)):
            (h, m), time_side = self._block(block, h, m, time_side)
            new_state.append(time_side)
        return h, tuple(new_state)

    def _depth_side(self, inputs):
        """(m, h) below the first layer."""
        return tf.split(tf.matmul(inputs, self._input_kernel), 2, axis=1)

    def _per_layer(self, state):
        if not is_sequence(state) or len(state) != self._num_layers:
            raise ValueError("Expected state to be a tuple of length %d (num_layers), but received:"
                             " %s" % (self._num_layers, state))
        return state

    def _block(self, block, h, m, state):
        """((h, m) of the depth side, new time side) of one layer; `h` [batch, n]."""
        time, depth = block
        m_t, h_t = state
        if self._priority == "time":
            new_m, new_h = self._lstm(depth, h, h_t, m)
            time_side = self._lstm(time, new_h, h_t, m_t)
        else:
            time_side = self._lstm(time, h, h_t, m_t)
            new_m, new_h = self._lstm(
                depth, h, time_side.h if self._priority == "depth" else h_t, m)
        return (new_h, new_m), time_side

    def _lstm(self, weights, depth_h, time_h, m):
        i, j, f, o = tf.split(affine(depth_h, time_h, *weights), 4, axis=1)
        m = m * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * self._activation(j)
        if self._output_form == "paper":
            return LSTMStateTuple(m, self._activation(tf.sigmoid(o) * m))
        return LSTMStateTuple(m, self._activation(m) * tf.sigmoid(o))

    def get_config(self):
        config = super(GridLSTMCell, self).get_config()
        config.update(num_layers=self._num_layers, tied=self._tied, priority=self._priority,
                      output_form=self._output_form, forget_bias=self._forget_bias)
        return config
