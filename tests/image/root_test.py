"""What is in the image. Run by image_test.py."""

import json
import os
import pathlib
import re
import ssl
import stat
import unittest

import root_checks
from container import USER
from subject import SUBJECT, VERSION

PROGRAMS = {"spillway", "spillway-server"}


class RootTest(unittest.TestCase):
    def setUp(self):
        self.root = SUBJECT.root

    def bill(self):
        return json.loads((self.root / "usr/share/sbom/spillway.spdx.json").read_text())

    def test_every_library_that_is_needed_is_there_and_no_other(self):
        elf = root_checks.elf_files(self.root)
        needed = set().union(*map(root_checks.needed_by, elf))
        there = {path.name for path in (self.root / "usr/lib").rglob("*.so*")}
        self.assertLessEqual({"libc.so.6", "libgrpc.so.29"}, needed)
        self.assertEqual(needed - there, set())
        real = {path.resolve() for path in (self.root / "usr/lib").rglob("*.so*") if path.name in needed}
        self.assertEqual({path for path in elf if ".so" in path.name}, {path for path in real if path.exists()})

    def test_nothing_can_be_run_but_the_programs_and_the_loader(self):
        runs = {path.name for path in root_checks.files(self.root) if path.stat().st_mode & 0o111}
        loaders = {name for name in runs if name.startswith("ld-linux")}
        self.assertEqual(len(loaders), 1)
        self.assertIn(runs - loaders, (PROGRAMS, PROGRAMS | {"spillway-sim"}))
        scripts = [path for path in root_checks.files(self.root) if path.read_bytes()[:2] == b"#!"]
        self.assertEqual(scripts, [])

    def test_only_the_test_image_has_the_simulator(self):
        self.assertTrue((SUBJECT.sim_root / "usr/bin/spillway-sim").is_file())
        if self.root != SUBJECT.sim_root:
            self.assertFalse((self.root / "usr/bin/spillway-sim").exists())

    def test_all_is_roots_and_nobody_elses_to_write_and_gives_nobody_more_rights(self):
        for path in [self.root, *self.root.rglob("*")]:
            about = path.lstat()
            self.assertEqual((about.st_uid, about.st_gid), (0, 0), path)
            if not path.is_symlink():
                self.assertEqual(about.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWGRP | stat.S_IWOTH), 0, path)
                self.assertTrue(path.is_file() or path.is_dir(), path)
                self.assertNotIn("security.capability", os.listxattr(path))

    def test_every_file_has_the_same_time(self):
        # Not links: Python unpacks them with the time of now.
        self.assertEqual(len({path.stat().st_mtime_ns for path in self.root.rglob("*") if not path.is_symlink()}), 1)

    def test_the_programs_are_hardened_as_debian_hardens_its_own(self):
        fortified = 0
        for name in PROGRAMS:
            program = self.root / "usr/bin" / name
            lacks = {measure for measure, there in root_checks.hardening(program).items() if not there}
            # What was built on this machine is as its own build has it.
            self.assertLessEqual(lacks, set() if SUBJECT.image else {"bound at start", "stack protector"}, name)
            fortified += root_checks.fortified(program)
        if SUBJECT.image:
            self.assertGreater(fortified, 0)

    def test_the_user_has_a_name(self):
        self.assertRegex((self.root / "etc/passwd").read_text(), rf"(?m)^nonroot:x:{USER}:{USER}:")
        self.assertRegex((self.root / "etc/group").read_text(), rf"(?m)^nonroot:x:{USER}:")

    def test_the_authorities_can_be_read(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(root_checks.resolve(self.root, "/usr/lib/ssl/cert.pem"))
        self.assertGreater(len(context.get_ca_certs()), 100)

    def test_the_bill_of_materials_is_spdx(self):
        bill = self.bill()
        self.assertEqual((bill["spdxVersion"], bill["dataLicense"], bill["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
        self.assertRegex(bill["documentNamespace"], r"^https://\S+[^#]$")
        self.assertRegex(bill["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        ids = [package["SPDXID"] for package in bill["packages"]]
        self.assertEqual(len(set(ids)), len(ids))
        for package in bill["packages"]:
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            self.assertTrue(package["versionInfo"])
            self.assertEqual([ref["referenceType"] for ref in package["externalRefs"]], ["purl"])
            self.assertRegex(package["externalRefs"][0]["referenceLocator"], r"^pkg:(deb/debian|generic)/[^@\s]+@[^@\s]+$")
        for relation in bill["relationships"]:
            self.assertIn(relation["spdxElementId"], [*ids, "SPDXRef-DOCUMENT"])
            self.assertIn(relation["relatedSpdxElement"], ids)
        self.assertEqual({relation["relatedSpdxElement"] for relation in bill["relationships"]}, set(ids))

    def test_the_bill_of_materials_names_spillway_and_just_the_packages_that_a_scanner_is_told_of(self):
        bill = self.bill()
        versions = {package["name"]: package["versionInfo"] for package in bill["packages"]}
        self.assertEqual(versions.pop("spillway"), VERSION)
        told = {}
        for status in (self.root / "var/lib/dpkg/status.d").iterdir():
            fields = dict(re.findall(r"(?m)^(Package|Version): (.+)$", status.read_text()))
            told[fields["Package"]] = fields["Version"]
        self.assertLess({"libc6", "libgrpc29", "libssl3", "ca-certificates"}, told.keys())
        # Headers that were compiled in: no file of theirs is there.
        inside = [relation["relatedSpdxElement"] for relation in bill["relationships"] if relation["relationshipType"] == "STATIC_LINK"]
        compiled_in = {package["name"] for package in bill["packages"] if package["SPDXID"] in inside}
        self.assertEqual({name: version for name, version in versions.items() if name not in compiled_in}, told)

    def test_every_package_has_its_licence(self):
        for package in self.bill()["packages"]:
            licence = root_checks.resolve(self.root, f"/usr/share/doc/{package['name']}/copyright")
            self.assertGreater(licence.stat().st_size, 100, package["name"])
            for text in re.findall(r"/usr/share/common-licenses/[\w+-]+(?:\.\d+)?", licence.read_text(errors="replace")):
                if pathlib.Path(text).exists():
                    self.assertTrue(root_checks.resolve(self.root, text).is_file(), f"{text} of {package['name']}")
