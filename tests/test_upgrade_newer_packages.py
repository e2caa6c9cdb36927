"""The upgrade of what newer pandas, scikit-learn and other packages have no more: what each piece becomes."""
import unittest

try:
    from Project_RNN_Enhancement.upgrade.python import newer_python
except ImportError as error:
    raise unittest.SkipTest("the packages of the extra `upgrade` are missing: %s" % error)

from Project_RNN_Enhancement.upgrade.findings import CHANGED, LOOK

PD = "import os, pandas as pd\n"

# (before, after).
CHANGES = [
    (PD + "x = y.sort('a').as_matrix()\n", PD + "x = y.sort_values('a').values\n"),
    (PD + "x = y.sort(columns=['a'], ascending=False)\n", PD + "x = y.sort_values(by=['a'], ascending=False)\n"),
    (PD + "x = [k for k, _ in y.iteritems()]\n", PD + "x = [k for k, _ in y.items()]\n"),
    ("from sklearn.cross_validation import train_test_split as s\n",
     "from sklearn.model_selection import train_test_split as s\n"),
    ("from sklearn import svm, cross_validation\n", "from sklearn import svm, model_selection as cross_validation\n"),
    ("from sklearn import grid_search as g\n", "from sklearn import model_selection as g\n"),
    ("from sklearn.externals import joblib\n", "import joblib\n"),
    ("from keras.utils import np_utils\n", "from keras import utils as np_utils\n"),
    ("import h5py\nx = h5py.File(f)['a'].value\n", "import h5py\nx = h5py.File(f, \"a\")['a'][()]\n"),
    ("import yaml\nx = yaml.load(f)\n", "import yaml\nx = yaml.load(f, Loader=yaml.Loader)\n"),
    ("from PIL import Image\nx = Image.ANTIALIAS\n", "from PIL import Image\nx = Image.LANCZOS\n"),
    ("import librosa\nx = librosa.filters.mel(r, n, n_mels=8)\ny, _ = librosa.load(p, r)\n",
     "import librosa\nx = librosa.filters.mel(sr=r, n_fft=n, n_mels=8)\ny, _ = librosa.load(p, sr=r)\n"),
]

# (text, lines to look at).
LOOKS = [
    (PD + "x = y.ix[:, 'a']\nz = y.as_matrix(c)\ny = y.append(z)\nx = pd.rolling_mean(y, 3)\n", [2, 3, 4, 5]),
    (PD + "from pandas.io.data import DataReader\nx = y.sort(ascending=False)\n", [2, 3]),
    ("from sklearn.cross_validation import KFold\n", [1]),
    ("from sklearn.externals import joblib, six\nimport sklearn.cross_validation\n", [1, 2]),
    ("from gensim.models import Word2Vec\nx = Word2Vec.load_word2vec_format(f)\n", [2]),
]

AS_IT_IS = [
    PD + "x.sort()\nx.sort(key=f)\nx.append(y)\nz = sorted(y)\n",
    "x = y.sort('a')\ny = y.append(z)\nx = d['a'].value\n",
    "import h5py, yaml, librosa\nx = h5py.File(f, 'r')['a'][:]\ny = yaml.load(f, yaml.Loader)\nlibrosa.load(f, sr=s)\n",
]


class PackagesTest(unittest.TestCase):

    def test_changes(self):
        for before, after in CHANGES:
            text, found = newer_python.rewrite(before)
            self.assertEqual(text, after)
            self.assertIn(CHANGED, {finding.kind for finding in found}, before)
            self.assertNotIn(LOOK, {finding.kind for finding in found}, before)
            self.assertEqual(newer_python.rewrite(text), (text, []))

    def test_what_is_to_look_at(self):
        for before, lines in LOOKS:
            _, found = newer_python.rewrite(before)
            self.assertEqual(sorted(finding.line for finding in found if finding.kind == LOOK), lines, before)

    def test_what_stays(self):
        for text in AS_IT_IS:
            self.assertEqual(newer_python.rewrite(text), (text, []))


if __name__ == "__main__":
    unittest.main()
