"""LSTMs over time and over slices of the frequencies in their inputs."""
import collections
import functools

from ..arguments import boolean, positive_int
from ..tf1 import tf
from .linear import dense
from .sharded import ShardedCell, whole

__all__ = ["TimeFreqLSTMCell", "GridLSTMCell", "BidirectionalGridLSTMCell"]


def _slices(inputs, start, size, skip, count):
    """`count` slices of `size` features, `skip` features apart, from feature `start` on."""
    return [inputs[:, start + k * skip:start + k * skip + size] for k in range(count)]


def _count(width, size, skip):
    return (width - size) // skip + 1


class TimeFreqLSTMCell(ShardedCell):
    """`tf.contrib.rnn.TimeFreqLSTMCell`; TF-LSTM, Sainath and Li, Interspeech 2016 (recalled).

    One LSTM goes over the frequencies within a step; h_below is the h' of the slice below:

        i, j, f, o = [slice; h; h_below]·W + b                for each slice of the inputs
        c' = clip(sigmoid(f + forget_bias + p_f*c)*c + sigmoid(i + p_i*c)*tanh(j))
        h' = sigmoid(o + p_o*c')*tanh(c')                     output = every h' side by side

    Args:
      num_units: int n, size of c and h of a slice.
      use_peepholes: whether the gates see c through diagonal weights p.
      cell_clip: number > 0: c' stays in [-cell_clip, cell_clip].
      initializer: unused, as in TensorFlow 1.15.
      num_unit_shards: int, number of variables that the kernel is kept in.
      forget_bias: constant inside the forget gate, no variable.
      feature_size: int, width of a slice.
      frequency_skip: int, how far apart slices start.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    The state is [batch, 2n*slices], c and h of the first slice, of the second, ... As the size of
    the inputs isn't known before a call, `state_size` and `output_size` are those of one slice, as
    in TensorFlow 1.15: with more, give a state of the full size.

    Variables: W_0 [feature_size + 2n, 4n] (or its shards), B [4n] (starts at 0); W_F_diag,
    W_I_diag, W_O_diag [n].

    Raises:
      TypeError: without `feature_size`.
      ValueError: at a call, for a state of another size, or inputs narrower than a slice.
    """

    def __init__(self, num_units, use_peepholes=False, cell_clip=None, initializer=None,
                 num_unit_shards=1, forget_bias=1.0, feature_size=None, frequency_skip=1,
                 reuse=None, **kwargs):
        super(TimeFreqLSTMCell, self).__init__(
            num_units, initializer=initializer, num_unit_shards=num_unit_shards,
            forget_bias=forget_bias, cell_clip=cell_clip, reuse=reuse, **kwargs)
        self._use_peepholes = boolean("use_peepholes", use_peepholes)
        self._feature_size = positive_int("feature_size", feature_size)
        self._frequency_skip = positive_int("frequency_skip", frequency_skip)

    @property
    def state_size(self):
        return 2 * self._num_units

    def _make_variables(self, input_size):
        n = self._num_units
        self._count = _count(input_size, self._feature_size, self._frequency_skip)
        if self._count < 1:
            raise ValueError("Inputs of size %d are narrower than feature_size=%d."
                             % (input_size, self._feature_size))
        self._kernel = self._add_shards("W", self._feature_size + 2 * n, 4 * n,
                                        self._num_unit_shards)
        self._bias = self._add_vector("B", 4 * n)
        if self._use_peepholes:
            self._diagonals = [self.add_weight("W_%s_diag" % gate, [n]) for gate in "FIO"]

    def call(self, inputs, state):
        width = tf.dimension_value(state.shape[1])
        if width is not None and width != 2 * self._num_units * self._count:
            raise ValueError("state must be [batch, %d], c and h of %d slices of the inputs, got "
                             "the shape %s: give an initial state of that size."
                             % (2 * self._num_units * self._count, self._count, state.shape))
        parts = tf.split(state, 2 * self._count, axis=1)
        below, outputs, states = tf.zeros_like(parts[0]), [], []
        kernel = whole(self._kernel)
        for x, c, h in zip(_slices(inputs, 0, self._feature_size, self._frequency_skip,
                                   self._count), parts[::2], parts[1::2]):
            i, j, f, o = tf.split(dense(tf.concat([x, h, below], 1), kernel, self._bias), 4, axis=1)
            f = f + self._forget_bias
            if self._use_peepholes:
                p_f, p_i, p_o = self._diagonals
                f, i = f + p_f * c, i + p_i * c
            c = self._clipped(tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(j))
            if self._use_peepholes:
                o = o + p_o * c
            below = tf.sigmoid(o) * tf.tanh(c)
            outputs.append(below)
            states += [c, below]
        return tf.concat(outputs, 1), tf.concat(states, 1)

    def get_config(self):
        config = super(TimeFreqLSTMCell, self).get_config()
        del config["activation"]
        config.update(use_peepholes=self._use_peepholes, cell_clip=self._cell_clip,
                      feature_size=self._feature_size, frequency_skip=self._frequency_skip)
        return config


@functools.lru_cache(maxsize=None)
def _state_type(name, prefixes, blocks):
    """The named tuple of c and m of every slice of every block, for each prefix."""
    return collections.namedtuple(name, [
        "%s_f%02d_b%02d_%s" % (prefix, k, block, part) for prefix in prefixes
        for block, count in enumerate(blocks) for k in range(count) for part in "cm"])


# The weights of one block: kernels in shards, biases, and diagonals by name, of both LSTMs.
_Block = collections.namedtuple("_Block", ["kernels", "biases", "diagonals"])


class GridLSTMCell(ShardedCell):
    """`tf.contrib.rnn.GridLSTMCell`: grid LSTM over time and frequencies, arXiv:1507.01526.

    Every slice of the inputs has an LSTM along time, (c_t, h_t), and one along frequency, whose
    (c_f, h_f) come from the slice below; both with weights of their own:

        i, j, f, o = [slice; h_t; h_f]·W + b
        c' = clip(sigmoid(f + forget_bias + p_1*c_f + p_2*c_t)*c
                  + sigmoid(i + p_3*c_f + p_4*c_t)*tanh(j))
        h' = sigmoid(o + p_5*c_f' + p_6*c_t')*tanh(c')        output = h_t', h_f' of every slice

    Args:
      num_units: int n, size of every c and h.
      use_peepholes: whether gates see both c through diagonal weights p.
      share_time_frequency_weights: whether both LSTMs have one set of weights.
      cell_clip: number > 0: every c' stays in [-cell_clip, cell_clip].
      initializer: unused, as in TensorFlow 1.15.
      num_unit_shards: int, number of variables that a kernel is kept in.
      forget_bias: constant inside the forget gates, no variable.
      feature_size, frequency_skip: ints, width of a slice and how far apart slices start.
      num_frequency_blocks: list of ints, number of slices in each block of frequencies.
      start_freqindex_list, end_freqindex_list: lists of ints, where each block starts and ends;
        None: one block, all inputs. Each block has weights of its own.
      couple_input_forget_gates: whether 1 minus the input gate is the forget gate.
      state_is_tuple: True: the state is a named tuple (`state_tuple_type`) of c and m = h_t of
        every slice; False: all side by side. Then every block reads the states of the first, as in
        TensorFlow 1.15.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables of block k: W_f_k_0, W_t_k_0 [feature_size + 2n, 4n] (or shards; 3n with coupled
    gates), B_f_k, B_t_k; W_F_diag_freqf_k and its like [n]. None for time if weights are shared.

    Raises:
      TypeError: without `feature_size` or `frequency_skip`.
      ValueError: without `num_frequency_blocks`; if lists differ in length; if the number of slices
        isn't that of `num_frequency_blocks`.
    """

    _prefixes = ("state",)
    _state_name = "GridLSTMStateTuple"

    def __init__(self, num_units, use_peepholes=False, share_time_frequency_weights=False,
                 cell_clip=None, initializer=None, num_unit_shards=1, forget_bias=1.0,
                 feature_size=None, frequency_skip=None, num_frequency_blocks=None,
                 start_freqindex_list=None, end_freqindex_list=None,
                 couple_input_forget_gates=False, state_is_tuple=True, reuse=None, **kwargs):
        super(GridLSTMCell, self).__init__(
            num_units, initializer=initializer, num_unit_shards=num_unit_shards,
            forget_bias=forget_bias, cell_clip=cell_clip, reuse=reuse, **kwargs)
        self._use_peepholes = boolean("use_peepholes", use_peepholes)
        self._is_shared = boolean("share_time_frequency_weights", share_time_frequency_weights)
        self._is_coupled = boolean("couple_input_forget_gates", couple_input_forget_gates)
        self._state_is_tuple = boolean("state_is_tuple", state_is_tuple)
        if num_frequency_blocks is None:
            raise ValueError("Must specify num_frequency_blocks: a list with the number of slices "
                             "in each block of frequencies.")
        self._blocks = tuple(positive_int("num_frequency_blocks", k) for k in num_frequency_blocks)
        self._feature_size = positive_int("feature_size", feature_size)
        self._frequency_skip = positive_int("frequency_skip", frequency_skip)
        self._starts = list(start_freqindex_list or [])
        self._ends = list(end_freqindex_list or [])
        if len(self._starts) != len(self._ends):
            raise ValueError("Length of start_freqindex_list and end_freqindex_list does not "
                             "match: %d and %d." % (len(self._starts), len(self._ends)))
        if len(self._blocks) != (len(self._starts) or 1):
            raise ValueError("Length of num_frequency_blocks must be that of start_freqindex_list, "
                             "or 1 without it, got %d and %d."
                             % (len(self._blocks), len(self._starts)))
        for start, end, count in zip(self._starts, self._ends, self._blocks):
            self._check_count(end - start, count)
        self._state_tuple_type = None
        if self._state_is_tuple:
            self._state_tuple_type = _state_type(self._state_name, self._prefixes, self._blocks)

    def _check_count(self, width, count):
        needed = _count(width, self._feature_size, self._frequency_skip)
        if needed != count:
            raise ValueError("Invalid num_frequency_blocks: %d frequencies with feature_size=%d and"
                             " frequency_skip=%d make %d slices, got %d."
                             % (width, self._feature_size, self._frequency_skip, needed, count))

    @property
    def state_tuple_type(self):
        return self._state_tuple_type

    @property
    def state_size(self):
        sizes = [self._num_units] * (2 * sum(self._blocks) * len(self._prefixes))
        return self._state_tuple_type(*sizes) if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return 2 * self._num_units * sum(self._blocks) * len(self._prefixes)

    def _make_variables(self, input_size):
        if not self._starts:
            self._check_count(input_size, self._blocks[0])
        self._weights = [[self._add_block(prefix, block) for block in range(len(self._blocks))]
                         for prefix in self._variable_prefixes]

    _variable_prefixes = ("",)

    def _add_block(self, prefix, block):
        n = self._num_units
        width = n * (3 if self._is_coupled else 4)
        sides = "f" if self._is_shared else "ft"
        kernels, biases = [], []
        for side in sides:
            kernels.append(self._add_shards("%sW_%s_%d" % (prefix, side, block),
                                            self._feature_size + 2 * n, width,
                                            self._num_unit_shards))
            biases.append(self._add_vector("%sB_%s_%d" % (prefix, side, block), width))
        diagonals = {}
        if self._use_peepholes:
            for side in ("freq", "time")[:len(sides)]:
                for gate in "IO" if self._is_coupled else "FIO":
                    diagonals[side, gate] = [
                        self.add_weight("%sW_%s_diag_%s%s_%d" % (prefix, gate, side, of, block),
                                        [n]) for of in "ft"]
        return _Block(kernels, biases, diagonals)

    def _slices_of(self, inputs, offset=0):
        """The slices of each block, those of `offset` features later."""
        starts = self._starts or [0]
        if offset:
            # What lies outside of the inputs is 0.
            inputs = tf.pad(inputs, [[0, 0], [max(-offset, 0), max(offset, 0)]])
        return [_slices(inputs, start + max(offset, 0), self._feature_size, self._frequency_skip,
                        count) for start, count in zip(starts, self._blocks)]

    def call(self, inputs, state):
        if not self._state_is_tuple:
            state = tf.split(state, 2 * sum(self._blocks), axis=1)
        outputs, states, start = [], [], 0
        for slices, weights in zip(self._slices_of(inputs), self._weights[0]):
            of_block = state[start:start + 2 * len(slices)]
            if self._state_is_tuple:
                start += 2 * len(slices)
            self._run_block(slices, of_block, weights, outputs, states)
        if self._state_is_tuple:
            return tf.concat(outputs, 1), self._state_tuple_type(*states)
        return tf.concat(outputs, 1), tf.concat(states, 1)

    def _run_block(self, slices, state, weights, outputs, states):
        """One block's slices, from the first to the last; what comes out is added to two lists."""
        c_f, h_f = tf.zeros_like(state[0]), tf.zeros_like(state[0])
        kernels = [whole(shards) for shards in weights.kernels]
        for x, c_t, h_t in zip(slices, state[::2], state[1::2]):
            x = tf.concat([x, h_t, h_f], 1)
            maps = [tf.split(dense(x, kernel, bias), 3 if self._is_coupled else 4, axis=1)
                    for kernel, bias in zip(kernels, weights.biases)]
            sides = list(zip(("freq", "time"), (maps[0], maps[-1]), (c_f, c_t)))
            seen = c_f, c_t
            new_c = [self._memory(c, mapped, self._peeps(weights, side), seen)
                     for side, mapped, c in sides]
            c_f, c_t = new_c
            h_f, h_t = [self._output(c, mapped[-1], self._peeps(weights, side), new_c)
                        for (side, mapped, _), c in zip(sides, new_c)]
            outputs += [h_t, h_f]
            states += [c_t, h_t]

    def _peeps(self, weights, side):
        side = "freq" if self._is_shared else side
        return {gate: both for (of, gate), both in weights.diagonals.items() if of == side}

    @staticmethod
    def _with_peeps(gate, diagonals, seen):
        for diagonal, c in zip(diagonals or (), seen):
            gate = gate + diagonal * c
        return gate

    def _memory(self, c, mapped, diagonals, seen):
        i = tf.sigmoid(self._with_peeps(mapped[0], diagonals.get("I"), seen))
        if self._is_coupled:
            f = 1 - i
        else:
            f = tf.sigmoid(self._with_peeps(mapped[2] + self._forget_bias, diagonals.get("F"),
                                            seen))
        return self._clipped(f * c + i * tf.tanh(mapped[1]))

    def _output(self, c, o, diagonals, seen):
        return tf.sigmoid(self._with_peeps(o, diagonals.get("O"), seen)) * tf.tanh(c)

    def get_config(self):
        config = super(GridLSTMCell, self).get_config()
        del config["activation"]
        config.update(
            use_peepholes=self._use_peepholes, share_time_frequency_weights=self._is_shared,
            cell_clip=self._cell_clip, feature_size=self._feature_size,
            frequency_skip=self._frequency_skip, num_frequency_blocks=list(self._blocks),
            start_freqindex_list=self._starts or None, end_freqindex_list=self._ends or None,
            couple_input_forget_gates=self._is_coupled, state_is_tuple=self._state_is_tuple)
        return config


class BidirectionalGridLSTMCell(GridLSTMCell):
    """`tf.contrib.rnn.BidirectionalGridLSTMCell`: frequencies upwards and downwards.

    Time has one direction only. The state is a named tuple, first of the cells upwards ("fwd"),
    then of those downwards ("bwd"), whose first slice is the highest; so is the output.

    Args:
      backward_slice_offset: int, how many features later (earlier if negative) the slices for the
        way downwards start; features outside the inputs are 0.
      The others as in `GridLSTMCell`, which see for errors.

    Variables: those of `GridLSTMCell` in fwd/ and bwd/.
    """

    _prefixes = ("fwd_state", "bwd_state")
    _variable_prefixes = ("fwd/", "bwd/")
    _state_name = "BidirectionalGridLSTMStateTuple"

    def __init__(self, num_units, use_peepholes=False, share_time_frequency_weights=False,
                 cell_clip=None, initializer=None, num_unit_shards=1, forget_bias=1.0,
                 feature_size=None, frequency_skip=None, num_frequency_blocks=None,
                 start_freqindex_list=None, end_freqindex_list=None,
                 couple_input_forget_gates=False, backward_slice_offset=0, reuse=None, **kwargs):
        super(BidirectionalGridLSTMCell, self).__init__(
            num_units, use_peepholes, share_time_frequency_weights, cell_clip, initializer,
            num_unit_shards, forget_bias, feature_size, frequency_skip, num_frequency_blocks,
            start_freqindex_list, end_freqindex_list, couple_input_forget_gates, True, reuse,
            **kwargs)
        self._offset = int(backward_slice_offset)

    def call(self, inputs, state):
        outputs, states, start = [], [], 0
        for weights, offset, step in zip(self._weights, (0, self._offset), (1, -1)):
            for slices, of_block in zip(self._slices_of(inputs, offset), weights):
                end = start + 2 * len(slices)
                self._run_block(slices[::step], state[start:end], of_block, outputs, states)
                start = end
        return tf.concat(outputs, 1), self._state_tuple_type(*states)

    def get_config(self):
        config = super(BidirectionalGridLSTMCell, self).get_config()
        del config["state_is_tuple"]
        config.update(backward_slice_offset=self._offset)
        return config
