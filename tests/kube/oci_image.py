"""OCI images as archives that containerd imports: made of a folder, or from a folder in the layout that builders write."""

import hashlib
import io
import json
import tarfile

UID = 65532
NAME = "io.containerd.image.name"


def _add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    archive.addfile(entry, io.BytesIO(content))


def _root_owns(entry):
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _layer(folder):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as layer:
        for path in sorted(folder.iterdir()):
            layer.add(path, path.name, filter=_root_owns)
    return packed.getvalue()


def make(path, names, folder, entrypoint):
    """Writes the archive: one layer, with what is in `folder`. `names` is what pods call the image, with a tag each."""
    kind = "application/vnd.oci.image"
    with tarfile.open(path, "w") as archive:

        def blob(content, media_type):
            digest = hashlib.sha256(content).hexdigest()
            _add(archive, f"blobs/sha256/{digest}", content)
            return {"mediaType": f"{kind}.{media_type}", "digest": f"sha256:{digest}", "size": len(content)}

        layer = blob(_layer(folder), "layer.v1.tar")
        description = {"architecture": "amd64", "os": "linux", "config": {"Entrypoint": entrypoint, "User": f"{UID}:{UID}"},
                       "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
        manifest = {"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json", "layers": [layer],
                    "config": blob(json.dumps(description).encode(), "config.v1+json")}
        found = blob(json.dumps(manifest).encode(), "manifest.v1+json")
        _finish(archive, [found | {"annotations": {NAME: name}} for name in names])


def pack(path, layout, rename):
    """Writes the archive of a folder in OCI's layout. `rename`: what pods call an image, by its name there."""
    manifests = json.loads((layout / "index.json").read_text())["manifests"]
    for manifest in manifests:
        manifest["annotations"] = {NAME: rename(manifest["annotations"]["org.opencontainers.image.ref.name"])}
    with tarfile.open(path, "w") as archive:
        archive.add(layout / "blobs", "blobs")
        _finish(archive, manifests)


def _finish(archive, manifests):
    _add(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
    _add(archive, "index.json", json.dumps({"schemaVersion": 2, "manifests": manifests}).encode())
