"""What newer pandas, scikit-learn and other packages beside NumPy have no more."""
import re

import libcst

from .scopes import Scoped

__all__ = ["Packages", "PACKAGES"]

# Without one of these words there is nothing to do.
PACKAGES = re.compile(r"\b(pandas|sklearn|h5py|yaml|librosa|gensim|PIL|matplotlib|keras)\b|\.as_matrix\(|\.ix\[")

# A module -> the one that has its names today.
_MODULES = {"sklearn.cross_validation": "sklearn.model_selection", "sklearn.grid_search": "sklearn.model_selection",
            "sklearn.learning_curve": "sklearn.model_selection", "sklearn.externals.joblib": "joblib",
            "pandas.tools.plotting": "pandas.plotting", "keras.utils.np_utils": "keras.utils"}
_SPLITS = frozenset("""KFold LabelKFold LabelShuffleSplit LeaveOneLabelOut LeaveOneOut LeavePLabelOut LeavePOut
                       PredefinedSplit ShuffleSplit StratifiedKFold StratifiedShuffleSplit""".split())
# Full name of a module or of what is in one -> what to do.
_EXPLAINED = {
    "gensim.models.Word2Vec.load_word2vec_format": "it is gensim.models.KeyedVectors.load_word2vec_format",
    "gensim.models.word2vec.Word2Vec.load_word2vec_format": "it is gensim.models.KeyedVectors.load_word2vec_format",
    "librosa.output": "soundfile.write(path, samples, rate) takes its place",
    "matplotlib.pyplot.hold": "leave it out, plots are drawn into the same axes",
    "pandas.DataFrame.from_csv": "write pd.read_csv(path, index_col=0, parse_dates=True)",
    "pandas.Panel": "use a DataFrame with more levels in its index, or an array of NumPy",
    "pandas.datetime": "import datetime",
    "pandas.io.data": "it is in the package pandas_datareader",
    "pandas.np": "import numpy",
    "sklearn.preprocessing.Imputer": "sklearn.impute.SimpleImputer takes its place",
    "sklearn.utils.linear_assignment_": "scipy.optimize.linear_sum_assignment takes its place",
}
for _name in "count max mean median min std sum var".split():
    _EXPLAINED["pandas.rolling_" + _name] = "write x.rolling(window).%s()" % _name
# Functions of librosa's whose later arguments are given by name -> how many aren't, and the names of all.
_BY_NAME = {
    "librosa.filters.mel": (0, "sr n_fft n_mels fmin fmax"),
    "librosa.feature.melspectrogram": (0, "y sr S n_fft hop_length"),
    "librosa.feature.mfcc": (0, "y sr S n_mfcc"),
    "librosa.feature.delta": (1, "data width order axis"),
    "librosa.load": (1, "path sr mono offset duration dtype"),
    "librosa.resample": (1, "y orig_sr target_sr"),
    "librosa.stft": (1, "y n_fft hop_length win_length"),
    "librosa.istft": (1, "stft_matrix hop_length win_length"),
}
_BY_NAME.update({"librosa.core." + _name: _BY_NAME["librosa." + _name]
                 for _name in "load resample stft istft".split()})


class Packages(Scoped):
    """The rules, as a visitor of the tree of `parsed` that puts its changes there."""

    def __init__(self, parsed):
        super(Packages, self).__init__(parsed)
        imports = re.findall(r"^[ \t]*(?:import|from)\b.*", parsed.text, re.M)
        self._imported = set(re.findall(r"\w+", "\n".join(imports)))

    # Imports.

    def visit_ImportFrom(self, node):
        if node.relative or node.module is None or isinstance(node.names, libcst.ImportStar):
            return
        module = self.parsed.source(node.module)
        names = [alias.name.value for alias in node.names]
        if module in _MODULES:
            self.rename(node.module, _MODULES[module], "%s is gone: %s has its names" % (module, _MODULES[module]))
            for name in _SPLITS.intersection(names):
                self.look(node, "%s takes n_splits since scikit-learn 0.18, not the number of examples, and its "
                                "method split(X, y) gives the pairs of indices" % name)
        for alias in node.names:
            name = "%s.%s" % (module, alias.name.value)
            if name in _MODULES:
                self._module(node, alias, name)
            elif name in _EXPLAINED or module in _EXPLAINED:
                self.look(node, "%s is gone: %s" % (name, _EXPLAINED.get(name) or _EXPLAINED[module]))

    def visit_Import(self, node):
        for alias in node.names:
            name = self.parsed.source(alias.name)
            if name in _MODULES:
                self.look(node, "%s is gone: import %s" % (name, _MODULES[name]))
            elif name in _EXPLAINED:
                self.look(node, "%s is gone: %s" % (name, _EXPLAINED[name]))

    def _module(self, node, alias, old):
        """from sklearn import cross_validation."""
        new, kept = _MODULES[old], alias.asname.name.value if alias.asname is not None else alias.name.value
        package, _, name = new.rpartition(".")
        same = name if name == kept else "%s as %s" % (name, kept)
        if package == old.rpartition(".")[0]:
            end = self.parsed.span(alias.asname if alias.asname is not None else alias.name)[1]
            self.parsed.replace(self.parsed.span(alias.name)[0], end, same)
        elif len(node.names) == 1:
            start, end = self.parsed.span(node)
            self.parsed.replace(start, end, ("from %s " % package if package else "") + "import " + same)
        else:
            self.look(node, "%s is gone: import %s" % (old, new))
            return
        self.changed(node, "%s is gone: %s has its names" % (old, new))

    # Uses.

    def visit_Attribute(self, node):
        name = self.parsed.name(node)
        if name in _EXPLAINED:
            self.look(node, "%s is gone: %s" % (name, _EXPLAINED[name]))
        elif name == "PIL.Image.ANTIALIAS":
            self.rename(node.attr, "LANCZOS", "Image.ANTIALIAS is called LANCZOS, and its old name is gone")
        elif name.startswith("sklearn.cross_validation.") and name.rpartition(".")[2] in _SPLITS:
            self.look(node, "%s takes n_splits since scikit-learn 0.18, not the number of examples, and its "
                            "method split(X, y) gives the pairs of indices" % name.rpartition(".")[2])
        elif (node.attr.value == "value" and "h5py" in self._imported and
                isinstance(node.value, libcst.Subscript)):
            start = self.parsed.outer_span(node.value)[1]
            self.parsed.replace(start, self.parsed.span(node)[1], "[()]")
            self.changed(node, "Data sets of h5py have no value since 3.0: [()] reads them")

    def visit_Subscript(self, node):
        if isinstance(node.value, libcst.Attribute) and node.value.attr.value == "ix":
            self.look(node, "pandas has no ix since 1.0: write loc for labels, iloc for positions")

    def visit_Assign(self, node):
        """frame = frame.append(other): a list's append gives nothing."""
        call = node.value
        if "pandas" in self._imported and isinstance(call, libcst.Call) and call.args and (
                isinstance(call.func, libcst.Attribute) and call.func.attr.value == "append" and
                not self.parsed.name(call.func)):
            self.look(call, "pandas has no append since 2.0: write pd.concat([%s, ...])" %
                      self.parsed.source(call.func.value))

    def visit_Call(self, node):
        name = self.parsed.name(node.func)
        if name in _BY_NAME:
            self._by_name(node, name)
        elif name == "yaml.load" and len(node.args) == 1 and isinstance(node.func, libcst.Attribute):
            self.add_argument(node, "Loader=%s.Loader" % self.parsed.source(node.func.value))
            self.changed(node, "load of PyYAML 6 wants to be told the loader")
        elif name == "h5py.File" and len(node.args) == 1 and not node.args[0].star:
            self.add_argument(node, '"a"')
            self.changed(node, "h5py 3 opens files for reading only unless it's told otherwise")
        elif name == "pandas.read_csv" and self.keyword(node, "error_bad_lines") is not None:
            self.look(node, "read_csv has no error_bad_lines since pandas 2.0: on_bad_lines=\"skip\" is False's")
        elif isinstance(node.func, libcst.Attribute):
            self._method(node, node.func, node.func.attr.value)

    def _method(self, node, function, method):
        if method == "as_matrix":
            if node.args:
                self.look(node, "pandas has no as_matrix since 1.0: write frame[columns].values")
            else:
                self.parsed.replace(self.parsed.span(function.attr)[0], self.parsed.span(node)[1], "values")
                self.changed(node, "pandas has no as_matrix since 1.0: values is the same")
        elif method == "iteritems" and not node.args and "pandas" in self._imported:
            self.rename(function.attr, "items", "pandas has no iteritems since 2.0: items is the same")
        elif method == "sort" and "pandas" in self._imported:
            self._sort(node, function)

    def _sort(self, node, function):
        """frame.sort("a"), frame.sort(["a", "b"], ascending=...), frame.sort(columns="a")."""
        first = node.args[0] if node.args else None
        columns = self.keyword(node, "columns")
        if columns is not None:
            self.rename(columns.keyword, "by", "pandas has no sort since 0.20: sort_values takes its place")
        elif not (first is not None and first.keyword is None and isinstance(
                first.value, (libcst.SimpleString, libcst.List))):
            if self.keyword(node, "ascending") is not None:
                self.look(node, "pandas has no sort since 0.20: sort_values takes its place, sort_index for "
                                "the index")
            return
        self.rename(function.attr, "sort_values", "pandas has no sort since 0.20: sort_values takes its place")

    def _by_name(self, node, name):
        kept, names = _BY_NAME[name]
        names, found = names.split(), False
        for index, arg in enumerate(node.args):
            if arg.keyword is not None or arg.star or index >= len(names):
                break
            if index >= kept:
                start = self.parsed.outer_span(arg.value)[0]
                found = self.parsed.replace(start, start, names[index] + "=") or found
        if found:
            self.changed(node, "%s of newer librosa takes these arguments by name" % name.rpartition(".")[2])
