"""The neural Turing machine: a cell with a memory that it addresses."""
import collections
import math

from ..arguments import is_plain_integer, non_negative_int, positive_int, positive_number
from ..tf1 import LayerRNNCell, operations_up_to, select_rows, static_dimension, tf
from .base import RNNCell, assert_like_rnncell, check_floating
from .linear import dense

__all__ = ["NTMCell", "NTMControllerState"]


class NTMControllerState(collections.namedtuple(
        "NTMControllerState", ["controller_state", "read_vector_list", "w_list", "M", "time"])):
    """State of `NTMCell`.

    Attributes:
      controller_state: the controller's.
      read_vector_list: what each head read, a list of tensors [batch, d].
      w_list: where each head looked, those that read first, a list of tensors [batch, m].
      M: the memory, [batch, m, d], or the same numbers as [batch, m*d].
      time: int or scalar tensor, steps so far; at 0 the cell starts as its variables say, whatever
        the other parts but `controller_state` hold.
    """

    __slots__ = ()
    # What isn't noisy by nature, for wrappers that change states at random.
    bookkeeping = ("time",)


class NTMCell(RNNCell, LayerRNNCell):
    """`NTMCell` of contrib; neural Turing machine, Graves et al. 2014, arXiv:1410.5401.

        o, s'  = controller([x; r], s)                  r: vectors read by the step before
        p      = clip(o·W_p + b_p)                      per head k, beta, g, s, gamma; e, a to write
        w_c    = softmax(beta*cos(k, M_row))            k tanh, beta softplus, over the m rows
        w_g    = g*w_c + (1-g)*w                        g sigmoid
        w_s(i) = sum of s(j)*w_g(i-j), j = -shift_range .. shift_range, round the end; s softmax
        w'     = w_s^gamma / sum                        gamma 1 + softplus
        r'     = w'·M for heads that read               e sigmoid, a tanh
        M'     = M*(1 - w'e) + w'a for heads that write, one after the other
        output = clip([o; r']·W_o + b_o)                state: `NTMControllerState`

    The start follows Collier & Beel 2018, arXiv:1807.08518: memory of 1e-6, learned r and w.

    Args:
      controller: a cell whose output is [batch, size].
      memory_size: int m, rows of the memory; at least 2*shift_range + 1.
      memory_vector_dim: int d, their length.
      read_head_num, write_head_num: ints.
      shift_range: int >= 0, how far a head may move in a step. (With 0 contrib shifts all the same,
        and beyond the end; here a head then stays.)
      output_dim: int, size of the output; that of x by default, known from the first call on.
      clip_value: number > 0 that bounds p and the output.
      dtype, name: as in `tf.layers.Layer`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`; the controller has its own), `trainable`.

    Variables: parameters_kernel [size of o, all p], parameters_bias, output_kernel [size of o and
    r, output_dim], output_bias; initial_read_vector_0, ... [1, d]; initial_address_weights_0, ...
    [1, m] (before a softmax); memory [m, d]; the controller's.

    Raises:
      TypeError: if `controller` is no cell, or an int is none.
      ValueError: for numbers out of range; at the first call without `output_dim` for inputs of
        unknown size.
    """

    def __init__(self, controller, memory_size, memory_vector_dim, read_head_num, write_head_num,
                 shift_range=1, output_dim=None, clip_value=20, dtype=tf.float32, name=None,
                 **kwargs):
        super(NTMCell, self).__init__(dtype=dtype, name=name, **kwargs)
        assert_like_rnncell("NTM RNN controller cell", controller)
        self.controller = controller
        self._track("controller", controller)
        self.memory_size = positive_int("memory_size", memory_size)
        self.memory_vector_dim = positive_int("memory_vector_dim", memory_vector_dim)
        self.read_head_num = positive_int("read_head_num", read_head_num)
        self.write_head_num = positive_int("write_head_num", write_head_num)
        self.num_heads = self.read_head_num + self.write_head_num
        self.shift_range = non_negative_int("shift_range", shift_range)
        if 2 * self.shift_range >= self.memory_size:
            raise ValueError("memory_size must be at least 2 * shift_range + 1 = %d, got %d."
                             % (2 * self.shift_range + 1, self.memory_size))
        self.output_dim = None if output_dim is None else positive_int("output_dim", output_dim)
        self.clip_value = positive_number("clip_value", clip_value)
        self.num_parameters_per_head = self.memory_vector_dim + 2 * self.shift_range + 4
        self.total_parameter_num = (self.num_parameters_per_head * self.num_heads
                                    + 2 * self.memory_vector_dim * self.write_head_num)

    @property
    def state_size(self):
        return NTMControllerState(
            self.controller.state_size, [self.memory_vector_dim] * self.read_head_num,
            [self.memory_size] * self.num_heads,
            tf.TensorShape([self.memory_size * self.memory_vector_dim]), tf.TensorShape([]))

    @property
    def output_size(self):
        return self.output_dim

    def zero_state(self, batch_size, dtype):
        """The state at time 0, whose zeros the first step replaces.

        M is [batch, m, d] and `time` an int, as contrib's are.
        """
        m, d = self.memory_size, self.memory_vector_dim
        return NTMControllerState(
            self.controller.zero_state(batch_size, dtype),
            [tf.zeros([batch_size, d], dtype) for _ in range(self.read_head_num)],
            [tf.zeros([batch_size, m], dtype) for _ in range(self.num_heads)],
            tf.zeros([batch_size, m, d], dtype), 0)

    @staticmethod
    def _is_kernel(leaf):
        return leaf.endswith("_kernel")

    @staticmethod
    def _is_bias(leaf):
        return leaf.endswith("_bias")

    def build(self, inputs_shape):
        if self.output_dim is None:
            self.output_dim = tf.dimension_value(tf.TensorShape(inputs_shape)[-1])
            if self.output_dim is None:
                raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s: give "
                                 "output_dim." % (inputs_shape,))
        m, d = self.memory_size, self.memory_vector_dim
        read = d * self.read_head_num
        self._to_parameters = self._add_map("parameters", 0, self.total_parameter_num)
        self._to_output = self._add_map("output", read, self.output_dim)
        self._read_starts = [self._add_start("initial_read_vector_%d" % k, d)
                             for k in range(self.read_head_num)]
        self._address_starts = [self._add_start("initial_address_weights_%d" % k, m)
                                for k in range(self.num_heads)]
        self._memory_start = self.add_weight("memory", [m, d],
                                             initializer=tf.constant_initializer(1e-6))
        self.built = True

    def _add_map(self, name, more_rows, columns):
        rows = self.controller.output_size + more_rows
        initializer = tf.truncated_normal_initializer(stddev=1 / math.sqrt(rows))
        return (self.add_weight(name + "_kernel", [rows, columns], initializer=initializer),
                self.add_weight(name + "_bias", [columns], initializer=tf.zeros_initializer()))

    def _add_start(self, name, size):
        return self.add_weight(name, [1, size], initializer=tf.glorot_uniform_initializer())

    def call(self, inputs, state):
        check_floating(inputs)
        r, first_operation = self.read_head_num, tf.get_default_graph().version
        batch = static_dimension(inputs, 0)
        examples = tf.shape(inputs)[0] if batch is None else batch
        seen = self._started(state, "read_vector_list", examples, lambda: [
            tf.tile(tf.tanh(row), [examples, 1]) for row in self._read_starts])
        operations_up_to(first_operation + self._operations_of_contrib(batch, state))
        output, controller_state = self.controller(tf.concat([inputs] + seen, 1),
                                                   state.controller_state)
        heads, written = self._parameters(output)
        before = self._started(state, "w_list", examples, lambda: [
            tf.tile(tf.nn.softmax(row), [examples, 1]) for row in self._address_starts])
        memory, = self._started(
            state._replace(M=[self._whole(state.M)]), "M", examples,
            lambda: [tf.tile(tf.expand_dims(self._memory_start, 0), [examples, 1, 1])])
        w = self._addressed(heads, memory, tf.stack(before, 1))
        read = tf.unstack(tf.matmul(w[:, :r], memory), r, axis=1)
        for k in range(self.write_head_num):
            erase, add = tf.sigmoid(written[:, k, :1]), tf.tanh(written[:, k, 1:])
            at = tf.expand_dims(w[:, r + k], 2)
            memory = memory * (1 - at * erase) + at * add
        output = self._clipped(dense(tf.concat([output] + read, 1), *self._to_output))
        return output, NTMControllerState(
            controller_state, read, tf.unstack(w, self.num_heads, axis=1),
            tf.reshape(memory, tf.shape(state.M)) if state.M.shape.ndims == 2 else memory,
            state.time + 1)

    def _whole(self, memory):
        return tf.reshape(memory, [-1, self.memory_size, self.memory_vector_dim])

    @staticmethod
    def _started(state, part, examples, initial):
        """A list in the state; at time 0 what `initial()` gives in its place."""
        given = getattr(state, part)
        if is_plain_integer(state.time):
            return list(given) if state.time else initial()
        at_start = tf.fill([examples], tf.equal(state.time, 0))
        return [select_rows(at_start, *both) for both in zip(initial(), given)]

    def _clipped(self, values):
        return tf.clip_by_value(values, -self.clip_value, self.clip_value)

    def _parameters(self, output):
        """What steers the heads, [batch, heads, ...], and what is written, [batch, heads, 2, d]."""
        parameters = self._clipped(dense(output, *self._to_parameters))
        of_heads = self.num_heads * self.num_parameters_per_head
        return (tf.reshape(parameters[:, :of_heads],
                           [-1, self.num_heads, self.num_parameters_per_head]),
                tf.reshape(parameters[:, of_heads:],
                           [-1, self.write_head_num, 2, self.memory_vector_dim]))

    def _addressed(self, heads, memory, before):
        """w' [batch, heads, m], from w `before`."""
        m, radius = self.memory_size, self.shift_range
        k, beta, g, s, gamma = tf.split(
            heads, [self.memory_vector_dim, 1, 1, 2 * radius + 1, 1], axis=2)
        k, beta, g = tf.tanh(k), tf.nn.softplus(beta), tf.sigmoid(g)
        lengths = tf.norm(k, axis=2, keepdims=True) * tf.expand_dims(tf.norm(memory, axis=2), 1)
        cosines = tf.matmul(k, memory, transpose_b=True) / (lengths + 1e-8)
        w = g * tf.nn.softmax(beta * cosines) + (1 - g) * before
        around = tf.concat([w[:, :, m - radius:], w, w[:, :, :radius]], 2)
        # The moves forward come first, then those back, the farthest before the nearest.
        moves = list(range(radius + 1)) + list(range(-radius, 0))
        w = tf.add_n([chance * around[:, :, radius - move:radius - move + m] for chance, move
                      in zip(tf.split(tf.nn.softmax(s), len(moves), axis=2), moves)])
        w = tf.pow(w, tf.nn.softplus(gamma) + 1)
        return w / tf.reduce_sum(w, 2, keepdims=True)

    def _operations_of_contrib(self, batch, state):
        """How many operations contrib makes before the controller's, whose seeds they change."""
        condition = 7 if is_plain_integer(state.time) else 6
        return condition + self.read_head_num * (9 + 2 * (batch or 0))

    def get_config(self):
        config = super(NTMCell, self).get_config()
        config.update({name: getattr(self, name) for name in (
            "controller", "memory_size", "memory_vector_dim", "read_head_num", "write_head_num",
            "shift_range", "output_dim", "clip_value")})
        return config
