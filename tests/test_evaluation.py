import math

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from torch import nn

from helpers import seed_everything
from helpers.evaluation import (
    Evaluation,
    ensemble,
    evaluate,
    features,
    majority_vote,
    mistake_correlation,
    predict,
    scores,
    wilson,
)


def batches(count=10, batch_size=4, classes=3):
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.rand(count, 3, 4, 4, generator=generator), torch.arange(count) % classes
    return list(zip(images.split(batch_size), labels.split(batch_size), strict=True))


def model(dropout=0.5):
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(48, 3))


def result(correct, classes=("a", "b")):
    """An evaluation that is right where `correct` says so; all labels are class 0."""
    logits = torch.tensor([[1.0, 0.0] if right else [0.0, 1.0] for right in correct])
    return Evaluation(logits, torch.zeros(len(correct), dtype=torch.long), list(classes))


def test_accuracy_counts_pictures_not_batches():
    class Right(nn.Module):
        def forward(self, images):
            return images[:, :, 0, 0]

    images = torch.zeros(9, 3, 1, 1)
    images[:, 0] = 1.0
    labels = torch.tensor([0] * 8 + [1])  # the one mistake is the whole last batch
    uneven = list(zip(images.split(8), labels.split(8), strict=True))
    assert evaluate(Right(), uneven).accuracy == pytest.approx(8 / 9)


def test_evaluating_leaves_every_layer_in_the_mode_it_had():
    net = model().train()
    net[1].eval()
    evaluate(net, batches())
    assert [net.training, net[1].training, net[2].training] == [True, False, True]


def test_the_mode_comes_back_even_when_a_batch_fails():
    net = model().train()
    with pytest.raises(RuntimeError):
        predict(net, [(torch.rand(2, 3, 9, 9), torch.tensor([0, 1]))])
    assert net.training


def test_evaluating_switches_dropout_off_and_keeps_no_gradient():
    net = model().train()
    logits, _ = predict(net, batches())
    assert torch.equal(logits, predict(net, batches())[0])
    assert not logits.requires_grad
    assert not logits.is_inference()
    assert all(parameter.grad is None for parameter in net.parameters())


def test_evaluating_leaves_batch_norm_statistics_alone():
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(48, 3)).train()
    before = net[0].running_mean.clone()
    evaluate(net, batches())
    assert torch.equal(net.cpu()[0].running_mean, before)


def test_the_order_of_the_loader_is_kept():
    _, labels = predict(model(), batches())
    assert labels.tolist() == [i % 3 for i in range(10)]


def test_views_average_probabilities_with_the_unchanged_pictures_included():
    net, flip = model(), lambda images: images.flip(3)
    averaged = evaluate(net, batches(), views=[flip])
    plain = predict(net, batches())[0].softmax(1)
    flipped = predict(net, [(flip(images), labels) for images, labels in batches()])[0].softmax(1)
    assert torch.allclose(averaged.probabilities, (plain + flipped) / 2, atol=1e-6)


def test_no_views_are_the_same_as_an_empty_list():
    net = model()
    assert torch.equal(evaluate(net, batches(), views=[]).logits, evaluate(net, batches()).logits)


def test_views_keep_the_order_of_the_pictures_and_their_labels():
    """Eight batches of one picture each, and a model that tells the pictures apart."""
    images = torch.eye(8).reshape(8, 8, 1, 1)
    loader = [(images[i : i + 1], torch.tensor([i])) for i in range(8)]
    found = evaluate(nn.Flatten(), loader, views=[lambda batch: batch * 2, lambda batch: batch * 3])
    assert found.labels.tolist() == found.predictions.tolist() == list(range(8))


def test_views_and_the_loader_may_be_generators():
    net, flip = model(), lambda images: images.flip(3)
    expected = evaluate(net, batches(), views=[flip, flip]).logits
    given = evaluate(net, (batch for batch in batches()), views=(flip for _ in range(2))).logits
    assert torch.equal(given, expected)


def test_the_loader_is_gone_through_once_however_many_views_there_are():
    """So a shuffling loader cannot mix up pictures between two passes."""

    class Counting(list):
        passes = 0

        def __iter__(self):
            self.passes += 1
            return super().__iter__()

    loader = Counting(batches())
    evaluate(model(), loader, views=[lambda images: images] * 3)
    assert loader.passes == 1


def test_a_view_that_writes_into_its_batch_spoils_neither_the_next_view_nor_the_pictures():
    loader, net = batches(), model()
    evaluation = evaluate(net, loader, views=[lambda images: images.zero_(), lambda images: images])
    assert all(torch.equal(a[0], b[0]) for a, b in zip(loader, batches(), strict=True))
    expected = evaluate(net, batches(), views=[torch.zeros_like, lambda images: images])
    assert torch.equal(evaluation.logits, expected.logits)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (lambda images: images[:-1], "view 2 of 2 returns 3 x 3 x 4 x 4 for 4 x 3 x 4 x 4"),
        (lambda images: torch.cat([images, images]), "returns 8 x 3 x 4 x 4"),
        (lambda images: images[0], "returns 3 x 4 x 4 for"),
        (lambda images: (images, images), "returns tuple"),
    ],
)
def test_a_view_that_gives_other_pictures_than_it_got_is_named_and_the_mode_comes_back(view, said):
    net = model().train()
    with pytest.raises(ValueError, match=said):
        evaluate(net, batches(), views=[torch.zeros_like, view])
    assert net.training


@pytest.mark.parametrize("views", ["flip", torch.zeros_like])
def test_views_that_are_no_list_are_refused(views):
    with pytest.raises(ValueError, match="pass a list of functions"):
        evaluate(model(), batches(), views=views)


def test_random_views_are_repeated_by_a_seed():
    net, views = model(), [lambda images: images + torch.randn_like(images)]
    found = []
    for seed in (0, 0, 1):
        seed_everything(seed)
        found.append(evaluate(net, batches(), views=views).logits)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_the_loss_stays_finite_where_every_view_rules_the_label_out():
    """A probability of exp(-300) is zero in float32."""

    class Sure(nn.Flatten):
        def forward(self, images):
            return 300 * super().forward(images)

    loader = [(torch.tensor([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1), torch.tensor([1]))]
    found = evaluate(Sure(), loader, views=[lambda images: images])
    assert found.logits.tolist() == [[0.0, -300.0, -300.0]]
    assert found.loss == pytest.approx(300)


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_outside_the_outputs_is_named(label):
    with pytest.raises(ValueError, match=f"{label}"):
        evaluate(model(), [(torch.rand(1, 3, 4, 4), torch.tensor([label]))])


def test_an_empty_loader_is_an_error():
    with pytest.raises(ValueError, match="no pictures"):
        evaluate(model(), [])


def test_class_names_come_from_the_dataset():
    class Named(list):
        dataset = type("Dataset", (), {"classes": ["x", "y", "z"]})

    assert evaluate(model(), Named(batches())).classes == ["x", "y", "z"]


def test_the_figures_are_scikit_learns():
    evaluation = result([True] * 6 + [False] * 2)
    assert evaluation.confusion().tolist() == [[6, 2], [0, 0]]
    report = evaluation.report()
    assert report.loc["a", ["precision", "recall", "pictures"]].tolist() == [1.0, 0.75, 8.0]
    assert report.loc["b", "recall"] == 0.0


def test_loss_is_the_mean_cross_entropy():
    evaluation = result([True, False])
    assert evaluation.loss == pytest.approx((math.log(1 + math.exp(-1)) + math.log(1 + math.e)) / 2)


def test_mistakes_come_most_confident_first():
    logits = torch.tensor([[0.0, 1.0], [0.0, 3.0], [5.0, 0.0], [0.0, 2.0]])
    found = Evaluation(logits, torch.zeros(4, dtype=torch.long), ["a", "b"]).mistakes(2)
    assert found["index"].tolist() == [1, 3]
    assert found.loc[0, ["label", "predicted"]].tolist() == ["a", "b"]
    assert found.probability[0] == pytest.approx(1 / (1 + math.exp(-3)), rel=1e-5)


def test_an_evaluation_prints_its_interval_and_counts():
    assert str(result([True] * 3 + [False])) == "accuracy 75.0 % (95 % interval 30.1 to 95.4; 3 of 4 pictures)"


@pytest.mark.parametrize(("correct", "total"), [(0, 7), (7, 7), (115, 165), (1, 1)])
def test_the_interval_is_wilsons(correct, total):
    expected = binomtest(correct, total).proportion_ci(method="wilson")
    assert wilson(correct, total) == pytest.approx((expected.low, expected.high), abs=1e-6)


@pytest.mark.parametrize(("correct", "total"), [(-1, 3), (4, 3), (0, 0)])
def test_impossible_counts_are_named(correct, total):
    with pytest.raises(ValueError, match=f"{correct} correct of {total}"):
        wilson(correct, total)


def voted(*said, classes=("a", "b", "c")):
    """One evaluation a member, each a list of the classes that it predicts; all labels are class 0."""
    labels = torch.zeros(len(said[0]), dtype=torch.long)
    return [Evaluation(torch.eye(len(classes))[list(member)], labels, list(classes)) for member in said]


def article(*members):
    """Ten pictures of class 1, and for each classifier what it says of them, written as the article does."""
    return [
        Evaluation(torch.eye(2)[[int(digit) for digit in said]], torch.ones(10, dtype=torch.long), ["0", "1"])
        for said in members
    ]


def test_an_ensemble_averages_probabilities():
    one = evaluate(model(), batches())
    two = evaluate(nn.Sequential(nn.Flatten(), nn.Linear(48, 3)), batches())
    together = ensemble([one, two])
    assert torch.allclose(together.probabilities, (one.probabilities + two.probabilities) / 2, atol=1e-6)
    assert torch.equal(together.labels, one.labels)
    assert together.classes == one.classes


def test_an_ensemble_of_a_model_with_itself_says_the_same():
    one = evaluate(model(), batches())
    assert torch.allclose(ensemble([one, one]).probabilities, one.probabilities, atol=1e-6)
    assert ensemble([one, one]).loss == pytest.approx(one.loss)


def test_the_loss_of_an_ensemble_stays_finite_where_all_members_rule_the_label_out():
    sure = Evaluation(torch.tensor([[300.0, 0.0]]), torch.tensor([1]), ["a", "b"])
    assert ensemble([sure, sure]).loss == pytest.approx(300)


def test_correlated_classifiers_gain_nothing_by_voting_and_different_ones_do():
    """The article's 80, 80 and 70 % vote to 80 %; 80, 70 and 60 % that make other mistakes vote to 90 %."""
    alike = article("1111111100", "1111111100", "1011111100")
    assert [member.accuracy for member in alike] == [0.8, 0.8, 0.7]
    assert majority_vote(alike).accuracy == 0.8
    different = article("1111111100", "0111011101", "1000101111")
    assert [member.accuracy for member in different] == [0.8, 0.7, 0.6]
    assert majority_vote(different).accuracy == 0.9
    assert mistake_correlation(alike).correlation.min() > 0.7
    assert mistake_correlation(different).correlation.max() < 0.3


@pytest.mark.parametrize(
    ("said", "winner"),
    [
        ([0, 1, 1], 1),
        ([2, 1], 2),  # two classes with one vote each: the first member's
        ([0, 2, 1, 1, 2], 2),  # the first member is out, the second voted for one of the two that lead
        ([1, 0, 0, 1, 2], 1),
    ],
)
def test_a_vote_goes_to_the_most_and_a_tie_to_the_earliest_member(said, winner):
    assert majority_vote(voted(*([vote] for vote in said))).predictions.tolist() == [winner]


def test_the_correlation_of_mistakes_is_pearsons():
    first, second = result([True, False, False, True, True, False]), result([True, True, False, True, False, False])
    (row,) = mistake_correlation({"one": first, "two": second}).to_dict("records")
    assert (row["a"], row["b"]) == ("one", "two")
    assert row["correlation"] == pytest.approx(np.corrcoef(first.correct, second.correct)[0, 1])
    assert row["both_wrong"] == pytest.approx(2 / 6)


def test_a_member_without_mistakes_correlates_with_nobody():
    table = mistake_correlation([result([True, True]), result([True, False]), result([True, False])])
    assert table.a.tolist() == ["1", "1", "2"]
    assert table.correlation.isna().tolist() == [True, True, False]
    assert table.both_wrong.tolist() == [0.0, 0.0, 0.5]


def test_scores_are_those_of_the_evaluation_and_means_over_several_runs():
    good, bad = result([True] * 8 + [False] * 2), result([True] * 6 + [False] * 4)
    one = scores({"good": good})
    assert one.loc["good", "accuracy"] == 80
    assert one.loc["good", ["low", "high"]].tolist() == pytest.approx([100 * end for end in good.interval], abs=0.01)
    assert one.loc["good", "loss"] == pytest.approx(good.loss, abs=0.01)
    assert "spread" not in one
    both = scores({"good": [good, good], "mixed": [good, bad]})
    assert both.accuracy.tolist() == [80, 70]
    assert both.spread.tolist() == pytest.approx([0, 14.14])
    assert both.loc["mixed", "loss"] == pytest.approx((good.loss + bad.loss) / 2, abs=0.01)


@pytest.mark.parametrize("together", [ensemble, majority_vote, mistake_correlation])
@pytest.mark.parametrize(
    ("members", "said"),
    [
        (result([True]), "one evaluation"),
        ([], "are 0 in number"),
        ([result([True])], "are 1 in number"),
        ({"one": result([True]), "two": result([True, True])}, "member two has 2 pictures and member one 1"),
        ([result([True]), result([True], ("a", "c"))], "member 2 has the classes a, c"),
    ],
)
def test_members_that_do_not_fit_together_are_named(together, members, said):
    with pytest.raises(ValueError, match=said):
        together(members)


def test_features_are_what_the_last_layer_is_given_in_evaluation_mode():
    net = model().train()
    found, labels = features(net, batches(), net[2])
    logits, expected_labels = predict(net, batches())
    assert found.shape == (10, 48)
    assert found.dtype == torch.float32
    assert torch.allclose(net.cpu()[2](found), logits, atol=0.05)  # bfloat16 where the machine multiplies it
    assert torch.equal(labels, expected_labels)
    assert torch.equal(found, torch.cat([images for images, _ in batches()]).flatten(1))  # dropout is off
    assert net.training
    assert not found.is_inference()


def test_features_of_a_layer_with_more_dimensions_are_flattened():
    net = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(32, 3))
    found, _ = features(net, batches(), net[1])
    assert found.shape == (10, 32)
    assert found.min() < 0  # taken before the layer that works in place


def test_the_hook_is_gone_afterwards_even_when_a_batch_fails():
    net = model().train()
    features(net, batches(), net[2])
    with pytest.raises(RuntimeError):
        features(net, [(torch.rand(2, 3, 9, 9), torch.tensor([0, 1]))], net[2])
    assert not net[2]._forward_pre_hooks
    assert net.training


@pytest.mark.parametrize("layer", [nn.Linear(48, 3), "2"])
def test_a_layer_of_another_model_is_refused(layer):
    with pytest.raises(ValueError, match="no part of this Sequential"):
        features(model(), batches(), layer)


def test_a_layer_that_is_used_twice_or_never_is_refused():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu, self.spare = nn.ReLU(), nn.ReLU()

        def forward(self, images):
            return self.relu(self.relu(images)).flatten(1)

    net = Twice()
    with pytest.raises(ValueError, match="given 20 inputs for 10 pictures"):
        features(net, batches(), net.relu)
    with pytest.raises(ValueError, match="given 0 inputs for 10 pictures"):
        features(net, batches(), net.spare)
