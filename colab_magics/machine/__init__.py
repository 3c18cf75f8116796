"""Memory and its limits, as the kernel tells them: what ``%envinfo`` shows, and ``%ingest`` asks before it reads."""
