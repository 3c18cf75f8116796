"""What an error of a person's own code, of Keras or of its backend says, in one line."""

from __future__ import annotations

import re

_LAYER = "Exception encountered when calling "
"""What Keras puts above what a layer says: https://github.com/keras-team/keras/blob/master/keras/src/utils/traceback_utils.py"""

_GRAPH = "Graph execution error"
_PLACES = ("Detected at node", "<stack traces", 'File "')
"""What TensorFlow puts above what an operation says: where in the code it was made."""

_MOST = 300


def said(error: BaseException) -> str:
    """The line that tells what was wrong: not always the first. The name of its kind, where it says nothing."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[\d;]*m", "", str(error)).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    head, *more = lines
    if head.startswith(_GRAPH):
        more = [line for line in more if not line.startswith(_PLACES) and "root error(s) found" not in line]
    elif not head.startswith(_LAYER):
        more = []
    line = re.sub(r"^\(0\) ([A-Z_]+: )?", "", more[0]) if more else head
    return line if len(line) <= _MOST else f"{line[:_MOST].rstrip()} …"
