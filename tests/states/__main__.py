"""Writes the gallery of every page and state to a folder (`make gallery`)."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.states.pictures import Entry, take
from tests.states.registry import SCENES

_INDEX = Path(__file__).with_name("gallery.html")
_PLACE = "/*STATES*/[]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the gallery, of all scenes or of those that are named; the number of the process's end."""
    wish = _wish(arguments)
    out: Path = wish.out
    scenes = [name for name in SCENES if not wish.scene or any(each in name for each in wish.scene)]
    if not scenes:
        print(f"no scene is called so; there are {', '.join(SCENES)}", file=sys.stderr)
        return 2
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


def _wish(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.states", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the gallery; its pictures are written anew")
    parser.add_argument(
        "scene", nargs="*", help="part of a module's or a scene's name, as desk or scene_paper; all if none is given"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
