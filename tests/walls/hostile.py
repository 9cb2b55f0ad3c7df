"""A function that attacks: `event` names the attack and what is known of the server; it answers what gave way, or "".

The table `ATTACKS` says which tiers claim to withstand each. The source runs inside environments: standard library only.
"""

# name of the attack: the tiers that claim to withstand it
ATTACKS = {
    "read_the_data_directory": "AB",
    "read_the_code_of_others": "AB",
    "read_the_machines_tmp": "AB",
    "read_homes": "AB",
    "read_the_server_in_proc": "AB",
    "see_other_processes": "A",
    "look_through_proc_links": "AB",
    "write_its_own_code": "AB",
    "change_modes": "A",
    "write_anywhere_else": "AB",
    "write_sysctls": "AB",
    "make_a_mount_writable": "A",
    "mount_something": "AB",
    "leave_the_root": "AB",
    "find_the_hidden_root": "A",
    "signal_the_server": "AB",
    "signal_the_first_process": "A",
    "read_the_first_process": "AB",
    "attach_with_ptrace": "AB",
    "read_memory_of_others": "AB",
    "take_descriptors_of_others": "AB",
    "enter_new_namespaces": "AB",
    "enter_namespaces_of_others": "AB",
    "clone_into_namespaces": "AB",
    "open_raw_sockets": "AB",
    "use_io_uring": "AB",
    "use_keyrings": "AB",
    "use_bpf_and_perf": "AB",
    "open_by_handle": "AB",
    "call_as_another_machine": "AB",
    "become_root": "AB",
    "run_a_set_user_id_program": "AB",
    "gain_capabilities": "AB",
    "make_device_files": "AB",
    "type_into_a_terminal": "AB",
    "connect_to_abstract_sockets": "AB",
    "set_the_clock": "AB",
    "rename_the_host": "AB",
    "find_open_descriptors": "ABC",
    "fill_the_disk": "A",
    "use_the_runtime_api_of_others": "ABC",
    "use_the_runtime_api_of_its_own_out_of_turn": "ABC",
    "connect_to_sockets_of_the_server": "ABC",
    "use_the_development_keys": "ABC",
    "call_what_only_the_developer_may": "ABC",
}

SOURCE = r'''
import ctypes, errno, glob, mmap, os, platform, signal, socket, stat, struct, subprocess, sys, time

libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"


def handler(event, context):
    return globals()[event["attack"]](event)


def gives(attempts):
    """The names of the attempts that were not refused."""
    given = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        given.append(name)
    return ", ".join(given)


def call(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def read(path):
    return lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)


def writes(path):
    def attempt():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
        os.unlink(path)
    return attempt


def read_the_data_directory(event):
    own = os.environ["LAMBDA_TASK_ROOT"] + "/"  # which in tier B lies there
    paths = [os.path.join(event["data"], name) for name in ["", "code", *event["files"]]]
    return gives({path: read(path) for path in paths if not path.startswith(own)})


def read_the_code_of_others(event):
    own = os.environ["LAMBDA_TASK_ROOT"]
    return gives({path: read(path) for path in event["code"] if not path.startswith(own)})


def read_the_machines_tmp(event):
    return gives({event["tmp"]: read(event["tmp"])})


def read_homes(event):
    found = [home for home in ("/root", os.path.expanduser("~" + "root"), event["home"]) if os.path.isdir(home)]
    # the interpreter may be installed below a home: its folder is shown, and nothing beside it
    shown = [*event["shown"], os.path.realpath(sys.base_prefix)]
    return gives({home: lambda home=home: _nothing_but(home, shown) for home in found})


def _nothing_but(home, shown):
    names = [name for name in os.listdir(home) if not any(path.startswith(os.path.join(home, name)) for path in shown)]
    if not names:
        raise OSError("nothing to see")


def read_the_server_in_proc(event):
    pid = event["pid"]
    return gives({name: read(f"/proc/{pid}/{name}") for name in ("environ", "maps", "fd/0", "root", "cwd", "mem")})


def see_other_processes(event):
    found = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) > 50]
    return "" if len(found) < 3 else f"{len(found)} processes"


def look_through_proc_links(event):
    paths = ["/proc/1/root/" + event["data"], "/proc/self/root/" + event["data"], "/proc/1/cwd", "/proc/1/fd"]
    return gives({path: read(path) for path in paths})


def write_its_own_code(event):
    own = os.environ["LAMBDA_TASK_ROOT"]
    return gives({"new": writes(own + "/new"), "app": lambda: open(own + "/app.py", "a")})


def change_modes(event):
    own = os.environ["LAMBDA_TASK_ROOT"]
    return gives({"mode": lambda: os.chmod(own, 0o777), "times": lambda: os.utime(own, (0, 0))})


def write_anywhere_else(event):
    folders = ["/", "/usr", "/usr/local", "/etc", "/var", "/home", "/root", "/opt", "/mnt", "/run", "/dev", "/proc", "/sys", "/var/tmp"]
    return gives({folder: writes(folder + "/written-by-a-function") for folder in folders if os.path.isdir(folder)})


def write_sysctls(event):
    names = ["kernel/hostname", "kernel/core_pattern", "vm/drop_caches", "net/ipv4/ip_forward", "kernel/pid_max"]
    files = [f"/proc/sys/{name}" for name in names] + ["/proc/sysrq-trigger", "/proc/self/oom_score_adj"]
    return gives({file: lambda file=file: os.close(os.open(file, os.O_WRONLY)) for file in files if os.path.exists(file)})


def make_a_mount_writable(event):
    remount = 0x20 | 0x1000
    def attempt(target):
        if libc.mount(None, target.encode(), None, ctypes.c_ulong(remount), None):
            raise OSError(ctypes.get_errno(), "refused")
    return gives({target: lambda target=target: attempt(target) for target in ("/", "/usr", "/var/task", "/etc/ssl")})


def mount_something(event):
    def old(kind, flags):
        if libc.mount(kind, b"/tmp", kind, ctypes.c_ulong(flags), None):
            raise OSError(ctypes.get_errno(), "refused")
    return gives({
        "tmpfs": lambda: old(b"tmpfs", 0), "proc": lambda: old(b"proc", 0), "unmount": lambda: call(166 if X86 else 39, b"/proc", 2),
        "open_tree": lambda: call(428, -100, b"/", 1), "fsopen": lambda: call(430, b"tmpfs", 0),
        "mount_setattr": lambda: call(442, -100, b"/", 0, (ctypes.c_uint64 * 4)(0, 1, 0, 0), 32),
    })


def leave_the_root(event):
    return gives({"chroot": lambda: os.chroot("/tmp"), "pivot_root": lambda: call(155 if X86 else 41, b"/tmp", b"/tmp")})


def find_the_hidden_root(event):
    return gives({path: read(path) for path in ("/.portico/host/etc", "/.portico/host/" + event["data"], "/.portico/host/proc")})


def signal_the_server(event):
    return gives({str(pid): lambda pid=pid: os.kill(pid, 0) for pid in event["pids"]})


def signal_the_first_process(event):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        try:
            os.kill(1, number)
        except OSError:
            pass
    time.sleep(0.05)
    return ""  # being alive still is the proof


def read_the_first_process(event):
    return gives({name: read(f"/proc/{os.getppid()}/{name}") for name in ("mem", "environ", "maps", "fd", "cwd")})


def attach_with_ptrace(event):
    attach, traceme, seize = 16, 0, 0x4206
    number = 101 if X86 else 117
    child = os.fork()
    if child == 0:
        time.sleep(5)
        os._exit(0)
    found = gives({
        "server": lambda: call(number, attach, event["pid"], 0, 0), "me": lambda: call(number, traceme, 0, 0, 0),
        "parent": lambda: call(number, seize, os.getppid(), 0, 0), "child": lambda: call(number, seize, child, 0, 0),
    })
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return found


def read_memory_of_others(event):
    target = (ctypes.c_char * 8)()
    vector = struct.pack("PP", ctypes.addressof(target), 8)
    numbers = (310, 311) if X86 else (270, 271)
    return gives({str(n): lambda n=n: call(n, os.getppid(), vector, 1, vector, 1, 0) for n in numbers})


def take_descriptors_of_others(event):
    pidfd = os.pidfd_open(os.getpid())
    found = gives({"pidfd_getfd": lambda: call(438, pidfd, 1, 0)})
    os.close(pidfd)
    return found


NAMESPACES = {"users": 0x10000000, "mounts": 0x20000, "processes": 0x20000000, "network": 0x40000000, "ipc": 0x8000000}


def enter_new_namespaces(event):
    number = 272 if X86 else 97
    return gives({name: lambda flag=flag: call(number, flag) for name, flag in NAMESPACES.items()})


def enter_namespaces_of_others(event):
    number = 308 if X86 else 268
    def enter(name):
        fd = os.open(f"/proc/self/ns/{name}", os.O_RDONLY)
        try:
            call(number, fd, 0)
        finally:
            os.close(fd)
    return gives({name: lambda name=name: enter(name) for name in ("user", "mnt", "pid", "net")})


def clone_into_namespaces(event):
    def clone(flag):
        if call(56 if X86 else 220, flag | signal.SIGCHLD, 0, 0, 0, 0) == 0:
            os._exit(0)
    def clone3(flag):
        arguments = struct.pack("8Q", flag, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
        if call(435, arguments, len(arguments)) == 0:
            os._exit(0)
    old = {"clone " + name: lambda flag=flag: clone(flag) for name, flag in NAMESPACES.items()}
    return gives({**old, "clone3": lambda: clone3(0x10000000), "clone3 without": lambda: clone3(0)})


def open_raw_sockets(event):
    kinds = {
        "icmp": (2, 3, 1), "tcp": (2, 3, 6), "raw6": (10, 3, 58), "packet": (17, 3, 0x300), "packet dgram": (17, 2, 0x300),
        "old packet": (2, 10, 0),
        "vsock": (40, 1, 0), "alg": (38, 5, 0), "bluetooth": (31, 3, 1), "netfilter": (16, 3, 12),
        "audit": (16, 3, 9), "uevent": (16, 3, 15),
        "xdp": (44, 3, 0), "can": (29, 3, 1), "smc": (43, 1, 0), "tipc": (30, 1, 0),
    }
    return gives({name: lambda kind=kind: socket.socket(*kind).close() for name, kind in kinds.items()})


def use_io_uring(event):
    return gives({
        "setup": lambda: call(425, 4, bytes(120)), "enter": lambda: call(426, 0, 0, 0, 0), "register": lambda: call(427, 0, 0, 0, 0),
    })


def use_keyrings(event):
    numbers = {"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)}
    numbers = {name: pair[0 if X86 else 1] for name, pair in numbers.items()}
    return gives({
        "session": lambda: call(numbers["keyctl"], 0, -3, 0), "join": lambda: call(numbers["keyctl"], 1, 0),
        "add": lambda: call(numbers["add_key"], b"user", b"k", b"v", 1, -4),
        "request": lambda: call(numbers["request_key"], b"user", b"k", 0, 0),
    })


def use_bpf_and_perf(event):
    attributes = struct.pack("II", 1, 112) + bytes(104)
    return gives({
        "bpf": lambda: call(321 if X86 else 280, 0, struct.pack("IIII", 2, 4, 4, 1) + bytes(112), 128),
        "perf": lambda: call(298 if X86 else 241, attributes, 0, -1, -1, 0), "userfaultfd": lambda: call(323 if X86 else 282, 1),
    })


def open_by_handle(event):
    handle = struct.pack("II", 128, 0) + bytes(128)
    mount_id = (ctypes.c_int * 1)()
    return gives({
        "name": lambda: call(303 if X86 else 264, -100, b"/", handle, mount_id, 0),
        "open": lambda: call(304 if X86 else 265, -100, struct.pack("II", 8, 1) + bytes(8), 0),
    })


def call_as_another_machine(event):
    if not X86:
        return ""
    found = gives({"x32": lambda: call(0x40000000 | 39)})
    with mmap.mmap(-1, 4096, prot=7) as page:
        page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
        start = (ctypes.c_char * 1).from_buffer(page)
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(start))()
        del start
    return found + (" 32-bit" if answer > 0 else "")


def become_root(event):
    return gives({
        "setuid": lambda: os.setuid(0), "setresuid": lambda: os.setresuid(0, 0, 0), "setgid": lambda: os.setgid(0),
        "setgroups": lambda: os.setgroups([0]), "other": lambda: os.setuid(12345),
    }) + (" is root" if 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid()) else "")


def run_a_set_user_id_program(event):
    for name in ("su", "mount", "passwd", "newgrp"):
        path = f"/usr/bin/{name}"
        if os.path.exists(path) and os.stat(path).st_mode & stat.S_ISUID:
            child = subprocess.run([path, "--help"], capture_output=True, preexec_fn=None)
            if os.path.exists("/proc/self/status") and "NoNewPrivs:\t1" not in open("/proc/self/status").read():
                return path
    return ""


def gain_capabilities(event):
    status = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
    held = [name for name in ("CapInh", "CapPrm", "CapEff", "CapAmb") if int(status[name], 16)]
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    if libc.capset(header, data) == 0:
        held.append("capset")
    return ", ".join(held)


def make_device_files(event):
    folder = os.environ.get("TMPDIR", "/tmp")
    return gives({
        "character": lambda: os.mknod(folder + "/c", stat.S_IFCHR | 0o666, os.makedev(1, 3)),
        "block": lambda: os.mknod(folder + "/b", stat.S_IFBLK | 0o666, os.makedev(254, 0)),
    })


def type_into_a_terminal(event):
    import fcntl
    def type_into(fd):
        try:
            fcntl.ioctl(fd, 0x5412, b"x")
        except OSError as error:
            if error.errno == errno.EPERM:
                raise
    return gives({"TIOCSTI": lambda: type_into(1)})


def connect_to_abstract_sockets(event):
    def connect():
        with socket.socket(socket.AF_UNIX) as s:
            s.connect("\0" + event["socket"])
    return gives({"abstract": connect})


def set_the_clock(event):
    return gives({
        "settime": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
        "adjtimex": lambda: call(159 if X86 else 171, struct.pack("I", 1) + bytes(252)),
    })


def rename_the_host(event):
    return gives({"hostname": lambda: socket.sethostname("mine")})


def find_open_descriptors(event):
    found, events = [], []
    for fd in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            continue
        if int(fd) > 3 and target != os.readlink("/proc/self/fd/2"):  # its log
            (events if target.startswith("pipe:") else found).append(target)
    return ", ".join(found + events[1:])  # one is where its events come from


def use_the_development_keys(event):
    import boto3
    from botocore.exceptions import ClientError
    given = []
    for key in ("test", "000000000000", "123456789012"):
        for service, method in (("sts", "get_caller_identity"), ("iam", "list_users"), ("lambda", "list_functions")):
            keys = {"aws_access_key_id": key, "aws_secret_access_key": "test", "aws_session_token": ""}
            try:
                getattr(boto3.client(service, **keys), method)()
                given.append(f"{service} as {key}")
            except ClientError:
                pass
    return ", ".join(given)


def call_what_only_the_developer_may(event):
    import sys, urllib.error, urllib.request
    def post(path):
        urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + path, data=b"", timeout=10)  # an HTTPError is an OSError
    def by_a_child(path):
        source = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], data=b'', timeout=10)"
        command = [sys.executable, "-c", source, os.environ["AWS_ENDPOINT_URL"] + path]
        if subprocess.run(command, capture_output=True, start_new_session=True).returncode:
            raise OSError("refused")
    paths = ("/_portico/reset", "/_portico/clock?advance=60", "/_portico/backup?file=/tmp/stolen", "/_portico/explain?request_id=x")
    direct = {path: lambda path=path: post(path) for path in paths}
    return gives({**direct, "by a child": lambda: by_a_child("/_portico/reset")})


def ask_the_api(method, path, body=None, headers={}):
    """The status of a request to whoever answers at the address of the APIs."""
    import http.client
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=5)
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def use_the_runtime_api_of_others(event):
    """Whose environment it is, is told by the connection; so whatever is named here can only be refused."""
    paths = [f"/2018-06-01/runtime/invocation/{id}/{what}" for id in ("req", event["request"]) for what in ("response", "error")]
    extension = {"Lambda-Extension-Identifier": event["request"], "Lambda-Extension-Name": "neighbour"}
    found = {path: ask_the_api("POST", path, b"1") for path in paths}
    found["next"] = ask_the_api("GET", "/2020-01-01/extension/event/next", headers=extension)
    found["register"] = ask_the_api("POST", "/2020-01-01/extension/register", b'{"events": ["INVOKE"]}', extension)
    found["subscribe"] = ask_the_api("PUT", "/2022-07-01/telemetry", b"{}", extension)
    return ", ".join(f"{path}: {status}" for path, status in found.items() if status < 400)


def use_the_runtime_api_of_its_own_out_of_turn(event):
    found = {what: ask_the_api("POST", f"/2018-06-01/runtime/{what}", b"{}") for what in ("init/error", "restore/error")}
    found["next"] = ask_the_api("GET", "/2018-06-01/runtime/invocation/next")
    return ", ".join(f"{path}: {status}" for path, status in found.items() if status < 400)


def connect_to_sockets_of_the_server(event):
    """Those that have a name, and what the descriptors of this process lead to; its own channel takes no orders."""
    def connect(name):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(name)
    names = [line.split()[7] for line in open("/proc/net/unix").read().splitlines()[1:] if len(line.split()) > 7]
    ours = [name for name in names if "portico" in name and "siege" not in name]
    return gives({name: lambda name=name: connect(name.replace("@", "\0")) for name in ours})


def own_folder(event):
    own = os.environ["TMPDIR"]
    os.makedirs(own + "/full/of/things")
    return own


def fill_the_disk(event):
    """As much as there is room for, and no more; everything else refuses (write_anywhere_else)."""
    written, piece = 0, bytes(1 << 20)
    try:
        with open("/tmp/full", "wb", 0) as file:
            while written < 700:
                file.write(piece)
                written += 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            return str(error)
    finally:
        os.unlink("/tmp/full")
    try:
        for n in range(200_000):
            os.mkdir(f"/tmp/{n}")
        return "files without number"
    except OSError as error:
        if error.errno != errno.ENOSPC:
            return str(error)
    return "" if written <= 512 else f"{written} MB"
'''
