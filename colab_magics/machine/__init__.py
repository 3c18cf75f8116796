"""Memory, its limits and whom they ended, as the kernel tells them: what more than one slice asks."""
