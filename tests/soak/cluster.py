"""A file larger than the memory of a Dask cluster, and a worker killed in the middle: is the result pandas' own?

    python tests/soak/cluster.py [MEGABYTES]

A real cluster of two workers with 350 MB each reads a file from a server in a process of its own, driven by a third
process whose peak memory is taken; one worker gets a kill -9 while it works. Then the same with an S3 store, whose
secret must be in no task, repr or log. Prints the counts, and leaves 1 where a promise was broken.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parent.parent
MEMORY = "350MB"
MOST_RSS = 500  # MB of the driver
SECRET = "canary-of-the-bucket"
PIECE = 200_000  # rows that are made at once


def write(path: Path, megabytes: int) -> dict[str, list[float]]:
    """Write a mixed CSV; return the sums of ``amount`` and ``id``, and the rows, of each group, as they must come out."""
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(7)
    sums: pd.DataFrame | None = None
    first = True
    while first or path.stat().st_size < megabytes * 1_000_000:
        ids = np.arange(PIECE)
        qty = dice.integers(0, 50, PIECE).astype(float)
        qty[dice.random(PIECE) < 0.01] = np.nan
        part = pd.DataFrame(
            {
                "id": ids,
                "group": dice.choice(["north", "south, east", 'the "west"', "ñandú"], PIECE),
                "qty": qty,
                "amount": dice.integers(-1000, 1000, PIECE) / 4,  # sums of quarters are exact in any order
                "code": np.where(ids % 977 == 5, "A7", "0" + ids.astype("U7")),
                "note": "a note, " + dice.integers(0, 99, PIECE).astype("U3"),
            }
        )
        part.to_csv(path, mode="w" if first else "a", header=first, index=False, float_format="%.12g")
        one = part.groupby("group").agg(amount=("amount", "sum"), qty=("qty", "sum"), rows=("id", "size"))
        sums = one if sums is None else sums + one
        first = False
    assert sums is not None
    return {str(name): list(map(float, row)) for name, row in zip(sums.index, sums.to_numpy(), strict=True)}


def drive(source: str, cluster: str, endpoint: str | None) -> None:
    """Be the person: ingest, compute, tell; in a process of its own whose memory is counted."""
    import resource

    import colab_magics

    start = time.monotonic()
    frame = colab_magics.ingest(source, engine="dask", cluster=cluster, endpoint=endpoint)
    begun = time.monotonic()
    print(f"begun {frame.npartitions}", flush=True)
    made = frame.groupby("group").agg({"amount": "sum", "qty": "sum", "id": "size"}).compute()
    done = time.monotonic()
    from distributed import default_client
    from distributed.protocol.pickle import dumps

    shown = [repr(frame), str(frame.dask), repr(frame.expr), *map(str, default_client().get_worker_logs().values())]
    secrets = sum(SECRET in text for text in shown) + (SECRET.encode() in dumps(dict(frame.__dask_graph__())))
    told = {
        "sums": {str(name): list(map(float, row)) for name, row in zip(made.index, made.to_numpy(), strict=True)},
        "plan": begun - start,
        "compute": done - begun,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "code": str(frame.dtypes["code"]),
        "secrets": secrets,
    }
    print(json.dumps(told), flush=True)


def serve(path: str) -> None:
    """Serve one file in parts until the end of the input."""
    sys.path.insert(0, str(TESTS))
    from servers import file_server

    with file_server() as files:
        print(files.add("/big.csv", Path(path).read_bytes(), etag='"1"'), flush=True)
        sys.stdin.read()


def store(path: str) -> None:
    """Be an S3 store with one object until the end of the input."""
    sys.path.insert(0, str(TESTS))
    from moto.server import ThreadedMotoServer
    from servers import Bucket

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    Bucket(f"http://{host}:{port}").add("big.csv", Path(path).read_bytes())
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


def child(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if words[0] == "store" else None,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def run(cluster: object, source: str, endpoint: str | None, *, kills: bool) -> dict[str, object]:
    """Have a driver do it; kill a worker once some of the blocks are done."""
    driver = child("drive", source, cluster.scheduler_address, *([endpoint] if endpoint else []))
    while not (line := first_line(driver)).startswith("begun"):
        assert driver.poll() is None, "the driver has ended"
    blocks, killed = int(line.split()[1]), 0
    while driver.poll() is None and kills and not killed:
        tasks = list(cluster.scheduler.tasks.values())
        if sum(task.state == "memory" for task in tasks) >= 2:
            os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
            killed = 1
        time.sleep(0.05)
    assert driver.stdout is not None
    told = json.loads(driver.stdout.readlines()[-1])
    driver.wait()
    return {**told, "blocks": blocks, "killed": killed}


def main(megabytes: int) -> int:
    import logging

    from distributed import LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    os.environ |= {
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), os.environ.get("PYTHONPATH", "")]),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",
    }
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COLAB_MAGICS_CACHE"] = f"{folder}/cache"
        big, small = Path(folder, "big.csv"), Path(folder, "small.csv")
        plans = [("http", big, megabytes, True), ("s3", small, max(20, megabytes // 12), False)]
        for kind, path, size, kills in plans:
            expected = write(path, size)
            server = child("serve" if kind == "http" else "store", str(path))
            address = first_line(server)
            memory = MEMORY if kind == "http" else "500MB"  # the libraries of S3 take 60 MB more
            with LocalCluster(
                n_workers=2, threads_per_worker=1, memory_limit=memory, processes=True, dashboard_address=":0"
            ) as cluster:
                source, endpoint = (address, None) if kind == "http" else ("s3://data/big.csv", address)
                told = run(cluster, source, endpoint, kills=kills)
            server.communicate("")
            is_equal, is_small = told["sums"] == expected, float(told["rss"]) < MOST_RSS
            wrong += (not is_equal) + (not is_small) + bool(told["secrets"]) + (kills and not told["killed"])
            print(
                f"{kind}: {path.stat().st_size / 1e6:.0f} MB in {told['blocks']} blocks, 2 workers of {memory}: "
                f"{told['killed']} killed, {'equal' if is_equal else 'NOT EQUAL'}, planned in {told['plan']:.1f} s, "
                f"computed in {told['compute']:.1f} s, driver {told['rss']:.0f} MB at most, "
                f"{told['secrets']} outputs with the secret",
                flush=True,
            )
    return int(wrong > 0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["drive", source, cluster, *endpoint]:
            drive(source, cluster, endpoint[0] if endpoint else None)
        case ["serve", path]:
            serve(path)
        case ["store", path]:
            store(path)
        case [*size]:
            sys.exit(main(int(size[0]) if size else 720))
