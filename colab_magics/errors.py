"""The errors that a person meets: each is one sentence that says what happened, to what, and what to do next.

    ColabMagicsError
    ├── BadOption             a magic's line cannot be read
    ├── UnknownVariable       a name that is not in the notebook
    ├── UnknownRun            a name that no run has
    ├── MissingExtra          an optional library is not installed
    ├── InstallFailed         something could not be installed, or does not work
    ├── MissingBundle         the built JavaScript is not there
    ├── SourceError           something about what the person named as a source
    │   ├── SourceNotFound    there is nothing of that name
    │   ├── SourceDenied      it is there and may not be read
    │   ├── DownloadFailed    the bytes did not all arrive
    │   ├── ChecksumMismatch  the bytes are not the ones that were promised
    │   ├── Unproven          nothing tells whether all bytes arrived
    │   ├── UnknownFormat     no reader for it
    │   ├── BrokenFile        the reader says that the file is damaged or empty
    │   └── TooLarge          unpacked or in memory, it would be more than there is room for
    ├── ModelMismatch         a model that does not fit the data
    ├── BadImages             arrays that are not images, or do not belong together
    ├── OutputDenied          a folder that cannot be written
    ├── PortInUse             a port that another program has
    └── BoardFailed           TensorBoard did not start

The name says the fault, the message is for the person. Caught once, in ``_shell``.
"""


class ColabMagicsError(Exception):
    """Base of every error that this project raises on purpose."""


class BadOption(ColabMagicsError, ValueError):
    """A magic's line, or a function's argument, cannot be read."""


class UnknownVariable(ColabMagicsError, NameError):
    """A name that is not in the notebook's namespace."""


class UnknownRun(ColabMagicsError, KeyError):
    """No run has this name."""

    __str__ = Exception.__str__  # a KeyError shows the repr


class MissingExtra(ColabMagicsError, ImportError):
    """An optional library is not installed."""


class InstallFailed(ColabMagicsError, RuntimeError):
    """An installer failed, or what it installed does not work."""


class MissingBundle(ColabMagicsError, FileNotFoundError):
    """A panel's built JavaScript is not in ``colab_magics/static``."""


class SourceError(ColabMagicsError):
    """Something is wrong with what the person named as a source."""


class SourceNotFound(SourceError, FileNotFoundError):
    """There is no file, page, object or dataset of that name."""


class SourceDenied(SourceError, PermissionError):
    """The source is there and may not be read with the credentials at hand."""


class DownloadFailed(SourceError, OSError):
    """The bytes did not all arrive."""


class ChecksumMismatch(SourceError):
    """The bytes are not the ones that were promised."""


class Unproven(SourceError):
    """Nothing tells whether all bytes arrived: neither a length, nor an end, nor a hash."""


class UnknownFormat(SourceError, ValueError):
    """No reader knows the format."""


class BrokenFile(SourceError, ValueError):
    """The file is empty, truncated or otherwise damaged."""


class TooLarge(SourceError):
    """Unpacked or in memory, the file would be more than there is room for, or than an honest file is."""


class ModelMismatch(ColabMagicsError, ValueError):
    """A model that does not fit the data."""


class BadImages(ColabMagicsError, ValueError):
    """Arrays that are not images, or whose lengths do not belong together."""


class OutputDenied(ColabMagicsError, PermissionError):
    """A folder or file that we are to write cannot be written."""


class PortInUse(ColabMagicsError, OSError):
    """Another program listens on the port."""


class BoardFailed(ColabMagicsError, RuntimeError):
    """TensorBoard did not start."""
