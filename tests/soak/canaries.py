"""Secrets planted in every place where ``%ingest`` meets some: does one appear in anything that is kept or shown?

    PYTHONPATH=tests python tests/soak/canaries.py

A notebook is run in a real kernel, over lines that succeed and lines that fail in every way, each as a magic and by
the public function, whose traceback is shown whole, and the errors behind its error as well. Then the notebook's JSON,
with the state of its widgets, what the kernel wrote to its terminal, and every file of the cache are searched, also
for base64 and percents. What the servers saw proves that the secrets were used.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import nbformat
import store
from drive_server import DriveServer, drive_server
from nbclient import NotebookClient
from servers import Bucket, FileServer, file_server
from tally import end

SETUP = """
%load_ext colab_magics
import functools, json, os, sys, threading, _thread
import colab_magics
from pathlib import Path
from colab_magics.transfer import drive_copies, hosted
from colab_magics.transfer.drive_login import Login
facts = json.loads(Path(os.environ["SOAK_FACTS"]).read_text())
globals().update(facts["addresses"])
hosted.DOWNLOADS = hosted.SHEETS = facts["public"]
def log_in(*, may_ask, stop):
    from google.oauth2.credentials import Credentials
    return Login(Credentials(None, **facts["login"]), "the login of the soak", "identity")
drive_copies.DriveClient = functools.partial(drive_copies.DriveClient, api=facts["drive"], docs=facts["drive"])
find_login = drive_copies.find_login
"""
TOLD = """
error, whole = getattr(sys, "last_value", None), []
while error is not None:
    whole += [repr(error), str(error), repr(error.__dict__ if hasattr(error, "__dict__") else "")]
    error = error.__cause__ or error.__context__
print("\\n".join(whole))
"""
DRIVE_ID = "1abcdefghijklmnopqrstuvwxyz01234A"
S3 = ("--endpoint $store", "--endpoint $store --profile mine", "--endpoint $secret_store", "--endpoint $store --anon")


class Canaries:
    """Makes secrets, and finds them again."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def __call__(self, form: str = "{}") -> str:
        """A new secret; what ``form`` has around it is part of it."""
        self._made.append(f"canary{len(self._made):02}")
        return form.format(self._made[-1])

    @property
    def made(self) -> tuple[str, ...]:
        return tuple(self._made)

    def found(self, text: str) -> set[str]:
        """Those that are in the text: plain, in percents, in base64, or in percents of that."""
        words = (unquote(word) for word in re.findall(r"[\w+/=%-]{12,}", text))
        decoded = (_decoded(word[start:]) for word in words for start in range(4))
        whole = "\n".join((text, unquote(unquote(text)), *decoded))
        return {canary for canary in self._made if canary in whole}


def _decoded(word: str) -> str:
    word = word.rstrip("=")
    word = word[: len(word) - (len(word) % 4 == 1)]
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4)).decode("latin-1")
    except ValueError:
        return ""


def addresses(files: FileServer, bucket: Bucket, plant: Canaries) -> dict[str, str]:
    """Addresses with a secret in each."""
    rows = b"a,b\n" + b"1,2\n" * 10
    host, shop = files.url.removeprefix("http://"), bucket.endpoint
    files.add("/ok.csv", rows, etag='"1"', headers={"Set-Cookie": f"session={plant()}"})
    files.pages["http://data.invalid/ok.csv"] = files.pages["/ok.csv"]
    files.add("/big.csv", b"a,b\n" + b"1,2\n" * 2_000_000, etag='"2"', rate=4e6)
    files.add("/missing.csv", plant("no {} here").encode(), status=404)
    files.add("/denied.csv", status=403, headers={"WWW-Authenticate": f'Basic realm="{plant()}"'})
    files.add("/cut.csv", rows * 1000, fault="cut")
    files.add("/page.csv", f"<!doctype html><title>Sign in</title><input value={plant()}>".encode())
    files.add("/busy.csv", status=503, headers={"Retry-After": "100000"})
    files.add("/open.csv", rows, fault="no length")
    files.add(
        "/to-signed", status=302, headers={"Location": f"/ok.csv?X-Amz-Signature={plant()}&X-Amz-Credential={plant()}"}
    )
    files.add("/to-nobody", status=302, headers={"Location": f"http://me:{plant()}@127.0.0.1:9/x.csv?token={plant()}"})
    files.add("/to-nowhere", status=302, headers={"Location": f"gopher://me:{plant()}@host/x?token={plant()}"})
    files.add("/round", status=302, headers={"Location": f"/round?sig={plant()}"})
    bucket.add("a.csv", rows)
    return {
        "password": f"http://me:{plant()}@{host}/ok.csv",
        "user": f"http://{plant('ghp_{}aaaaaaaaaaaaaaaa')}@{host}/ok.csv",
        "percents": f"http://me:{plant('p%40{}%2F')}@{host}/missing.csv",
        "signature": f"{files.url}/ok.csv?X-Amz-Signature={plant()}&X-Amz-Security-Token={plant()}",
        "token": f"{files.url}/denied.csv?token={plant()}",
        "shared": f"{files.url}/cut.csv?sv=2024&sig={plant('{}%3D')}",
        "key": f"{files.url}/page.csv?api_key={plant()}",
        "access": f"{files.url}/busy.csv?access_token={plant()}",
        "fragment": f"{files.url}/open.csv#access_token={plant()}",
        "to_signed": f"{files.url}/to-signed",
        "to_nobody": f"{files.url}/to-nobody?code={plant()}",
        "to_nowhere": f"{files.url}/to-nowhere",
        "round": f"{files.url}/round?code={plant()}",
        "big": f"{files.url}/big.csv?X-Goog-Signature={plant()}",
        "member": f"zip://a.csv::http://me:{plant()}@{host}/ok.csv",
        "proxied": f"http://data.invalid/ok.csv?token={plant()}",
        "no_port": f"http://me:{plant()}@{host}:x/ok.csv",
        "s3_user": f"s3://me:{plant()}@data/a.csv",
        "presigned": f"{shop}/data/a.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={plant()}",
        "secret_store": f"{shop.replace('://', f'://me:{plant()}@')}",
        "cloud": f"az://me:{plant()}@box/a.csv",
        "unknown": f"ftp://me:{plant()}@{host}/a.csv",
        "store": shop,
    }


def environment(folder: Path, files: FileServer, plant: Canaries) -> dict[str, str]:
    """Secrets where each service's own tools look for them."""
    (folder / "aws").write_text(
        f"[mine]\naws_access_key_id={plant()}\naws_secret_access_key={plant()}\naws_session_token={plant()}\n"
    )
    (folder / ".netrc").write_text(f"machine 127.0.0.1\nlogin me\npassword {plant()}\n")
    (folder / "kaggle").mkdir()
    (folder / "kaggle" / "kaggle.json").write_text(json.dumps({"username": "me", "key": plant()}))
    (folder / "client.json").write_text(
        json.dumps(
            {
                "type": "authorized_user",
                "client_id": "me",
                "client_secret": plant("GOCSPX-{}"),
                "refresh_token": plant("1//0{}"),
            }
        )
    )
    host = files.url.removeprefix("http://")
    return {
        **store.ENVIRONMENT,
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": plant("AKIA{}"),
        "AWS_SECRET_ACCESS_KEY": plant(),
        "AWS_SESSION_TOKEN": plant(),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws"),
        "HF_TOKEN": plant("hf_{}"),
        "KAGGLE_API_TOKEN": plant("KGAT_{}"),
        "KAGGLE_CONFIG_DIR": str(folder / "kaggle"),
        "AZURE_STORAGE_CONNECTION_STRING": f"DefaultEndpointsProtocol=https;AccountName=me;AccountKey={plant()};",
        "GOOGLE_APPLICATION_CREDENTIALS": str(folder / "client.json"),
        "http_proxy": f"http://me:{plant()}@{host}",
        "https_proxy": f"http://me:{plant()}@{host}",
        "no_proxy": "127.0.0.1",
        "COLAB_MAGICS_CACHE": str(folder / "cache"),
        "SOAK_FACTS": str(folder / "facts.json"),
    }


def cells(names: Mapping[str, str]) -> Iterator[str]:
    """Yield what is run: no source holds a secret."""
    yield SETUP
    webs = [name for name in names if name not in ("store", "secret_store", "big", "s3_user")]
    for name in webs:
        yield from _both(f"${name}", name)
    for way in S3:
        for source in ("s3://data/a.csv", "s3://data/missing.csv", "s3://data/*.csv", "$s3_user"):
            yield from (f"%ingest {source} {way} --as df", TOLD)
    for source in (
        "hf://datasets/me/data/a.csv",
        "kaggle://me/data/a.csv",
        f"drive://{DRIVE_ID}",
        "drive:///folder/a.csv",
        "https://raw.githubusercontent.com/me/a/main/a.csv",
    ):
        yield from _both(source, repr(source))
    yield "drive_copies.find_login = log_in"
    for source in (f"drive://{DRIVE_ID}", f"drive://{DRIVE_ID[:-1]}B", "drive:///a.csv"):
        yield from _both(source, repr(source))
    for option in ("--head 5", "--sample 10 --seed 1", "--sha256 " + "0" * 64, "--offline", "--refresh --head 5"):
        yield from (f"%ingest $big {option} --as df", TOLD)
    yield from ("threading.Timer(0.4, _thread.interrupt_main).start()\n%ingest $big --refresh --as df", TOLD)
    yield "%%ingest\n" + "\n".join(f"{name}_frame = ${name}" for name in webs[:6])
    yield from (TOLD, "%ingest --cache", "%ingest", TOLD, "df", "df.attrs")


def _both(source: str, value: str) -> Iterator[str]:
    yield from (f"%ingest {source} --as df", TOLD, f"df = colab_magics.ingest({value}, refresh=True)", TOLD, "df.attrs")


def run(folder: Path, environ: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, Counter[str]]:
    """Run the notebook; return its JSON, and how its cells ended."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells(names)])
    with (folder / "kernel.txt").open("w") as said:
        client = NotebookClient(notebook, allow_errors=True, timeout=120, kernel_name="python3")
        client.execute(cwd=str(folder), env={**os.environ, **environ}, stdout=said, stderr=said)
    ends = Counter("failures" if any(output.output_type == "error" or "UsageError" in output.get("text", "") for output in cell.outputs) else "successes" for cell in notebook.cells if "ingest" in cell.source)  # fmt: skip
    return nbformat.writes(notebook), ends


def seen(files: FileServer, drive: DriveServer) -> str:
    """What came to the servers."""
    return "\n".join(map(str, (*files.requests, *drive.requests, *drive.logins)))


def main() -> None:
    plant = Canaries()
    with (
        tempfile.TemporaryDirectory() as place,
        file_server() as files,
        store.running() as (_, bucket),
        drive_server() as drive,
    ):
        folder = Path(place)
        names, environ = addresses(files, bucket, plant), environment(folder, files, plant)
        drive.add(DRIVE_ID, "a.csv", b"a,b\n1,2\n")
        login = {
            "refresh_token": plant(),
            "token_uri": f"{drive.url}/token",
            "client_id": "me",
            "client_secret": plant(),
        }
        facts = {"addresses": names, "public": files.url, "drive": drive.url, "login": login}
        (folder / "facts.json").write_text(json.dumps(facts))
        text, counts = run(folder, environ, names)
        counts["journals"] = len(list(folder.glob("cache/files/unfinished/*.journal")))
        counts["manifests"] = len(list(folder.glob("cache/files/*/manifest.json")))
        kept = "\n".join(
            f"{path.name}\n{path.read_text('latin-1')}" for path in folder.glob("cache/**/*") if path.is_file()
        )
        if len(sys.argv) > 1:
            Path(sys.argv[1]).write_text(text)
        places = {"the notebook": text, "the kernel's terminal": (folder / "kernel.txt").read_text(), "the cache": kept}
        for where, said in places.items():
            for canary in sorted(plant.found(said)):
                counts["SEEN"] += 1
                sys.stderr.write(f"{canary} is in {where}\n")
        counts["came to a server"] = len(plant.found(seen(files, drive)))
    end(f"{len(plant.made)} secrets, ``%ingest`` in a real kernel", counts, "SEEN")


if __name__ == "__main__":
    main()
