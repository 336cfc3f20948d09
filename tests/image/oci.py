#!/usr/bin/env python3
"""An image in a folder of the OCI layout: what a registry would be given. As a program: sizes, or one file of it."""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile


class Image:
    def __init__(self, layout, name):
        """`name`: as the layout's index has it, spillway:0.1.0."""
        self._blobs = layout / "blobs"
        index = json.loads((layout / "index.json").read_text())
        found = [m for m in index["manifests"] if m.get("annotations", {}).get("org.opencontainers.image.ref.name") == name]
        if len(found) != 1:
            raise SystemExit(f"{layout} has {len(found)} images {name}")
        manifest = json.loads(self._blob(found[0]))
        self.description = json.loads(self._blob(manifest["config"]))
        self._layers = manifest["layers"]

    @property
    def compressed_bytes(self):
        return sum(layer["size"] for layer in self._layers)

    @property
    def diff_ids(self):
        """The layers' digests before they were compressed, which another gzip does not change."""
        return " ".join(self.description["rootfs"]["diff_ids"])

    @property
    def layers(self):
        return len(self._layers)

    @property
    def bytes(self):
        return sum(len(gzip.decompress(self._blob(layer))) for layer in self._layers)

    def unpack(self, folder):
        """Owners, modes and times included, so it needs root."""
        for archive in self._archives():
            archive.extractall(folder, numeric_owner=True)

    def read(self, path):
        return next(archive.extractfile(path).read() for archive in self._archives() if path in archive.getnames())

    def _archives(self):
        for layer in self._layers:
            with tarfile.open(fileobj=io.BytesIO(gzip.decompress(self._blob(layer)))) as archive:
                if any("/.wh." in f"/{name}" for name in archive.getnames()):
                    raise SystemExit("a layer takes away what another has: not expected of this image")
                yield archive

    def _blob(self, descriptor):
        kind, digest = descriptor["digest"].split(":")
        content = (self._blobs / kind / digest).read_bytes()
        if hashlib.new(kind, content).hexdigest() != digest or len(content) != descriptor["size"]:
            raise SystemExit(f"blob {digest} is not what its name says")
        return content


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layout", type=pathlib.Path)
    parser.add_argument("images", nargs="+", metavar="NAME:TAG")
    parser.add_argument("--limit-megabytes", type=int, help="fail if one is heavier, compressed")
    parser.add_argument("--extract", metavar="FILE", help="write this file of the image to standard output")
    arguments = parser.parse_args()
    images = {name: Image(arguments.layout, name) for name in arguments.images}
    if arguments.extract:
        sys.stdout.buffer.write(images[arguments.images[0]].read(arguments.extract))
        return
    for name, image in images.items():
        print(f"{name}: {image.compressed_bytes / 1e6:.1f} MB compressed, {image.bytes / 1e6:.1f} MB unpacked; layer {image.diff_ids}")
    if arguments.limit_megabytes and any(image.compressed_bytes >= arguments.limit_megabytes * 1e6 for image in images.values()):
        raise SystemExit(f"the limit is {arguments.limit_megabytes} MB compressed")


if __name__ == "__main__":
    main()
