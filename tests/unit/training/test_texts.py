from __future__ import annotations

from spark_vision.training.texts import category_prompt, label_texts
from spark_vision.training.vocabulary import PhraseMaker, load_concepts, plural, single_words


def test_every_concept_is_said_in_both_languages() -> None:
    for concept in (*load_concepts("things"), *load_concepts("qualities")):
        assert concept.english, concept
        assert concept.italian, concept


def test_an_italian_word_means_its_english_concept() -> None:
    meanings = {pair.text: pair.meanings for pair in single_words()}

    assert meanings["scarpe da ginnastica"] == ("sneakers",)
    assert meanings["trainers"] == ("trainers", "sneakers", "sneakers")


def test_phrases_follow_from_the_seed() -> None:
    first = list(PhraseMaker(3).draw(50, italian_share=0.5))

    assert first == list(PhraseMaker(3).draw(50, italian_share=0.5))
    assert first != list(PhraseMaker(4).draw(50, italian_share=0.5))


def test_plurals() -> None:
    assert [plural(word) for word in ("shoe", "dress", "cherry", "box", "toy")] == [
        "shoes",
        "dress",
        "cherries",
        "boxes",
        "toys",
    ]


def test_labels_are_said_as_they_are_asked_for() -> None:
    assert category_prompt("longsleeve") in label_texts("longsleeve")


def test_made_up_titles_mean_themselves_and_name_all_that_they_are_made_of() -> None:
    titles = list(PhraseMaker(1).titles(20, ["alba"]))
    assert [title.meanings for title in titles] == [(title.text,) for title in titles]
    colours = {
        word
        for concept in load_concepts("qualities")
        if concept.kind == "colour"
        for word in (concept.english, *concept.synonyms)
    }
    for title in titles:
        head, _, tail = title.text.partition(", ")
        assert head.startswith("Alba ")
        assert set(tail.split(" and ")) <= colours or tail in colours
    assert titles == list(PhraseMaker(1).titles(20, ["alba"]))
