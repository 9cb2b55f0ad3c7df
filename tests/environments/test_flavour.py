"""Which zygote a package starts from."""

from pathlib import Path

import pytest

from portico.environments.flavour import BARE, SDK, choose


@pytest.mark.parametrize(
    ("files", "flavour"),
    [
        ({"app.py": "def handler(e, c): pass"}, BARE),
        ({"app.py": "import boto3"}, SDK),
        ({"app.py": "", "lib/deep/down.py": "from botocore.config import Config"}, SDK),
        ({"app.py": "import boto3", "boto3/__init__.py": ""}, BARE),
        ({"app.py": "import boto3", "urllib3/__init__.py": ""}, BARE),
        ({"app.py": "import boto3", "six.py": ""}, BARE),
        ({"app.txt": "import boto3"}, BARE),
        ({}, BARE),
    ],
)
def test_the_sdk_is_loaded_for_who_uses_it_and_ships_none_of_it(
    tmp_path: Path, files: dict[str, str], flavour: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert choose(str(tmp_path), ()) == flavour


def test_what_pythonpath_adds_counts_as_shipped(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("import boto3")
    (tmp_path / "more" / "urllib3").mkdir(parents=True)
    variables = (("PYTHONPATH", f"/nowhere:{tmp_path}/more"),)
    assert choose(str(tmp_path / "code"), variables) == BARE


def test_a_file_that_can_not_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "dangling.py").symlink_to("/nowhere")
    (tmp_path / "app.py").write_text("import boto3")
    assert choose(str(tmp_path), ()) == SDK
