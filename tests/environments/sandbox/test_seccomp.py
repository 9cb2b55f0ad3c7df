"""The filter of system calls, run by a small machine for its programs, for both kinds of processors."""

import errno
import stat
import struct

import pytest

from portico.environments.sandbox import kernel, refusals, seccomp

_ALLOWED, _EPERM, _ENOSYS = "allowed", errno.EPERM, errno.ENOSYS
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_USERS = kernel.NEW_USERS


def _judge(
    machine: str, number: int, *arguments: int, architecture: int | None = None, **kind: bool
) -> str | int:
    """What the filter (of that `kind`) says to a call: `allowed`, or the error."""
    code = list(struct.iter_unpack("=HBBI", seccomp.program(machine, **kind)))
    given = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, _AUDIT[machine] if architecture is None else architecture, 0, *given)
    accumulator = at = 0
    while True:
        operation, if_true, if_false, operand = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, operand)
        elif operation == 0x54:
            accumulator &= operand
        elif operation == 0x06:
            return _ALLOWED if operand == 0x7FFF0000 else operand & 0xFFFF
        else:
            holds = {
                0x15: accumulator == operand,
                0x35: accumulator >= operand,
                0x45: bool(accumulator & operand),
            }
            at += if_true if holds[operation] else if_false


MACHINES = pytest.mark.parametrize("machine", kernel.MACHINES)


@MACHINES
def test_each_listed_call_is_refused_and_others_are_not(machine: str) -> None:
    at = kernel.MACHINES.index(machine)
    refused = {numbers[at] for numbers in refusals.REFUSED.values()} - {refusals.NONE}
    judged = {
        numbers[at]
        for numbers in (
            refusals.CLONE3,
            refusals.CLONE,
            refusals.SOCKET,
            refusals.IOCTL,
            refusals.MKNOD,
            refusals.MKNODAT,
        )
    }
    for number in range(480):
        if number not in judged:
            assert _judge(machine, number) == (_EPERM if number in refused else _ALLOWED), number


@MACHINES
def test_calls_of_another_machine_are_refused_whole(machine: str) -> None:
    for architecture in (0x40000003, 0x40000028, 0, _AUDIT["aarch64" if machine == "x86_64" else "x86_64"]):
        assert _judge(machine, 39, architecture=architecture) == _EPERM


def test_calls_of_x32_are_refused() -> None:
    for number in (0x40000000, 0x40000000 | 39, 0x40000000 | 59, 0xFFFFFFFF):
        assert _judge("x86_64", number) == _EPERM


SIGCHLD = 17
BY_ARGUMENTS = [
    ("CLONE", (SIGCHLD,), _ALLOWED),
    ("CLONE", (0x3D0F00,), _ALLOWED),  # a thread
    *[
        ("CLONE", (flag | SIGCHLD,), _EPERM)
        for flag in (_USERS, kernel.NEW_MOUNTS, kernel.NEW_PROCESSES, kernel.NEW_NETWORK)
    ],
    *[
        ("CLONE", (flag | SIGCHLD,), _EPERM)
        for flag in (kernel.NEW_IPC, kernel.NEW_NAMES, kernel.NEW_CGROUPS)
    ],
    ("CLONE3", (), _ENOSYS),
    ("SOCKET", (1, 1, 0), _ALLOWED),
    ("SOCKET", (2, 1 | 0x80800, 6), _ALLOWED),
    ("SOCKET", (2, 2, 1), _ALLOWED),  # a ping that needs no privilege
    ("SOCKET", (10, 2, 0), _ALLOWED),
    ("SOCKET", (16, 3 | 0x80000, 0), _ALLOWED),  # the C library's own question for addresses
    ("SOCKET", (16, 3, 9), _EPERM),
    ("SOCKET", (2, 3, 1), _EPERM),
    ("SOCKET", (2, 3 | 0x80000, 255), _EPERM),
    ("SOCKET", (10, 3, 58), _EPERM),
    ("SOCKET", (2, 10, 0), _EPERM),
    *[("SOCKET", (family, 1, 0), _EPERM) for family in (0, 3, 17, 29, 31, 38, 40, 44)],
    ("IOCTL", (0, 0x5401), _ALLOWED),
    ("IOCTL", (0, 0x5412), _EPERM),
    ("IOCTL", (0, 0xFFFFFFFF00005412), _EPERM),  # the kernel reads the lower half
    ("IOCTL", (0, 0x541C), _EPERM),
    ("MKNODAT", (0, 0, stat.S_IFIFO | 0o600), _ALLOWED),
    ("MKNODAT", (0, 0, stat.S_IFREG | 0o600), _ALLOWED),
    ("MKNODAT", (0, 0, stat.S_IFCHR | 0o666), _EPERM),
    ("MKNODAT", (0, 0, stat.S_IFBLK), _EPERM),
    ("MKNOD", (0, stat.S_IFCHR | 0o666), _EPERM),
    ("MKNOD", (0, stat.S_IFSOCK | 0o666), _ALLOWED),
]


@MACHINES
@pytest.mark.parametrize(("name", "arguments", "expected"), BY_ARGUMENTS)
def test_calls_that_are_judged_by_their_arguments(
    machine: str, name: str, arguments: tuple[int, ...], expected: str | int
) -> None:
    number = getattr(refusals, name)[kernel.MACHINES.index(machine)]
    if number == refusals.NONE:
        return
    assert _judge(machine, number, *arguments) == expected


def test_what_is_copied_keeps_what_its_copies_need() -> None:
    differing = {
        name
        for name, (number, _) in refusals.REFUSED.items()
        if _judge("x86_64", number) != _judge("x86_64", number, for_copies=True)
    }
    assert differing == set(refusals.OF_COPIES)


def test_a_machine_that_nobody_knows() -> None:
    with pytest.raises(OSError, match="no filter of system calls for riscv64"):
        seccomp.program("riscv64")


@MACHINES
@pytest.mark.parametrize("own_network", [True, False])
def test_a_process_that_is_copied_may_enter_no_namespaces_but_those_of_its_copies(
    machine: str, own_network: bool
) -> None:
    def judged(name: tuple[int, int], flags: int) -> str | int:
        number = name[kernel.MACHINES.index(machine)]
        return _judge(machine, number, flags, for_copies=True, own_network=own_network)

    theirs = kernel.NEW_USERS | kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC
    assert judged(refusals.CLONE, theirs) == _ALLOWED
    for flag in (
        kernel.NEW_NETWORK,
        kernel.NEW_NAMES,
        kernel.NEW_CGROUPS,
    ):  # a signal's number is where NEW_TIME would be
        assert judged(refusals.CLONE, theirs | flag) == _EPERM
    entering = refusals.REFUSED["unshare"]
    assert judged(entering, kernel.NEW_NETWORK) == (_ALLOWED if own_network else _EPERM)
    for flag in (theirs, kernel.NEW_USERS, kernel.NEW_NAMES, kernel.NEW_CGROUPS, kernel.NEW_TIME):
        assert judged(entering, kernel.NEW_NETWORK | flag) == _EPERM
