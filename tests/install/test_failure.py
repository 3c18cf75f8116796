"""Reasons out of what installers say; the texts are those of pip 23 to 26, uv 0.13 and apt 2.6."""

import pytest

from colab_magics.install.failure import reason

CROSS = "\u00d7"

SAID = {
    "PEP 668, pip": ("error: externally-managed-environment\n\n" + CROSS + " This environment is externally managed", "belongs to the operating system"),
    "PEP 668, uv": ("error: The interpreter at `/usr` is externally managed, and indicates the following:", "belongs to the operating system"),
    "full disk": ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
    "permission": ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/usr/lib/x'\nConsider using the `--user` option", "may not be written by you"),
    "read-only": ("ERROR: Could not install packages due to an OSError: [Errno 30] Read-only file system: '/opt/x'", "is read-only"),
    "hashes": ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not what its checksum promises"),
    "TLS": ("WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]\nERROR: Could not find a version that satisfies the requirement a (from versions: none)\nERROR: No matching distribution found for a", "certificate cannot be verified"),
    "proxy": ("WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError('Cannot connect to proxy.', OSError(...))': /simple/a/\nERROR: Could not find a version that satisfies the requirement a (from versions: none)\nERROR: No matching distribution found for a", "proxy does not let it through"),
    "a network that came back": ("WARNING: Retrying (Retry(total=4)) after connection broken by 'ReadTimeoutError(...)': /simple/a/\nERROR: Could not find a version that satisfies the requirement a==9 (from versions: 1.0, 2.0)\nERROR: No matching distribution found for a==9", "There is no a==9: of the versions that can be installed here the newest are 2.0, 1.0."),
    "too slow": ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='h', port=443): Read timed out.", "does not answer in time"),
    "credentials": ("ERROR: HTTP error 401 while getting https://h/a.whl\nERROR: 401 Client Error: Unauthorized for url: https://h/a.whl", "wants other credentials"),
    "nothing there": ("ERROR: HTTP error 404 while getting https://h/a.whl\nERROR: 404 Client Error: Not Found for url: https://h/a.whl", "There is nothing at this address"),
    "no git": ("ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?", "%install --apt git"),
    "no repository": ("  fatal: repository 'https://h/a.git/' not found\nerror: subprocess-exited-with-error", "repository cannot be cloned"),
    "Python of setup.py": ("ERROR: Package 'a' requires a different Python: 3.11.2 not in '>=3.12'", "another Python (>=3.12)"),
    "a version that there is not": ("ERROR: Ignored the following versions that require a different python version: 1.21.2 Requires-Python >=3.7,<3.11; 2.5.0 Requires-Python >=3.99\nERROR: Could not find a version that satisfies the requirement numpy==99.0 (from versions: 1.3.0, 2.4.1)\nERROR: No matching distribution found for numpy==99.0", "There is no numpy==99.0: of the versions that can be installed here the newest are 2.4.1, 1.3.0."),
    "a version for an older Python": ("ERROR: Ignored the following versions that require a different python version: 1.21.2 Requires-Python >=3.7,<3.11; 2.5.0 Requires-Python >=3.99\nERROR: Could not find a version that satisfies the requirement numpy==1.21.2 (from versions: 1.3.0, 2.4.1)\nERROR: No matching distribution found for numpy==1.21.2", "It needs another Python (>=3.7,<3.11): name a newer version of the package"),
    "a version for a newer Python": ("ERROR: Ignored the following versions that require a different python version: 1.21.2 Requires-Python >=3.7,<3.11; 2.5.0 Requires-Python >=3.99\nERROR: Could not find a version that satisfies the requirement numpy~=2.5 (from versions: 1.3.0, 2.4.1)\nERROR: No matching distribution found for numpy~=2.5", "It needs another Python (>=3.99): name an older version of the package"),
    "nothing but for another Python": ("ERROR: Ignored the following versions that require a different python version: 1.0 Requires-Python <3.5\nERROR: Could not find a version that satisfies the requirement a (from versions: none)\nERROR: No matching distribution found for a", "It needs another Python (<3.5): name a newer version of the package"),
    "setup.py for an older Python": ("ERROR: Package 'a' requires a different Python: 3.11.2 not in '>=3.6,<3.10'", "another Python (>=3.6,<3.10): name a newer version"),
    "Python of the index": ("ERROR: Ignored the following versions that require a different python version: 2.0 Requires-Python >=3.12; 2.1 Requires-Python >=3.13\nERROR: Could not find a version that satisfies the requirement a>=2 (from versions: 1.0)", "another Python (>=3.12)"),
    "no compiler": ("  error: command 'gcc' failed: No such file or directory\n  ERROR: Failed building wheel for a", "there is no compiler"),
    "no compiler to execute": ("  unable to execute 'x86_64-linux-gnu-gcc': No such file or directory", "there is no compiler"),
    "no header": ("  src/a.c:1:10: fatal error: Python.h: No such file or directory\n  ERROR: Failed building wheel for a", "Python.h is missing"),
    "no Rust": ("  error: can't find Rust compiler\n  ERROR: Failed building wheel for a", "Rust compiler is missing"),
    "no Visual C++": ("  error: Microsoft Visual C++ 14.0 or greater is required.", "C++ build tools are missing"),
    "no CMake": ("  CMake must be installed to build the following extensions: dlib", "CMake is missing"),
    "no pg_config": ("  Error: pg_config executable not found.", "a library that it needs is missing"),
    "old source": ("  ModuleNotFoundError: No module named 'distutils'\nerror: metadata-generation-failed", "too old for this Python"),
    "a failed build": ("  ERROR: Failed building wheel for some-a\nERROR: Failed to build installable wheels", "some-a has to be built from source"),
    "no pip": ("/opt/env/bin/python: No module named pip", "%run -m ensurepip"),
    "apt's lock": ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 9 (apt-get) - open (11: Resource temporarily unavailable)", "Another program is installing"),
    "apt without rights": ("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock, are you root?", "may not be written by you|Another program"),
    "apt's spelling": ("Reading package lists...\nE: Unable to locate package grphviz", "There is no system package grphviz"),
    "apt's network": ("Err:1 http://h stable InRelease\n  Temporary failure resolving 'h'", "server's name cannot be found"),
    "dpkg in between": ("E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem.", "sudo dpkg --configure -a"),
    "an old pip": ("no such option: --progress-bar", "Its version is too old for --progress-bar"),
    "a warning of something else": ("WARNING: The directory '/home/me/.cache/pip' or its parent directory is not owned (Permission denied)\nERROR: Could not find a version that satisfies the requirement nope (from versions: none)\nERROR: No matching distribution found for nope", "There is no package nope"),
    "a file of a telling name": ("  copying tests/test_403 Forbidden.txt -> build\n  error: command '/usr/bin/gcc' failed with exit code 1\n  ERROR: Failed building wheel for foo\nERROR: Failed to build foo", "foo has to be built from source, and the build failed"),
    "output of a test in a build": ("    Connection refused, as expected\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
    "a line before the error": ("    a.c:1: fatal error: Python.h: No such file or directory\nERROR: Failed building wheel for foo", "Python.h is missing"),
    "something else": ("Collecting a\nERROR: The moon is in the way\nand so on", "pip ended with status 1: ERROR: The moon is in the way"),
    "a traceback": ('ERROR: Exception:\nTraceback (most recent call last):\n  File "x"\nValueError: odd', "pip ended with status 1: ValueError: odd"),
    "nothing": ("", "pip ended with status 1 and said nothing."),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_a_reason(name: str) -> None:
    text, wanted = SAID[name]
    sentence = reason(text.splitlines(), 1, "pip")
    assert any(part in sentence for part in wanted.split("|"))
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("status", "wanted"), [(-9, "pip was killed, most often because the memory is used up"), (-15, "pip was ended from outside"), (-11, "pip crashed (signal 11)")]
)  # fmt: skip
def test_a_signal(status: int, wanted: str) -> None:
    assert wanted in reason(["Collecting a"], status, "pip")


def test_what_excludes_each_other() -> None:
    said = [
        "ERROR: Cannot install left and right because these package versions have conflicting dependencies.",
        "",
        "The conflict is caused by:",
        "    left 1.0 depends on many==1.0",
        "    right 1.0 depends on many==2.0",
        "",
        "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/",
    ]
    assert reason(said, 1, "pip") == (
        "left and right exclude each other (left 1.0 depends on many==1.0; right 1.0 depends on many==2.0): "
        "ask for fewer fixed versions at once."
    )
