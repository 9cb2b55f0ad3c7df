"""AWS's SDK for functions, and nothing else of the server's libraries.

As on AWS, the SDK comes after everything that the function brings along: its own copy of a library wins, unless a zygote has
loaded ours already (which is why such a function starts from the `bare` zygote).
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

MODULES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

# What a first client costs most, none of which holds a function's state: imported once for all.
_WARM = (
    "boto3",
    "boto3.session",
    "botocore.session",
    "botocore.client",
    "botocore.endpoint",
    "botocore.credentials",
    "botocore.regions",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.retries.standard",
    "botocore.signers",
    "s3transfer.manager",
    "urllib3.connectionpool",
)


class SdkFinder(importlib.abc.MetaPathFinder):
    """Finds the SDK's packages in `folder`, which also holds what functions must not see."""

    def __init__(self, folder: str, modules: tuple[str, ...]) -> None:
        self.folder = folder
        self.modules = modules

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of one of `modules`; None for anything else (their submodules have a path of their own)."""
        if path is not None or name not in self.modules:
            return None
        return importlib.machinery.PathFinder.find_spec(name, [self.folder], target)


def offer(folder: str, modules: tuple[str, ...] = MODULES) -> None:
    """Make these modules in `folder` importable, last of all."""
    sys.meta_path.append(SdkFinder(folder, modules))


def folder() -> str:
    """Where the SDK is offered from, "" if it is not."""
    return next(
        (one.folder for one in sys.meta_path if isinstance(one, SdkFinder) and "boto3" in one.modules), ""
    )


def admit(name: str) -> None:
    """Make one more of the server's modules importable in this process."""
    for finder in sys.meta_path:
        if isinstance(finder, SdkFinder) and "boto3" in finder.modules:
            finder.modules = (*finder.modules, name)


def preload() -> None:
    """Import the SDK and what a first client needs."""
    for name in _WARM:
        importlib.import_module(name)
