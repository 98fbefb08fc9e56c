"""How many pixels are decoded at the same time, whatever is sent."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import sleep

import httpx2
import pytest
from PIL import Image
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.media.decode import open_picture
from spark_vision_api.http.error_handlers import OverloadedError
from spark_vision_api.http.pixel_budget import PixelBudget
from tests.integration.api.people import person
from tests.integration.api.pictures import picture, problem

PHOTO = "/v1/search/photo"
PNG = {"Content-Type": "image/png"}
SIDE, AT_ONCE = 8000, 80_000_000
# 4 of Pillow's, 3 of ours; and what the parts of the service take that are loaded at the first look-up.
BYTES_A_PIXEL, BESIDE = 7, 200_000_000
# Kinds, how many come at once, and the bytes that one alone takes for each pixel of its header.
WORST = [("PNG", 8, 7), ("JPEG", 5, 9), ("WEBP", 4, 16)]


def test_room_is_given_in_the_order_of_asking_and_never_more_than_there_is() -> None:
    room, most, came = PixelBudget(10), 0, []
    ready = threading.Event()

    def take(number: int, pixels: int) -> None:
        nonlocal most
        with room.hold(pixels):
            most = max(most, room.held)
            came.append(number)

    with ThreadPoolExecutor(6) as threads, ExitStack() as first:
        first.enter_context(room.hold(8))
        taking = []
        # The small ones would fit at once, but the big one was there before them.
        for number, pixels in enumerate((9, 1, 1, 99)):
            taking.append(threads.submit(take, number, pixels))
            while len(room._waiting) < number + 1:
                ready.wait(0.005)
        assert came == []
        first.close()
        for one in taking:
            one.result(20)
    assert came[0] == 0
    assert sorted(came) == [0, 1, 2, 3]
    assert came[3] == 3
    assert (most, room.held) == (10, 0)


def test_who_waits_too_long_is_refused_and_keeps_nobody_waiting() -> None:
    room = PixelBudget(10, patience=0)
    with room.hold(8):
        with pytest.raises(OverloadedError), room.hold(3):
            pass
        with room.hold(2):
            assert room.held == 10
    with pytest.raises(RuntimeError), room.hold(10):
        raise RuntimeError
    assert room.held == 0


def test_look_ups_and_uploads_wait_for_the_same_room(client: TestClient) -> None:
    ada, data = person(client, "Ada"), picture()
    state = client.app.state
    state.services = replace(state.services, pixels=PixelBudget(64 * 48, patience=0))

    def ask() -> list[httpx2.Response]:
        looked_up = client.post(PHOTO, content=data, headers=PNG)
        return [looked_up, ada.ask("POST", "/v1/posts", files={"photo": ("p.png", data)})]

    with state.services.pixels.hold(1):
        for refused in ask():
            problem(refused, 503, "overloaded")
            assert int(refused.headers["retry-after"]) > 0
    assert [answer.status_code for answer in ask()] == [200, 201]
    assert state.services.pixels.held == 0


def test_a_big_jpeg_is_decoded_no_bigger_than_need_be(client: TestClient) -> None:
    big = picture(kind="JPEG", size=(SIDE, SIDE // 2 * 2))
    assert open_picture(big, at_least=2048).cost == (SIDE // 2) ** 2
    state = client.app.state
    held: list[int] = []

    class Watched(PixelBudget):
        def hold(self, pixels: int):  # type: ignore[no-untyped-def]
            held.append(pixels)
            return super().hold(pixels)

    state.services = replace(state.services, pixels=Watched(AT_ONCE))
    settings = state.services.settings.model_copy(update={"max_picture_bytes": 20_000_000})
    state.services = replace(state.services, settings=settings)
    for query in ("", "?box=0,0,0.5,0.5", "?box=0,0,0.001,0.5"):
        answer = client.post(PHOTO + query, content=big, headers={"Content-Type": "image/jpeg"})
        assert answer.status_code == 200, answer.text
    assert held == [(SIDE // 2) ** 2, (SIDE // 2) ** 2, SIDE**2]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc")
@pytest.mark.parametrize(("kind", "at_once", "bytes_a_pixel"), WORST)
def test_photos_of_64_megapixels_at_once_take_the_memory_of_one(
    settings: Settings, feed: Path, tmp_path: Path, kind: str, at_once: int, bytes_a_pixel: int
) -> None:
    build_index(settings, str(feed))
    photo = worst(kind)
    with service(settings, tmp_path) as (url, pid):
        send = lambda: httpx2.post(url + PHOTO, content=photo, headers=PNG, timeout=120)  # noqa: E731
        small = httpx2.post(url + PHOTO, content=picture(), headers=PNG)
        assert small.status_code == 200
        before = memory(pid, "VmRSS")
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # begin to look for the peak anew
        with ThreadPoolExecutor(at_once) as threads:
            answers = [one.result() for one in [threads.submit(send) for _ in range(at_once)]]
        taken = memory(pid, "VmHWM") - before
    print(f"{kind}: {taken / 1e9:.2f} GB")
    assert taken < max(AT_ONCE * BYTES_A_PIXEL, SIDE**2 * bytes_a_pixel) + BESIDE
    statuses = {answer.status_code for answer in answers}
    assert 200 in statuses
    assert statuses <= {200, 503}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)


def worst(kind: str) -> bytes:
    """A photo of few bytes and 64 megapixels, of the kind of which decoding takes most."""
    colours, options = "RGB", {}
    if kind == "JPEG":  # whose coefficients are kept at full size, however small it is drawn
        colours, options = "CMYK", {"progressive": True, "subsampling": 0, "quality": 50}
    elif kind == "WEBP":
        options = {"lossless": True, "method": 0}
    file = BytesIO()
    Image.new(colours, (SIDE, SIDE)).save(file, kind, **options)
    return file.getvalue()


def memory(pid: int, what: str) -> int:
    """Bytes, of what the system keeps of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition(f"{what}:")[2].split()[0]) * 1024


@contextmanager
def service(settings: Settings, folder: Path) -> Iterator[tuple[str, int]]:
    """A service in a process of its own: its address and its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "SPARK_VISION_INDEX_DIR": str(settings.index_dir),
        "SPARK_VISION_DATA_DIR": str(settings.data_dir),
    }
    command = [sys.executable, "-m", "spark_vision.cli", "serve", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.kill()
            process.wait()


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            if httpx2.get(address, timeout=10).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        sleep(0.1)
    raise AssertionError("the service never came up")
