"""What cannot be trained or measured is refused in a sentence before the first step, whatever loader it comes from."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, Subset, TensorDataset, random_split
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from helpers import ensemble, evaluate, make_loader, predict, runtime
from helpers.datasets import ImageDataset
from helpers.evaluation import Evaluation, majority_vote
from helpers.evaluation.guards import labels_ahead, picture_names
from helpers.training import fit
from helpers.training.guards import spread

IMAGES = torch.rand(20, 3, 8, 8, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(20) % 2


def model(outputs=2, *, batch_norm=False):
    torch.manual_seed(0)
    norm = [nn.BatchNorm1d(16)] if batch_norm else []
    return nn.Sequential(nn.Flatten(), nn.Linear(192, 16), *norm, nn.ReLU(), nn.Linear(16, outputs))


def loader(images=IMAGES, labels=LABELS, batch_size=8, **options):
    return DataLoader(TensorDataset(images, labels), batch_size, **options)


def train(train_loader=None, valid_loader=None, net=None, *, epochs=1, **options):
    net = net or model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    train_loader = loader() if train_loader is None else train_loader
    return fit(net, train_loader, valid_loader, epochs=epochs, optimizer=optimizer, progress=False, **options)


class Items(Dataset):
    """A dataset that says nothing of itself."""

    def __init__(self, images, labels=LABELS):
        self.images, self.given = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], int(self.given[index])


def folder(path, **options):
    for name in ("bread", "soup"):
        (path / name).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (8 + number, 8), (90 * number, 30, 60)).save(path / name / f"{number}.png")
    return ImageFolder(path, **options)


def pil_pictures(tmp_path):
    return DataLoader(folder(tmp_path / "photos"), 4)


def unequal_pictures(tmp_path):
    return DataLoader(folder(tmp_path / "photos", transform=v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32)])), 4)


WRONG_LOADERS = {
    "labels 1..N of a TensorDataset": (lambda _: loader(labels=LABELS + 1), "labels from 1 to 2, .* 2 outputs.*from 0"),
    "a -1 in the last batch": (lambda _: loader(labels=torch.cat([LABELS[1:], torch.tensor([-1])])), "from -1 to 1"),
    "labels 1..N of random_split": (
        lambda _: DataLoader(random_split(TensorDataset(IMAGES, LABELS + 1), [10, 10])[0], 4),
        "labels from 1 to 2",
    ),
    "labels 1..N of ImageFolder": (
        lambda path: DataLoader(
            folder(path, transform=v2.Compose([v2.Resize((8, 8)), v2.ToImage()]), target_transform=lambda y: y + 1), 6
        ),
        "labels from 1 to 2",
    ),
    "labels of floats": (lambda _: loader(labels=LABELS.float()), "labels of torch.float32; give integers"),
    "one-hot labels": (lambda _: loader(labels=nn.functional.one_hot(LABELS, 2)), r"8 x 2, one-hot.*argmax\(1\)"),
    "labels N x 1": (lambda _: loader(labels=LABELS[:, None]), r"labels of shape \(8, 1\) for 8 pictures"),
    "labels in a list": (lambda _: [(IMAGES, LABELS.tolist())], "labels as list; give a tensor"),
    "H x W x 3": (lambda _: loader(IMAGES.permute(0, 2, 3, 1)), "colours last.*permute"),
    "a picture without its batch": (lambda _: [(IMAGES[0], LABELS[0])], "images of 3 x 8 x 8; give batches"),
    "0..255 as float": (lambda _: loader(IMAGES * 255), "divide by 255"),
    "int64": (lambda _: loader((IMAGES * 255).long()), "images of torch.int64; give uint8"),
    "arrays": (lambda _: [(IMAGES.numpy(), LABELS)], "images as ndarray"),
    "a dict": (lambda _: [{"image": IMAGES}], "a dict a batch"),
    "ImageFolder without a transform": (pil_pictures, "gives PIL pictures.*transform="),
    "pictures of different sizes": (unequal_pictures, r"different sizes.*Resize\(\(height, width\)\)"),
    "pictures of another size": (lambda _: loader(torch.rand(20, 3, 9, 9)), "3 x 9 x 9, which do not fit"),
    "an empty list": (lambda _: [], "no batches"),
    "an empty generator": (lambda _: iter([]), "gave no batch|gives no pictures"),
}


@pytest.mark.parametrize(("build", "said"), WRONG_LOADERS.values(), ids=list(WRONG_LOADERS))
@pytest.mark.parametrize("where", ["train", "valid"])
def test_a_loader_of_any_kind_is_refused_before_the_first_step(tmp_path, where, build, said):
    net = model()
    before = net[1].weight.clone()
    loaders = (build(tmp_path), None) if where == "train" else (loader(), build(tmp_path))
    with pytest.raises(ValueError, match=f"{where}_loader.*({said})") as caught:
        train(*loaders, net)
    assert "\n" not in str(caught.value)
    assert torch.equal(net[1].weight.cpu(), before)


def test_a_late_label_of_a_dataset_that_says_nothing_is_refused_as_it_comes():
    with pytest.raises(ValueError, match="train_loader has labels from 0 to 7"):
        train(DataLoader(Items(IMAGES, [*LABELS[:-1], 7]), 8))


@pytest.mark.parametrize(
    "name", ["ImageFolder without a transform", "H x W x 3", "0..255 as float", "labels of floats"]
)
def test_evaluate_looks_at_its_first_batch_too(tmp_path, name):
    build, said = WRONG_LOADERS[name]
    with pytest.raises(ValueError, match=said):
        evaluate(model(), build(tmp_path))


@pytest.mark.parametrize(
    ("net", "loss_fn", "said"),
    [
        (model(), nn.MSELoss(), "MSELoss cannot compare.*integer labels"),
        (model(), nn.functional.mse_loss, "mse_loss cannot compare"),
        (model(1), nn.BCEWithLogitsLoss(), "1 output a picture.*BCEWithLogitsLoss"),
        (model(), nn.CrossEntropyLoss(weight=torch.ones(3)), "CrossEntropyLoss cannot compare"),
        (model(), nn.CrossEntropyLoss(reduction="none"), "one mean loss"),
        (model(), nn.CrossEntropyLoss(reduction="sum"), "one mean loss"),
        (nn.Sequential(model(), nn.Flatten(0)), None, "a batch of 1 with 2; build it so that forward returns logits"),
    ],
)
def test_a_loss_or_an_output_that_does_not_fit_is_refused_before_the_first_step(net, loss_fn, said):
    with pytest.raises(ValueError, match=said):
        train(loader(batch_size=2), net=net, loss_fn=loss_fn)


def test_a_loss_that_turns_integers_into_what_it_needs_trains():
    def squares(logits, labels):
        return nn.functional.mse_loss(logits.softmax(1), nn.functional.one_hot(labels, 2).float())

    assert len(train(loss_fn=squares, valid_loader=loader())) == 1


@pytest.mark.parametrize("build", [loader, lambda **options: list(loader(**options)), lambda **o: iter(loader(**o))])
def test_a_last_batch_of_one_and_batch_norm_is_foreseen(build):
    with pytest.raises(ValueError, match="train_loader has a batch of one picture, and BatchNorm1d.*drop_last"):
        train(build(batch_size=19), net=model(batch_norm=True))
    assert len(train(loader(batch_size=19, drop_last=True), loader(batch_size=19), model(batch_norm=True))) == 1


def test_a_last_batch_of_one_is_fine_for_batch_norm_over_pixels():
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(72, 2))
    assert len(train(loader(batch_size=19), net=net)) == 1


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64, torch.bool])
def test_integers_of_any_width_are_labels(dtype):
    expected = train(loader(), loader()).table.drop(columns="seconds")
    given = train(loader(labels=LABELS.to(dtype)), loader(labels=LABELS.to(dtype))).table.drop(columns="seconds")
    assert given.equals(expected)


def test_normalised_pictures_and_half_precision_are_taken():
    assert len(train(loader((IMAGES - 0.45) / 0.225))) == 1
    assert len(train(loader(IMAGES.half()))) == 1


def test_a_generator_loses_no_batch_and_cannot_serve_two_epochs():
    batches = list(loader())
    once = train((batch for batch in batches), (batch for batch in batches))
    assert once.table.drop(columns="seconds").equals(train(batches, batches).table.drop(columns="seconds"))
    with pytest.raises(ValueError, match="train_loader is an iterator .* 2 epochs.*iterated again"):
        train(iter(batches), epochs=2)
    with pytest.raises(ValueError, match="valid_loader is an iterator"):
        train(batches, iter(batches), epochs=2)


class Stream(IterableDataset):
    """Pictures that come one after another, nobody knows how many."""

    def __init__(self, labels=LABELS):
        self.given = labels

    def __iter__(self):
        return iter([(image, int(label)) for image, label in zip(IMAGES, self.given, strict=True)])


def test_a_stream_without_a_length_trains_and_is_watched(tmp_path):
    stream = DataLoader(Stream(), 8)
    history = train(stream, stream, epochs=2, resume=tmp_path / "run.pt")
    assert history.table.drop(columns="seconds").equals(
        train(loader(), loader(), epochs=2).table.drop(columns="seconds")
    )
    with pytest.raises(ValueError, match="labels from 1 to 2"):
        train(DataLoader(Stream(LABELS + 1), 8))
    with pytest.raises(ValueError, match="a batch of one picture"):
        train(DataLoader(Stream(), 19), net=model(batch_norm=True))


def test_looking_at_the_first_batches_uses_up_no_random_number():
    """The loop by hand, without any guard, draws the same order of pictures and the same dropout."""

    def begin():
        runtime.seed_everything(1)
        net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(192, 2))
        generator = torch.Generator().manual_seed(4)
        return net, loader(shuffle=True, generator=generator), torch.optim.SGD(net.parameters(), lr=0.1)

    net, pictures, optimizer = begin()
    for images, labels in pictures:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    other, pictures, optimizer = begin()
    draws = make_loader(
        dataset(), 8, shuffle=True, transform=lambda images: images + torch.randint(2, (1,)).byte().to(images.device)
    )
    fit(other, pictures, draws, epochs=1, optimizer=optimizer, precision="float32", progress=False)
    assert torch.equal(net[2].weight, other[2].weight)


# what is not finite


def broken():
    net = model()
    nn.init.constant_(net[3].bias, float("nan"))
    return net


def dataset(count=20):
    made = np.random.default_rng(0).integers(0, 200, (count, 8, 8, 3), dtype=np.uint8)
    return ImageDataset(made, np.arange(count) % 2, ["bread", "soup"], [f"{number}.jpg" for number in range(count)])


class Dark(nn.Module):
    """Two finite outputs for all pictures but those that are black."""

    def forward(self, images):
        dark = images.flatten(1).sum(1) == 0
        return torch.stack([images[:, 0, 0, 0], images[:, 1, 0, 0]], 1).masked_fill(dark[:, None], float("inf"))


@pytest.mark.parametrize(
    "measure",
    [
        evaluate,
        predict,
        lambda net, pictures: evaluate(net, pictures, views=[torch.clone]),
        lambda net, pictures: ensemble([evaluate(model(), pictures), evaluate(net, pictures)]),
    ],
)
def test_outputs_that_are_not_finite_are_never_counted(measure):
    with pytest.raises(FloatingPointError, match=r"outputs of 20 of 20 pictures are not finite.*the first is 0\.jpg"):
        measure(broken(), make_loader(dataset(), 8))


def test_the_first_picture_is_named_or_counted():
    pictures = dataset()
    pictures.images.source[[5, 11]] = 0
    with pytest.raises(FloatingPointError, match=r"outputs of 2 of 20 pictures .* the first is 5\.jpg"):
        evaluate(Dark(), make_loader(pictures, 8))
    with pytest.raises(FloatingPointError, match=r"outputs of 2 of 20 pictures .* the first is index 5"):
        evaluate(Dark(), list(make_loader(pictures, 8)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("together", [ensemble, majority_vote])
def test_no_member_of_an_ensemble_answers_what_is_not_finite(together, value):
    logits, labels = torch.tensor([[1.0, 0.0], [0.0, 1.0], [value, 0.0]]), torch.tensor([0, 1, 1])
    with pytest.raises(FloatingPointError, match="outputs of 1 of 3 pictures .* the first is index 2"):
        together([Evaluation(one, labels, ["a", "b"]) for one in (torch.rand(3, 2), logits)])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_validation_loss_that_is_not_finite_ends_the_training(value):
    def loss_fn(logits, labels):
        loss = nn.functional.cross_entropy(logits, labels)
        return loss if logits.requires_grad else loss * value

    with pytest.raises(FloatingPointError, match="validation after epoch 1: the losses of 20 of 20 pictures.*index 0"):
        train(valid_loader=loader(shuffle=True), loss_fn=loss_fn)


def test_validation_outputs_that_are_not_finite_end_the_training():
    class Spoiled(nn.Sequential):
        def forward(self, images):
            logits = super().forward(images)
            if not self.training and len(images) > 1:
                logits[1] = torch.nan
            return logits

    with pytest.raises(FloatingPointError, match="validation after epoch 1: the outputs of 3 of 20 .* is index 1"):
        train(valid_loader=loader(), net=Spoiled(*model()))


def test_a_loss_of_finite_outputs_can_still_be_infinite():
    found = Evaluation(torch.tensor([[3e38, -3e38], [1.0, 0.0]]), torch.tensor([1, 0]), ["a", "b"])
    with pytest.raises(FloatingPointError, match="losses of 1 of 2 pictures"):
        _ = found.loss


# outputs and classes


def test_outputs_and_classes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"1000 outputs and there are 2 classes \(bread, soup\)"):
        evaluate(model(1000), make_loader(dataset(), 8))
    with pytest.raises(ValueError, match="1000 outputs and there are 2 classes"):
        train(make_loader(dataset(), 8), net=model(1000))
    with pytest.raises(ValueError, match="3 outputs and there are 2 classes"):
        Evaluation(torch.eye(3), torch.tensor([0, 1, 1]), ["a", "b"])
    with pytest.raises(ValueError, match="1 output a picture"):
        evaluate(model(1), [(IMAGES, torch.zeros(20).long())])


# names and labels of any dataset


def test_names_follow_the_pictures_however_a_loader_orders_them():
    pictures = dataset()
    assert evaluate(model(), make_loader(pictures, 8)).names == pictures.names
    assert evaluate(model(), make_loader(pictures.subset([3, 1]), 8)).names == ["3.jpg", "1.jpg"]
    shuffled = evaluate(model(), make_loader(pictures, 8, shuffle=True))
    assert sorted(shuffled.names) == sorted(pictures.names) != shuffled.names
    assert [int(name.split(".")[0]) % 2 for name in shuffled.names] == shuffled.labels.tolist()


def test_names_are_unknown_rather_than_wrong(tmp_path):
    pictures = dataset()
    assert evaluate(model(), DataLoader(pictures, 8)).names == pictures.names
    assert evaluate(model(), DataLoader(Subset(pictures, [4, 2]), 8)).names == ["4.jpg", "2.jpg"]
    assert evaluate(model(), DataLoader(pictures, 8, drop_last=True)).names == pictures.names[:16]
    assert evaluate(model(), DataLoader(pictures, 8, shuffle=True)).names is None
    assert evaluate(model(), DataLoader(ConcatDataset([pictures, pictures]), 8)).names is None
    assert evaluate(model(), DataLoader(Subset(pictures, [1, 1]), 8)).names is None
    assert evaluate(model(), list(make_loader(pictures, 8))).names is None
    photos = DataLoader(folder(tmp_path / "photos"), 4)
    assert picture_names(photos, 6) == [f"{name}/{i}.png" for name in ("bread", "soup") for i in range(3)]


def test_labels_are_known_where_the_dataset_tells_them(tmp_path):
    def labels_of(dataset):
        return labels_ahead(DataLoader(dataset, 4))

    assert labels_of(TensorDataset(IMAGES, LABELS)).tolist() == LABELS.tolist()
    assert labels_of(Subset(dataset(), [1, 2])).tolist() == [1, 0]
    assert labels_of(folder(tmp_path / "photos")).tolist() == [0] * 3 + [1] * 3
    assert labels_of(Items(IMAGES)) is None
    assert labels_of(ImageFolder(tmp_path / "photos", target_transform=lambda label: label + 1)) is None


# a part of the validation pictures


def test_a_part_holds_every_class_as_often_as_the_whole():
    labels = torch.tensor([0] * 30 + [1] * 60 + [2] * 10)[torch.randperm(100)]
    chosen = spread(labels, 20)
    assert torch.bincount(labels[chosen]).tolist() == [6, 12, 2]
    assert chosen == sorted(set(chosen))


@pytest.mark.parametrize("build", [lambda data: make_loader(data, 4), lambda data: DataLoader(data, 4)])
def test_a_part_of_the_validation_pictures_is_measured_and_the_history_says_so(build):
    net, pictures = model(), dataset()
    history = train(valid_loader=build(pictures), net=net, valid_pictures=6)
    part = evaluate(net, make_loader(pictures.subset(spread(pictures.labels, 6)), 4))
    assert len(part.labels) == 6
    assert (history.rows[0]["valid_loss"], history.rows[0]["valid_accuracy"]) == (part.loss, part.accuracy)
    assert "validation on 6 of 20 pictures: measure all with evaluate" in repr(history)
    whole = train(valid_loader=build(pictures), valid_pictures=20)
    assert "measure all" not in repr(whole)


@pytest.mark.parametrize(
    ("valid", "count", "said"),
    [
        (None, 5, "valid_pictures is set but valid_loader is None"),
        (loader(), 0, "valid_pictures is 0"),
        (list(loader()), 5, "a list whose pictures cannot be chosen"),
        (DataLoader(Items(IMAGES), 4), 5, "cannot be chosen by their labels"),
    ],
)
def test_a_part_that_cannot_be_chosen_is_refused(valid, count, said):
    with pytest.raises(ValueError, match=said):
        train(valid_loader=valid, valid_pictures=count)
