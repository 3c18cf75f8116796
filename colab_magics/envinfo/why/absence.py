"""Why no NVIDIA GPU can be asked: the one cause in the machine, its driver or its container that comes first."""

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.driver_library import no_libcuda, stub
from colab_magics.envinfo.why.faults import fault_of, verdict_of
from colab_magics.envinfo.why.hiding import SLURM
from colab_magics.envinfo.why.permission import permission
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict

_SWITCHES = {
    "Google Colab": "In Colab's menu: Runtime > Change runtime type > choose a GPU under Hardware accelerator.",
    "Colab Enterprise": "Connect to a runtime template that has a GPU.",
    "Kaggle": "In Kaggle's editor: Settings > Accelerator > choose a GPU. It needs a verified phone number.",
    "Amazon SageMaker": "Choose an instance type with a GPU, such as ml.g4dn.xlarge.",
    "Databricks": "Attach the notebook to a cluster with a GPU and the ML runtime.",
    "Lightning": "Switch the Studio to a machine with a GPU.",
    "Paperspace": "Stop the notebook and start it on a machine with a GPU.",
    "Deepnote": "In the sidebar, under Environment: choose a machine with a GPU.",
    "Vertex AI Workbench": "Stop the instance, and add a GPU to its hardware configuration.",
    "Azure Machine Learning": "Choose a compute instance whose size has a GPU (its name begins with Standard_N).",
    "Binder": "Binder has no GPUs: use Colab or Kaggle for this notebook.",
    "GitHub Codespaces": "Codespaces have no GPU by default: use Colab or Kaggle for this notebook.",
    "JupyterHub": "File > Hub Control Panel > Stop my server, and start it with an option that has a GPU.",
}
_BUY = "Use a service that lends GPUs, such as Colab or Kaggle, or go on with the CPU: frameworks work without a GPU."
_RUN = "Start the container with its GPUs:  docker run --gpus all ...  (the host needs NVIDIA's container toolkit)."
_POD = "Ask for a GPU in the pod's resources:  limits: nvidia.com/gpu: 1."
_OWNER = "If this machine is not yours, ask whoever runs it."


def absence(here: Situation) -> Verdict | None:
    """Say why no NVIDIA GPU answers; None where another GPU is here and no sign of NVIDIA."""
    cause = fault_of(here.gpus)
    known = verdict_of(cause)
    if here.system == "Darwin":
        return None if here.devices else _none(here)
    if known is not None and cause not in ("not-permitted", "wsl-driver"):
        return known
    if here.is_wsl and not here.is_in_container:
        return _wsl(here)
    if here.system == "Windows":
        return _windows(here)
    if here.is_in_container:
        return _container(here, cause)
    return _refused(here, cause) or _driver(here, cause)


def _wsl(here: Situation) -> Verdict | None:
    if not here.has_node("dxg"):
        return Verdict(
            "",
            "wsl-without-gpu",
            "WSL gives no GPU to Linux here: /dev/dxg is missing, so this is WSL 1 or an old Windows.",
            "In Windows, run  wsl --update  and  wsl --set-version NAME 2  with the NAME that  wsl -l  shows.",
        )
    if not here.has_libcuda:
        return Verdict(
            "",
            "wsl-driver",
            "WSL has a GPU, but no NVIDIA driver of Windows to reach it by (libcuda.so.1 is missing).",
            "Install NVIDIA's driver in Windows, none in Linux, and run  wsl --shutdown  there.",
        )
    return stub(here) or verdict_of("wsl-driver")


def _windows(here: Situation) -> Verdict | None:
    if here.devices:
        return None
    return Verdict(
        "",
        "no-driver",
        "No NVIDIA driver answers in Windows: either it is not installed, or this machine has no NVIDIA GPU.",
        "If the Device Manager shows an NVIDIA GPU under Display adapters, install its driver and restart.",
        certainty="likely",
    )


def _container(here: Situation, cause: str) -> Verdict | None:
    asked = here.environ.get("NVIDIA_VISIBLE_DEVICES")
    start = _POD if here.container == "Kubernetes" else _RUN
    if here.has_node("nvidia"):
        lost = Verdict(
            "",
            "container-lost-gpu",
            "This container had a GPU and lost it: its device is here, and the driver refuses it.",
            "Restart the container. A newer NVIDIA container toolkit (1.18 or later) keeps it from happening again.",
            certainty="certain" if cause == "container-lost-gpu" else "likely",
        )
        if cause == "container-lost-gpu":
            return lost
        return stub(here) or permission(here) or no_libcuda(here) or lost
    if here.place in _SWITCHES and here.place != "JupyterHub":
        return _none(here) if not here.devices else None
    if asked in ("", "void", "none"):
        return Verdict(
            "",
            "container-without-gpu",
            f'This container was started without a GPU: NVIDIA_VISIBLE_DEVICES is "{asked}".',
            start,
        )
    if cause == "container-without-gpu" or here.hardware.modules & {"nvidia"} or "NVIDIA" in here.hardware.vendors:
        return Verdict(
            "",
            "container-without-gpu",
            f"The machine has an NVIDIA GPU, and this container ({here.container}) was started without it.",
            start,
        )
    return None if here.devices else _none(here)


def _refused(here: Situation, cause: str) -> Verdict | None:
    """The driver is running and gives no GPU to this process."""
    version, library = here.hardware.driver, here.library_driver
    if not isinstance(version, Missing) and not isinstance(library, Missing) and not _agree(version, library):
        return verdict_of("driver-mismatch")
    found = stub(here) or permission(here)
    if found is not None:
        return found
    if cause == "not-permitted":
        return verdict_of(cause)
    if "SLURM_JOB_ID" in here.environ and (
        here.has_node("nvidia") or cause in ("driver-sees-none", "container-lost-gpu")
    ):
        return Verdict("", "job-without-gpu", "This Slurm job was given no GPU of this machine.", SLURM)
    if cause == "container-lost-gpu":
        return Verdict(
            "",
            cause,
            "The NVIDIA driver gives an unknown error: a container or a service lost its GPU, or a rule forbids it.",
            "Restart the container or the machine.",
            certainty="likely",
        )
    if "nvidia" in here.hardware.modules and here.hardware.vendors and "NVIDIA" not in here.hardware.vendors:
        return _none(here)
    if cause == "driver-sees-none" or ("nvidia" in here.hardware.modules and here.has_node("nvidia0")):
        return Verdict(
            "",
            "driver-sees-none",
            "The NVIDIA driver is running and sees no GPU: this version may not know the GPU, or it has failed.",
            "Run  sudo dmesg | grep -i nvrm  to see what the driver says, and install the driver that fits the GPU.",
            certainty="likely",
        )
    if "nvidia" in here.hardware.modules:
        return Verdict(
            "",
            "no-node",
            "The NVIDIA driver is loaded, but its device nodes are missing (/dev/nvidiactl, /dev/nvidia0).",
            f"Make them:  sudo nvidia-modprobe -c 0 -u  (or restart the machine). {_OWNER}",
        )
    return None


def _agree(version: str, library: str) -> bool:
    """The same version; libcuda.so.1.1 of WSL and of boards has a number of its own."""
    return version == library or library.startswith("1.")


def _driver(here: Situation, cause: str) -> Verdict | None:
    is_there = "NVIDIA" in here.hardware.vendors
    if here.hardware.is_jetson:
        return Verdict(
            "",
            "jetson",
            "This is a Jetson: its GPU is part of the processor and answers only to NVIDIA's own builds of frameworks.",
            "Use the containers or wheels that NVIDIA makes for the JetPack of this board.",
            certainty="likely",
            tone="warn",
        )
    if (is_there or cause == "module-not-loaded") and "nouveau" in here.hardware.modules:
        return Verdict(
            "",
            "nouveau",
            "The NVIDIA GPU is run by nouveau, the free driver, which knows no CUDA.",
            "Install NVIDIA's driver (Ubuntu:  sudo ubuntu-drivers install), which turns nouveau off, and restart.",
        )
    if cause == "module-not-loaded" or (is_there and here.has_libcuda):
        return Verdict(
            "",
            "module-not-loaded",
            "The NVIDIA driver is installed, but its kernel module is not loaded.",
            "Run  sudo modprobe nvidia.  If it fails after a kernel update: install the driver again. With Secure "
            "Boot, the module must be signed.",
        )
    if is_there:
        return Verdict(
            "",
            "no-driver",
            "There is an NVIDIA GPU in this machine, but no driver for it.",
            f"Install NVIDIA's driver (Ubuntu:  sudo ubuntu-drivers install) and restart. {_OWNER}",
        )
    return None if here.devices else stub(here) or _amd(here) or _none(here)


def _amd(here: Situation) -> Verdict | None:
    if "AMD" not in here.hardware.vendors or "amdgpu" in here.hardware.modules:
        return None
    return Verdict(
        "",
        "no-driver",
        "There is an AMD GPU in this machine, but its kernel module (amdgpu) is not loaded.",
        "Run  sudo modprobe amdgpu,  or install AMD's driver for ROCm.",
    )


def _none(here: Situation) -> Verdict:
    if "SLURM_JOB_ID" in here.environ:
        return Verdict("", "job-without-gpu", "This Slurm job runs on a machine without a GPU.", SLURM, tone="")
    if here.place in _SWITCHES:
        sentence = f"This session on {here.place} runs on a machine without a GPU."
        return Verdict("", "no-accelerator", sentence, _SWITCHES[here.place], tone="")
    others = " and ".join(sorted(here.hardware.vendors - {"NVIDIA"}))
    only = f" (only {others} graphics)" if others else ""
    sentence = f"This machine has no NVIDIA GPU{only}."
    return Verdict("", "no-gpu", sentence, _BUY, tone="", certainty="certain" if here.system == "Linux" else "likely")
