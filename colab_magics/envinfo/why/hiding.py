"""What an environment variable hides from frameworks, and by which mistake."""

from colab_magics.envinfo.gpu.visible import Visibility
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.targets import short
from colab_magics.envinfo.why.verdict import Verdict
from colab_magics.format import plural

SLURM = "Ask for one when you start the job:  srun --gres=gpu:1 ...  (or  #SBATCH --gres=gpu:1)."


def hiding(here: Situation) -> Verdict | None:
    """Say whether all GPUs or some are hidden; None where every one is visible."""
    seen, count = here.visibility, len(here.devices)
    if isinstance(seen, Missing) or isinstance(seen.text, Missing):
        return None
    text = short(seen.text)
    if isinstance(seen.count, Missing):
        sentence = f'{seen.variable} is "{text}", and whether that hides a GPU cannot be told: {seen.count.reason}.'
        step = f"Compare it with what  nvidia-smi -L  lists, or choose by number:  %env {seen.variable}=0"
        return Verdict("", "maybe-hidden", sentence, step, certainty="likely", tone="warn")
    if seen.count == 0:
        value = here.environ.get(seen.variable, "").strip()
        step = SLURM if value == "NoDevFiles" else _undo(seen, is_quoted=value.startswith(("'", '"')))
        return Verdict("", "hidden", f"{seen.variable} {_mistake(value, text, count)}.", step)
    if seen.count < count:
        sentence = f'{seen.variable} is "{text}": frameworks see {plural(seen.count, "GPU")} of {count}.'
        return Verdict("", "partly-hidden", sentence, _undo(seen), tone="")
    return None


def _mistake(value: str, text: str, count: int) -> str:
    """Name the mistake in a ``value`` that leaves none of ``count`` GPUs visible; ``text`` is what may be shown."""
    entries = [entry.strip() for entry in value.split(",")]
    first = entries[0]
    if not first:
        return "is set and empty, which hides every GPU from frameworks"
    if first.startswith(("'", '"')):
        return f"is {text} with the quotes, which CUDA does not understand, so every GPU is hidden"
    if first == "NoDevFiles":
        return "is NoDevFiles: Slurm gave this job no GPU"
    if first.startswith("-"):
        return f'is "{text}", which hides every GPU from frameworks'
    if len(set(entries)) < len(entries):
        return f'is "{text}", which names a GPU twice, and CUDA then shows none'
    if first.startswith(("GPU-", "MIG-")):
        kind = "MIG instance" if first.startswith("MIG-") else "GPU"
        return f'is "{text}", and no {kind} here has that identifier, so every GPU is hidden'
    if first.isdecimal():
        numbers = "number 0" if count == 1 else f"numbers 0 to {count - 1}"
        return f'is "{text}", and the GPUs here have only {numbers}, so every GPU is hidden'
    return f'is "{text}", which names no GPU, so every GPU is hidden'


def _undo(seen: Visibility, *, is_quoted: bool = False) -> str:
    quotes = " without quotes" if is_quoted else ""
    return (
        f"Restart the kernel and run  %env {seen.variable}=0 {quotes} before a framework is imported (0 is the first "
        "GPU); look for the line that sets it in the notebook and where the kernel is started."
    )
