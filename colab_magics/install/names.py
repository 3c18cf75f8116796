"""Names that mean another package than one would think."""

from __future__ import annotations

import sys

from colab_magics.distributions import BROUGHT_BY, normalized

IMPORTED_AS = {
    normalized(module): distributions[0]
    for module, distributions in BROUGHT_BY.items()
    if normalized(module) not in distributions
}
"""Names to import whose package has another name, and under whose own name there is nothing or something else."""


def is_part_of_python(name: str) -> bool:
    """Is it a module of the standard library? Packages of these names hide it, or are traps."""
    return name.replace("-", "_") in {known.lower() for known in sys.stdlib_module_names}
