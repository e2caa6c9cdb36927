"""Which packages a new program imports that come neither with Python nor with TensorFlow."""
import ast
import os
import re
import sys
import sysconfig

__all__ = ["imported", "INSTALLED_AS"]

# What is imported -> what pip installs it as, for packages that programs of this kind use.
INSTALLED_AS = dict({name: name for name in """
    Cython cairosvg colorama cycler dill easydict editdistance edward flask gensim gym h5py hyperopt ipdb
    jieba joblib keras librosa lxml matplotlib mido mock moviepy music21 networkx nltk numba pandas
    pandas_datareader pathlib2 plotly pretty_midi progressbar2 psutil pygame pymongo pypinyin
    python_speech_features regex requests rouge scipy seaborn simplejson sklearn_crfsuite soundfile
    spacy svgwrite sympy tensorflow_addons tensorflow_datasets tensorflow_hub tensorflow_probability
    tensorboard termcolor textblob tf_keras tf_slim theano toolz torch tqdm ujson unidecode xlrd""".split()},
    Bio="biopython", IPython="ipython", Levenshtein="python-Levenshtein", PIL="pillow", bs4="beautifulsoup4",
    cv2="opencv-python", dateutil="python-dateutil", mpl_toolkits="matplotlib", progressbar="progressbar2",
    past="future", pylab="matplotlib", skimage="scikit-image", sklearn="scikit-learn", sonnet="dm-sonnet",
    yaml="pyyaml")

# What comes with TensorFlow and this package.
_THERE = frozenset("Project_RNN_Enhancement absl google numpy six tensorflow".split())
_THERE_FOR = {"2": frozenset(["h5py", "keras", "termcolor"]), "1.15": frozenset(["h5py", "termcolor"])}
# Of Python's own library, what only some versions have.
_OLD_LIBRARY = frozenset("""
    ConfigParser Cookie HTMLParser Queue StringIO Tkinter asynchat asyncore cPickle cStringIO commands
    copy_reg dbm distutils exceptions httplib imp msvcrt readline smtpd thread tkMessageBox urllib2
    urlparse winreg winsound __builtin__""".split())
_STATEMENT = re.compile(r"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b"
                        r"|import[ \t]+([A-Za-z_][\w.]*(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w. \t]+)?)"
                        r"[ \t]*(?:#|;|$))", re.M)


def imported(texts, paths, target):
    """The packages that a program imports from outside, but for those that come with TensorFlow.

    Args:
      texts: the texts of its sources.
      paths: the paths of its files in its folder, "/" between the parts.
      target: "2" or "1.15".

    Returns:
      sorted list of str, the names that are imported. What is imported where another module takes its
      place if it's missing (`try`) isn't in it.
    """
    own = {os.path.splitext(part)[0] for path in paths for part in path.split("/")}
    there = _THERE | _THERE_FOR[target] | _OLD_LIBRARY | _library() | own
    found = set()
    for text in texts:
        found |= _names(text)
    return sorted(found - there, key=lambda name: (name.lower(), name))


def _names(text):
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        # A notebook with lines for IPython.
        found = set()
        for module, modules in _STATEMENT.findall(text):
            found.update([module] if module else [part.split()[0].split(".")[0] for part in modules.split(",")
                                                  if part.strip()])
        return found
    visitor = _Imports()
    visitor.visit(tree)
    return visitor.found


class _Imports(ast.NodeVisitor):

    def __init__(self):
        self.found = set()

    def visit_Import(self, node):
        self.found.update(alias.name.split(".")[0] for alias in node.names)

    def visit_ImportFrom(self, node):
        if not node.level and node.module:
            self.found.add(node.module.split(".")[0])

    def visit_Try(self, node):
        """The body needs nothing, if the program goes on without it."""
        handled = {name for handler in node.handlers if not _ends(handler) for name in _handled(handler)}
        goes_on = bool(handled & {"ImportError", "ModuleNotFoundError", "Exception", ""})
        for part in ([] if goes_on else node.body + node.handlers) + node.orelse + node.finalbody:
            self.visit(part)


def _ends(handler):
    """Whether a handler ends the program: it raises, or exits."""
    last = handler.body[-1]
    call = last.value if isinstance(last, ast.Expr) else None
    name = getattr(call, "func", None)
    return isinstance(last, ast.Raise) or isinstance(call, ast.Call) and (
        getattr(name, "id", None) or getattr(name, "attr", None)) in ("exit", "quit", "_exit")


def _handled(handler):
    if handler.type is None:
        return [""]
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _library():
    """The names of the modules of Python's library."""
    if hasattr(sys, "stdlib_module_names"):
        return set(sys.stdlib_module_names)
    found = set(sys.builtin_module_names)
    folder = sysconfig.get_paths()["stdlib"]
    for place in (folder, os.path.join(folder, "lib-dynload")):
        if os.path.isdir(place):
            found.update(name.split(".")[0] for name in os.listdir(place))
    return found
