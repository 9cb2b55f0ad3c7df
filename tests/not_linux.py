"""A Python without what it has no name for on macOS: source to be run before anything else."""

WITHOUT = """
import os, select, signal, socket
ONLY = {
    os: ["eventfd", "fdatasync", "getxattr", "memfd_create", "O_PATH", "O_TMPFILE", "pidfd_open", "pipe2", "posix_fadvise",
         "posix_fallocate", "sched_getaffinity", "sched_param", "sched_setaffinity", "sched_setscheduler", "SCHED_BATCH", "setns", "splice",
         "unshare"],
    select: ["epoll"],
    signal: ["pidfd_send_signal"],
    socket: ["AF_NETLINK", "AF_VSOCK", "SCM_CREDENTIALS", "SO_PASSCRED", "SO_PEERCRED", "SOCK_CLOEXEC", "SOCK_NONBLOCK",
             "MSG_CMSG_CLOEXEC"],
}
for module, names in ONLY.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
pairs = socket.socketpair
def socketpair(family=socket.AF_UNIX, type=socket.SOCK_STREAM, proto=0):
    if type == socket.SOCK_SEQPACKET:
        raise OSError(43, "Protocol not supported")
    return pairs(family, type, proto)
socket.socketpair = socketpair
os.process_cpu_count = os.cpu_count  # which asks for the affinity here, and does not there
"""
