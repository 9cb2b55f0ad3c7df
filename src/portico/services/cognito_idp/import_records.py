"""Jobs that import users, as they are stored. Times are seconds on the `now` clock."""

import msgspec

from portico.store.table import Table


class ImportJob(msgspec.Struct, frozen=True, gc=False):
    """A job that imports users from a CSV file, which is kept as the blob `blob`. `position` is how many of its bytes are done."""

    pool: str
    id: str
    name: str
    role: str
    created_at: float
    status: str = "Created"
    started_at: float = 0.0
    completed_at: float = 0.0
    blob: str = ""
    position: int = 0
    line: int = 0
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    message: str = ""


IMPORTS = Table("cognito-idp.import", ImportJob)  # pool id, job id
