"""What a browser sees at the server's address: that this is Portico, and where to go on. In development mode only."""

import html
from collections.abc import Sequence

from portico import __version__
from portico.wire.http import Head, Reply

PATH = "/_portico/"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", _POLICY))
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Portico</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem }}
pre {{ background: #8882; border-radius: .5rem; overflow-x: auto; padding: 1rem }} dt {{ margin-top: .5rem }}</style>
</head><body><h1>Portico {version}</h1>
<p>AWS Lambda, and every way there is to call it, on your own machines. It runs, and speaks AWS's protocols at this address.</p>
<h2>From a shell</h2>
<pre>eval "$(portico env)"
aws lambda list-functions
portico doors NAME           # every way to a function, and who may use each
portico explain REQUEST_ID   # why a call was allowed or refused</pre>
<h2>Here</h2>
<dl><dt><a href="/_portico/mailbox">Mailbox</a></dt><dd>e-mails and text messages that would have been sent, with their codes</dd>
<dt><a href="/_portico/health">Health</a></dt><dd>how the server is</dd>
<dt><a href="/_portico/metrics">Metrics</a></dt><dd>what it counts, for Prometheus</dd></dl>
<h2>Services</h2><p>{services}</p>
</body></html>
"""


def is_visit(head: Head) -> bool:
    """Whether somebody looks at the bare address with a browser; AWS's clients send `POST`, or say what they want in the query."""
    return (
        head.method == "GET" and head.path == "/" and not head.query and "text/html" in head.header("accept")
    )


def reply(services: Sequence[str]) -> Reply:
    """The page."""
    listed = html.escape(", ".join(sorted(services)))
    return Reply(200, _HEADERS, _PAGE.format(version=__version__, services=listed).encode())
