"""What decoders and helpers check of their arguments."""
from ..tf1 import Layer, embedding_lookup, keras, static_dimension, tf
from .beams import shape_of_size
from .memory import rows_checked

__all__ = ["check_num_symbols", "check_output_layer", "check_state", "embedding_function",
           "end_token_tensor", "layer_output_size", "start_tokens_tensor", "state_of_batch"]


def embedding_function(embedding):
    """A function from symbols to vectors; TypeError for None."""
    if embedding is None:
        raise TypeError("embedding must be a tensor or variable [num_symbols, size], or a function "
                        "(symbols) -> inputs, got None.")
    return embedding if callable(embedding) else (
        lambda symbols: embedding_lookup(embedding, symbols))


def start_tokens_tensor(start_tokens):
    """`start_tokens` as an int32 vector."""
    tokens = tf.convert_to_tensor(start_tokens, dtype=tf.int32, name="start_tokens")
    if tokens.shape.ndims != 1:
        raise ValueError("start_tokens must be a vector [batch], got shape %s: "
                         "tf.fill([batch_size], start_symbol) makes one." % tokens.shape)
    return tokens


def end_token_tensor(end_token):
    """`end_token` as an int32 scalar."""
    token = tf.convert_to_tensor(end_token, dtype=tf.int32, name="end_token")
    if token.shape.ndims != 0:
        raise ValueError("end_token must be a scalar, one symbol for all examples, got shape %s."
                         % token.shape)
    return token


def check_output_layer(layer):
    """TypeError unless `layer` is None or a layer with variables of its own."""
    if layer is not None and not isinstance(layer, (Layer, keras.layers.Layer)):
        raise TypeError("output_layer must be a layer, such as "
                        "contrib_seq2seq_enhanced.Dense(num_symbols), or None, got %r of type %s."
                        % (layer, type(layer).__name__))


def layer_output_size(layer, size):
    """Shape of a cell's outputs of `size` (nest) behind a layer, without the batch."""
    if layer is None:
        return size
    shape = layer.compute_output_shape(tf.nest.map_structure(
        lambda part: tf.TensorShape([None]).concatenate(part), size))
    return tf.nest.map_structure(lambda part: tf.TensorShape(part)[1:], shape)


def check_state(cell, state, batch_size, beams=""):
    """ValueError unless `state` may be a state of `cell` for a batch of `batch_size`.

    Args:
      state: nest of tensors and TensorArrays.
      batch_size: int, or None: not known.
      beams: sentence that tells what to do about a wrong batch size.
    """
    size = getattr(cell, "state_size", None)
    if size is None:
        return
    try:
        tf.nest.assert_same_structure(size, state, check_types=False)
    except (TypeError, ValueError):
        raise ValueError(
            "initial_state doesn't fit the cell: it is %r, and the cell's state_size %r. An "
            "encoder's final state fits a decoder with the same cells; for others give "
            "cell.zero_state(batch_size, dtype), and for an AttentionWrapper "
            "cell.zero_state(batch_size, dtype).clone(cell_state=the encoder's state)."
            % (state, size))
    for part, part_size in zip(tf.nest.flatten(state), tf.nest.flatten(size)):
        if not tf.is_tensor(part) or not part.shape.ndims:
            continue
        part_size = shape_of_size(part_size)
        expected = tf.TensorShape([None]).concatenate(part_size)
        if not part.shape.is_compatible_with(expected):
            raise ValueError(
                "initial_state has a part of shape %s where the cell's state is [batch] + %s: an "
                "encoder's final state fits a decoder only if their cells are of one size."
                % (part.shape, part_size))
        rows = static_dimension(part, 0)
        if None not in (rows, batch_size) and rows != batch_size:
            raise ValueError("initial_state has a part of shape %s where the batch is %d. %s"
                             % (part.shape, batch_size,
                                beams or "It must have one row for each example of the helper."))


def state_of_batch(state, batch_size):
    """`state`, behind a check of its rows where the graph doesn't know that they are `batch_size`.

    Args:
      batch_size: int or scalar tensor.
    """
    return rows_checked(
        state, tf.get_static_value(tf.convert_to_tensor(batch_size)),
        lambda rows: tf.equal(rows, batch_size), [batch_size], (
            "initial_state must have one row for each example of the helper. Rows, examples:"))


def check_num_symbols(cell, output_layer, embedding):
    """ValueError if logits straight from a cell are known not to be one for each symbol."""
    width = getattr(cell, "output_size", None)
    if output_layer is not None or embedding is None or callable(embedding) or not isinstance(
            width, int):
        return
    shape = tf.TensorShape(getattr(embedding, "shape", None))
    num_symbols = tf.dimension_value(shape[0]) if shape.ndims else None
    if num_symbols not in (None, width):
        raise ValueError(
            "output_layer is missing: the cell's outputs, of size %d, are taken as the logits, "
            "and embedding has %d symbols. Give output_layer=contrib_seq2seq_enhanced.Dense(%d, "
            "use_bias=False), with the name it has in training."
            % (width, num_symbols, num_symbols))
