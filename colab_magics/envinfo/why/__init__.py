"""Why a framework sees no GPU: facts read from files, and rules over them. No framework is imported."""

from colab_magics.envinfo.why.glance import headlines

__all__ = ["headlines"]
