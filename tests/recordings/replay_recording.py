#!/usr/bin/env python3
"""Replays a recording of a run that failed, and compares what is said with the .txt beside it.

Usage: replay_recording.py HEARSAY RECORDING

With HEARSAY_UPDATE_GOLDEN=1 the .txt is written anew: read what has changed before you believe it.
"""
import os
import pathlib
import re
import subprocess
import sys

LIMIT_S = 50


def main(hearsay, recording):
    recording = pathlib.Path(recording)
    done = subprocess.run([hearsay, "replay", recording.name], cwd=recording.parent,
                          capture_output=True, text=True, timeout=LIMIT_S, check=False)
    # How a journal is written is a version's own business, and whose build it is changes with each
    # commit.
    said = re.sub(r".* differs at the (start|end) of worker .*\n  recorded: a journal .*\n"
                  r"  replayed: a journal .*\n", "", done.stdout)
    said = re.sub(r"Recorded by .*\n", "", said) + f"[{done.returncode}]\n" + done.stderr
    expected = recording.with_suffix(".txt")
    if os.environ.get("HEARSAY_UPDATE_GOLDEN"):
        expected.write_text(said, encoding="utf-8")
    if not expected.exists() or said != expected.read_text(encoding="utf-8"):
        sys.exit(f"{recording.name} is replayed with:\n{said}\nwhich is not what stands in "
                 f"{expected.name}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
