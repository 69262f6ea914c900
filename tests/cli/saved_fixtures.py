"""A site that was stopped, a backup of it, and copies of both to be altered."""

import shutil

import pytest

from saved import a_sound_site, backed_up


@pytest.fixture(scope="module")
def saved_site(tmp_path_factory):
    return a_sound_site(tmp_path_factory.mktemp("site") / "data")


@pytest.fixture(scope="module")
def good(saved_site, tmp_path_factory):
    """A backup of it."""
    return backed_up(saved_site.folder, tmp_path_factory.mktemp("backups"))


@pytest.fixture
def backup(good, tmp_path):
    """A copy of that, to be altered."""
    return shutil.copytree(good, tmp_path / good.name)


@pytest.fixture
def folder(saved_site, tmp_path):
    """A copy of the site's data, to be altered."""
    return shutil.copytree(saved_site.folder, tmp_path / "data")
