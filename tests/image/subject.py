"""What is tested: image_test.py fills it in."""

import argparse
import pathlib
import re

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
VERSION = re.search(r"^project\(spillway VERSION ([\d.]+)", (PROJECT / "CMakeLists.txt").read_text(), re.M)[1]

# root, sim_root: folders; the second has spillway-sim. image: an oci.Image, or None if there are only folders.
SUBJECT = argparse.Namespace(root=None, sim_root=None, image=None, name_server=None, megabytes=None)
