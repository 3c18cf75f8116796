"""One job after another, each of which can be stopped."""

import threading

from colab_magics.ingest.request import Request
from colab_magics.ingest.worker import Job, Worker
from tests.waiting import soon


def test_one_after_another_but_for_what_was_stopped() -> None:
    done: list[str] = []
    hold, begun = threading.Event(), threading.Event()

    def do(job: Job, stop: threading.Event) -> None:
        begun.set()
        hold.wait(10)
        done.append(job.key)

    worker = Worker(do)
    for key in "abc":
        worker.put(Job(key, Request(key)))
    assert begun.wait(10)
    worker.stop("b")
    worker.stop("nothing")
    hold.set()
    assert soon(lambda: done == ["a", "c"])
    worker.close()


def test_the_others_do_not_wait_for_one_that_hangs() -> None:
    done: list[str] = []
    hold, begun = threading.Event(), threading.Event()

    def do(job: Job, stop: threading.Event) -> None:
        if job.key == "slow":
            begun.set()
            hold.wait(10)
            assert stop.is_set()
        done.append(job.key)

    worker = Worker(do)
    worker.put(Job("slow", Request("slow")))
    worker.put(Job("next", Request("next")))
    assert begun.wait(10)
    worker.stop("slow")
    assert soon(lambda: done == ["next"])
    hold.set()
    assert soon(lambda: done == ["next", "slow"])
    worker.put(Job("last", Request("last")))
    assert soon(lambda: done[2:] == ["last"])
    worker.close()
    assert soon(lambda: not any(thread.name == "colab_magics desk" for thread in threading.enumerate()))
