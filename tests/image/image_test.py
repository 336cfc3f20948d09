#!/usr/bin/env python3
"""Tests of the container image, or of its root folder: what is in it, and that it works as restricted as Kubernetes can make it.

    image_test.py --root FOLDER                                            (./dev image --from-build; run by ctest, label image)
    image_test.py --layout FOLDER --image NAME:TAG --test-image NAME:TAG   (./dev image)

Needs root; exit code 77 (skipped) without it. What --layout has is unpacked and tested: the very bytes a registry would get.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import unittest

import network
import oci
from container import USER
from root_test import RootTest  # noqa: F401 (unittest finds it here)
from scene import PROVIDER_NAME, Scene
from subject import SUBJECT, VERSION
from working_test import StoppingTest, WorkingTest  # noqa: F401

SKIPPED = 77


class ImageTest(unittest.TestCase):
    def setUp(self):
        if not SUBJECT.image:
            self.skipTest("a folder, not an image")
        self.config = SUBJECT.image.description["config"]

    def test_it_starts_the_server_as_65532_on_the_mounted_configuration(self):
        self.assertEqual(self.config["User"], f"{USER}:{USER}")
        self.assertEqual(self.config["Entrypoint"], ["/usr/bin/spillway-server"])
        self.assertEqual(self.config["Cmd"], Scene.arguments)
        self.assertEqual(set(self.config["ExposedPorts"]), {"50051/tcp", "9901/tcp"})
        self.assertNotIn("Volumes", self.config)
        self.assertNotIn("Healthcheck", self.config)

    def test_its_labels_say_what_it_is(self):
        labels = {name.removeprefix("org.opencontainers.image."): text for name, text in self.config["Labels"].items()}
        self.assertEqual(labels["version"], VERSION)
        self.assertEqual(labels["licenses"], "Apache-2.0")
        self.assertLessEqual({"title", "description", "base.name", "revision", "created"}, set(labels))
        self.assertTrue(all(labels.values()), labels)

    def test_it_is_one_layer_and_light(self):
        self.assertEqual(SUBJECT.image.layers, 1)
        self.assertLess(SUBJECT.image.compressed_bytes, SUBJECT.megabytes * 1_000_000)


def unpacked(image, folder):
    folder.mkdir()
    image.unpack(folder)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, help="a root folder with spillway-sim in it")
    parser.add_argument("--layout", type=pathlib.Path)
    parser.add_argument("--image")
    parser.add_argument("--test-image")
    parser.add_argument("--megabytes", type=int, default=60)
    arguments, rest = parser.parse_known_args()
    if os.geteuid() != 0:
        print("only root may make namespaces and give up privileges: skipped")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as work:
        pathlib.Path(work).chmod(0o755)
        if arguments.layout:
            SUBJECT.image = oci.Image(arguments.layout, arguments.image)
            SUBJECT.root = unpacked(SUBJECT.image, pathlib.Path(work, "image"))
            SUBJECT.sim_root = unpacked(oci.Image(arguments.layout, arguments.test_image), pathlib.Path(work, "test-image"))
        else:
            SUBJECT.root = SUBJECT.sim_root = arguments.root.resolve()
        SUBJECT.megabytes = arguments.megabytes
        network.enter_own_network()
        SUBJECT.name_server = network.NameServer(PROVIDER_NAME)
        program = unittest.main(argv=[sys.argv[0], *rest], exit=False)
    sys.exit(not program.result.wasSuccessful())


if __name__ == "__main__":
    main()
