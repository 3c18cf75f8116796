"""Secrets that are planted wherever a person or an installer keeps them, and that no output may show."""

import base64
import getpass
import platform
from pathlib import Path
from urllib.parse import quote

import pytest

from colab_magics.redaction import Redactor

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
    "an access token of Google": (f"got ya29.{S}30-aaaaaaaaaaaa", [], {}),
    "a lasting token of Google": (f"kept 1//0{S}31-aaaaaaaaaaaaaaaaaa", [], {}),
    "a client's secret of Google": (f"sent GOCSPX-{S}32aaaaaaaaaa", [], {}),
    "a token of Kaggle": (f"got KGAT_{S}33aaaaaaaaaaaaaa", [], {}),
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


@pytest.mark.parametrize(
    "text",
    [
        "GPU-8f6a0c1d-12ab-34cd",
        "MIG-77aabbcc-0000-1111",
        "https://ada:canary-password@index.example/simple",
        "s3://canarykey:canarysecret@bucket",
        "ghp_canary0123456789",
        "github_pat_canary0123456789",
        "hf_canary0123456789",
        "sk-canary0123456789",
        "AKIACANARY0123456789",
        "eyJjYW5hcnkiOiJ4In0.eyJjYW5hcnkifQ.sig",
        "?token=canary-token&x=1",
        "Password: canary-password",
        "X-Amz-Signature=canary-signature",
        "glsa_canary0123456789",
        "sk_live_canary0123456789",
        "xapp-canary0123456789",
        "ASIACANARY0123456789",
        "ya29.canary0123456789",
        "KAGGLE_KEY=canary",
        "MYSQL_PWD: canary",
        "AccountKey=canary==",
        r"C:\Users\Canary Lovelace\x",
        "C:/Users/Canary Lovelace/x",
    ],
)
def test_shapes_of_secrets(text: str) -> None:
    left = Redactor(environ={}, people=True)(f"before {text} after")
    assert "canary" not in left.lower()
    assert "8f6a" not in left
    assert "77aabb" not in left
    assert "eyJ" not in left
    assert left.startswith("before ")
    assert left.endswith(" after")


def test_secrets_of_the_environment() -> None:
    redact = Redactor(
        environ={"MY_API_KEY": "canary-1", "DB_PASSWORD": "canary-12", "HOME": "/home/canary", "LANG": "C.UTF-8"}
    )
    assert redact("a canary-12 b canary-1 c /home/canary/x C.UTF-8") == "a … b … c ~/x C.UTF-8"


@pytest.mark.parametrize("name", ["KAGGLE_KEY", "MYSQL_PWD", "SSH_PASS", "AZURE_STORAGE_CONNECTION_STRING"])
def test_a_variable_that_holds_a_secret(name: str) -> None:
    redact = Redactor(environ={name: "canary-1234"})
    assert redact("said canary-1234") == "said …"


def test_the_key_in_a_connection_string() -> None:
    value = "DefaultEndpointsProtocol=https;AccountName=ada;AccountKey=canary/1234==;EndpointSuffix=core.windows.net"
    redact = Redactor(environ={"AZURE_STORAGE_CONNECTION_STRING": value})
    assert redact("canary/1234== of ada at core.windows.net") == "… of ada at core.windows.net"


def test_the_working_folder_is_no_secret() -> None:
    assert Redactor(environ={"PWD": "canary-folder", "OLDPWD": "canary-folder"})("canary-folder") == "canary-folder"


def test_the_user_and_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "adalove")
    monkeypatch.setattr(platform, "node", lambda: "brave-engine.lan")
    redact = Redactor(environ={}, people=True)
    assert redact("adalove on brave-engine.lan, brave-engine") == "<user> on <host>, <host>"
    assert redact("adalovelace, adalove-tools") == "adalovelace, adalove-tools"


def test_a_host_of_two_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "al")
    monkeypatch.setattr(platform, "node", lambda: "vm")
    assert Redactor(environ={}, people=True)("al@vm: all of it, vmlinux") == "<user>@<host>: all of it, vmlinux"


@pytest.mark.parametrize("name", ["root", "jovyan", ""])
def test_names_that_everybody_has_are_words(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    assert Redactor(environ={}, people=True)("the root of jovyan") == "the root of jovyan"


@pytest.mark.parametrize("error", [KeyError("uid not found: 65534"), ModuleNotFoundError("No module named 'pwd'")])
def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nameless() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert Redactor(environ={}, people=True)("2 CPUs") == "2 CPUs"


def test_every_text_of_a_value() -> None:
    redact = Redactor(environ={"THE_TOKEN": "canary-9"})
    # A key is a name of ours: a user who is called as one must not change it.
    assert redact.all({"canary-9": ["canary-9", 1, None, {"a": ("x canary-9",)}]}) == {
        "canary-9": ["…", 1, None, {"a": ["x …"]}]
    }
