"""The process that tests start in an environment: does steps, says as JSON what came of each.

``{"do": "exec", "source"}``; ``{"do": "install", "names", "wishes", "apt", "timeout", "opens"}`` by the nouns
alone, where ``opens`` is run as a screen is opened;
``{"do": "cell", "source"}`` in a real shell; ``{"do": "snapshot"}`` and ``{"do": "restart"}`` since the last of these.
"""

import contextlib
import dataclasses
import io
import json
import os
import sys
import traceback
from typing import Any

from colab_magics.errors import InstallFailed
from colab_magics.install import plan as plans
from colab_magics.install.events import Ended, Started
from colab_magics.install.installation import install_all
from colab_magics.install.restart import loaded, to_restart
from colab_magics.install.snapshot import take
from colab_magics.redaction import Redactor

_memory: dict[str, Any] = {}


def execute(source: str) -> object:
    exec(source, {"__name__": "step"})
    return None


def install(
    names: list[str], wishes: dict[str, Any] | None = None, apt: bool = False, timeout: float = 60.0, opens: str = ""
) -> object:
    wanted = {name: tuple(value) if isinstance(value, list) else value for name, value in (wishes or {}).items()}
    events: list[object] = []
    try:
        plan = plans.make(names, plans.Wishes(**wanted), apt=apt, timeout=timeout)
        for event in install_all(plan, Redactor([*names, *map(str, wanted.values())])):
            events.append(event)
            if opens and isinstance(event, Started):
                execute(opens)
            if isinstance(event, Ended):
                return {**dataclasses.asdict(event.installed), "events": list(map(repr, events)), "repr": repr(plan)}
    except InstallFailed as error:
        return {"error": str(error), "events": list(map(repr, events)), "trace": traceback.format_exc()}
    raise AssertionError("no end")


def look_beside() -> None:
    """Find IPython where the tests have it; no installer that is started later sees that."""
    sys.path += [entry for entry in os.environ["COLAB_MAGICS_TEST_BESIDE"].split(os.pathsep) if entry not in sys.path]


def cell(source: str) -> object:
    look_beside()
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.history import HistoryAccessor
    from IPython.core.interactiveshell import InteractiveShell

    HistoryAccessor.enabled = False
    shell = InteractiveShell.instance(colors="NoColor")
    shell.run_line_magic("load_ext", "colab_magics")
    publisher = shell.display_pub = CapturingDisplayPublisher(parent=shell)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        result = shell.run_cell(source)
    shown = [output["data"] if isinstance(output, dict) else output.data for output in publisher.outputs]
    error = result.error_before_exec or result.error_in_exec
    return {
        "error": str(error) if error else "",
        "kind": type(error).__name__,
        "text": "\n".join(bundle.get("text/plain", "") for bundle in shown),
        "html": "\n".join(bundle.get("text/html", "") for bundle in shown),
        "printed": out.getvalue() + err.getvalue(),
        "value": repr(result.result),
        "displayed": len(shown),
    }


def snapshot() -> object:
    _memory["before"] = (take(), loaded())
    return None


def restart() -> object:
    before, modules = _memory["before"]
    return list(to_restart([(before, modules)], take()))


STEPS = {"exec": execute, "install": install, "cell": cell, "snapshot": snapshot, "restart": restart}

if __name__ == "__main__":
    came = [STEPS[step.pop("do")](**step) for step in json.load(sys.stdin)]
    print(json.dumps(came))
