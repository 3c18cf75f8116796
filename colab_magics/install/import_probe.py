"""The process that `imports` starts: finds and imports modules, and says on a pipe of its own what came of each.

Standard library only, and nothing of this project: it runs with the kernel's path and not with its modules. Its input
is a line of JSON, ``{"path": [...], "modules": [...]}``; its output one such line before and one after each import.
"""

import importlib
import importlib.util
import json
import os
import sys


def main() -> None:
    """Answer, and leave before anything that was imported can hinder the end."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    asked = json.loads(sys.stdin.readline())
    sys.path[:] = [*asked["path"], *(entry for entry in sys.path if entry not in asked["path"])]
    for module in asked["modules"]:
        _say(told, {"module": module, "begun": True})
        _say(told, {"module": module, **_outcome(module)})
    os._exit(0)


def _outcome(module: str) -> dict[str, str]:
    try:
        spec = importlib.util.find_spec(module)
        if spec is None:
            return {"error": f"ModuleNotFoundError: No module named {module!r}"}
        importlib.import_module(module)
    except BaseException as error:  # noqa: BLE001 (SystemExit, too: whatever an import raises is its outcome)
        lines = str(error).strip().splitlines()
        return {"error": ": ".join([type(error).__name__, *lines[:1]])[:600]}
    return {"origin": spec.origin or ""}


def _say(told: "object", answer: "dict[str, object]") -> None:
    told.write(json.dumps(answer) + "\n")  # type: ignore[attr-defined]
    told.flush()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
