"""Check the fares of a feed: every defect with its file, line, field, rule and remedy."""

from pathlib import Path

from faregate.fares.findings import Findings
from faregate.fares.read_feed import read_tables
from faregate.fares.reading.files import FeedFiles, without_collection
from faregate.fares.reading.version1 import check_version1


def validate_feed(path: Path) -> Findings:
    """Check every table that fares depend on, and those of Fares v1.

    Reads to the end whatever it finds. Raises `InvalidInputError` only for what is no feed at all:
    a path that cannot be read, or a file too large.
    """
    findings = Findings()
    with FeedFiles(path, findings) as files, without_collection():
        check_version1(files, read_tables(files))
    return findings
