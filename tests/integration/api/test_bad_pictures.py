"""Bytes that are no good picture: a typed refusal, never a failure of ours."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.integration.api.pictures import noisy_jpeg, picture, png_claiming, problem

PHOTO = "/v1/search/photo"
JPEG = {"Content-Type": "image/jpeg"}

BAD = {
    "empty": (b"", 422, "picture-damaged"),
    "html": (b"<!doctype html><script>alert(1)</script>", 415, "picture-format"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "picture-format"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 415, "picture-format"),
    "icon": (b"\0\0\1\0\1\0\20\20" + b"\0" * 100, 415, "picture-format"),
    "header only": (noisy_jpeg()[:200], 422, "picture-damaged"),
    "half a JPEG": (noisy_jpeg()[:5000], 422, "picture-damaged"),
    "half a PNG": (picture(size=(300, 300))[:200], 422, "picture-damaged"),
    "2^31 pixels claimed": (png_claiming(65536, 32768), 413, "picture-too-large"),
    "a very long line": (png_claiming(100_000, 1), 413, "picture-too-large"),
    "many megapixels": (png_claiming(20_000, 20_000), 413, "picture-too-large"),
    "no width": (png_claiming(0, 10), 422, "picture-damaged"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("as_form", [False, True])
def test_a_bad_picture_is_refused_with_its_reason(client: TestClient, name: str, as_form: bool) -> None:
    data, status, code = BAD[name]
    if as_form:
        answer = client.post(PHOTO, files={"photo": ("a.jpg", data, "image/jpeg")})
    else:
        answer = client.post(PHOTO, content=data, headers=JPEG)
    problem(answer, status, code)


def test_a_picture_over_the_bound_is_refused(client: TestClient) -> None:
    data = picture() + b"\0" * 200_001
    problem(client.post(PHOTO, content=data, headers=JPEG), 413, "picture-too-large")


def test_a_body_over_the_bound_is_refused_by_its_length(client: TestClient) -> None:
    answer = client.post(PHOTO, content=b"\0" * 2_000_000, headers=JPEG)
    problem(answer, 413, "body-too-large")
    assert answer.headers["connection"] == "close"


def test_a_chunked_body_over_the_bound_is_refused(client: TestClient) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 1
            yield b"\0" * 50_000

    problem(client.post(PHOTO, content=chunks(), headers=JPEG), 413, "body-too-large")


@pytest.mark.parametrize("kind", ["application/json", "text/html", "application/x-www-form-urlencoded"])
def test_other_bodies_are_not_read(client: TestClient, kind: str) -> None:
    problem(client.post(PHOTO, content=b"{}", headers={"Content-Type": kind}), 415, "media-type")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=30))
def test_changed_bytes_never_fail_the_service(client: TestClient, changes: list[tuple[int, int]]) -> None:
    data = bytearray(picture(kind="JPEG", size=(120, 90)))
    for position, value in changes:
        data[position % len(data)] = value
    answer = client.post(PHOTO, content=bytes(data), headers=JPEG)
    assert answer.status_code in (200, 413, 415, 422)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--",
                b"\r\n",
                b"\n",
                b": ",
                b'Content-Disposition: form-data; name="photo"',
                b"\0\xff",
                b"=",
            ]
        )
    )
)
def test_no_form_fails_the_service(client: TestClient, pieces: list[bytes]) -> None:
    answer = client.post(
        PHOTO, content=b"".join(pieces), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code in (400, 415, 422)
