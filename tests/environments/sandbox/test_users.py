"""Users for environments: from which range, and that none comes twice."""

import os

import pytest

from portico.environments.sandbox.users import Users, usable_range

_WHOLE = "         0          0 4294967295\n"


@pytest.mark.parametrize(
    ("maps", "expected"),
    [
        ([_WHOLE, _WHOLE], (0x7000_0000, 0x0FFF_0000)),
        (["0 100000 65536", "0 100000 65536"], (32768, 32768)),
        (["0 100000 65536", "0 100000 60000"], (32768, 27232)),
        (["0 1000 1\n1 100000 65536", "0 1000 1\n1 100000 65536"], (32769, 32768)),
        (["0 1000 1", "0 1000 1"], (0, 0)),
        (["0 100000 1000", "0 100000 1000"], (0, 0)),
        (["", ""], (0, 0)),
    ],
)
def test_the_range(maps: list[str], expected: tuple[int, int]) -> None:
    assert usable_range(maps) == expected


def test_each_is_new_and_none_is_root() -> None:
    users = Users()
    taken = [users.take() for _ in range(5000)]
    if os.geteuid() == 0:
        assert len(set(taken)) == 5000
        assert min(taken) >= 1000
    else:
        assert set(taken) == {0}, "only root can give users"
