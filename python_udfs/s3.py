"""Read and write s3:// through DuckDB's httpfs, without asking the network for it.

httpfs and aws come as packages of the same version as DuckDB, so they are loaded from where pip
put them. The credentials are those that every AWS tool takes from the environment. They are held
in a temporary secret, which DuckDB keeps in memory and shows redacted, and they pass through no
dbt variable, so that no artifact, log, file or message can hold them.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from python_udfs import settings

SCHEME = settings.S3
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")

# What httpfs says -> what the person who runs the build can do about it. The first that fits.
REASONS = (
    (
        r"NoSuchBucket",
        "there is no such bucket; check its name, and AWS_ENDPOINT_URL_S3 if one is set",
    ),
    (
        r"HTTP (code )?(401|403)|Access ?Denied|Forbidden",
        "access is denied; check the AWS credentials, and that they may list, read and write there",
    ),
    (r"HTTP (code )?404|Not Found", "it is not there, or not any more"),
    (
        r"HTTP (code )?30[1278]|AuthorizationHeaderMalformed|PermanentRedirect",
        "the bucket is in another region; set AWS_REGION to it",
    ),
    (r"HTTP (code )?\d{3}", "the S3 server refused or failed; build again later"),
    (
        r"error for HTTP|Could not (connect|resolve|establish)|[Tt]imed? ?out|[Cc]onnection",
        "the S3 server does not answer; check the network, and AWS_ENDPOINT_URL_S3 if one is set",
    ),
)


class S3Error(RuntimeError):
    """A setting with which S3 cannot be reached; the message is the sentence to show."""


def is_s3(location: str) -> bool:
    """Whether a file or folder lies on S3."""
    return location.startswith(SCHEME)


def reason(error: BaseException) -> str:
    """Why a file could not be read or written: one line, without addresses or credentials.

    Example:
        >>> reason(duckdb.HTTPException("HTTP Error: GET 's3://gym/x' (HTTP 404 Not Found)"))
        'it is not there, or not any more'
    """
    message = str(error)
    http = isinstance(error, duckdb.HTTPException) or "HTTP" in message
    for pattern, sentence in REASONS if http and isinstance(error, duckdb.Error) else ():
        if re.search(pattern, message):
            return sentence
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    first = message.splitlines()[0] if message else type(error).__name__
    raised = r"(Python exception occurred while executing the UDF: \w+: )?"
    return re.sub(rf"^((Invalid Input|IO|HTTP) Error: )?{raised}", "", first)


def bucket(root: str) -> str:
    """The bucket of an s3:// root.

    Raises:
        S3Error: the root names no bucket, or carries a query, in which keys might stand.

    Example:
        >>> bucket("s3://gym/exports")
        'gym'
    """
    name, *_ = root.removeprefix(SCHEME).split("/")
    if not name or not re.fullmatch(r"[^?#*\s]+", root):
        raise S3Error(
            "a root on S3 is s3://<bucket>/<folder> and nothing else;"
            " credentials come from the environment"
        )
    return name


def endpoint(url: str) -> tuple[str, bool]:
    """The host with its port, and whether to talk TLS to it.

    Raises:
        S3Error: the URL is more or less than scheme, host and port.

    Example:
        >>> endpoint("http://127.0.0.1:9000")
        ('127.0.0.1:9000', False)
    """
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or parts.path.strip("/")
        or parts.query
    ):
        raise S3Error(
            f"{' or '.join(ENDPOINTS)} must be like http://127.0.0.1:9000 or https://host"
        )
    return parts.netloc, parts.scheme == "https"


def needs_chain(environment: Mapping[str, str]) -> bool:
    """Whether the credentials are to be found by the AWS chain: no key in the environment.

    Raises:
        S3Error: of the key's two parts one is there.
    """
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    parts = [name for name in names if environment.get(name)]
    if len(parts) == 1:
        raise S3Error(f"{parts[0]} is set alone; set both {' and '.join(names)}, or neither")
    return not parts


def secret_statement(
    environment: Mapping[str, str], roots: Iterable[str]
) -> tuple[str, dict[str, Any]]:
    """The statement that makes the secret, and its parameters.

    Args:
        environment: variables as every AWS tool reads them.
        roots: the s3:// roots; the secret is offered to their buckets and no others.

    Returns:
        SQL that holds names of parameters only, and their values.

    Raises:
        S3Error: a root, the endpoint or the key is not as it must be.
    """
    chain = needs_chain(environment)
    options: dict[str, Any] = {"provider": "credential_chain" if chain else "config"}
    if not chain:
        options["key_id"] = environment["AWS_ACCESS_KEY_ID"]
        options["secret"] = environment["AWS_SECRET_ACCESS_KEY"]
        if token := environment.get("AWS_SESSION_TOKEN"):
            options["session_token"] = token
    if region := environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION"):
        options["region"] = region
    url = next((environment[name] for name in ENDPOINTS if environment.get(name)), None)
    if url:
        options["endpoint"], options["use_ssl"] = endpoint(url)
        options["url_style"] = "path"
    names = ", ".join(f"{name} ${name}" for name in options)
    scopes = sorted({f"{SCHEME}{bucket(root)}/" for root in roots})
    for number, scope in enumerate(scopes):
        options[f"scope_{number}"] = scope
    scope = ", ".join(f"$scope_{number}" for number in range(len(scopes)))
    return f"create temporary secret gym_s3 (type s3, {names}, scope [{scope}])", options


def extension_file(name: str, needed_by: str = SCHEME) -> Path:
    """Where pip put a DuckDB extension.

    Args:
        name: the extension's.
        needed_by: what cannot be read without it.

    Raises:
        S3Error: the package is not installed, or is made for another version of DuckDB.
    """
    package = f"duckdb-extension-{name.replace('_', '-')}"
    wanted = f"{package}=={duckdb.__version__}"
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise S3Error(f"{needed_by} needs the package {wanted}, which is not installed") from None
    spec = importlib.util.find_spec(package.replace("-", "_"))
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        file = Path(folder) / f"extensions/v{duckdb.__version__}/{name}.duckdb_extension"
        if version == duckdb.__version__ and file.exists():
            return file
    raise S3Error(f"{needed_by} needs the package {wanted}, the version of DuckDB, not {version}")


def load_extension(
    connection: duckdb.DuckDBPyConnection, name: str, needed_by: str = SCHEME
) -> None:
    """Load a DuckDB extension from its package.

    Raises:
        S3Error: it is not there, is of another version, or DuckDB refuses it.
    """
    file = extension_file(name, needed_by)
    try:
        connection.load_extension(str(file))
    except duckdb.Error as error:
        raise S3Error(f"DuckDB refuses the extension {name}: {reason(error)}") from None


def open_s3(
    connection: duckdb.DuckDBPyConnection, environment: Mapping[str, str], roots: Iterable[str]
) -> None:
    """Make s3:// readable and writable in a DuckDB instance.

    Raises:
        S3Error: an extension, a setting or the credentials are missing.
    """
    statement, parameters = secret_statement(environment, roots)
    load_extension(connection, "httpfs")
    # httpfs copies the environment's key into settings that anybody may read back.
    for setting in ("s3_access_key_id", "s3_secret_access_key", "s3_session_token"):
        connection.execute(f"reset {setting}")
    if parameters["provider"] == "credential_chain":
        load_extension(connection, "aws")
    try:
        connection.execute(statement, parameters)
    except duckdb.Error:
        raise S3Error(
            "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"
            " or give a profile or a role"
        ) from None
