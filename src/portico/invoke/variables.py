"""The environment variables that AWS sets, by runtime.

Source: Lambda Developer Guide, "Defined runtime environment variables", "Monitoring for Lambda SnapStart" and the layer paths of
each runtime; what functions of each runtime saw of their environment at AWS (recorded).
"""

import re
from collections.abc import Callable

from portico.environments.work import SNAP_START, EnvironmentSpec
from portico.identity.sessions import Credentials

Variables = dict[str, str]
_OPT = "/opt"
_FAMILY = re.compile(r"([a-z]+)([\d.]*)")


def environment_variables(
    spec: EnvironmentSpec,
    log_stream: str,
    keys: Credentials,
    endpoint_url: str,
    ca_bundle: str = "",
    opt_dir: str = "",
    container: Variables | None = None,
) -> tuple[tuple[str, str], ...]:
    """The variables of an environment, as AWS sets them; the function's own win over all but the reserved ones.

    `container` says where the environment fetches its credentials, if it does not hold `keys` itself; `opt_dir` is the folder of the
    merged layers where it is not /opt; `ca_bundle` the file with the authority that `endpoint_url` is to be trusted by.
    """
    opt = opt_dir or _OPT
    defaults = {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": f"/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:{opt}/lib",
        "PATH": f"/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:{opt}/bin",
        "TZ": ":UTC",
        **_of_runtime(spec.runtime, opt, with_layers=bool(opt_dir)),
    }
    if ca_bundle:
        defaults["AWS_CA_BUNDLE"] = ca_bundle
        if spec.runtime.startswith("nodejs"):  # where no SDK looks at the other
            defaults["NODE_EXTRA_CA_CERTS"] = ca_bundle
    return tuple({**defaults, **dict(spec.variables), **_reserved(spec, log_stream, keys, container)}.items())


def _reserved(
    spec: EnvironmentSpec, log_stream: str, keys: Credentials, container: Variables | None
) -> Variables:
    reserved = {
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": spec.function,
        "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": spec.initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": spec.region,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": "/var/task",
        "_HANDLER": spec.handler,
        **(container or _held(keys)),
    }
    if spec.initialization == SNAP_START:  # many come from one snapshot, each with a log of its own
        del reserved["AWS_LAMBDA_LOG_GROUP_NAME"], reserved["AWS_LAMBDA_LOG_STREAM_NAME"]
    return reserved


def _held(keys: Credentials) -> Variables:
    return {
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
        "AWS_SESSION_TOKEN": keys.token,
    }


def _of_runtime(runtime: str, opt: str, *, with_layers: bool) -> Variables:
    """What the runtime's own start adds; nothing for an OS-only runtime and for an image, which bring their own."""
    family = _FAMILY.match(runtime)
    if family is None or family[1] == "provided":
        return {}
    add = _FAMILIES.get(family[1])
    own = add(family[2], opt, with_layers) if add is not None else {}
    return {"AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}", **own}


def _python(version: str, opt: str, with_layers: bool) -> Variables:
    """/var/task comes before all of it; the layers' folders before the runtime's."""
    layers = f"{opt}/python/lib/python{version}/site-packages:{opt}/python:" if with_layers else ""
    return {"PYTHONPATH": f"{layers}/var/runtime"}


def _nodejs(version: str, opt: str, with_layers: bool) -> Variables:
    major = version.partition(".")[0]
    folders = (
        f"{opt}/nodejs/node{major}/node_modules",
        f"{opt}/nodejs/node_modules",
        "/var/runtime/node_modules",
        "/var/runtime",
        "/var/task",
    )
    return {"NODE_PATH": ":".join(folders)}


def _ruby(version: str, opt: str, with_layers: bool) -> Variables:
    abi = f"{version}.0"
    gems = (
        f"/var/task/vendor/bundle/ruby/{abi}",
        f"{opt}/ruby/gems/{abi}",
        "/var/runtime",
        f"/var/runtime/ruby/{abi}",
    )
    return {
        "GEM_HOME": "/var/runtime",
        "GEM_PATH": ":".join(gems),
        "RUBYLIB": f"/var/task:/var/runtime/lib:{opt}/ruby/lib",
    }


_FAMILIES: dict[str, Callable[[str, str, bool], Variables]] = {
    "nodejs": _nodejs,
    "python": _python,
    "ruby": _ruby,
}
