"""What the package is made of, as its SBOM says."""

import json
import subprocess

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

pytest_plugins = ["package_fixtures"]


@pytest.fixture
def sbom(package):
    return package.with_suffix(".spdx.json")


def test_it_is_spdx(sbom):
    assert validate_full_spdx_document(parse_file(str(sbom)), "SPDX-2.3") == []


def related(sbom, kind: str) -> set[str]:
    document = json.loads(sbom.read_text())
    names = {package["SPDXID"]: package["name"] for package in document["packages"]}
    return {names[end] for relation in document["relationships"] if relation["relationshipType"] == kind
            for end in (relation["spdxElementId"], relation["relatedSpdxElement"])} - {"stoa"}


def test_it_names_what_the_package_depends_on(sbom, package):
    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], text=True, capture_output=True, check=True).stdout
    needed = {each.split()[0] for each in depends.split(",")} - {"adduser", "debconf"}
    named = related(sbom, "DYNAMIC_LINK")
    other = subprocess.run(["dpkg-query", "-W", "-f", "${Provides}, ", *named], text=True, capture_output=True,
                           check=True).stdout
    assert needed <= named | {each.split()[0] for each in other.split(",") if each.strip()}
    assert {"libc6", "libpq5", "libsodium23", "libsqlite3-0"} <= needed


def test_it_names_the_libraries_whose_code_is_in_headers(sbom):
    assert {"libcli11-dev", "libspdlog-dev"} <= related(sbom, "BUILD_DEPENDENCY_OF")
    assert any(name.startswith("libboost") for name in related(sbom, "BUILD_DEPENDENCY_OF"))


def test_its_sum_is_the_packages(sbom, package):
    own = next(each for each in json.loads(sbom.read_text())["packages"] if each["name"] == "stoa")
    counted = subprocess.run(["sha256sum", package], text=True, capture_output=True, check=True).stdout.split()[0]
    assert own["checksums"] == [{"algorithm": "SHA256", "checksumValue": counted}]
