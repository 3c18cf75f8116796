"""Hostile names, made harmless."""

from pathlib import Path, PureWindowsPath

import pytest
from hostile import HOSTILE
from hypothesis import example, given
from hypothesis import strategies as st

from colab_magics.transfer.names import safe

DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{kind}{digit}" for kind in ("COM", "LPT") for digit in range(10))}


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("a.csv.gz", "a.csv.gz"),
        ("a b.csv", "a_b.csv"),
        ("..", "fetched"),
        ("../../x", "_.._x"),
        ("..\\..\\x.csv", "_.._x.csv"),
        ("/etc/passwd", "_etc_passwd"),
        ("C:\\x", "C__x"),
        ("C:x.csv", "C_x.csv"),
        ("\\\\server\\share\\a.csv", "__server_share_a.csv"),
        ("CON", "_CON"),
        ("con.csv", "_con.csv"),
        ("Nul.tar.gz", "_Nul.tar.gz"),
        ("COM1", "_COM1"),
        ("lpt9.txt", "_lpt9.txt"),
        ("console.csv", "console.csv"),
        ("a\0b.csv", "a_b.csv"),
        ("\0", "_"),
        ("x" * 300 + ".csv", "x" * 76 + ".csv"),
        ("é" * 300, "_" * 80),
        ("\u202evsc.exe", "_vsc.exe"),
        ("😀.csv", "_.csv"),
        ("data.csv.", "data.csv"),
        ("data.csv...", "data.csv"),
        ("a.csv::$DATA", "a.csv___DATA"),
        ("-rf", "rf"),
        ("--", "fetched"),
        (".bashrc", "bashrc"),
        ("", "fetched"),
        (" ", "_"),
        ("a\n.csv", "a_.csv"),
        ("~", "_"),
        ("$HOME", "_HOME"),
        ("%2e%2e%2f", "_2e_2e_2f"),
        ("\ud800.csv", "_.csv"),
    ],
)
def test_a_name_is_made_safe(name: str, harmless: str) -> None:
    assert safe(name) == harmless


@given(st.one_of(st.text(), st.from_regex(r"[./\\:\-A-Z ]{0,12}", fullmatch=True), st.sampled_from(HOSTILE)))
@example("con.")
@example("x" * 79 + ".con")
@example("a" + "." * 300)
def test_no_name_leaves_its_folder(name: str) -> None:
    made = safe(name)
    folder = Path("/folder")
    assert (folder / made).resolve().parent == folder
    assert PureWindowsPath("C:/folder", made).parent == PureWindowsPath("C:/folder")
    assert made.partition(".")[0].upper() not in DEVICES
    assert made.isascii()
    assert 0 < len(made) <= 81
    assert not made.startswith((".", "-"))
    assert not made.endswith((".", " "))
    assert safe(made) == made
    assert safe(name) == made
