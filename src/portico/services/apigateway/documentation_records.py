"""The records of APIs' documentation, which is no part of a deployment."""

from portico.services.apigateway.records import Record
from portico.store.table import Table


class Location(Record, frozen=True, gc=False):
    """What a part of the documentation is about."""

    type: str
    path: str | None = None
    method: str | None = None
    status_code: str | None = None
    name: str | None = None


class DocumentationPart(Record, frozen=True, gc=False):
    """A part of the documentation: `properties` is a JSON document."""

    id: str
    location: Location
    properties: str


class DocumentationVersion(Record, frozen=True, gc=False):
    """A state of the documentation that was kept, for exports of the stages that have this version."""

    version: str
    created_date: float
    description: str | None = None


class DocumentationSnapshot(Record, frozen=True, gc=False):
    """The parts of a documentation version."""

    parts: tuple[DocumentationPart, ...]


DOCUMENTATION_PARTS = Table("apigateway-doc-part", DocumentationPart)  # (api, id)
DOCUMENTATION_VERSIONS = Table("apigateway-doc-version", DocumentationVersion)  # (api, version)
DOCUMENTATION_SNAPSHOTS = Table("apigateway-doc-snapshot", DocumentationSnapshot)  # (api, version)
