"""A shop that learned: an index version as it is, with what posters decided laid over it."""

from dataclasses import dataclass, field, replace
from threading import Lock

from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, migrate_store, open_store
from spark_vision.core.learned_view import LearningLimits
from spark_vision.database.engine import sqlite_file
from spark_vision.database.store import Store
from spark_vision.feedback.learned_gallery import LearnedGallery
from spark_vision.feedback.learned_index import LearnedIndex
from spark_vision.feedback.view_cache import LearnedViewCache
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.tagging.photo_files import PhotoFiles

# A look-up waits for no more vectors than these: with a new encoder all of them are made again.
_AT_ONCE = 4
# While a new version is taken up, look-ups on the one before are still under way.
_ROOMS = 2


@dataclass(eq=False)
class LearningService:
    """Lays what the store's decisions teach over shops. Thread-safe."""

    settings: Settings
    store: Store
    files: PhotoFiles
    _memories: dict[str, LearnedViewCache] = field(default_factory=dict)
    _rooms: list[tuple[FaissGallery, int, LearnedIndex]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def seen_by(self, shop: LoadedIndex, poster_id: str | None) -> LoadedIndex:
        """The shop with all that was decided till now, as one poster (None: nobody in particular) sees it."""
        if self.settings.learning == "off":
            return shop
        room = self._room(shop)
        return replace(shop, suggester=shop.suggester.on(LearnedGallery(room, poster_id)))

    def catch_up(self, shop: LoadedIndex) -> None:
        """Do what look-ups would wait for, a little at a time, so that they come between."""
        if self.settings.learning == "off":
            return
        with self._lock:
            memory = self._memory(shop)
        lacking = memory.catch_up(_AT_ONCE)
        while lacking and (left := memory.catch_up(_AT_ONCE)) < lacking:
            lacking = left
        self._room(shop)

    def _room(self, shop: LoadedIndex) -> LearnedIndex:
        with self._lock:
            memory = self._memory(shop)
        memory.catch_up(_AT_ONCE)
        with self._lock:
            return self._made(shop.gallery, memory)

    def _memory(self, shop: LoadedIndex) -> LearnedViewCache:
        encoder = shop.suggester.encoder
        fingerprint = encoder.spec.fingerprint
        if fingerprint not in self._memories:
            newest = list(self._memories.items())[1 - _ROOMS :]
            self._memories = {**dict(newest), fingerprint: LearnedViewCache(self.store, self.files, encoder)}
        return self._memories[fingerprint]

    def _made(self, gallery: FaissGallery, memory: LearnedViewCache) -> LearnedIndex:
        before = next((held for held in self._rooms if held[0] is gallery), None)
        if before is not None and before[1] == memory.changes:
            return before[2]
        changes, views = memory.known()
        places = None if before is None else before[2].places
        room = LearnedIndex(gallery, views, limits_of(self.settings), places)
        others = [held for held in self._rooms if held[0] is not gallery][1 - _ROOMS :]
        self._rooms = [*others, (gallery, changes, room)]
        return room


def limits_of(settings: Settings) -> LearningLimits:
    """How far learned views are let in."""
    return LearningLimits(
        per_look=settings.learn_per_poster_and_product,
        per_product=settings.learn_per_product,
        per_poster=settings.learn_per_poster,
        within=settings.learn_trust_within,
        same_look=settings.learn_same_look,
    )


def learning_of(settings: Settings) -> LearningService | None:
    """For commands: from the store of the settings, where there is one; raises StoreError's children."""
    file = sqlite_file(settings.store_url)
    if file is not None and not file.is_file():
        return None
    store = open_store(settings)
    migrate_store(settings, store)
    room = build_tagging_context(settings, store)
    return LearningService(settings, store, room.files)
