"""`python -m tests.states OUT` writes the gallery of every page and state to the folder OUT (`make gallery`)."""

import json
import os
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.states.pictures import Entry, take
from tests.states.registry import SCENES

_INDEX = Path(__file__).with_name("gallery.html")
_PLACE = "/*STATES*/[]"


def main(arguments: list[str]) -> int:
    """Write the gallery; further arguments name modules or scenes to be taken alone."""
    if not arguments:
        print("python -m tests.states OUT [SCENE…]", file=sys.stderr)
        return 2
    out, wanted = Path(arguments[0]), arguments[1:]
    scenes = [name for name in SCENES if not wanted or any(each in name for each in wanted)]
    shutil.rmtree(out / "pictures", ignore_errors=True)
    started, entries = time.perf_counter(), list[Entry]()
    for number, (scene, found) in enumerate(take(scenes, out / "pictures", os.cpu_count() or 1), 1):
        entries += found
        print(
            f"[{number}/{len(scenes)}] {scene}: {len(found)} states ({time.perf_counter() - started:.0f} s)", flush=True
        )
    entries.sort(key=lambda entry: entry.name)
    states = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False).replace("</", "<\\/")
    (out / "index.html").write_text(_INDEX.read_text(encoding="utf-8").replace(_PLACE, states), encoding="utf-8")
    pictures = sum(len(entry.pictures) for entry in entries)
    print(f"{len(entries)} states, {pictures} pictures: {out / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
