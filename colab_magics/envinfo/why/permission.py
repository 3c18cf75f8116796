"""Device nodes that are there and that this user may not open."""

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict


def permission(here: Situation, prefixes: tuple[str, ...] = ("nvidia", "dxg")) -> Verdict | None:
    """Say which node of a GPU is closed to this user; None where one GPU can be reached."""
    nodes = [node for node in here.nodes if node.name.startswith(tuple(f"/dev/{prefix}" for prefix in prefixes))]
    shared = [node for node in nodes if not node.name[-1].isdigit()]
    own = [node for node in nodes if node.name[-1].isdigit()]
    closed = [node for node in reversed(shared) if not node.is_permitted]
    if not closed and not any(node.is_permitted for node in own):
        closed = own  # one GPU of several may be somebody else's by intent
    if not closed:
        return None
    node = closed[0]
    if isinstance(node.group, Missing):
        step = f"Ask whoever runs this machine to let you open {node.name}."
    else:
        step = f"Join the group that may:  sudo usermod -aG {node.group} $USER,  log in again and restart the kernel."
    return Verdict("", "not-permitted", f"This user may not open {node.name}, the way to the GPU.", step)
