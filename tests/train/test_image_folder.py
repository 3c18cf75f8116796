"""Folders of pictures as datasets."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colab_magics.errors import BadImages, SourceNotFound, TooLarge
from colab_magics.machine import room
from colab_magics.train import datasets

Draw = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Draws pictures into the classes of a folder: ``draw("train", cat=5, size=(12, 8))``."""

    def drawn(place: str = "", *, size: tuple[int, int] = (12, 8), mode: str = "RGB", **classes: int) -> Path:
        for brightness, (name, count) in enumerate(classes.items()):
            (tmp_path / "pets" / place / name).mkdir(parents=True)
            for number in range(count):
                pixels = np.full((size[1], size[0], 3), 100 * brightness + number, "uint8")
                Image.fromarray(pixels).convert(mode).save(tmp_path / "pets" / place / name / f"{number}.png")
        return tmp_path / "pets"

    return drawn


def test_a_subfolder_for_each_class(draw: Draw) -> None:
    folder = draw(cat=10, dog=5)
    dataset = datasets.find(str(folder))
    assert (dataset.name, dataset.source, dataset.is_from_memory) == ("pets", str(folder), False)
    assert (dataset.x_train.shape, dataset.x_test.shape) == ((12, 8, 12, 3), (3, 8, 12, 3))
    assert dataset.x_train.dtype == np.uint8
    assert dataset.class_names == ("cat", "dog")
    assert np.array_equal(dataset.x_train[:, 0, 0, 0] >= 100, dataset.y_train == 1)
    assert dataset.preparation == (
        "No test data was given: 3 samples, 20% of each class, set aside for it by the seed 0.",
        "15 pictures, all 12x8.",
    )
    again, other = datasets.find(str(folder)), datasets.find(str(folder), seed=7)
    assert np.array_equal(dataset.x_test, again.x_test)
    assert not np.array_equal(dataset.x_test, other.x_test)


@pytest.mark.parametrize("name", ["test", "val", "Validation"])
def test_subfolders_to_learn_from_and_to_test_with(draw: Draw, name: str) -> None:
    draw("train", a=4, b=4)
    dataset = datasets.find(str(draw(name, a=1, b=2)))
    assert (len(dataset.x_train), dataset.y_test.tolist()) == (8, [0, 1, 1])
    assert dataset.preparation[0] == f"Taken from the subfolders train and {name}."


def test_a_test_folder_without_classes_is_not_taken(draw: Draw) -> None:
    folder = draw("train", a=5, b=5)
    (folder / "test").mkdir()
    Image.new("RGB", (3, 3)).save(folder / "test" / "x.png")
    assert len(datasets.find(str(folder)).x_test) == 2


def test_all_are_made_the_same_size_and_it_is_told(draw: Draw) -> None:
    draw(a=3, b=3, size=(300, 150))
    dataset = datasets.find(str(draw(c=2, size=(400, 400))))
    assert dataset.x_train.shape[1:] == (48, 96, 3)
    assert dataset.preparation[1] == "8 pictures, all 96x48 now; they were 300x150 to 400x400."


@pytest.mark.parametrize(("mode", "shape"), [("L", (8, 12)), ("1", (8, 12)), ("RGBA", (8, 12, 3)), ("P", (8, 12, 3))])
def test_colours(draw: Draw, mode: str, shape: tuple[int, ...]) -> None:
    assert datasets.find(str(draw(a=2, b=2, mode=mode))).x_train.shape[1:] == shape


def test_16_bits_become_8(draw: Draw) -> None:
    folder = draw(a=2, b=2, mode="L")
    for path in folder.glob("*/*.png"):
        Image.fromarray(np.full((8, 12), 65_535, "uint16")).save(path)
    assert datasets.find(str(folder)).x_train.min() == 255


def test_damaged_files_are_left_out_and_told(draw: Draw) -> None:
    folder = draw(a=8, b=8)
    (folder / "a" / "0.png").write_bytes(b"<html>")
    (folder / "b" / "empty.png").touch()
    whole = (folder / "b" / "1.png").read_bytes()
    (folder / "b" / "1.png").write_bytes(whole[: len(whole) - 30])
    dataset = datasets.find(str(folder))
    assert len(dataset.x_train) + len(dataset.x_test) == 14
    (note,) = dataset.notes
    assert note.startswith("3 pictures left out: a/0.png (its bytes are not those of a jpg")
    assert "b/empty.png (the file is empty)" in note
    assert "b/1.png (" in note


def test_hostile_names_are_text(draw: Draw) -> None:
    assert datasets.find(str(draw(**{"<img src=x>": 2, "b\udcff": 2}))).class_names == (
        "<img src=x>",
        "b\N{REPLACEMENT CHARACTER}",
    )


def test_a_single_class(draw: Draw) -> None:
    with pytest.raises(
        BadImages, match="has pictures of 1 class only: it must hold a subfolder with pictures for each"
    ):
        datasets.find(str(draw(a=3)))


def test_nothing_can_be_read(draw: Draw) -> None:
    folder = draw(a=2, b=2)
    for path in folder.glob("*/*.png"):
        path.write_bytes(path.read_bytes()[:44])
    with pytest.raises(BadImages, match=r"No picture of .* can be read whole: [ab]/\d.png"):
        datasets.find(str(folder))


def test_no_pictures_at_all(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="four files of MNIST, or pictures in a subfolder for each class"):
        datasets.find(str(tmp_path))


def test_what_does_not_fit_is_not_read(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "available", lambda root=Path("/"): 1000)
    with pytest.raises(TooLarge, match="4 pictures of 8x12x3 would take 1.1 kB of memory, and 1000 bytes are left"):
        datasets.find(str(draw(a=2, b=2)))
