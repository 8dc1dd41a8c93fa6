"""What the drawn sample must teach, held with the notebooks' own settings: means over five seeds (`make verify`)."""

import statistics
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import torch

from helpers import VehicleNet, evaluate, fit, load_vehicles, make_loader, seed_everything

pytestmark = pytest.mark.slow
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SEEDS = range(5)


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
    """Return the mean training and validation accuracy, in points, of a recipe."""

    @cache
    def train(notebook, epochs=None, transform=None, **model_options):
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
        for name, of_seeds in zip(("train", "valid"), zip(*results, strict=True), strict=True):
            print(
                f"{notebook} {epochs or chosen.epochs} epochs {model_options} {transform and 'scrambled'} {name}: ",
                end="",
            )
            print(f"{statistics.mean(of_seeds):.1f} +- {statistics.stdev(of_seeds):.1f}")
        return tuple(map(statistics.mean, zip(*results, strict=True)))

    return train


def test_the_baseline_overfits(accuracies):
    train, valid = accuracies("01_baseline")
    assert train >= 95
    assert train - valid >= 10


def test_scrambling_the_pictures_costs_at_least_five_points(accuracies):
    assert accuracies("01_baseline")[1] - accuracies("01_baseline", transform=scramble)[1] >= 5


def test_batch_norm_is_at_least_as_far_after_its_five_epochs(accuracies):
    epochs = settings("03_batch_norm").epochs
    assert accuracies("03_batch_norm", batch_norm=True)[1] >= accuracies("01_baseline", epochs=epochs)[1]


def test_the_combined_model_is_at_least_as_good_as_the_baseline(accuracies):
    rate = settings("04_combined").rate
    assert accuracies("04_combined", batch_norm=True, dropout=rate)[1] >= accuracies("01_baseline")[1]
