"""The gallery that learned, held against its definition: score every product, sort, cut."""

from dataclasses import replace

import numpy as np
import pytest

from spark_vision.core.embedding import Embeddings, similarities, unit_length
from spark_vision.core.geometry import Box
from spark_vision.core.learned_view import LearnedView, LearningLimits, Polarity
from spark_vision.core.product import Availability
from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.reason import learned_reason
from spark_vision.core.suggestion import Match
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.feedback.learned_gallery import LearnedGallery
from spark_vision.feedback.learned_index import LearnedIndex
from spark_vision.feedback.view_weighting import prototypes, rejection_penalty, subtract_shift
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.index.versions import VersionStore
from spark_vision.search.suggester import Suggester
from tests.fakes import Shelf, build, noise, random_vectors
from tests.unit.core.test_learned_view import view

EASY = LearningLimits(within=1000)
STRICT = LearningLimits(within=0)
PRODUCTS = 30
Views = list[tuple[LearnedView, np.ndarray]]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> FaissGallery:
    """Thirty products of two pictures each; every third is sold out; the last two are sizes of one shirt."""
    shelf = Shelf(tmp_path_factory.mktemp("shop"))
    for number in range(PRODUCTS):
        stock = "out_of_stock" if number % 3 == 0 else "in_stock"
        shelf.add(f"p{number:03}", noise(number), noise(number + 500), availability=stock)
    for size in ("s", "m"):
        shelf.add(f"shirt-{size}", noise(900), item_group_id="shirt", availability="in_stock")
    store = VersionStore(tmp_path_factory.mktemp("index"))
    build(store, shelf.feed, FakeEncoder())
    return store.load()


def taught(number: int, product: str, vector: np.ndarray, poster: str = "ada", **more: object) -> Views:
    return [(replace(view(number, product, poster), **more), vector)]


def many(gallery: FaissGallery, seed: int) -> Views:
    """Forty views near products' pictures, every fifth a rejection."""
    dice = np.random.default_rng(seed)
    made: Views = []
    for number in range(40):
        product = f"p{dice.integers(PRODUCTS):03}"
        picture = gallery.vectors(gallery.rows_of(product))[0]
        vector = unit_length(picture + 0.8 * random_vectors(1000 * seed + number, 1, len(picture)))[0]
        stance = Polarity.REJECTED if number % 5 == 0 else Polarity.CONFIRMED
        made += taught(number, product, vector, f"poster-{number % 4}", stance=stance)
    return made


def definition(
    gallery: FaissGallery, room: LearnedIndex, views: Views, query: np.ndarray, poster: str
) -> list[tuple[str, float]]:
    """All products, scored one by one: confirmed views count for all, rejected ones for `poster`."""
    asked = subtract_shift(query[None], room.gap)[0]
    scored = []
    for number in range(PRODUCTS):
        product = f"p{number:03}"
        pictures = gallery.vectors(gallery.rows_of(product))
        held = [(one, vector) for one, vector in views if one.product_id == product]
        confirmed = stacked([vector for one, vector in held if one.stance is Polarity.CONFIRMED])
        rejected = stacked([v for o, v in held if o.stance is Polarity.REJECTED and o.poster_id == poster])
        score = similarities(prototypes(pictures, confirmed, room.gap), asked).max()
        score = np.float32(score - np.float32(rejection_penalty(query, rejected, confirmed, EASY.same_look)))
        scored.append((product, float(score)))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def stacked(vectors: list[np.ndarray]) -> Embeddings:
    return np.stack(vectors) if vectors else np.zeros((0, 64), np.float32)


def named(matches: list[Match]) -> list[tuple[str, float]]:
    return [(match.product_id, match.similarity) for match in matches]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("k", [1, 5, 32])
def test_it_answers_what_scoring_every_product_answers(gallery: FaissGallery, seed: int, k: int) -> None:
    views = many(gallery, seed)
    room = LearnedIndex(gallery, views, EASY)
    queries = np.concatenate([random_vectors(seed, 4, 64), np.stack([vector for _, vector in views[::5]])])
    found = LearnedGallery(room, "poster-0").search_products(queries, k)
    for query, matches in zip(queries, found, strict=True):
        seen = [pair for pair in named(matches) if pair[0].startswith("p")]
        assert seen == definition(gallery, room, views, query, "poster-0")[: len(seen)]
        assert len(matches) == min(k, PRODUCTS + 1)
        assert len({match.product_id for match in matches}) == len(matches)


def test_without_views_it_is_the_gallery_itself(gallery: FaissGallery) -> None:
    queries = random_vectors(1, 5, 64)
    learned = LearnedGallery(LearnedIndex(gallery, [], EASY), "ada")
    assert learned.search_products(queries, 7) == gallery.search_products(queries, 7)
    assert (learned.version, len(learned), learned.encoder) == (
        gallery.version,
        len(gallery),
        gallery.encoder,
    )


def test_what_is_taken_back_is_as_if_it_had_never_been(gallery: FaissGallery) -> None:
    views = many(gallery, 3)
    gone = [(replace(one, withdrawn_at=one.learned_at), vector) for one, vector in views[:20]]
    queries = random_vectors(2, 6, 64)
    never = LearnedGallery(LearnedIndex(gallery, views[20:], EASY), "poster-1")
    after = LearnedGallery(LearnedIndex(gallery, [*gone, *views[20:]], EASY), "poster-1")
    assert after.search_products(queries, 9) == never.search_products(queries, 9)


def test_a_filter_is_respected_and_a_catalogue_picture_is_shown(gallery: FaissGallery) -> None:
    vector = random_vectors(5, 1, 64)[0]
    room = LearnedIndex(gallery, [*taught(1, "p003", vector), *taught(2, "p004", vector, "bob")], EASY)
    wanted = ProductFilter(availability=(Availability.IN_STOCK,))
    (all_of_them,) = LearnedGallery(room).search_products(vector[None], 5)
    (in_stock,) = LearnedGallery(room).only(wanted).search_products(vector[None], 5)
    assert [match.product_id for match in all_of_them[:2]] in (["p003", "p004"], ["p004", "p003"])
    assert in_stock[0].product_id == "p004"
    assert all(gallery.product(match.product_id).availability is Availability.IN_STOCK for match in in_stock)
    assert in_stock[0].reference_image in gallery.product("p004").images
    assert in_stock[0].moved > 0


def test_products_that_left_the_catalogue_teach_nothing(gallery: FaissGallery) -> None:
    vector = random_vectors(5, 1, 64)[0]
    learned = LearnedGallery(LearnedIndex(gallery, taught(1, "gone", vector), EASY), "ada")
    assert learned.search_products(vector[None], 5) == gallery.search_products(vector[None], 5)


def test_a_strange_look_helps_its_own_poster_alone_until_another_agrees(gallery: FaissGallery) -> None:
    strange = random_vectors(11, 1, 64)[0]
    lone = taught(1, "p007", strange)
    agreed = [*lone, *taught(2, "p007", strange, "bob")]

    def first(views: Views, poster: str | None) -> str:
        room = LearnedIndex(gallery, views, STRICT)
        return LearnedGallery(room, poster).search_products(strange[None], 1)[0][0].product_id

    assert first([], "ada") != "p007"
    assert first(lone, "ada") == "p007"
    assert first(lone, "bob") != "p007"
    assert first(lone, None) != "p007"
    assert first(agreed, None) == "p007"


def test_a_rejection_lowers_its_product_at_that_look_only(gallery: FaissGallery) -> None:
    queries = gallery.vectors(gallery.rows_of("p010"))[:1]
    elsewhere = random_vectors(12, 1, 64)
    views = taught(1, "p010", queries[0], stance=Polarity.REJECTED)
    room = LearnedIndex(gallery, views, EASY)
    own, others = LearnedGallery(room, "ada"), LearnedGallery(room, "bob")
    assert gallery.search_products(queries, 1)[0][0].product_id == "p010"
    assert own.search_products(queries, 1)[0][0].product_id != "p010"
    lowered = next(match for match in own.search_products(queries, 31)[0] if match.product_id == "p010")
    assert lowered.moved == pytest.approx(-1, abs=1e-6)
    assert learned_reason(lowered.moved)[0].words == "a poster said no to this for such a photo"
    assert others.search_products(queries, 3) == gallery.search_products(queries, 3)
    assert named(own.search_products(elsewhere, 5)[0]) == named(gallery.search_products(elsewhere, 5)[0])


def test_sizes_of_a_shirt_stay_one_suggestion(gallery: FaissGallery) -> None:
    vector = gallery.vectors(gallery.rows_of("shirt-m"))[0]
    room = LearnedIndex(gallery, taught(1, "shirt-m", vector), EASY)
    (matches,) = LearnedGallery(room).search_products(vector[None], 10)
    assert sum(match.product_id.startswith("shirt") for match in matches) == 1


def test_places_are_found_once(gallery: FaissGallery) -> None:
    views = many(gallery, 1)
    first = LearnedIndex(gallery, views, EASY)
    made_up = dict.fromkeys(first.places, (False, 2.0))
    assert LearnedIndex(gallery, views, EASY, made_up).places == made_up
    elsewhere = [(replace(one, box=Box(0, 0, 0.5, 0.5)), vector) for one, vector in views]
    anew = LearnedIndex(gallery, elsewhere, EASY, made_up).places
    assert [anew[view_id, Box(0, 0, 0.5, 0.5)] for view_id, _ in first.places] == list(first.places.values())


def test_a_suggestion_says_that_a_confirmed_photo_stands_behind_it(gallery: FaissGallery) -> None:
    encoder, photo = FakeEncoder(), noise(4242, 64, 64)
    vector = encoder.finish(encoder.forward(encoder.prepare(photo)[None]))[0]
    learned = LearnedGallery(LearnedIndex(gallery, taught(1, "p007", vector), EASY))
    plain = Suggester(encoder, gallery)
    first = plain.on(learned).suggest(photo)[-1].suggestions[0]
    assert (first.product.id, [reason.code for reason in first.why]) == ("p007", ["poster_confirmed"])
    assert all(not held.why for held in plain.suggest(photo)[-1].suggestions)
    assert learned_reason(0.001) == ()
    assert [reason.code for reason in learned_reason(-0.1)] == ["poster_said_no"]


def test_confirmed_photos_that_look_otherwise_are_no_rejection(gallery: FaissGallery) -> None:
    """A product's own picture is less alike once the product was confirmed in photos unlike it."""
    picture = gallery.vectors(gallery.rows_of("p010"))[:1]
    room = LearnedIndex(gallery, taught(3, "p010", random_vectors(12, 1, 64)[0]), EASY)
    (before,), (after,) = (
        [match for match in each.search_products(picture, 31)[0] if match.product_id == "p010"]
        for each in (gallery, LearnedGallery(room, "ada"))
    )
    assert after.similarity < before.similarity
    assert after.moved == 0
    assert learned_reason(after.moved) == ()
