"""A call of a TensorFlow function as the rules for calls see it: its arguments, and what may be done to them."""
import libcst as cst

__all__ = ["Call", "evaluated", "literal"]


def literal(node):
    """The value of a number, string, True, False, None, or of a list or tuple of such; else raises ValueError."""
    if isinstance(node, (cst.Integer, cst.Float)):
        return node.evaluated_value
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)) and node.evaluated_value is not None:
        return node.evaluated_value
    if isinstance(node, cst.Name) and node.value in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[node.value]
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        return -literal(node.expression)
    if isinstance(node, (cst.List, cst.Tuple)):
        return type([] if isinstance(node, cst.List) else ())(literal(item.value) for item in node.elements)
    raise ValueError("no literal")


def evaluated(node, default=None):
    """As `literal`, but `default` for what is none, None included."""
    try:
        return literal(node)
    except ValueError:
        return default


class Call(object):
    """A call whose arguments a rule may rename, reorder or replace.

    Attributes:
      name: the function's name as TensorFlow has it publicly, "tensorflow.concat", whatever the
        file calls it.
      line: int, its line in the text.
      target: "1.15" or "2".
      era: the version of TensorFlow that the program was written for, such as "0.12", or None.
      args: list of libcst.Arg, in the call's order; inner expressions are rewritten already.
      is_statement: whether the value of the call isn't used.
    """

    def __init__(self, name, node, original, edit):
        """A call.

        Args:
          name: see above.
          node: libcst.Call with its inner expressions rewritten.
          original: the same call in the source as it was.
          edit: what knows the source: `names` (names.Names), `findings`, `target`, `era`,
            `expression(place, original)` and `filled(code, original)`.
        """
        self.name, self.target, self.era = name, edit.target, edit.era
        self.line = edit.names.line(original)
        self.is_statement = isinstance(edit.names.parent(original), cst.Expr)
        self.args = list(node.args)
        self._node, self._original, self._edit = node, original, edit
        self._expression, self._new_name, self._results = None, None, None

    # What the call looks like.

    @property
    def has_star(self):
        """Whether an argument is given by `*` or `**`, so that positions and names can't be told."""
        return any(arg.star for arg in self.args)

    @property
    def positional(self):
        """The expressions given by position, in order, up to the first with a star."""
        found = []
        for arg in self.args:
            if arg.keyword is not None or arg.star:
                break
            found.append(arg.value)
        return found

    @property
    def keywords(self):
        """dict from the names of arguments given by name to their expressions."""
        return {arg.keyword.value: arg.value for arg in self.args if arg.keyword is not None}

    @property
    def unpacked_to(self):
        """The number of names that the call's value is assigned to, or None."""
        assign = self._edit.names.parent(self._original)
        if not isinstance(assign, cst.Assign) or assign.value is not self._original:
            return None
        target = assign.targets[0].target
        if not isinstance(target, (cst.Tuple, cst.List)) or any(
                isinstance(element, cst.StarredElement) for element in target.elements):
            return None
        return len(target.elements)

    def get(self, position, *names):
        """The expression given at a position or by one of some names; None if it isn't given."""
        if position is not None and position < len(self.positional):
            return self.positional[position]
        given = self.keywords
        for name in names:
            if name in given:
                return given[name]
        return None

    def code(self, node):
        """The source of an expression."""
        return cst.Module([]).code_for_node(node)

    # What a rule may do to it.

    def rename_keywords(self, renamed):
        """Renames arguments by a dict from old names to new ones; returns the old names that were there."""
        found = []
        for index, arg in enumerate(self.args):
            if arg.keyword is not None and arg.keyword.value in renamed:
                found.append(arg.keyword.value)
                self.args[index] = arg.with_changes(keyword=cst.Name(renamed[arg.keyword.value]))
        return found

    def remove_keywords(self, *names):
        """Leaves out arguments given by these names; returns those that were there."""
        found = [arg.keyword.value for arg in self.args if arg.keyword is not None and arg.keyword.value in names]
        self.args = [arg for arg in self.args if arg.keyword is None or arg.keyword.value not in names]
        return found

    def name_positional(self, names, start=0):
        """Gives the positional arguments from number `start` on the names of a list (one per position; None: stays).

        A position after a named one must be named too.
        """
        for index in range(start, len(self.positional)):
            if index < len(names) and names[index] is not None:
                self.args[index] = self._named(self.args[index], names[index])

    def reorder(self, order):
        """Puts the positional arguments in another order: `order[i]` is the old position of the new i-th.

        Needs as many positional arguments as `order` has; commas and spaces stay in their places.
        """
        old = self.args[:len(order)]
        self.args[:len(order)] = [arg.with_changes(value=old[source].value) for arg, source in zip(old, order)]

    def replace_argument(self, index, code):
        """Puts an expression, as source or node, in place of the `index`-th argument's value."""
        self.args[index] = self.args[index].with_changes(value=self._parsed(code))

    def add_keyword(self, name, code):
        """Adds an argument by name at the end."""
        if self.args and not isinstance(self.args[-1].comma, cst.Comma):
            self.args[-1] = self.args[-1].with_changes(
                comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        self.args.append(self._named(cst.Arg(cst.Name("None")), name).with_changes(value=self._parsed(code)))

    def rename(self, name):
        """Calls another function instead: a public TensorFlow name ("tensorflow.stack") or a place of this
        package or another ("rnn_cell_enhanced.linear", "tf_slim.conv2d"; the import is added)."""
        self._new_name = name

    def replace(self, code):
        """Puts an expression in place of the whole call. In source `{tf}` stands for what the file calls
        TensorFlow, and other names in braces for modules as in `rename` ("{rnn_cell_enhanced}")."""
        self._expression = code

    def first_results(self, number):
        """Takes only the first of the results."""
        self._results = number

    def changed(self, message):
        """Says that the call was changed, and why."""
        self._edit.findings.changed(self.line, message)

    def look(self, message):
        """Says that a person has to look at the call, and what to do."""
        self._edit.findings.look(self.line, message)

    def _parsed(self, code):
        return cst.parse_expression(self._edit.filled(code, self._original)) if isinstance(code, str) else code

    @staticmethod
    def _named(arg, name):
        tight = cst.SimpleWhitespace("")
        return arg.with_changes(keyword=cst.Name(name), equal=cst.AssignEqual(tight, tight))

    def result(self):
        """The call's expression after the rule."""
        if self._expression is not None:
            return self._parsed(self._expression)
        args = list(self.args)
        if args and isinstance(args[-1].comma, cst.Comma) and len(args) != len(self._node.args):
            args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        node = self._node.with_changes(args=args)
        if self._new_name is not None:
            node = node.with_changes(func=self._edit.expression(self._new_name, self._original))
        if self._results is not None:
            part = cst.SubscriptElement(cst.Slice(lower=None, upper=cst.Integer(str(self._results))))
            node = cst.Subscript(node, [part])
        return node
