"""The names of packages: how they are compared, and which ones mean another package than one would think."""

from __future__ import annotations

import re
import sys

IMPORTED_AS = {
    "bio": "biopython",
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "git": "gitpython",
    "imblearn": "imbalanced-learn",
    "jwt": "pyjwt",
    "mpl-toolkits": "matplotlib",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg-resources": "setuptools",
    "pptx": "python-pptx",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "umap": "umap-learn",
    "usb": "pyusb",
    "wx": "wxpython",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Names to import whose package has another name, and under whose own name there is nothing or something else."""

VARIANTS = (
    ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tensorflow-gpu", "tf-nightly"),
    (
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
    ),
    ("faiss-cpu", "faiss-gpu", "faiss-gpu-cu11", "faiss-gpu-cu12"),
    ("psycopg2", "psycopg2-binary"),
)
"""Packages that bring the same modules: one of them is enough, two overwrite each other."""


def normal(name: str) -> str:
    """The one spelling of a package's name (https://packaging.python.org/en/latest/specifications/name-normalization/)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def variants(name: str) -> tuple[str, ...]:
    """The packages that could stand for ``name``, itself first."""
    for group in VARIANTS:
        if name in group:
            return (name, *(other for other in group if other != name))
    return (name,)


def is_part_of_python(name: str) -> bool:
    """Is it a module of the standard library? Packages of these names hide it, or are traps."""
    return name.replace("-", "_") in {known.lower() for known in sys.stdlib_module_names}
