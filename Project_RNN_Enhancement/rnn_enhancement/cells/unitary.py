"""The unitary evolution recurrent network."""
import numpy as np

from ..arguments import non_negative_int
from ..tf1 import before_loops, select_rows, tf
from .fourier import FourierTransform, permuted, turned
from .linear import biased, dense
from .units import CellOfUnits

__all__ = ["UnitaryRNNCell"]

# Under the root of |z|: its gradient at 0 is finite.
_EPSILON = 1e-10
_RECURRENCES = ("factors", "matrix")


def _unit(vectors):
    """`vectors` [k, 2n] at length 1, whatever their length; zero stays zero."""
    largest = tf.stop_gradient(tf.reduce_max(tf.abs(vectors), axis=1, keepdims=True))
    vectors = vectors / tf.maximum(largest, vectors.dtype.as_numpy_dtype(1e-37))
    return vectors * tf.rsqrt(tf.maximum(
        tf.reduce_sum(tf.square(vectors), axis=1, keepdims=True), 0.5))


class UnitaryRNNCell(CellOfUnits):
    """uRNN, Arjovsky, Shah & Bengio 2016, arXiv:1511.06464, on n complex numbers.

        z  = W h + x·V,    W = D_3 R_2 F^-1 D_2 P R_1 F D_1
        h' = activation(|z| + b) * z / |z|                   output = state = [Re h', Im h']

    D_k = diag(exp(i theta_k)); R_k = I - 2 v_k v_k* / |v_k|^2; F the discrete Fourier transform; P
    a fixed permutation. With the activation relu this is the paper's modReLU. W is unitary
    whatever the variables are (|W h| = |h|), so nothing has to be put right after an update, and
    gradients need no clipping.

    State and output are real, [batch, 2n], and all arithmetic is. A step costs n·(a + b)
    multiplications for n = a·b: choose n with a divisor near its square root (a power of 2).

    Args:
      num_units: int n, number of complex units; state and output have 2n numbers.
      activation: of the modulus; relu by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.BasicRNNCell`; float32 or float64.
      learned_initial_state: True: a state of zeros, such as `zero_state` gives, stands for a
        trained one (inside a sequence too, where all units are at zero).
      permutation_seed: int, chooses P; kept by the cell's configuration, not by checkpoints.
      recurrence: "factors", or "matrix": W is multiplied out once per sequence, and a step is one
        product by a real [2n, 2n] matrix. The same numbers to rounding. On a CPU, in training over
        50 steps, "matrix" took half the time for n = 128 and twice the time for n = 512.
      **kwargs: `gpu_for_layer`, `weight_initializer` (of V), `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`; without b and with relu the cell is linear), `trainable`.

    Variables: kernel V [input, 2n] (real and imaginary half side by side), theta [3, n] (uniform
    on (-pi, pi)), reflection v [2, 2n] (uniform on (-1, 1); its length has no effect), bias [n]
    (zeros), initial_state [2n] (uniform, mean squared length 1) if learned. Parameters:
    2·n·input + 8·n, and 2·n for the initial state.

    Raises:
      TypeError, ValueError: as `RNNCell`; for wrong values of the arguments above.
    """

    _default_activation = "relu"

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None,
                 learned_initial_state=False, permutation_seed=0, recurrence="factors", **kwargs):
        super(UnitaryRNNCell, self).__init__(
            num_units, activation, reuse, name, dtype, **kwargs)
        if not isinstance(learned_initial_state, bool):
            raise TypeError("learned_initial_state must be True or False, got %r."
                            % (learned_initial_state,))
        if recurrence not in _RECURRENCES:
            raise ValueError("recurrence must be \"factors\" or \"matrix\", got %r."
                             % (recurrence,))
        self._learned_initial_state = learned_initial_state
        self._permutation_seed = non_negative_int("permutation_seed", permutation_seed)
        self._recurrence = recurrence

    @property
    def state_size(self):
        return 2 * self._num_units

    @property
    def output_size(self):
        return 2 * self._num_units

    @property
    def permutation(self):
        """Int array [n]: (P h)[i] = h[permutation[i]]."""
        return np.random.RandomState(self._permutation_seed).permutation(self._num_units)

    @property
    def _real(self):
        return self._theta.dtype.base_dtype

    def _kernel_blocks(self, name, shape):
        return [shape[0]], [self._num_units] * 2

    def _make_variables(self, input_size):
        n = self._num_units
        self._v = self.add_weight("kernel", [input_size, 2 * n])
        self._theta = self.add_weight(
            "theta", [3, n], initializer=tf.random_uniform_initializer(-np.pi, np.pi))
        self._reflection = self.add_weight(
            "reflection", [2, 2 * n], initializer=tf.random_uniform_initializer(-1.0, 1.0))
        self._b = self.add_weight("bias", [n], initializer=tf.zeros_initializer())
        if self._learned_initial_state:
            limit = (3.0 / (2 * n)) ** 0.5
            self._h_0 = self.add_weight(
                "initial_state", [2 * n], initializer=tf.random_uniform_initializer(-limit, limit))

    def _turn(self):
        """Function [batch, 2n] -> parts of W h, by W's factors."""
        n = self._num_units
        fourier = FourierTransform(n)
        order = fourier.order
        place = np.argsort(order)
        # The permutation of numbers that lie in the transform's order.
        moved = place[self.permutation[order]]
        moved = np.concatenate([moved, moved + n])

        def reflection(re, im):
            # h·first = the parts of v* h; second takes them back to 2 v (v* h).
            parts = tf.stack([tf.concat([re, im], 0), tf.concat([-im, re], 0)])
            return tf.transpose(parts), 2 * parts

        with before_loops(self._theta, self._reflection):
            cos, sin = tf.unstack(tf.cos(self._theta)), tf.unstack(tf.sin(self._theta))
            cos[1], sin[1] = tf.gather(cos[1], order), tf.gather(sin[1], order)
            v_1, v_2 = [tf.split(v, 2) for v in tf.unstack(_unit(self._reflection))]
            first_1, second_1 = reflection(*[tf.gather(part, order) for part in v_1])
            first_2, second_2 = reflection(*v_2)

        def turn(h):
            re, im = turned(*tf.split(h, 2, axis=1), cos[0], sin[0])             # D_1
            h = tf.concat(fourier.forward(re, im), 1)                            # F
            h = h - tf.matmul(tf.matmul(h, first_1), second_1)                   # R_1
            h = permuted(h, moved)                                               # P
            re, im = turned(*tf.split(h, 2, axis=1), cos[1], sin[1])             # D_2
            h = tf.concat(fourier.inverse(re, im), 1)                            # F^-1
            h = h - tf.matmul(tf.matmul(h, first_2), second_2)                   # R_2
            return turned(*tf.split(h, 2, axis=1), cos[2], sin[2])               # D_3
        return turn

    def _recurrent_map(self):
        """Function [batch, 2n] -> parts of W h."""
        turn = self._turn()
        if self._recurrence == "factors":
            return turn
        with before_loops(self._theta, self._reflection):
            matrix = tf.concat(turn(tf.eye(2 * self._num_units, dtype=self._real)), 1)
        return lambda h: tf.split(tf.matmul(h, matrix), 2, axis=1)

    def recurrent_matrix(self):
        """W as a complex tensor [n, n], for column vectors; of a cell that has been called.

        Raises:
          ValueError: before the first call, when there are no variables.
        """
        if not self.built:
            raise ValueError("%s has no variables before its first call." % self.name)
        n = self._num_units
        re, im = self._turn()(tf.eye(n, 2 * n, dtype=self._real))
        return tf.transpose(tf.complex(re, im))

    def _step(self, x, h):
        if self._learned_initial_state:
            fresh = tf.reduce_all(tf.equal(h, 0), axis=1)
            h = select_rows(fresh, tf.zeros_like(h) + self._h_0, h)
        re, im = self._recurrent_map()(h)
        re_x, im_x = tf.split(dense(x, self._v), 2, axis=1)
        re, im = re + re_x, im + im_x
        modulus = tf.sqrt(tf.square(re) + tf.square(im) + _EPSILON)
        scale = self._activation(biased(modulus, self._b)) / modulus
        h = tf.concat([re * scale, im * scale], 1)
        return h, h

    def get_config(self):
        return dict(super(UnitaryRNNCell, self).get_config(),
                    learned_initial_state=self._learned_initial_state,
                    permutation_seed=self._permutation_seed, recurrence=self._recurrence)
