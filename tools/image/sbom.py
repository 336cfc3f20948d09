"""The image's bill of materials: SPDX 2.3, as JSON. The same packages make the same document, byte for byte."""

import hashlib
import json
import re
import time
import urllib.parse

OWN = "SPDXRef-Package-spillway"


def document(version, epoch, linked, compiled_in, other):
    """`linked`, `compiled_in`, `other`: Debian packages whose libraries ours load, whose headers are in them, and the rest."""
    body = {
        "packages": [_own(version)] + [_debian(p) for p in sorted({*linked, *compiled_in, *other})],
        "relationships": [
            _relation("SPDXRef-DOCUMENT", "DESCRIBES", OWN),
            *(_relation(OWN, "DYNAMIC_LINK", _id(p)) for p in sorted(linked)),
            *(_relation(OWN, "STATIC_LINK", _id(p)) for p in sorted(compiled_in)),
            *(_relation(OWN, "DEPENDS_ON", _id(p)) for p in sorted(other)),
        ],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return json.dumps({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"spillway-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/spillway-{version}-{digest[:32]}",
        "creationInfo": {
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "creators": ["Tool: spillway-sbom"],
        },
        **body,
    }, indent=1) + "\n"


def _own(version):
    return _package(OWN, "spillway", version, "Apache-2.0", primaryPackagePurpose="APPLICATION",
                    externalRefs=[_purl(f"pkg:generic/spillway@{version}")])


def _debian(package):
    quoted = urllib.parse.quote(package.version, safe="")
    purl = f"pkg:deb/debian/{urllib.parse.quote(package.name)}@{quoted}?arch={package.architecture}&distro=debian-12"
    optional = {"homepage": package.homepage} if package.homepage else {}
    return _package(_id(package), package.name, package.version, "NOASSERTION", supplier="Organization: Debian",
                    sourceInfo=f"built from Debian's source package {package.source} {package.source_version}",
                    licenseComments=f"see /usr/share/doc/{package.name}/copyright in the image",
                    externalRefs=[_purl(purl)], **optional)


def _package(spdx_id, name, version, licence, **more):
    return {
        "SPDXID": spdx_id,
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        **more,
    }


def _id(package):
    # A plus sign, as in libstdc++6, may not be in an SPDX identifier.
    return "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", lambda sign: f"-{ord(sign[0]):x}-", package.name)


def _purl(locator):
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}


def _relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
