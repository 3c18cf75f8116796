"""Every known way in which nvidia-smi says that it cannot tell."""

import getpass
import platform
import re
import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.reading import Missing
from tests.envinfo.asking import answer, found, reason

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")


_NO_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n\n"
)


FAILURES = {
    "no devices": ("No devices were found\n", 6, "the NVIDIA driver is there and sees no GPU"),
    "not loaded": (_NO_DRIVER, 9, "installed but not loaded"),
    "another apostrophe": (_NO_DRIVER.replace("'", "\u2019"), 9, "installed but not loaded"),
    "mismatch": (
        "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54\n",
        18,
        "was updated since the machine started: restart it",
    ),
    "unknown error": ("Failed to initialize NVML: Unknown Error\n", 255, "a container may have lost its GPU"),
    "driver not loaded": ("Failed to initialize NVML: Driver Not Loaded\n", 9, "installed but not loaded"),
    "permissions": ("Failed to initialize NVML: Insufficient Permissions\n", 4, "this user may not ask"),
    "no library": (
        "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system.\n",
        12,
        "libnvidia-ml is missing",
    ),
    "blocked": (
        "Failed to initialize NVML: GPU access blocked by the operating system\n",
        17,
        "update the NVIDIA driver of Windows",
    ),
    "wsl": ("Failed to initialize NVML: N/A\n", 255, "wsl --shutdown"),
    "nothing": ("", 0, "nvidia-smi told of no GPU and said nothing"),
    "blank lines": ("\n \n\n", 0, "nvidia-smi told of no GPU and said nothing"),
    "nothing, and fails": ("", 3, r"nvidia-smi failed \(exit code 3\) and said nothing"),
    "prose": ("Everything is fine, thank you.\n", 0, 'nvidia-smi told of no GPU: "Everything is fine, thank you."'),
    "a new error": (
        "\x1b[31mThe moon is too near\n",
        77,
        r'nvidia-smi failed \(exit code 77\): "The moon is too near"',
    ),
    "noise": (bytes(range(256)) * 40, 0, "nvidia-smi told of no GPU"),
    "no such field": ('Field "index" is not a valid field to query.\n\n', 2, 'Field "index" is not a valid field'),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("stream", [1, 2])
def test_why_it_tells_of_no_gpu(name: str, stream: int, tmp_path: Path) -> None:
    text, code, words = FAILURES[name]
    said = tmp_path / "said"
    said.write_bytes(text.encode() if isinstance(text, str) else text)
    result = answer(tmp_path, f'cat "{said}" >&{stream}; exit {code}')
    assert_matches(words, reason(result))


LOST = "Unable to determine the device handle for GPU0000:0B:00.0: "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{LOST}GPU is lost.  Reboot the system to recover this GPU\n", "has fallen off the bus: restart the machine"),
        (f"{LOST}Unknown Error\n", "as one that has fallen off the bus"),
        (f"{LOST}Unknown Error\nNo devices were found\n", "as one that has fallen off the bus"),
        (f"{LOST}GPU requires reset\n", "must be reset"),
    ],
)
def test_a_gpu_that_cannot_be_reached_is_not_left_out(text: str, words: str, tmp_path: Path) -> None:
    result = found(tmp_path, text, then="exit 15")
    (gpu,) = result.devices
    assert gpu.index == 0
    assert_matches(words, reason(gpu.name))
    assert isinstance(result.driver, Missing)


def assert_matches(words: str, text: str) -> None:
    assert re.search(words, text), text
    assert "\x1b" not in text
    assert len(text) < 250


def test_what_it_says_is_quoted_without_serial_numbers_and_folders(tmp_path: Path) -> None:
    text = "/home/maria/bin/nvidia-smi: GPU-5f3a9c01-77aa-0000-1111-222233334444 at C:\\Users\\maria\\x is odd"
    result = answer(tmp_path, f"echo '{text}'; exit 5")
    assert reason(result) == 'nvidia-smi failed (exit code 5): "…/nvidia-smi: GPU-… at ~\\x is odd"'


def test_what_it_says_is_quoted_without_people_and_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "alice")
    monkeypatch.setattr(platform, "node", lambda: "vm")
    text = (
        "sh: cannot open /home/alice: denied for alice on vm, token=ghp_canary0123456789, https://ada:canary@host/x/y"
    )
    result = answer(tmp_path, f"echo '{text}'; exit 5")
    assert reason(result) == (
        'nvidia-smi failed (exit code 5): "sh: cannot open ~: denied for <user> on <host>, token=…, https:/…/y"'
    )
    row = found(
        tmp_path,
        "0, 1, GPU-0, NVIDIA L4, 1, 1, 1, 1, 1, 1, 1, 1, 1, secret=ghp_canary0123456789012345678901234567890, [N/A]\n",
    )
    assert row.driver == Missing('nvidia-smi told "secret=…", which cannot be')
