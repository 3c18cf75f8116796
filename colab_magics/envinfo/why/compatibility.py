"""Which CUDA a driver can run."""

import re

from colab_magics.envinfo.reading import Missing, Reading

# The oldest Linux driver that runs programs of a CUDA major version, by "minor version compatibility":
# https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html (11: 450.80.02 with its note), and
# table 3 of https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/index.html
_OLDEST_DRIVER = {11: (450, 80, 2), 12: (525, 60, 13), 13: (580, 65, 6)}


def oldest_driver(cuda: str) -> Reading[str]:
    """Name the oldest Linux driver for a CUDA version: "525.60.13" for "12.4"."""
    version = _OLDEST_DRIVER.get(next(iter(numbers(cuda)), 0))
    if version is None:
        return Missing(f"the oldest driver for CUDA {cuda} is not known here")
    return f"{version[0]}.{version[1]:02d}.{version[2]:02d}"


def can_run(cuda: str, driver_cuda: Reading[str], driver: Reading[str]) -> Reading[bool]:
    """Can the driver run what was built for ``cuda``?

    ``driver_cuda`` is the newest CUDA that the driver says it knows, ``driver`` its version on Linux, which is asked
    where the former is missing. From CUDA 11 on the major version decides; before, a newer minor version failed, too.
    """
    wanted = numbers(cuda)
    if not wanted:
        return Missing("the CUDA version of the build is not a number")
    known = () if isinstance(driver_cuda, Missing) else numbers(driver_cuda)
    if known:
        return wanted[0] <= known[0] if wanted[0] >= 11 else wanted[:2] <= known[:2]
    oldest = _OLDEST_DRIVER.get(wanted[0])
    version = () if isinstance(driver, Missing) else numbers(driver)
    if oldest is None or not version:
        return Missing("the newest CUDA that the driver can run is not known")
    return version >= oldest


def numbers(version: str) -> tuple[int, ...]:
    """Read the leading numbers of a version: (12, 4) of "12.4"; none where it does not begin with one."""
    leading = re.match(r"\d{1,9}(?:\.\d{1,9}){0,5}", version)
    return tuple(int(part) for part in leading[0].split(".")) if leading else ()
