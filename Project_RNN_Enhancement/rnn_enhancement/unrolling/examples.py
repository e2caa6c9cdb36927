"""Steps that a program could have, one for each reason not to make a loop that they can cause."""
from ..tf1 import tf

__all__ = ["seeded", "branching", "with_own_gradient", "without_gradient", "updating",
           "choosing_rows", "calling_python", "complex_numbers", "collecting", "keeping",
           "counting", "drawing", "iterating", "setting"]


def seeded():
    return lambda x, h: (tf.nn.dropout(h + x, keep_prob=0.5, seed=1), h)


def branching():
    return lambda x, h: (tf.cond(tf.reduce_sum(x) > 0, lambda: h + x, lambda: h - x), h)


def with_own_gradient():
    @tf.custom_gradient
    def doubled(x):
        return 2 * x, lambda grad: 3 * grad
    return lambda x, h: (doubled(h + x), h)


def without_gradient():
    def step(x, h):
        with tf.get_default_graph().gradient_override_map({"Tanh": "GradientThatNobodyMade"}):
            return tf.tanh(h + x), h
    return step


def updating():
    def step(x, h):
        count = tf.get_variable("count", [], initializer=tf.zeros_initializer(), trainable=False,
                                use_resource=True)
        with tf.control_dependencies([count.assign_add(1.0)]):
            return h + x + count.read_value(), h
    return step


def choosing_rows():
    def step(x, h):
        rows = tf.gather(h + x, tf.where(tf.reduce_sum(x, 1) > -1e9)[:, 0])
        return tf.reshape(rows, tf.shape(h)), h
    return step


def calling_python():
    def step(x, h):
        doubled = tf.py_func(lambda value: 2 * value, [h + x], tf.float32)
        doubled.set_shape(h.shape)
        return tf.stop_gradient(doubled), h
    return step


def complex_numbers():
    return lambda x, h: (tf.math.real(tf.complex(h, x) * 1j), h)


def collecting():
    def step(x, h):
        tf.add_to_collection("activations", h + x)
        return h + x, h
    return step


def keeping():
    kept = []

    def step(x, h):
        kept.append(h + x)
        return kept[-1], h
    return step


def counting():
    class Counter(object):
        calls = 0

        def __call__(self, x, h):
            self.calls += 1
            return h + x * self.calls, h
    return Counter()


def drawing():
    import random
    return lambda x, h: (h + x * random.random(), h)


def iterating():
    numbers = iter(range(1, 10000))
    return lambda x, h: (h + x * next(numbers), h)


def setting():
    total = 0

    def step(x, h):
        nonlocal total
        total += 1
        return h + x * total, h
    return step
