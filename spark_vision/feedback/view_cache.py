"""Learned views in memory: read as they change, encoded from the stored photos where they have no vector."""

import logging
from collections.abc import Hashable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.errors import PhotoMissingError, PictureError, StoreError
from spark_vision.core.learned_view import LearnedView
from spark_vision.core.stored_view import StoredView
from spark_vision.database.store import Store
from spark_vision.embedding.encoder import ImageEncoder
from spark_vision.media.crop import crop
from spark_vision.media.decode import decode
from spark_vision.tagging.photo_files import PhotoFiles

_log = logging.getLogger(__name__)
EmbeddedViews = list[tuple[LearnedView, NDArray[np.float32]]]
"""Standing views with their vectors, each (dimension,)."""


class LearnedViewCache:
    """The store's learned views as one encoder sees them. Thread-safe.

    changes: rises with each change of what `known` gives.
    """

    def __init__(self, store: Store, files: PhotoFiles, encoder: ImageEncoder) -> None:
        self._store, self._files, self._encoder = store, files, encoder
        self._views: dict[str, LearnedView] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._lacking: dict[str, LearnedView] = {}
        self._revision = 0
        self._mark: Hashable | None = None
        self._lock = Lock()
        self.changes = 0

    def known(self) -> tuple[int, EmbeddedViews]:
        """The number of changes, and what is known then, in no order."""
        with self._lock:
            return self.changes, [(self._views[view_id], vector) for view_id, vector in self._vectors.items()]

    def catch_up(self, most: int) -> int:
        """Read what changed in the store, and make the vectors of `most` views that lack one, newest first;
        how many still lack one.

        Never raises StoreError: while a store does not answer, things are as they were.
        """
        mark = self._store.mark()
        if mark is not None and mark == self._mark and not self._lacking:
            return 0
        try:
            self._catch_up(most)
            self._mark = mark  # of before: what is committed while one reads is read again
        except StoreError as error:
            _log.warning("learned views stay as they were: %s", error.message)
        return len(self._lacking)

    def _catch_up(self, most: int) -> None:
        with self._store.reading() as work:
            revision = work.learned.revision()
        if revision != self._revision or self._lacking:
            with self._lock:
                self._read()
                self._make(most)

    def _read(self) -> None:
        with self._store.reading() as work:
            revision = work.learned.revision()
            if revision == self._revision:
                return
            if revision < self._revision:  # the store was restored from a backup
                self._views, self._vectors, self._lacking, self._revision = {}, {}, {}, 0
            changed = work.learned.changed(self._revision)
        for kept in changed:
            self._take(kept)
        self._revision = max((revision, *(kept.revision for kept in changed)))
        self.changes += 1

    def _take(self, kept: StoredView) -> None:
        view, before = kept.view, self._views.pop(kept.view.id, None)
        self._lacking.pop(view.id, None)
        if not view.stands or (before is not None and before.box != view.box):
            self._vectors.pop(view.id, None)
        if not view.stands:
            return
        self._views[view.id] = view
        if kept.vector is not None and kept.encoder == self._encoder.spec.fingerprint:
            self._vectors[view.id] = kept.vector
        elif view.id not in self._vectors:
            self._lacking[view.id] = view

    def _make(self, most: int) -> None:
        newest = sorted(self._lacking.values(), key=lambda view: (view.learned_at, view.id), reverse=True)
        for view in newest[:most]:
            vector = self._encoded(view)
            del self._lacking[view.id]
            if vector is not None:
                self._vectors[view.id] = vector
                self.changes += 1

    def _encoded(self, view: LearnedView) -> NDArray[np.float32] | None:
        """None where the photo is gone or broken; raises StoreError where it cannot be had now."""
        with self._store.reading() as work:
            post = work.posts.get(view.post_id)
        if post is None:
            return None
        try:
            photo = decode(self._files.read(post.photo, post.photo.width))
        except (PhotoMissingError, PictureError) as error:
            _log.warning("the learned view %s has no picture: %s", view.id, error.message)
            return None
        prepared = self._encoder.prepare(crop(photo, view.box))
        vector: NDArray[np.float32] = self._encoder.finish(self._encoder.forward(prepared[None]))[0]
        with self._store.writing() as work:
            work.learned.keep_vector(view, self._encoder.spec.fingerprint, vector)
        return vector
