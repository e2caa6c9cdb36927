"""Methods of TensorFlow's objects that have another name or place since the program was written."""
import libcst as cst

__all__ = ["rewritten"]

_ARRAYS = "TensorArray"
_DATA_SETS = "contrib.data"
# A method -> what a text must use of TensorFlow for it to be taken for this one, how many arguments it has
# beside `name`, and what it is called now.
_RENAMED = {"pack": (_ARRAYS, 0, "stack"), "unpack": (_ARRAYS, 1, "unstack")}
# Methods that data sets of contrib had, and that are functions for `apply` now.
_APPLIED = frozenset(["dense_to_sparse_batch", "group_by_window", "ignore_errors"])


def rewritten(original, updated, names, expression):
    """A call of a method in its new form.

    Args:
      original: the Call as the module had it, of nothing that `names` knows.
      updated: the Call with what is in it rewritten.
      names: Names.
      expression: function from a place of TensorFlow's to the source's expression for it.

    Returns:
      (the new expression, what was changed), or None if the call stays.
    """
    function = original.func
    if not isinstance(function, cst.Attribute) or names.is_imported(function):
        return None
    method = function.attr.value
    values = [arg for arg in original.args if arg.keyword is None or arg.keyword.value != "name"]
    if method in _RENAMED:
        owner, count, new = _RENAMED[method]
        if len(values) == count and names.uses_public("tensorflow." + owner):
            func = updated.func.with_changes(attr=cst.Name(new))
            return updated.with_changes(func=func), "%s of %s is called %s since 1.0." % (method, owner, new)
    if not names.uses_public("tensorflow." + _DATA_SETS):
        return None
    if method in _APPLIED:
        made = cst.Call(expression("tensorflow.data.experimental." + method), updated.args)
        func = updated.func.with_changes(attr=cst.Name("apply"))
        return (updated.with_changes(func=func, args=[cst.Arg(made)]),
                "%s is a function for the data set's apply since 1.4." % method)
    if method == "map":
        return _map(updated)
    return None


def _map(call):
    """`map(f, num_threads=..., output_buffer_size=...)`."""
    keywords = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if not {"num_threads", "output_buffer_size"} & set(keywords):
        return None
    size = keywords.get("output_buffer_size")
    args = [arg.with_changes(keyword=cst.Name("num_parallel_calls")) if arg is keywords.get("num_threads") else arg
            for arg in call.args if arg is not size]
    args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    new = call.with_changes(args=args)
    if size is not None:
        buffered = size.with_changes(keyword=None, comma=cst.MaybeSentinel.DEFAULT,
                                     equal=cst.MaybeSentinel.DEFAULT)
        new = cst.Call(cst.Attribute(new, cst.Name("prefetch")), [buffered])
    return new, "map of data sets takes num_parallel_calls since 1.4, and prefetch makes its buffer."
