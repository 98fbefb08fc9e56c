from __future__ import annotations

import torch

from spark_vision.training.architecture import Architecture, trim_tokens
from spark_vision.training.categories import Category, CategoryBank, category_names, category_texts
from spark_vision.training.text_tower import drop_tokens
from spark_vision.training.texts import category_prompt


def make_bank(domains: tuple[int, ...] = (0, 0, 1)) -> CategoryBank:
    ways = [torch.full((2, 8), number + 1) for number in range(len(domains))]
    bank = CategoryBank(ways, torch.tensor(domains), seed=3)
    bank.rows = torch.eye(len(domains))
    return bank


def test_other_words_come_from_the_word_lists_and_are_of_one_category_alone() -> None:
    words = category_names(["tshirts", "heels", "casual shoes", "nonsense"])

    assert "maglietta" in words["tshirts"]
    assert "high heels" in words["heels"]
    assert words["nonsense"] == ()
    said = [word for found in words.values() for word in found]
    assert len(said) == len(set(said))
    assert not {"tshirts", "heels", "casual shoes"} & set(said)


def test_the_first_way_to_say_a_category_is_the_measured_one() -> None:
    texts = category_texts(Category("hat", 2), ("cappello",))

    assert texts[0] == category_prompt("hat")
    assert {"hat", "cap", "cappello", "una foto di cappello"} <= set(texts)


def test_only_categories_of_the_same_data_set_compete() -> None:
    pictures, true = torch.eye(3)[[0]], torch.tensor([0])
    nobody = torch.tensor([], dtype=torch.int64)

    loss = make_bank().loss(pictures, true, nobody, torch.zeros(0, 3), scale=2.0)

    expected = -torch.log_softmax(torch.tensor([2.0, 0.0]), dim=0)[0]
    torch.testing.assert_close(loss, expected)


def test_what_is_said_anew_gets_a_gradient_and_is_remembered() -> None:
    bank = make_bank()
    said = torch.tensor([[0.0, 0.6, 0.8]], requires_grad=True)

    bank.loss(torch.eye(3)[[0]], torch.tensor([1]), torch.tensor([1]), said, scale=2.0).backward()

    assert said.grad is not None
    assert said.grad.abs().sum() > 0
    torch.testing.assert_close(bank.rows[1], said[0].detach())


def test_pictures_without_a_category_cost_nothing() -> None:
    pictures = torch.eye(3)[[0]].requires_grad_()

    loss = make_bank().loss(pictures, torch.tensor([-1]), torch.tensor([2]), torch.eye(3)[[2]], scale=2.0)

    assert loss.item() == 0


def test_choices_follow_from_seed_and_step_and_hold_what_is_present() -> None:
    bank = make_bank((0,) * 20)
    present = torch.tensor([4, 7])

    chosen, tokens = bank.choose(present, step=5, extra=3)

    assert {4, 7} <= set(chosen.tolist())
    assert len(chosen) == len(tokens) == 5
    again, _ = make_bank((0,) * 20).choose(present, step=5, extra=3)
    assert chosen.tolist() == again.tolist()


def test_dropping_keeps_ends_order_and_short_texts() -> None:
    titles = ["puma men blue running shoes size ten", "blue shoes"]
    tokens = Architecture().tokenizer()(titles)

    dropped = drop_tokens(tokens, 0.5, torch.Generator().manual_seed(0))

    torch.testing.assert_close(dropped[1], tokens[1])
    before, after = ([int(token) for token in row if token] for row in (tokens[0], dropped[0]))
    assert 2 <= len(after) < len(before)
    assert (after[0], after[-1]) == (before[0], before[-1])
    rest = iter(before)
    assert all(token in rest for token in after)
    assert (dropped.argmax(1) == (dropped != 0).sum(1) - 1).all()


def test_an_exclamation_mark_is_not_taken_for_padding() -> None:
    tokens = Architecture().tokenizer()(["a red mug!( of stoneware"])
    assert (tokens[0, : tokens.argmax()] == 0).any()

    dropped = drop_tokens(tokens, 0.5, torch.Generator().manual_seed(1))

    for row in (trim_tokens(tokens)[0], dropped[0]):
        assert row.max() == tokens.max()
    assert len(trim_tokens(tokens)[0]) == tokens.argmax() + 1
