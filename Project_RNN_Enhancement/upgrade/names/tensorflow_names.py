"""TensorFlow's names that changed between 0.5 and 1.0, and those that were dropped without a successor."""

__all__ = ["EXPLAINED", "RENAMED"]

# "old new", below "tensorflow". The new names are in tensorflow.compat.v1 of all versions from 1.15 on.
_RENAMED = """
    inv reciprocal
    mul multiply
    neg negative
    sub subtract
    complex_abs abs
    pack stack
    unpack unstack
    select where
    listdiff setdiff1d
    list_diff setdiff1d
    all_variables global_variables
    initialize_all_variables global_variables_initializer
    initialize_local_variables local_variables_initializer
    initialize_variables variables_initializer
    merge_all_summaries summary.merge_all
    merge_summary summary.merge
    audio_summary summary.audio
    histogram_summary summary.histogram
    image_summary summary.image
    scalar_summary summary.scalar
    train.SummaryWriter summary.FileWriter
    train.SummaryWriterCache summary.FileWriterCache
    train.audio_summary summary.audio
    train.histogram_summary summary.histogram
    train.image_summary summary.image
    train.merge_all_summaries summary.merge_all
    train.merge_summary summary.merge
    train.scalar_summary summary.scalar
    contrib.deprecated.audio_summary summary.audio
    contrib.deprecated.histogram_summary summary.histogram
    contrib.deprecated.image_summary summary.image
    contrib.deprecated.merge_all_summaries summary.merge_all
    contrib.deprecated.merge_summary summary.merge
    contrib.deprecated.scalar_summary summary.scalar
    batch_matmul matmul
    batch_band_part matrix_band_part
    batch_matrix_band_part matrix_band_part
    batch_matrix_diag matrix_diag
    batch_matrix_diag_part matrix_diag_part
    batch_set_diag matrix_set_diag
    batch_matrix_set_diag matrix_set_diag
    batch_matrix_transpose matrix_transpose
    batch_matrix_determinant matrix_determinant
    batch_matrix_inverse matrix_inverse
    batch_matrix_solve matrix_solve
    batch_matrix_solve_ls matrix_solve_ls
    batch_matrix_triangular_solve matrix_triangular_solve
    batch_cholesky cholesky
    batch_cholesky_solve cholesky_solve
    batch_self_adjoint_eigvals self_adjoint_eigvals
    batch_svd svd
    batch_fft fft
    batch_fft2d fft2d
    batch_fft3d fft3d
    batch_ifft ifft
    batch_ifft2d ifft2d
    batch_ifft3d ifft3d
    concat_v2 concat
    reverse_v2 reverse
    split_v split
    image.per_image_whitening image.per_image_standardization
    nn.deconv2d nn.conv2d_transpose
    test.IsBuiltWithCuda test.is_built_with_cuda
    test.GetTempDir test.get_temp_dir
    test.ComputeGradient test.compute_gradient
    test.ComputeGradientError test.compute_gradient_error
    ClusterSpec train.ClusterSpec
    GrpcServer train.Server
    nest.is_sequence nest.is_nested
    contrib.data.Dataset data.Dataset
    contrib.data.Iterator data.Iterator
    contrib.data.FixedLengthRecordDataset data.FixedLengthRecordDataset
    contrib.data.TFRecordDataset data.TFRecordDataset
    contrib.data.TextLineDataset data.TextLineDataset
"""

# Of contrib.estimator until 1.12.
_HOOKS = """
    InMemoryEvaluatorHook make_early_stopping_hook make_stop_at_checkpoint_step_hook stop_if_higher_hook
    stop_if_lower_hook stop_if_no_decrease_hook stop_if_no_increase_hook
"""

# Until 0.5 types were in a module of their own; `tensorflow.types` is another thing in 2.x.
_TYPES = """
    bool complex64 float32 float64 int16 int32 int64 int8 qint32 qint8 quint8 string uint8 DType as_dtype
"""


def _renamed():
    pairs = [line.split() for line in _RENAMED.strip().splitlines()]
    pairs += [("types." + name, name) for name in _TYPES.split()]
    pairs += [("contrib.estimator." + name, "estimator.experimental." + name) for name in _HOOKS.split()]
    return {"tensorflow." + old: "tensorflow." + new for old, new in pairs}


# Full old public name -> full new public name, for every target.
RENAMED = _renamed()

_ONE_TENSOR = ("it returned eigenvalues and eigenvectors in one tensor, the eigenvalues in the first row; "
               "call "
               "tf.self_adjoint_eig, which returns the pair (e, v).")

# Full old public name, or the leading part of names -> what a person has to do.
EXPLAINED = {
    "tensorflow.batch_self_adjoint_eig": _ONE_TENSOR,
    "tensorflow.RegisterShape": "shapes are inferred in C++ since 1.0; take the decorator away, and call "
                                "set_shape on "
                                "the results of an operation of your own.",
    "tensorflow.xrange": "it was Python 2's; write range.",
    "tensorflow.bytes": "it was Python's; write bytes.",
    "tensorflow.make_all": "a helper of TensorFlow's own modules; write __all__ by hand.",
    "tensorflow.tfprof": "it is tf.profiler since 1.4: tf.profiler.profile with an option builder.",
    "tensorflow.contrib.tfprof": "it is tf.profiler since 1.4: tf.profiler.profile(graph, "
                                 "options=tf.profiler."
                                 "ProfileOptionBuilder.trainable_variables_parameter()).",
    "tensorflow.sparse_segment_sqrt_n_grad": "it is an operation of gradients; let tf.gradients make it.",
    "tensorflow.models": "TensorFlow's tutorials aren't installed any more; put the module beside the "
                         "program.",
}
