"""One request to a portal's site, with what a page may know of it."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from portico.doors.port import Arrival
from portico.services.apigatewayv2.portal_records import Publication
from portico.wire.errors import AwsError
from portico.wire.http import Headers

_FIELDS_MAX = 200


class Visit(msgspec.Struct, frozen=True):
    """`base` is what stands before the site's paths in its addresses ("" on a name of its own), `path` what follows it, raw."""

    arrival: Arrival
    site: Publication
    base: str
    path: str
    is_preview: bool = False

    @property
    def url(self) -> str:
        """The address of the site as the browser has it, without a closing slash."""
        scheme = "https" if self.arrival.peer.secure else "http"
        return f"{scheme}://{self.arrival.head.header('host')}{self.base}"

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters.

        Raises:
            AwsError: 400, there are too many.
        """
        return fields(self.arrival.head.query)

    def came_from_here(self) -> bool:
        """Whether a form was sent by a page of this site, by the browser's own word; programs say nothing of that, and may."""
        head = self.arrival.head
        origin, kind = head.header("origin"), head.header("sec-fetch-site")
        is_here = not origin or urlsplit(origin).netloc == head.header("host")
        return is_here and kind in ("", "same-origin", "none")

    def kept(self, name: str) -> str:
        """What the browser has kept under a name; "" if nothing, or twice, as then it can't be told which was set here."""
        pairs = [part.strip().partition("=") for part in self.arrival.head.header("cookie").split(";")]
        counted = Counter(pair[0] for pair in pairs)
        found = {key: value for key, equals, value in pairs if equals and counted[key] == 1}
        return found.get(self._named(name), "")

    def cookie(self, name: str, value: str, age_s: int) -> Headers:
        """The header that has the browser keep a value for this site only, unseen by scripts; nothing any more for age 0."""
        secure = "; Secure" if self.arrival.peer.secure else ""
        path = self.base or "/"
        text = f"{self._named(name)}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}; Max-Age={age_s}"
        return (("set-cookie", text),)

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.arrival.peer.secure and not self.base else name


def fields(text: str) -> dict[str, str]:
    """The fields of a query or a form; of one that is there twice, the last.

    Raises:
        AwsError: 400, there are too many.
    """
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError:
        raise AwsError("BadRequestException", "Too many fields", 400) from None
