"""What installers say when they fail, and what it means for the person: wordings of pip, uv, apt and compilers."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable

from colab_magics.install.clauses import fits

NOWHERE = "where it was looked for"
"""In every sentence about a package that was not found; it may mean no more than that nobody could look."""

BUILD_FAILED = "and the build failed"
"""In every sentence that says no more of a build than that."""

Sentence = str | Callable[[re.Match[str]], str]


def _no_version(found: re.Match[str]) -> str:
    wanted, known = found[1].strip(), found[2].strip()
    versions = [] if known == "none" else known.split(", ")
    requires = _needed_python(wanted, found.string, is_any=not versions)
    if requires:
        return _another_python(requires, platform.python_version())
    if not versions:
        return f"There is no package {wanted} {NOWHERE}: check its spelling, and whether it fits this Python."
    newest = ", ".join(reversed(versions[-5:]))
    return f"There is no {wanted}: of the versions that can be installed here the newest are {newest}."


_IGNORED = re.compile(r"(?m)^ERROR: Ignored the following versions that require a different python version: (.+)$")


def _needed_python(wanted: str, said: str, *, is_any: bool) -> str:
    """Which Python the wanted version needs, if pip passed over it for that: it lists all that it passed over."""
    ignored = _IGNORED.search(said)
    for one in ignored[1].split("; ") if ignored else ():
        version, _, requires = one.partition(" Requires-Python ")
        if requires and (is_any or fits(version, wanted)):
            return requires.strip()
    return ""


def _another_python(requires: str, python: str) -> str:
    is_for_newer = not fits(
        python, ",".join(clause for clause in requires.split(",") if ">" in clause or "~" in clause)
    )
    kind = "an older" if is_for_newer else "a newer"
    return f"It needs another Python ({requires}): name {kind} version of the package, or use another kernel."


def _impossible(found: re.Match[str]) -> str:
    causes = re.findall(
        r"^ {4}(\S.* (?:depends on|requires?|requested) .*)$", found.string[found.end() :], re.MULTILINE
    )
    told = f" ({'; '.join(causes[:4])})" if causes else ""
    return f"{found[1]} exclude each other{told}: ask for fewer fixed versions at once."


def _together(found: re.Match[str]) -> str:
    return f"It cannot be had together: {' '.join(found[1].split())}"[:600]


_REASONS: tuple[tuple[str, Sentence], ...] = (
    (
        r"externally[- ]managed",
        (
            "This Python belongs to the operating system, which forbids to install into it: make an environment "
            "(python3 -m venv NAME), install ipykernel there and choose it as kernel; for a system package use  "
            "%install --apt."
        ),
    ),
    (
        r"No space left on device|Errno 28|not enough free space",
        "The disk is full: free some space (%envinfo disk shows how much there is) and try again.",
    ),
    (
        r"Read-only file system|Errno 30",
        "The environment's folder is read-only: use a kernel of an environment that you may write to.",
    ),
    (
        r"Could not (?:get lock|open lock file)[^\n]*(?:Temporarily|11)|Unable to acquire the dpkg frontend lock",
        "Another program is installing system packages: wait until it has ended and try again.",
    ),
    (
        r"Permission denied|Errno 13|EACCES|Access is denied|are you root",
        "The folder may not be written by you: use a kernel of an environment that is your own.",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash mismatch|HashMismatch",
        (
            "What arrived is not what its checksum promises: do not trust it; try again, and if it stays so ask "
            "who keeps the index."
        ),
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|InvalidCertificate|invalid peer certificate|certificate verify failed",
        (
            "The server's certificate cannot be verified: check the clock, and behind a company's proxy name its "
            "certificate in PIP_CERT."
        ),
    ),
    (
        r"ProxyError|Cannot connect to proxy|407 Proxy|Tunnel connection failed",
        "The proxy does not let it through: check HTTPS_PROXY and HTTP_PROXY.",
    ),
    (
        (
            r"(?:Temporary failure in name resolution|Name or service not known|getaddrinfo failed"
            r"|nodename nor servname|NameResolutionError|dns error|failed to lookup address|Could not resolve"
            r"|Temporary failure resolving)"
        ),
        (
            "The server's name cannot be found: there is no network, or the address is wrong. On Kaggle switch "
            "Internet on in the settings."
        ),
    ),
    (
        (
            r"(?:401 (?:Client )?Error|403 (?:Client )?Error|HTTP (?:error )?40[13]|status code 40[13]"
            r"|40[13] (?:Unauthorized|Forbidden)|User for \S+|Authentication failed|could not read Username)"
        ),
        "The server wants other credentials, or none of yours may read this: check them.",
    ),
    (
        (
            r"Connection refused|Network is unreachable|NewConnectionError|ConnectionResetError|Connection reset"
            r"|error trying to connect"
        ),
        "The server cannot be reached: check the network and the address of the index.",
    ),
    (
        r"Read timed out|ReadTimeoutError|ConnectTimeoutError|ConnectTimeout|operation timed out",
        "The server does not answer in time: try again later.",
    ),
    (
        r"Cannot install (.+?) because these package versions have conflicting dependencies",
        _impossible,
    ),
    (
        r"No solution found[^\n]*\s+(?:╰─▶|cause:)?\s*Because (\S+) was not found",
        "There is no package {1} where it was looked for: check its spelling.",
    ),
    (
        (
            r"No solution found[^\n]*\s+(?:╰─▶|cause:)?\s*Because there (?:is"
            r"|are) no versions? of (\S+?),? and you require"
        ),
        "There is no {1}: ask for another version.",
    ),
    (
        r"No solution found[^\n]*\s+(?:╰─▶|cause:)?\s*((?s:Because .+?))(?:\n\n|\n\S|\Z)",
        _together,
    ),
    (
        r"(\S+) is not a trusted or secure host",
        "The address of {1} begins with http:// and is not trusted: use its https:// address.",
    ),
    (
        r"requires a different Python: (\S+) not in '([^']+)'",
        lambda found: _another_python(found[2], found[1]),
    ),
    (
        r"(\S+) is not a supported wheel on this platform",
        "{1} was made for another Python or another system: take the file for this one (%envinfo).",
    ),
    (
        (
            r"(\S+) is not a valid wheel filename|Invalid wheel filename|Wheel '?(\S+)'? located at \S+ is invalid"
            r"|has an invalid wheel|BadZipFile"
        ),
        "A wheel is damaged or misnamed: fetch it again.",
    ),
    (
        r"Could not find a version that satisfies the requirement (.+?) \(from versions: ([^)]*)\)",
        _no_version,
    ),
    (
        r"No matching distribution found for ([^\n]+)",
        "There is no package {1} where it was looked for: check its spelling.",
    ),
    (
        r"Could not open requirements file|[Nn]o such file or directory: '?([^'\n]*\.txt)",
        "The file of requirements cannot be opened: check its path.",
    ),
    (
        r"Invalid requirement:? ?([^\n]*)",
        "This is no requirement: {1}. Write a name, as in  numpy  or  numpy>=2.",
    ),
    (
        r"Cannot find command '(\w+)'",
        "The program {1} is missing: try  %install --apt {1}  first.",
    ),
    (
        (
            r"[Rr]epository [^\n]*not found|git clone[^\n]*exit (?:code|status)"
            r"|did not run successfully\.\s+[^\n]*exit code: 128"
        ),
        "The repository cannot be cloned: check its address, and whether you may read it.",
    ),
    (
        r"(?:404 (?:Client )?Error|status code 404|HTTP error 404)",
        "There is nothing at this address (the server answered 404): check it.",
    ),
    (
        r"fatal error: ([\w/.+-]+\.h(?:pp|xx)?)[:']",
        (
            "It has to be built from source, and {1} is missing: install the system package that brings this header "
            "(often its name ends in -dev) with  %install --apt NAME-dev  and try again."
        ),
    ),
    (
        (
            r"(?:error: command '([\w+./-]*(?:gcc|cc|g\+\+|clang)[\w.+-]*)' failed: No such file"
            r"|unable to execute '([\w+./-]+)'|CMAKE_(?:C|CXX)_COMPILER not set)"
        ),
        "It has to be built from source, and there is no compiler: try  %install --apt build-essential  first.",
    ),
    (
        r"(?:error: )?can't find Rust compiler|(?:cargo|rustc)[^\n]*(?:not found|not installed|No such file)",
        (
            "It has to be built from source, and the Rust compiler is missing: name a version that has a wheel for "
            "this Python."
        ),
    ),
    (
        r"Microsoft Visual C\+\+ [\d.]+ or greater is required",
        (
            "It has to be built from source, and Microsoft's C++ build tools are missing: name a version that has "
            "a wheel."
        ),
    ),
    (
        r"(?:CMake|cmake)[^\n]*(?:must be installed|not found|is required)",
        "It has to be built from source, and CMake is missing: try  %install cmake  first.",
    ),
    (
        r"(?:pkg-config|pg_config|mysql_config|llvm-config)[^\n]*(?:not found|No such file)",
        (
            "It has to be built from source, and a library that it needs is missing: its documentation names the "
            "system package."
        ),
    ),
    (
        r"No module named '?(distutils|setuptools|pkg_resources|imp)'?",
        "Its source is too old for this Python: name a newer version, or one that has a wheel.",
    ),
    (
        r"(?:Failed (?:building wheel for|to build)|Failed to build installable wheels[^(]*\() ?`?([\w.-]+)",
        "{1} has to be built from source, and the build failed: name a version that has a wheel for this Python.",
    ),
    (
        r"BackendUnavailable|Cannot import '[\w.:-]+'",
        (
            "It has to be built from source, and the tool that builds it is missing: name a version that has a "
            "wheel for this Python."
        ),
    ),
    (
        (
            r"metadata-generation-failed|subprocess-exited-with-error"
            r"|Getting requirements to build wheel did not run|build backend returned an error"
        ),
        "It has to be built from source, and the build failed: name a version that has a wheel for this Python.",
    ),
    (
        r"Unable to locate package (\S+)",
        "There is no system package {1}: check its spelling.",
    ),
    (
        r"has no installation candidate",
        "The system's sources have no such package for this system: check its spelling.",
    ),
    (
        r"dpkg was interrupted",
        (
            "An earlier installation of system packages was cut off: run  sudo dpkg --configure -a  in a terminal, "
            "and try again."
        ),
    ),
    (
        r"No module named pip",
        "There is no pip in this environment: run  %run -m ensurepip  in a cell, and try again.",
    ),
    (
        r"no such option: (\S+)",
        "Its version is too old for {1}: run  %install -U pip  first.",
    ),
)
"""Patterns, the most telling first, with a sentence that takes their groups. The wordings are those of pip's exceptions
(https://github.com/pypa/pip/blob/main/src/pip/_internal/exceptions.py), of uv's reports and of apt in English."""

_PATTERNS = tuple((re.compile(pattern), sentence) for pattern, sentence in _REASONS)


_ERROR = re.compile(r"(?:ERROR|error|E|fatal|Error): |(?:ERROR|error): ?$")
_NOISE = re.compile(
    r"WARNING: (?!Retrying|The repository located)|DEPRECATION: |Collecting |\s*Downloading |\s*Using cached "
    r"|Requirement already |Processing |Looking in |\s*(?:copying|creating|adding|writing|reading|running|warning:) "
)


def recognised(text: str) -> str | None:
    """Return the sentence for what ``text`` says, or None for what is not known.

    Lines that call themselves an error count first, unless all they say is that a build failed or that nothing was
    found: why stands in the lines above. Those that tell of warnings, or name files, count never.
    """
    first = _search(text, lambda line: _ERROR.match(line) is not None)
    if first is not None and BUILD_FAILED not in first and NOWHERE not in first:
        return first
    return _search(text, lambda line: _NOISE.match(line) is None) or first


def _search(text: str, counts: Callable[[str], bool]) -> str | None:
    for pattern, sentence in _PATTERNS:
        for found in pattern.finditer(text):
            at, end = found.start(), text.find("\n", found.start())
            if counts(text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]):
                return sentence(found) if callable(sentence) else sentence.format(found[0], *found.groups(""))
    return None
