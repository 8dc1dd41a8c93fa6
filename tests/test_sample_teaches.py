"""What the drawn samples must teach, held with the notebooks' own settings: means over seeds (`make verify`)."""

import statistics
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import torch

from helpers import (
    FoodCNN,
    ResNet,
    VehicleNet,
    augment,
    compare,
    evaluate,
    fit,
    load_food,
    load_vehicles,
    make_loader,
    seed_everything,
)
from helpers.samples import draw_food

pytestmark = pytest.mark.slow
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SEEDS, FOOD_SEEDS = range(5), range(3)
FOOD_SIZE = 48  # pixels; as notebooks 05 to 08 load the sample


def settings(notebook: str) -> SimpleNamespace:
    """Run the notebook's cell tagged "settings" for the sample."""
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    (source,) = [cell.source for cell in cells if "settings" in cell.metadata.get("tags", [])]
    names = {"data": SimpleNamespace(profile="sample")}
    exec(source, names)
    return SimpleNamespace(**names)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # the same sums on every machine of a kind, whatever else it does
        yield load_vehicles("sample", on_unreadable="skip")
        torch.set_num_threads(threads)


def scramble(images):
    return images.permute(0, 2, 3, 1).reshape(images.shape)


@pytest.fixture(scope="module")
def accuracies(data):
    """Return the mean training and validation accuracy, in points, of a recipe; `of_seeds` has those of each seed."""

    @cache
    def of_seeds(notebook, epochs=None, transform=None, **model_options):
        chosen, results = settings(notebook), []
        for seed in SEEDS:
            seed_everything(seed)
            model = VehicleNet(image_size=data.train.image_size, **model_options)
            loader = make_loader(data.train, chosen.batch_size, shuffle=True, transform=transform)
            optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr)
            fit(model, loader, epochs=epochs or chosen.epochs, optimizer=optimizer, progress=False)
            parts = (data.train, data.valid)
            results.append(
                [100 * evaluate(model, make_loader(part, 128, transform=transform)).accuracy for part in parts]
            )
        for name, of_part in zip(("train", "valid"), zip(*results, strict=True), strict=True):
            print(
                f"{notebook} {epochs or chosen.epochs} epochs {model_options} {transform and 'scrambled'} {name}: ",
                end="",
            )
            print(f"{statistics.mean(of_part):.1f} +- {statistics.stdev(of_part):.1f}")
        return results

    def means(*recipe, **options):
        return tuple(map(statistics.mean, zip(*of_seeds(*recipe, **options), strict=True)))

    means.of_seeds = of_seeds
    return means


def test_the_baseline_overfits(accuracies):
    train, valid = accuracies("01_baseline")
    assert train >= 95
    assert train - valid >= 10


def test_scrambling_the_pictures_costs_at_least_five_points(accuracies):
    assert accuracies("01_baseline")[1] - accuracies("01_baseline", transform=scramble)[1] >= 5


def test_batch_norm_is_at_least_as_far_after_its_five_epochs(accuracies):
    epochs = settings("03_batch_norm").epochs
    assert accuracies("03_batch_norm", batch_norm=True)[1] >= accuracies("01_baseline", epochs=epochs)[1]


def test_the_combined_model_is_not_shown_worse_than_the_baseline(accuracies):
    # The two are as good as equal here: which mean is higher changes with the rounding of the CPU, what the paired test
    # says does not.
    rate = settings("04_combined").rate
    runs = [accuracies.of_seeds("01_baseline"), accuracies.of_seeds("04_combined", batch_norm=True, dropout=rate)]
    found = compare(*([valid / 100 for _, valid in of_seeds] for of_seeds in runs))
    print(found)
    assert found.difference > 0 or not found.real


@pytest.fixture(scope="module")
def food(data):  # in the same folder, with the same single thread
    return load_food("sample", image_size=FOOD_SIZE, on_unreadable="skip")


@pytest.fixture(scope="module")
def new_pictures(data, tmp_path_factory):
    """Another drawn sample, all of it: pictures that chose no epoch and no setting, and many of them."""
    folder = draw_food(tmp_path_factory.mktemp("new") / "food", seed=1013, progress=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_FOOD_DIR", str(folder))
        drawn = load_food("full", image_size=FOOD_SIZE, on_unreadable="skip")
    return drawn.train, drawn.valid, drawn.test


@pytest.fixture(scope="module")
def mean_accuracies(food, new_pictures):
    """Return a function that trains for each seed and returns mean accuracies in points: validation, new pictures."""

    def measure(train):
        accuracies = []
        for seed in FOOD_SEEDS:
            seed_everything(seed)
            model = train()
            new = torch.cat([evaluate(model, make_loader(part, 256)).correct for part in new_pictures])
            valid = evaluate(model, make_loader(food.valid, 256)).accuracy
            accuracies.append((100 * valid, 100 * new.float().mean().item()))
        for name, of_part in zip(("valid", "new"), zip(*accuracies, strict=True), strict=True):
            print(f"{train.__name__}, {name}: {statistics.mean(of_part):.1f} +- {statistics.stdev(of_part):.1f}")
        return tuple(map(statistics.mean, zip(*accuracies, strict=True)))

    return measure


@pytest.fixture(scope="module")
def food_cnn(food, mean_accuracies):
    chosen = settings("05_food11_cnn")

    def the_tutorials_network():
        model = FoodCNN(image_size=FOOD_SIZE, width=chosen.width)
        optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr, weight_decay=chosen.weight_decay)
        loaders = make_loader(food.train, chosen.batch_size, shuffle=True), make_loader(food.valid, 256)
        limits = {"patience": chosen.patience, "max_grad_norm": chosen.clip}
        fit(model, *loaders, epochs=chosen.epochs, optimizer=optimizer, progress=False, **limits)
        return model

    return mean_accuracies(the_tutorials_network)


def test_the_food_network_learns_and_is_not_finished(food_cnn):
    valid, _ = food_cnn
    assert 100 / 11 + 15 < valid < 90


@pytest.fixture(scope="module")
def residual(food, mean_accuracies):
    chosen = settings("08_test_time_augmentation")

    @cache
    def of(augmentation):
        changes = augment.preset(augmentation, FOOD_SIZE)

        def residual_network():
            model = ResNet(**chosen.network)
            loader = make_loader(food.train, chosen.batch_size, shuffle=True, transform=changes)
            optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr)
            steps = chosen.epochs * len(loader)
            cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, chosen.lr, total_steps=steps)
            fit(model, loader, epochs=chosen.epochs, optimizer=optimizer, scheduler=cycle, progress=False)
            return model

        return mean_accuracies(residual_network)

    return of


# On many new pictures: the few of the validation part, which also chose the food network's epoch, cannot rank the two.


def test_a_residual_network_with_augmentation_is_above_the_food_network(residual, food_cnn):
    assert residual("light")[1] > food_cnn[1]


def test_light_augmentation_lifts_the_residual_network(residual):
    assert residual("light")[1] > residual("none")[1]
