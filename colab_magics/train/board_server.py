"""The process that `board` starts: TensorBoard, which ends when the pipe to its parent does."""

import os
import shutil
import sys
import tempfile
import threading


def main(folder: str, logdir: str, port: str) -> None:
    """Serve ``logdir`` on 127.0.0.1; ``folder`` is the private temporary directory."""
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    tempfile.tempdir = folder
    from tensorboard import main as tensorboard

    sys.argv = ["tensorboard", "--logdir", logdir, "--host", "127.0.0.1", "--port", port, "--reload_interval", "5"]
    tensorboard.run_main()


def _end_with_parent(folder: str) -> None:
    # Not sys.stdin: a thread that waits inside its buffer breaks the interpreter's own end.
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)  # a parent that was killed cannot
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
