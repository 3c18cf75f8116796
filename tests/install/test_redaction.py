"""Secrets that are planted wherever a person or an installer keeps them, and that no output may show."""

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from install.conftest import Environment
from install.wheels import wheel

from colab_magics.install.redaction import Redactor

S = "canary"  # each secret holds this word and a number
PLANTED: dict[str, tuple[str, list[str], dict[str, str]]] = {
    # what is said, what was typed, what the environment holds
    "index with a password": (f"Looking in indexes: https://me:{S}01@host/simple", [], {}),
    "a user that is a token": (f"Cloning https://{S}02@host/a.git", [], {}),
    "git over https": (f"git+https://x-access-token:{S}03@host/a.git@main", [], {}),
    "a query": (f"GET https://host/a.whl?token={S}04&x=1", [], {}),
    "a signed address": (f"https://bucket/a.whl?X-Amz-Signature={S}05", [], {}),
    "an empty user": (f"https://:{S}06@host/", [], {}),
    "an at sign in it": (f"https://me:p@{S}07@host/", [], {}),
    "a slash in it": (f"https://me:p/{S}08@host/", [], {}),
    "typed, said alone": (f"wrong password {S}09", [f"--index-url=https://me:{S}09@host/"], {}),
    "typed as percents, said plain": (f"login with {S}10!x", [f"https://me:{S}10%21x@host/"], {}),
    "typed plain, said as percents": (f"url={quote(f'{S}11/x+y', safe='')}", [f"https://me:{S}11/x+y@host/"], {}),
    "as base64": ("sent " + base64.b64encode(f"me:{S}12".encode()).decode(), [f"https://me:{S}12@host/"], {}),
    "a variable of pip": (f"trying {S}13", [], {"PIP_INDEX_URL": f"https://me:{S}13@host/"}),
    "a variable of uv": (f"trying {S}14", [], {"UV_INDEX_MINE_PASSWORD": f"{S}14"}),
    "an API key": (f"key is {S}15", [], {"OPENAI_API_KEY": f"{S}15"}),
    "a token": (f"got {S}16", [], {"HF_TOKEN": f"{S}16"}),
    "a proxy": (f"proxy {S}17", [], {"HTTPS_PROXY": f"http://me:{S}17@proxy:8080"}),
    "a header": (f"Authorization: Basic {S}18aaaaaaaa", [], {}),
    "a bearer": (f"sent Bearer {S}19aaaaaaaa", [], {}),
    "an assignment": (f"password={S}20", [], {}),
    "an option": (f"--token={S}21", [], {}),
    "a token of GitHub": (f"ghp_{S}22aaaaaaaaaaaaaaaa", [], {}),
    "a token of Hugging Face": (f"hf_{S}23aaaaaaaaaaaaaaaa", [], {}),
    "a token of an index": (f"pypi-{S}24aaaaaaaaaaaaaa", [], {}),
    "a query value, said alone": (f"bad signature {S}25", [f"https://host/a.whl?sig={S}25"], {}),
    "pip.conf": (f"trying {S}26", [], {}),
    "netrc": (f"trying {S}27", [], {}),
    "netrc's pair": ("sent " + base64.b64encode(f"netuser:{S}27".encode()).decode(), [], {}),
    "uv.toml": (f"trying {S}28", [], {}),
    "a home folder": (f"in /home/{S}29/env/lib", [], {}),
    "a home folder on a Mac": (f"in /Users/{S}30/env/lib", [], {}),
    "a home folder on Windows": (rf"in C:\Users\{S}31\env", [], {}),
    "one's own home": (f"in /srv/{S}32/env", [], {"HOME": f"/srv/{S}32"}),
    "in quotes": (f"error: 'https://me:{S}33@host/simple' is wrong", [], {}),
    "escaped twice": (quote(quote(f"{S}34/a", safe=""), safe=""), [f"https://me:{S}34%2Fa@host/"], {}),
    "two in a line": (f"https://a:{S}35@h/ and https://b:{S}36@h/", [], {}),
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "uv").mkdir()
    (tmp_path / ".config" / "pip" / "pip.conf").write_text(
        f"[global]\nextra-index-url = https://me:{S}26@host/simple\n"
    )
    (tmp_path / ".config" / "uv" / "uv.toml").write_text(f'[[index]]\nurl = "https://me:{S}28@host/simple"\n')
    (tmp_path / ".netrc").write_text(f"machine host\nlogin netuser\npassword {S}27\n")
    return tmp_path


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_secret_is_hidden(name: str, home: Path) -> None:
    text, words, environ = PLANTED[name]
    shown = Redactor(words, {"HOME": str(home), **environ})(text)
    assert S not in shown
    assert base64.b64encode(f"me:{S}12".encode()).decode() not in shown
    assert base64.b64encode(f"netuser:{S}27".encode()).decode() not in shown
    assert "…" in shown or "~" in shown


@pytest.mark.parametrize(
    "text",
    [
        "Collecting numpy>=2,<3",
        "  Downloading numpy-2.3.0-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)",
        "Looking in indexes: https://host:8080/simple",
        "git+https://host/owner/project.git@v1.2#egg=project",
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
        "Successfully installed tokenizers-0.21 secretstorage-3.3",
        "Building wheel for admin-tools (user building)",
        "Requirement already satisfied: keyring in /usr/lib/python3/dist-packages (24.0)",
    ],
)
def test_what_is_no_secret_stays(text: str, tmp_path: Path) -> None:
    assert (
        Redactor(
            [text],
            {
                "HOME": str(tmp_path),
                "GIT_TOKEN": "true",
                "PIP_INDEX_URL": "https://git@host/",
                "UV_INDEX_URL": "https://admin:pw@host/",
            },
        )(text)
        == text
    )


def test_its_own_form_says_nothing() -> None:
    assert repr(Redactor([f"https://me:{S}@host"])) == "Redactor()"


def test_no_secret_in_anything_that_a_real_installation_leaves(environment: Environment, tmp_path: Path) -> None:
    """Lines, events, errors, tracebacks and values of pip, of the magic and of its static form."""
    index = f"http://me:{S}-1@127.0.0.1:9/simple?token={S}-2"
    links = f"http://me:{S}-3@127.0.0.1:9/wheels?sig={S}-4"
    url = f"http://{S}-5@127.0.0.1:9/a-1.0-py3-none-any.whl"
    git = f"git+http://x-oauth-basic:{S}-6@127.0.0.1:9/a.git"
    environ = {
        "PIP_RETRIES": "1",
        "PIP_EXTRA_INDEX_URL": f"http://me:{S}-7@127.0.0.1:9/more",
        "NETRC": str(tmp_path / "netrc"),
        "MY_TOKEN": f"{S}-8-token",
    }
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1\nlogin me\npassword {S}-9\n")
    good = wheel(
        tmp_path, "good-secret", files={"good_secret.py": f"raise OSError('https://me:{S}-1@host {S}-8-token')"}
    )
    lines = [
        f"%install none-such --index-url {index}",
        f"%install none-such --extra-index-url {index} -f {links}",
        f"%install {url}",
        f"%install {git}",
        f"%install none-such --nope={index}",
        f"%install none-such --index-url '{index}",
        f"%install --index-url={index} --target {index}",
        f"%install --no-index '{good}'",
        f"%install =={index}",
        f"%install a[{index}",
        f"%install --check {url}",
        f"%%install --index-url {index}\nnone-such\n{url}",
        f"import colab_magics; colab_magics.install('none-such', index_url={index!r}, no_index=True)",
    ]
    steps: list[dict[str, Any]] = [{"do": "cell", "source": line} for line in lines]
    steps.append(
        {"do": "install", "names": ["none-such", git, url], "wishes": {"index_url": index, "find_links": links}}
    )
    came = environment.drive(*steps, **environ)
    for line, result in zip(lines, came, strict=False):
        said = result | {"printed": result["printed"].replace(line.partition("colab_magics.install(")[2] or "\0", "")}
        # What Python itself shows of a call is the person's own source.
        shown = (
            str(said) if "import colab" not in line else str({name: said[name] for name in ("error", "text", "html")})
        )
        assert S not in shown, line
        assert result["error"] or "--check" in line
    assert S not in str(came[-1])


def test_a_plan_shows_no_word_that_may_hold_one() -> None:
    from colab_magics.install.plan import Wishes, make

    plan = make([f"git+https://{S}@host/a.git"], Wishes(index_url=f"https://me:{S}@host", extra_index_url=(f"https://{S}@h",), find_links=f"https://{S}@h"))  # fmt: skip
    assert S not in repr(plan)


def test_addresses_stay_out_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.install import snapshot, way
    from colab_magics.install.plan import Wishes, make

    plan = make(
        ["a"],
        Wishes(index_url=f"https://me:{S}@host", extra_index_url=(f"https://{S}@h",), find_links=f"https://{S}@h"),
    )
    for name in ("pip", "uv"):
        words = plan.command(way.Way(name, (name,)), snapshot.take([os.curdir]))
        assert S not in " ".join(words)
        assert len(plan.wishes.environ(way.Way(name, (name,)))) == 3
