"""Encodings that are guessed where a text is not UTF-8."""

from pathlib import Path

import pytest

from colab_magics.ingest.encoding import guess

# ruff: noqa: RUF001 (letters of several alphabets are what this is about)
RUSSIAN = "имя,город\n" + "Иван,Нижний Новгород\nМария,Екатеринбург\nПётр,Санкт-Петербург\n" * 5
JAPANESE = "名前,都市\n" + "太郎,東京都千代田区\n花子,大阪府大阪市\n次郎,北海道札幌市\n" * 5


POLISH = "imię,miasto\n" + "Łukasz,Łódź\nŻaneta,Gdańsk\nŚwiętosława,Kraków\n" * 5


@pytest.mark.parametrize(
    ("text", "codec"),
    [(RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "shift_jis"), (POLISH, "cp1250")],
)
def test_letters_tell_it(tmp_path: Path, text: str, codec: str) -> None:
    pytest.importorskip("charset_normalizer", reason="charset-normalizer guesses encodings")
    path = tmp_path / "a.csv"
    path.write_bytes(b"x,y\n" * 3 + text.encode(codec))
    found, note = guess(path)
    assert text.encode(codec).decode(found) == text
    assert f"it was read as {found}, by its letters" in note


@pytest.mark.parametrize(
    "text",
    [
        "a\né\n",
        "n é\n" * 99,
        "é è à ü\n" * 99,
        "Straße\nMühlenweg\nÜberlingen\nfür Ärzte\n" * 5,
        "Orléans\nNîmes\nBesançon\nRhône\n" * 5,
        "name\nJosé\nFrançois\nZoë\nÅsa\nÖrjan\nMüller\nNúñez\n" * 3,
    ],
)
def test_little_evidence_and_western_letters_are_windows(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("latin-1"))
    found, note = guess(path)
    assert found == "cp1252"
    assert "Windows-1252" in note


def test_the_first_letters_may_be_far_down(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"plain\n" * 100_000 + "é\n".encode("latin-1"))
    assert guess(path)[0] == "cp1252"
