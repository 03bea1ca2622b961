"""Files of installed packages, read as data: pinned by version, checked by hash, never imported."""

import hashlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from neural.errors import VectorError


@dataclass(frozen=True)
class Wheel:
    """A package whose files are data.

    Attributes:
        what: what comes from it, for messages.
        extra: what installs it with the version that was tested.
        hashes: the end of a file's path → its SHA-256.
    """

    what: str
    package: str
    version: str
    extra: str
    hashes: dict[str, str]

    def file(self, name: str) -> Path:
        """The file whose path ends so.

        Raises:
            VectorError: the package is not installed, or the file is not the one that was tested.
        """
        try:
            files = importlib.metadata.files(self.package) or []
        except importlib.metadata.PackageNotFoundError:
            raise VectorError(
                f"{self.what} come from the package {self.package} (not installed); "
                f"pip install 'sparse-wfsa[{self.extra}]', or name a file of vectors."
            ) from None
        path = next((Path(str(file.locate())) for file in files if file.match(name)), None)
        if path is None or not path.is_file() or _digest(path) != self.hashes[name]:
            raise VectorError(
                f"{name} of {self.package} must be the tested file (got another); install "
                f"{self.package}=={self.version} again."
            )
        return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
