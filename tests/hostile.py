"""Texts that would run, load or break out of a page, were they ever taken for markup; the JavaScript tests have them, too."""

import json
from pathlib import Path

HOSTILE: list[str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
