"""Where a training is shown while it runs: the panel in a notebook, lines of text elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from colab_magics import _shell, interrupts
from colab_magics.errors import ColabMagicsError
from colab_magics.train import card as cards
from colab_magics.train import outside
from colab_magics.train.control import Control
from colab_magics.train.events import EpochEnded, StepEnded, Stopped, TrainingEnded
from colab_magics.train.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colab_magics.card import Card
    from colab_magics.train.background import Background
    from colab_magics.train.events import Event
    from colab_magics.train.given import Given
    from colab_magics.train.panel import TrainPanel
    from colab_magics.train.progress import Phase
    from colab_magics.train.request import Request
    from colab_magics.train.run import Run

_PERIOD = 0.1
"""Seconds between two looks at a training in the background."""

_followers: dict[threading.Thread, threading.Event] = {}


def let_go() -> None:
    """Follow no training any more; those in the background go on."""
    for thread, is_over in list(_followers.items()):
        is_over.set()
        thread.join()


@contextmanager
def loading(title: str) -> Iterator[None]:
    """Say that Keras is being loaded, which takes seconds, until it is there, and hear no chatter of its backend."""
    from colab_magics.train.backend import without_chatter

    shown = _shell.show(cards.loading(title))
    try:
        with interrupts.held(), without_chatter():
            yield
    finally:
        shown.clear()


def trained(model: Any, request: Request, data: Given | None = None) -> Run:
    """Train here, and show it."""
    control = Control()
    is_over = False

    def tell(event: Event) -> None:
        nonlocal is_over
        is_over = is_over or isinstance(event, TrainingEnded)
        screen.tell(event)

    def interrupt() -> None:
        if not is_over:  # else the run would be lost on its way to the person
            raise KeyboardInterrupt

    with interrupts.held():
        screen = Screen(control)  # before what takes time to load
    with interrupts.first_asks(interrupt):
        with screen.telling_faults():
            with interrupts.held():
                from colab_magics.train.training import train
            in_memory = None if data is None or data.path is not None else data
            run = train(model, request, tell=tell, control=control, data=in_memory)
        screen.finish("stopped" if run.status == "stopped" else "done", cards.card(run), value=run)
    return run


def begun(model: Any, request: Request, backend: str | None, data: Given | None = None) -> Background:
    """Begin to train in a process of its own, and show it."""
    from colab_magics.train.backend import check_installed
    from colab_magics.train.background import begin

    check_installed(backend)
    if isinstance(model, str) and outside.is_file(model):
        model = str(outside.checked(model, is_trusted=request.trust_model))
    return followed(begin(model, request, backend, data))


def followed(job: Background) -> Background:
    """Show a training in the background, as long as it goes on."""
    Screen(job.control, job).follow(job)
    return job


class Screen:
    """Follows one training. Without a shell, and without a terminal, it shows nothing."""

    def __init__(self, control: Control, job: Background | None = None, *, title: str = "%train_mnist") -> None:
        self._state = Progress()
        self._panel: TrainPanel | None = None
        if _shell.has_kernel():
            from colab_magics.train.panel import TrainPanel

            can_stop = job is not None or _shell.hears_while_busy()  # whose cell is over at once
            self._panel = panel = TrainPanel(control, can_stop=can_stop)
            card = cards.waiting(title) if job is None else cards.begun(job)
            self._shown = _shell.show(card, lambda: panel, value=job)

    def tell(self, event: Event, at: float | None = None) -> None:
        """Show what happened, now or at the time ``at``."""
        at = time.monotonic() if at is None else at
        if self._panel is not None:
            self._panel.tell(event, at)
        elif sys.stderr.isatty():
            self._state = self._state.fold(event, at)
            self._write(event)

    def finish(self, phase: Phase, card: Card, *, value: object = None) -> None:
        """Show how it ended."""
        if self._panel is not None:
            self._panel.finish(phase, card)
            self._shown.update(card, value=value)
        else:
            _shell.show(card, value=value)

    @contextmanager
    def telling_faults(self) -> Iterator[None]:
        """Show what goes wrong in the block before it is raised."""
        try:
            yield
        except ColabMagicsError as error:
            self.finish("failed", cards.failed(str(error)))
            raise
        except KeyboardInterrupt:
            self.finish("failed", cards.failed("The training was interrupted before it could end: run the cell again."))
            raise
        except BaseException as error:
            self.finish("failed", cards.failed(f"The training broke off: {type(error).__name__}: {error}"))
            raise

    def follow(self, job: Background) -> None:
        """Show a training in the background, in a thread, until it ends or `let_go` is called.

        Without a notebook nothing is shown: its lines would come between those that a person types.
        """
        if self._panel is None:
            return
        is_over = threading.Event()
        thread = threading.Thread(target=self._follow, args=(job, is_over), name="colab_magics follow", daemon=True)
        _followers[thread] = is_over
        thread.start()

    def _follow(self, job: Background, is_over: threading.Event) -> None:
        try:
            self._show_all(job, is_over)
        finally:
            _followers.pop(threading.current_thread(), None)

    def _show_all(self, job: Background, is_over: threading.Event) -> None:
        try:
            for told in job.events():
                if is_over.is_set():
                    return
                if told is None:
                    is_over.wait(_PERIOD)
                else:
                    at, event = told
                    self.tell(event, at)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.finish("failed", cards.failed(f"What the training tells cannot be read ({error}): see {job.folder}"))
            return
        # Running is one that was begun anew since, which another cell shows.
        phases: dict[str, Phase] = {"finished": "done", "stopped": "stopped", "running": "stopped"}
        self.finish("failed" if job.reason else phases[job.status], cards.background(job))

    def _write(self, event: Event) -> None:
        match event:
            case StepEnded():
                # Of a line that wraps, only the last row would be written over.
                most = shutil.get_terminal_size().columns - 1
                sys.stderr.write(f"\r\x1b[K{self._state.line()[:most]}")
            case EpochEnded():
                sys.stderr.write(f"\r\x1b[K{self._state.line()}\n")
            case Stopped():
                sys.stderr.write("\r\x1b[KStopping after this step.\n")
        sys.stderr.flush()
