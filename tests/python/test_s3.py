"""The build from s3:// to s3://, against a server that checks every signature, and its faults."""

from __future__ import annotations

import contextlib
import gzip
import importlib.metadata
import json
import logging
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
from conftest import PROJECT, Project
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from test_actions import Memory, row
from test_dialect_reading import PEOPLE
from test_export_files import contents, is_complete
from werkzeug.serving import BaseWSGIServer, make_server

from python_udfs import action_memory, export_files
from python_udfs.dialects.document import parse
from python_udfs.dialects.source import Reader, Source
from python_udfs.export_age import export_written_at
from python_udfs.export_files import WriteError, write_files
from python_udfs.find_exports import ExportFile, list_files
from python_udfs.raw_exports import EXPORTS, read_export
from python_udfs.s3 import (
    S3Error,
    endpoint,
    extension_file,
    open_s3,
    reason,
    secret_statement,
)
from python_udfs.s3_access import Plugin

BUCKET = "gym"
ROOTS = {"GYM_RAW_EXPORTS": f"s3://{BUCKET}/in", "GYM_EXPORTS_OUT": f"s3://{BUCKET}/out"}
KEY = {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-secret"}


# --- settings -----------------------------------------------------------------------------------

SECRETS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "a key": (
        KEY,
        {"provider": "config", "key_id": "an-id", "secret": "a-secret", "scope_0": "s3://gym/"},
    ),
    "a key with a token, a region and a server without TLS": (
        KEY
        | {
            "AWS_SESSION_TOKEN": "a-token",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9000/",
        },
        {
            "provider": "config",
            "key_id": "an-id",
            "secret": "a-secret",
            "session_token": "a-token",
            "region": "eu-west-1",
            "endpoint": "127.0.0.1:9000",
            "use_ssl": False,
            "url_style": "path",
            "scope_0": "s3://gym/",
        },
    ),
    "the particular before the general": (
        KEY
        | {
            "AWS_REGION": "us-east-2",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_S3": "https://minio.example",
            "AWS_ENDPOINT_URL": "http://other.example",
        },
        {
            "provider": "config",
            "key_id": "an-id",
            "secret": "a-secret",
            "region": "us-east-2",
            "endpoint": "minio.example",
            "use_ssl": True,
            "url_style": "path",
            "scope_0": "s3://gym/",
        },
    ),
    "no key, or an empty one": (
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        {"provider": "credential_chain", "scope_0": "s3://gym/"},
    ),
}


@pytest.mark.parametrize("environment,parameters", SECRETS.values(), ids=SECRETS.keys())
def test_secret_holds_what_the_environment_says_and_its_sql_no_value(
    environment: dict[str, str], parameters: dict[str, Any]
) -> None:
    statement, found = secret_statement(environment, ["s3://gym/in", "s3://gym/out"])
    assert found == parameters
    assert not any(str(value) in statement for name, value in found.items() if name != "provider")
    assert set(re.findall(r"\$(\w+)", statement)) == set(parameters)


REFUSED_SETTINGS = {
    "a key without its secret": (
        {"AWS_ACCESS_KEY_ID": "an-id"},
        "s3://gym",
        "AWS_ACCESS_KEY_ID is set alone",
    ),
    "a secret without its key": (
        {"AWS_SECRET_ACCESS_KEY": "a-secret"},
        "s3://gym",
        "AWS_SECRET_ACCESS_KEY is set alone",
    ),
    "credentials in the root": (
        KEY,
        "s3://gym/in?s3_secret_access_key=a-secret",
        "a root on S3 is",
    ),
    "no bucket": (KEY, "s3:///in", "a root on S3 is"),
    "a pattern": (KEY, "s3://gym/*/in", "a root on S3 is"),
    "an endpoint that is no URL": (
        KEY | {"AWS_ENDPOINT_URL": "127.0.0.1:9000"},
        "s3://gym",
        "AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL must be like",
    ),
    "credentials in the endpoint": (
        KEY | {"AWS_ENDPOINT_URL": "http://an-id:a-secret@host"},
        "s3://gym",
        "AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL must be like",
    ),
    "a path in the endpoint": (
        KEY | {"AWS_ENDPOINT_URL": "http://host/bucket"},
        "s3://gym",
        "AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL must be like",
    ),
}


@pytest.mark.parametrize(
    "environment,root,sentence", REFUSED_SETTINGS.values(), ids=REFUSED_SETTINGS.keys()
)
def test_wrong_setting_is_refused_in_one_sentence_without_its_value(
    environment: dict[str, str], root: str, sentence: str
) -> None:
    with pytest.raises(S3Error, match=sentence) as error:
        secret_statement(environment, [root])
    assert "a-secret" not in str(error.value)


def test_endpoint_is_a_host_and_whether_to_encrypt() -> None:
    assert endpoint("https://host:8443/") == ("host:8443", True)


REASONS = {
    "wrong key": ("GET 's3://gym/x' (HTTP 403 Forbidden)\n\nSignatureDoesNotMatch: ...", "access"),
    "denied in writing": ("Unable to connect to URL s3://x: Forbidden (HTTP code 403)", "access"),
    "no bucket": ("(HTTP 404 Not Found)\n\nNoSuchBucket: The specified", "there is no such bucket"),
    "no object": ("GET 's3://gym/x' (HTTP 404 Not Found)", "it is not there"),
    "another region": ("(HTTP 301 Moved Permanently)", "the bucket is in another region"),
    "wrong region": ("(HTTP 400 Bad Request)\n\nAuthorizationHeaderMalformed", "the bucket is in"),
    "slow down": ("(HTTP 503 Service Unavailable)", "the S3 server refused or failed"),
    "refused": (
        "Could not connect to server error for HTTP GET to 'http://h/x'",
        "the S3 server d",
    ),
}


@pytest.mark.parametrize("message,start", REASONS.values(), ids=REASONS.keys())
def test_reason_is_one_line_that_says_what_to_check(message: str, start: str) -> None:
    found = reason(duckdb.HTTPException(f"HTTP Error: {message}"))
    assert found.startswith(start)
    assert "s3://" not in found and "\n" not in found


def test_reason_of_what_is_not_http_is_its_first_line() -> None:
    assert reason(duckdb.IOException("IO Error: Cannot open 'x'\nLINE 1")) == "Cannot open 'x'"
    assert reason(PermissionError(13, "Permission denied", "/x")) == "Permission denied"
    assert reason(EOFError()) == "EOFError"


def test_an_extension_of_another_version_is_refused_by_name(monkeypatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.4.0")
    wanted = f"duckdb-extension-httpfs=={duckdb.__version__}"
    with pytest.raises(S3Error, match=f"{wanted}, the version of DuckDB, not 1.4.0"):
        extension_file("httpfs")


def test_an_extension_that_is_not_installed_is_asked_for_by_name() -> None:
    with pytest.raises(S3Error, match="which is not installed"):
        extension_file("none")


def test_an_extension_that_was_tampered_with_is_refused(tmp_path: Path, monkeypatch) -> None:
    content = bytearray(extension_file("httpfs").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "httpfs.duckdb_extension").write_bytes(content)
    monkeypatch.setattr(
        "python_udfs.s3.extension_file", lambda name, *_: tmp_path / f"{name}.duckdb_extension"
    )
    with duckdb.connect() as connection, pytest.raises(S3Error, match="refuses the extension"):
        open_s3(connection, KEY, ["s3://gym"])


def test_plugin_does_nothing_for_local_roots(monkeypatch) -> None:
    monkeypatch.setenv("GYM_RAW_EXPORTS", "exports")
    monkeypatch.delenv("GYM_EXPORTS_OUT", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "alone")
    with duckdb.connect() as connection:
        Plugin("s3_access", {}).configure_connection(connection)
        assert connection.sql("from duckdb_secrets()").fetchall() == []
        loaded = "from duckdb_extensions() where loaded and extension_name in ('httpfs', 'aws')"
        assert connection.sql(loaded).fetchall() == []


def test_no_credentials_anywhere_is_one_sentence(tmp_path: Path, monkeypatch) -> None:
    without_credentials(monkeypatch, tmp_path / "none")
    with duckdb.connect() as connection, pytest.raises(S3Error, match="no AWS credentials were"):
        open_s3(connection, {}, ["s3://gym"])


def without_credentials(monkeypatch, credentials_file: Path) -> None:
    """Let the AWS chain find nothing but this file."""
    for name in (*KEY, "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials_file))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(credentials_file.with_name("no_config")))


# --- a server -----------------------------------------------------------------------------------


class Server:
    """An S3 server on 127.0.0.1 that can break off at a request of one's choice.

    Attributes:
        port: a free one, the same again after a stop.
        requests: method and path of each request since it was last cleared.
        gone_at: the server stops at the first request that fits this pattern: a GET gets half of
            its answer, anything else none.
    """

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._application = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self.port = 0
        self.requests: list[str] = []
        self.gone_at: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.gone_at = None
        self._server = make_server("127.0.0.1", self.port, self, threaded=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __call__(self, environ: dict, start_response: Any) -> Iterator[bytes]:
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self.requests.append(request)
        if not self.gone_at or not re.search(self.gone_at, request):
            yield from self._application(environ, start_response)
            return
        if request.startswith("GET "):
            body = b"".join(self._application(environ, start_response))
            yield body[: len(body) // 2]
        self.stop()
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError


@dataclass(frozen=True)
class S3:
    """The server with a bucket, and the key of the one user who may use it."""

    server: Server
    key: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {**self.key, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": self.server.url}

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.server.url,
            region_name="us-east-1",
            aws_access_key_id=self.key["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.key["AWS_SECRET_ACCESS_KEY"],
        )

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=name, Body=content)

    def objects(self, folder: str) -> dict[str, bytes]:
        """Name -> bytes of all objects in a folder of the bucket."""
        listed = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{folder}/")
        names = [entry["Key"] for entry in listed.get("Contents", [])]
        return {
            name.removeprefix(f"{folder}/"): self.client.get_object(Bucket=BUCKET, Key=name)[
                "Body"
            ].read()
            for name in names
        }

    @contextlib.contextmanager
    def connection(self, **changed: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A DuckDB connection with S3 open, in an environment with these changes."""
        with duckdb.connect() as connection:
            open_s3(connection, self.environment | changed, [f"s3://{BUCKET}", "s3://missing"])
            yield connection


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    """A server with the bucket; it checks each request's signature and its user's rights."""
    server = Server()
    server.start()
    account = {
        "endpoint_url": server.url,
        "region_name": "us-east-1",
        "aws_access_key_id": "root",
        "aws_secret_access_key": "root",
    }
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam = boto3.client("iam", **account)
    iam.create_user(UserName="builder")
    iam.put_user_policy(
        UserName="builder",
        PolicyName="files",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    key = iam.create_access_key(UserName="builder")["AccessKey"]
    boto3.client("s3", **account).create_bucket(Bucket=BUCKET)
    check_signatures(server, "0")
    yield S3(
        server,
        {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        },
    )
    check_signatures(server, "inf")
    server.stop()


def check_signatures(server: Server, after: str) -> None:
    """Let the server check every request after so many."""
    request = urllib.request.Request(
        f"{server.url}/moto-api/reset-auth", after.encode(), {"Content-Type": "text/plain"}
    )
    urllib.request.urlopen(request).close()


# --- reading ------------------------------------------------------------------------------------

RELATIONS = b"customer_id,related_customer_id,relationship\n1,2,CHI\n2,1,PRE\n"


def read(
    connection: duckdb.DuckDBPyConnection, root: str, export: str = "capitan/relations"
) -> list[dict]:
    source = connection.sql(f"select '{root}' as root")
    return read_export(connection, export, source).read_all().to_pylist()


def test_every_form_of_a_file_is_read_in_the_order_of_the_names(s3: S3, tmp_path: Path) -> None:
    duckdb.sql(
        "copy (select 9 as customer_id, 8 as related_customer_id, 'SIB' as relationship)"
        f" to '{tmp_path}/part.parquet'"
    )
    folder = "forms/capitan/relations/date=2025-01-0"
    s3.put(f"{folder}1/part 1+2.csv", RELATIONS)
    s3.put(f"{folder}2/part.csv.gz", gzip.compress(RELATIONS))
    s3.put(f"{folder}3/part.parquet", (tmp_path / "part.parquet").read_bytes())
    s3.put("forms/capitan/relations/_SUCCESS", b"")
    with s3.connection() as connection:
        rows = read(connection, f"s3://{BUCKET}/forms")
    assert [row["file_error"] for row in rows] == [None] * 5
    assert [row["customer_id"] for row in rows] == ["1", "2", "1", "2", "9"]
    assert rows[0]["source_file"] == "capitan/relations/date=2025-01-01/part 1+2.csv"


def test_names_on_s3_are_found_in_any_spelling_and_signs_are_signs(s3: S3, tmp_path: Path) -> None:
    duckdb.sql(f"copy (select 'a@b.example' as email) to '{tmp_path}/part.parquet'")
    parquet = (tmp_path / "part.parquet").read_bytes()
    s3.put("odd[1]/Capitan/Relations.CSV", RELATIONS.replace(b",", b";").replace(b"_id", b" ID"))
    s3.put("odd[1]/capitan/", b"")
    s3.put("odd[1]/capitan/notes.docx", b"x")
    s3.put("odd[1]/PRIVACY/erasure_requests/[a].parquet", parquet)
    s3.put("odd[1]/PRIVACY/erasure_requests/b.txt", b"email\nb@b.example\n")
    root = f"s3://{BUCKET}/odd[1]"
    with s3.connection() as connection:
        assert [row["customer_id"] for row in read(connection, root)] == ["1", "2"]
        requests = read(connection, root, "privacy/erasure_requests")
        files = list_files(connection.cursor(), root, EXPORTS)
        written = export_written_at(connection, root, "capitan/relations", 0)
    assert [row["email"] for row in requests] == ["a@b.example", "b@b.example"]
    assert all(row["source_written_at"] for row in requests)
    assert abs(time.time() - written) < 600
    assert {file.name: file.reason and file.reason[:13] for file in files} == {
        "Capitan/Relations.CSV": None,
        "PRIVACY/erasure_requests/[a].parquet": None,
        "PRIVACY/erasure_requests/b.txt": None,
        "capitan/notes.docx": "its ending is",
    }
    s3.put("asks/privacy/erasure_requests?.csv", b"email\nc@c.example\n")
    with s3.connection() as connection:
        [row] = read(connection, f"s3://{BUCKET}/asks", "privacy/erasure_requests")
    assert "erasure_requests?.csv" in row["file_error"]


def test_an_export_that_is_not_there_is_refused_only_where_it_is_required(s3: S3) -> None:
    with s3.connection() as connection:
        assert read(connection, f"s3://{BUCKET}/empty") == []
        [row] = read(connection, f"s3://{BUCKET}/empty", "capitan/checkins")
    assert row["file_error"].startswith("capitan/checkins.csv is missing")


UNREADABLE = {
    "cut short": (
        "relations.csv.gz",
        gzip.compress(RELATIONS)[:-9],
        "capitan/relations.csv.gz cannot be read: Truncated compressed stream",
    ),
    "corrupt": (
        "relations.csv.gz",
        gzip.compress(RELATIONS)[:10] + b"\xff" * 40,
        "capitan/relations.csv.gz cannot be read: zlib inflate failed",
    ),
    "not Parquet": (
        "relations.parquet",
        b"<html>not Parquet at all</html>",
        "capitan/relations.parquet cannot be read: No magic bytes found",
    ),
}


@pytest.mark.parametrize("name,content,sentence", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_object_is_one_sentence(
    s3: S3, request, name: str, content: bytes, sentence: str
) -> None:
    folder = request.node.callspec.id.replace(" ", "_")
    s3.put(f"{folder}/capitan/{name}", content)
    with s3.connection() as connection:
        [row] = read(connection, f"s3://{BUCKET}/{folder}")
    assert row["file_error"].startswith(sentence)
    assert "\n" not in row["file_error"]


@pytest.mark.parametrize("name", ["relations.csv", "relations.parquet"])
def test_an_object_that_goes_between_listing_and_reading_is_one_sentence(
    s3: S3, monkeypatch, name: str
) -> None:
    gone = ExportFile(
        f"capitan/{name}", f"s3://{BUCKET}/gone/capitan/{name}", "capitan/relations", None, name
    )
    monkeypatch.setattr("python_udfs.raw_exports.list_files", lambda *_: [gone])
    with s3.connection() as connection:
        [row] = read(connection, f"s3://{BUCKET}/gone")
    assert row["file_error"] == (f"capitan/{name} cannot be read: it is not there, or not any more")


def test_a_server_gone_in_the_middle_of_an_object_is_one_sentence(s3: S3) -> None:
    s3.put("middle/capitan/relations.csv", RELATIONS * 1000)
    server = Server()
    server.start()
    server.gone_at = "GET /gym/middle/capitan/relations.csv"
    with s3.connection(AWS_ENDPOINT_URL_S3=server.url) as connection:
        [row] = read(connection, f"s3://{BUCKET}/middle")
    assert row["file_error"].startswith(
        "capitan/relations.csv cannot be read: the S3 server does not answer"
    )


def test_credentials_of_a_profile_are_found_by_the_chain(
    s3: S3, tmp_path: Path, monkeypatch
) -> None:
    without_credentials(monkeypatch, tmp_path / "credentials")
    lines = [f"{name.lower()} = {value}" for name, value in s3.key.items()]
    (tmp_path / "credentials").write_text("\n".join(["[default]", *lines]))
    s3.put("chain/capitan/relations.csv", RELATIONS)
    environment = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": s3.server.url}
    with duckdb.connect() as connection:
        open_s3(connection, environment, [f"s3://{BUCKET}"])
        assert len(read(connection, f"s3://{BUCKET}/chain")) == 2


def test_sql_cannot_read_the_secret_back(s3: S3, monkeypatch) -> None:
    for name, value in s3.key.items():
        monkeypatch.setenv(name, value)
    with s3.connection() as connection:
        shown = connection.sql("from duckdb_settings()").fetchall()
        shown += connection.sql("from duckdb_secrets()").fetchall()
    assert "gym_s3" in str(shown)
    assert s3.key["AWS_SECRET_ACCESS_KEY"] not in str(shown)


# --- writing ------------------------------------------------------------------------------------


def test_a_file_of_many_chunks_arrives_as_it_was_written(
    s3: S3, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(export_files, "UPLOAD_CHUNK", 4096)
    monkeypatch.setattr(export_files.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with s3.connection() as connection:
        rows = connection.sql("select range as id, md5(range::varchar) as text from range(20000)")
        folders = (f"s3://{BUCKET}/a folder's/", str(tmp_path / "local"))
        tables = [
            write_files(connection, {"t": (rows, "id")}, folder, "csv,parquet")
            for folder in folders
        ]
    assert tables[0] == tables[1]
    assert s3.objects("a folder's") == contents(tmp_path / "local")
    assert list((tmp_path / "temporary").iterdir()) == []


UNWRITABLE = {
    "missing bucket": ("s3://missing/out", {}, "there is no such bucket"),
    "wrong secret": (f"s3://{BUCKET}/no", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "access is denied"),
    "wrong key": (f"s3://{BUCKET}/no", {"AWS_ACCESS_KEY_ID": "wrong"}, "access is denied"),
}


@pytest.mark.parametrize("folder,changed,sentence", UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_a_folder_that_cannot_be_written_is_one_sentence(
    s3: S3, folder: str, changed: dict[str, str], sentence: str
) -> None:
    with s3.connection(**changed) as connection, pytest.raises(WriteError) as error:
        write_files(connection, {"t": (connection.sql("select 1 as id"), "id")}, folder, "csv")
    assert str(error.value).startswith(f"{folder}/t.csv cannot be written: {sentence}")
    assert "\n" not in str(error.value)


# --- the build ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class S3Project(Project):
    """A project whose exports and files are on S3 and whose log holds all that dbt can log."""

    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in super().environment.items()
            if not name.startswith("AWS_")
        }
        return inherited | ROOTS | {"DBT_LOG_LEVEL_FILE": "debug"} | self.settings

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """As a user does: nothing that another environment left may hide where a secret goes."""
        return self.run_anew(*command)

    def copy(self, folder: Path, **changed: str) -> S3Project:
        """A project of its own that begins where this one ended, with changed settings."""
        other = S3Project(folder, folder, self.settings | changed)
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return other


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_on_s3_is_read_like_a_local_one(
    s3: S3, tmp_path: Path, kind: str, journal: str
) -> None:
    path = tmp_path / f"gym.{kind}"
    create = "create table people (no text, given text, family text)"
    insert = "insert into people values ('007', 'Ann', 'Example')"
    if kind == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute(f"pragma journal_mode = {journal}")
            database.execute(create)
            database.execute(insert)
            database.commit()
    else:
        with duckdb.connect(str(path)) as database:
            database.execute(create)
            database.execute(insert)
    s3.put(f"databases/{journal}/gym.{kind}", path.read_bytes())
    location = f"s3://{BUCKET}/databases/{journal}/gym.{kind}"
    file = ExportFile(path.name, location, "x", None, path.name)
    source = Source("gate", parse(PEOPLE, "dialects/gate.yml"), "", [file])
    with s3.connection() as connection:
        for _ in range(2):
            [batch] = list(Reader(connection.cursor(), source).rows("capitan/customers"))
            assert batch.column("source_customer_id").to_pylist() == ["007"]


@pytest.fixture(scope="module")
def local_and_s3(
    s3: S3, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, S3Project, list[subprocess.CompletedProcess[str]]]:
    """The same small sample built from local files and on S3, and what the builds printed."""
    folder = tmp_path_factory.mktemp("s3")
    subprocess.run(
        [sys.executable, "-m", "scripts", "sample", "--scale", "0.05", "--out", str(folder)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    for path in sorted((folder / "exports").rglob("*.csv")):
        s3.put(f"in/{path.relative_to(folder / 'exports')}", path.read_bytes())
    local = Project(folder / "local", folder / "exports")
    remote = S3Project(folder / "remote", folder / "exports", s3.environment)
    s3.server.requests.clear()
    with ThreadPoolExecutor(2) as pool:
        building = [pool.submit(remote.build), pool.submit(local.build)]
        results = [future.result() for future in reversed(building)]
    return local, remote, results


def test_the_build_on_s3_gives_the_bytes_of_the_local_build(s3: S3, local_and_s3) -> None:
    local, remote, results = local_and_s3
    assert [result.returncode for result in results] == [0, 0], [r.stderr for r in results]
    files = s3.objects("out")
    assert len(files) == 9
    assert files == contents(local.files)
    assert f"files in {ROOTS['GYM_EXPORTS_OUT']}" in results[1].stdout
    exported = "select file_name, row_count, byte_count, sha256 from exported_files order by all"
    assert remote.query(exported) == local.query(exported)


def test_the_manifest_comes_last_and_tells_a_complete_set(s3: S3, local_and_s3) -> None:
    written = [
        request for request in s3.server.requests if re.match("(PUT|POST) /gym/out", request)
    ]
    assert written[-1].endswith("/manifest.json")
    assert sum("manifest.json" in request for request in written) == sum(
        "pass_transfers.csv" in request for request in written
    )
    with s3.connection() as connection:
        assert is_complete(ROOTS["GYM_EXPORTS_OUT"], connection)


def test_the_files_are_read_back_with_their_rows_and_columns(s3: S3, local_and_s3) -> None:
    _, remote, _ = local_and_s3
    for name, rows, _, _ in remote.query("from exported_files"):
        mart = Path(name).stem
        with s3.connection() as connection:
            # Fetched, not asked for its shape, which would hold up the server in this process.
            found = connection.sql(f"from '{ROOTS['GYM_EXPORTS_OUT']}/{name}'")
            assert len(found.fetchall()) == rows
            columns = remote.query(f"select column_name from (describe {mart})")
            assert found.columns == [column for (column,) in columns]


def assert_one_clear_sentence(result: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    # A line for each file or folder that could not be read, and nothing else.
    lines = result.stderr.strip().splitlines()
    assert lines[0].startswith("The build failed")
    assert 2 <= len(lines) == len(set(lines)) <= 5
    assert all(len(line) < 400 for line in lines)


LATE = f"s3://{BUCKET}/late"
FAULTS = {
    "wrong secret": (
        {"AWS_SECRET_ACCESS_KEY": "wrong-secret"},
        "cannot be listed: access is denied",
    ),
    "missing bucket": ({"GYM_RAW_EXPORTS": "s3://missing/in"}, "there is no such bucket"),
    "missing object": (
        {"GYM_RAW_EXPORTS": f"s3://{BUCKET}/partly"},
        "capitan/checkins.csv is missing",
    ),
    "server gone while reading": ({}, "the S3 server does not answer"),
}
GONE = {
    "server gone while reading": "GET /gym/in/capitan/customers.csv",
    "server gone while writing": "(PUT|POST) /gym/late/customer_interactions.csv",
}


@pytest.fixture(scope="module")
def faults(
    s3: S3, local_and_s3, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[S3Project, subprocess.CompletedProcess[str]]]]:
    """After the good build one more with each fault, two at a time."""
    _, built, _ = local_and_s3
    for name, content in s3.objects("in").items():
        if name != "capitan/checkins.csv":
            s3.put(f"partly/{name}", content)
    with s3.connection() as connection:
        # Other rows under the same names, so that old files can be told from new ones.
        rows = connection.sql("select 1 as id")
        tables = {Path(name).stem: (rows, "id") for name in s3.objects("out") if "csv" in name}
        write_files(connection, tables, LATE, "csv,parquet")
    servers = {fault: Server() for fault in GONE}
    settings = {fault: changed for fault, (changed, _) in FAULTS.items()}
    settings["server gone while writing"] = {"GYM_EXPORTS_OUT": LATE}
    for fault, server in servers.items():
        server.start()
        server.gone_at = GONE[fault]
        settings[fault] = settings[fault] | {"AWS_ENDPOINT_URL_S3": server.url}
    projects = {
        fault: built.copy(tmp_path_factory.mktemp("fault"), **changed)
        for fault, changed in settings.items()
    }
    with ThreadPoolExecutor(2) as pool:
        running = {fault: pool.submit(project.build) for fault, project in projects.items()}
    yield {fault: (projects[fault], future.result()) for fault, future in running.items()}
    for server in servers.values():
        server.stop()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_clear_sentence_and_nothing_is_lost(
    s3: S3, local_and_s3, faults, fault: str
) -> None:
    local, built, _ = local_and_s3
    project, result = faults[fault]
    assert_one_clear_sentence(result, FAULTS[fault][1])
    for mart in ("customer_connections", "customer_interactions", "exported_files"):
        kept = f"from {mart} order by all"
        assert project.query(kept) == built.query(kept)
    assert project.published.read_bytes() == built.published.read_bytes()
    assert s3.objects("out") == contents(local.files)
    assert "wrong-secret" not in everything_written(project, result)


def test_a_server_gone_while_writing_leaves_a_set_that_is_told_incomplete_and_the_next_run_mends(
    s3: S3, local_and_s3, faults
) -> None:
    local, built, _ = local_and_s3
    project, result = faults["server gone while writing"]
    assert_one_clear_sentence(result, "customer_interactions.csv cannot be written: the S3 server")
    assert "manifest.json tells" in result.stderr
    good, mixed = contents(local.files), s3.objects("late")
    assert mixed["customer_connections.csv"] == good["customer_connections.csv"]
    assert mixed["customer_interactions.csv"] == b"id\n1\n"
    with s3.connection() as connection:
        assert not is_complete(LATE, connection)
    assert project.published.read_bytes() == built.published.read_bytes()

    # The warehouse in which reading failed goes on, into the folder in which writing failed.
    after, _ = faults["server gone while reading"]
    late = s3.environment | {"GYM_EXPORTS_OUT": LATE}
    result = S3Project(after.folder, after.exports, late).build()
    assert result.returncode == 0, result.stderr
    assert s3.objects("late") == good


def everything_written(project: Project, *results: subprocess.CompletedProcess[str]) -> str:
    """All that a project's builds wrote: warehouse, published file, logs, artifacts, output."""
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"dbt.log", "manifest.json", "gym_connections.duckdb", "partial_parse.msgpack"} <= names
    text = "".join(result.stdout + result.stderr for result in results)
    return text + "".join(path.read_bytes().decode("latin-1") for path in files)


def test_no_credential_is_in_anything_that_was_written(s3: S3, local_and_s3) -> None:
    _, remote, results = local_and_s3
    written = everything_written(remote, *results)
    written += "".join(content.decode("latin-1") for content in s3.objects("out").values())
    assert "s3://gym/in" in written
    for value in s3.key.values():
        assert value not in written


# --- the lists of before ------------------------------------------------------------------------


def test_lists_are_remembered_on_s3(s3: S3, tmp_path: Path, monkeypatch) -> None:
    """Written once, read again without who asked to be erased, and written anew for those alone."""
    for name, text in s3.environment.items():
        monkeypatch.setenv(name, text)
    folder = f"s3://{BUCKET}/lists"

    class OnS3(Memory):
        def landed(self, *erased: int) -> list[dict]:
            with s3.connection() as session:
                found = action_memory.read_history(session, folder, False, erased)
                return [row for batch in found for row in batch.to_pylist()]

        def remember(self, is_trial: bool = False) -> list[str]:
            return action_memory.remember(self.warehouse, folder, is_trial)

    memory = OnS3(tmp_path)
    assert memory.landed() == []
    memory.build("2025-06-03", row("2025-06-03", 1), row("2025-06-03", 2))
    assert memory.remember() == ["2025-06-03.parquet"]
    first = s3.objects("lists")
    memory.build("2025-06-03", row("2025-06-03", 3))
    assert memory.remember() == []
    assert s3.objects("lists") == first
    memory.build("2025-06-04", row("2025-06-04", 1), erased=(2,))
    assert memory.remember() == ["2025-06-03.parquet", "2025-06-04.parquet"]
    assert memory.people() == [("2025-06-03", 1), ("2025-06-04", 1)]
    with s3.connection() as session:
        secret = action_memory.salt_of(session, folder, False)
        assert action_memory.salt_of(session, folder, False) == secret
    assert s3.objects("lists")["salt"].decode() == secret
    s3.put("lists/2025-06-03.parquet", b"PAR1")
    [found] = memory.landed()
    assert f"{folder}/2025-06-03.parquet, the lists of a date" in found["file_error"]
    with pytest.raises(OSError, match=r"cannot be remembered in s3://missing/x .*no such bucket"):
        action_memory.remember(memory.warehouse, "s3://missing/x", False)
