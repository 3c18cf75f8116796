"""Names that only an installer, a file or a record of the environment tells."""

from pathlib import Path

import pytest
from install.test_snapshot import info

from colab_magics.install.plan import Wishes, make
from colab_magics.install.requested import place, requested
from colab_magics.install.snapshot import take

SAID = """
Requirement already satisfied: Listed_A[x]>=1 in ./lib (from -r far.txt (line 1)) (1.0)
Requirement already satisfied: needed-b in ./lib (from listed-a->-r far.txt (line 1)) (1.0)
Requirement already satisfied: typed-c in ./lib (1.0)
wheel-d is already installed with the same version as the provided wheel. Use --force-reinstall to do so.
Successfully installed again-e-1.0 needed-b-1.0 gone-f-2.0.post1
 ~ again-g==1.0 (from file:///x)
"""


def test_what_installers_say(tmp_path: Path) -> None:
    for name in ("listed-a", "needed-b", "typed-c", "wheel-d", "again-e", "again-g"):
        asked = {"REQUESTED": ""} if name.startswith("again") else {}
        info(tmp_path, f"{name.replace('-', '_')}-1.0.dist-info", METADATA=f"Name: {name}\nVersion: 1.0\n", **asked)
    plan = make(["anything"], Wishes())
    found = requested(plan, SAID.splitlines(), take([str(tmp_path)]))
    assert found == ("listed-a", "wheel-d", "again-e", "again-g")


def test_what_files_list(tmp_path: Path) -> None:
    for name in "abcdefgh":
        info(tmp_path / "site", f"{name}-1.0.dist-info", METADATA=f"Name: {name}\nVersion: 1.0\n")
    (tmp_path / "one.txt").write_text(
        "# a comment\nA  # another\nb>=1, \\\n <2 --hash=sha256:0\nc[x] @ https://h/c.whl#x\nd; python_version < '3'\n"
        "-r sub/two.txt\n-c three.txt\n--extra-index-url https://h/e\n./f\nhttps://h/g.whl\nnone-such\n"
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "two.txt").write_text("h\n-r ../one.txt\n")
    (tmp_path / "three.txt").write_text("e\n")
    plan = make([], Wishes(requirement=(str(tmp_path / "one.txt"), "https://h/far.txt")))
    assert requested(plan, [], take([str(tmp_path / "site")])) == ("a", "b", "c", "h")


def test_what_came_from_an_address_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    for name, url in (("a", "https://h/me/a.git"), ("b", (tmp_path / "project").as_uri()), ("c", "https://h/c.git")):
        info(tmp_path, f"{name}-1.0.dist-info", direct_url_json=f'{{"url": "{url}", "vcs_info": {{}}}}')
    plan = make(["git+https://me:canary@h/me/a.git@main", f"{tmp_path}/project[dev]"], Wishes())
    after = take([str(tmp_path)])
    assert requested(plan, [], after) == ("a", "b")
    assert "https" not in repr(after.distributions)


@pytest.mark.parametrize("text", ["https://[", "https://h:x/", "", "~nobody-such/x", "a\0b"])
def test_odd_places_are_places(text: str) -> None:
    assert isinstance(place(text), str)
