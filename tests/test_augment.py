import pytest
import torch
from torch import nn

from helpers import augment, evaluate, seed_everything
from helpers.evaluation import pgd

SIZE = 32


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(60, 200, (1, 3, SIZE, SIZE), generator=generator, dtype=torch.uint8).repeat(6, 1, 1, 1)


@pytest.mark.parametrize("name", augment.CHANGES)
@pytest.mark.parametrize("strength", [0.0, 1.0, 2.0])
def test_every_change_keeps_shape_and_type_and_leaves_its_input_alone(images, name, strength):
    before = images.clone()
    changed = augment.change(name, SIZE, strength)(images)
    assert changed.shape == images.shape
    assert changed.dtype == torch.uint8
    assert torch.equal(images, before)


@pytest.mark.parametrize("name", [*augment.CHANGES, *sorted(set(augment.PRESETS) - {"none"})])
def test_a_seed_repeats_every_change_and_another_one_does_not(images, name):
    transform = augment.change(name, SIZE, 1.5) if name in augment.CHANGES else augment.preset(name, SIZE)
    results = []
    for seed in (0, 0, 1):
        seed_everything(seed)
        results.append(transform(images))
    assert torch.equal(results[0], results[1])
    if name != "padding":  # it is the same for every picture
        assert not torch.equal(results[0], results[2])


@pytest.mark.parametrize("name", sorted(set(augment.CHANGES) - {"padding"}))
def test_each_picture_of_a_batch_changes_on_its_own(images, name):
    seed_everything(0)
    changed = augment.change(name, SIZE, 1.0)(images)
    assert any(not torch.equal(changed[0], other) for other in changed[1:])


def test_strength_zero_changes_nothing_or_next_to_nothing(images):
    for name in ("rotation", "translation", "shear", "flip", "salt and pepper", "erasing", "padding", "random crop"):
        assert torch.equal(augment.change(name, SIZE, 0.0)(images), images), name


def test_salt_and_pepper_colours_whole_pixels_white_and_black():
    grey = torch.full((1, 3, 200, 200), 128, dtype=torch.uint8)
    seed_everything(0)
    (changed,) = augment.change("salt and pepper", 200, 10)(grey)
    assert changed.unique().tolist() == [0, 128, 255]
    assert torch.equal(changed[0], changed[1])
    assert torch.equal(changed[0], changed[2])
    for value in (0, 255):
        assert (changed[0] == value).float().mean().item() == pytest.approx(0.05, abs=0.005)


def test_a_preset_is_the_composition_that_stands_under_its_name(images):
    assert augment.preset("none", SIZE) is None
    for name in set(augment.PRESETS) - {"none"}:
        seed_everything(3)
        changed = augment.preset(name, SIZE)(images[:2])
        seed_everything(3)
        for image, expected in zip(images, changed, strict=False):
            for step in augment.PRESETS[name](SIZE):
                image = step(image)
            assert torch.equal(image, expected), name


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
def test_mixed_labels_are_the_shares_of_the_mixed_pictures(name):
    flat = torch.stack([torch.full((3, 16, 16), value) for value in (0.0, 1.0)])
    seed_everything(0)
    mixed, shares = augment.mixing(name, classes=2)(flat, torch.tensor([0, 1]))
    torch.testing.assert_close(shares.sum(1), torch.ones(2))
    torch.testing.assert_close(mixed.mean((1, 2, 3)), shares[:, 1], atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: augment.change("magic", SIZE), "no change 'magic'"),
        (lambda: augment.change("flip", SIZE, -1), "strength is -1"),
        (lambda: augment.preset("heavy", SIZE), "no preset 'heavy'"),
        (lambda: augment.mixing("Blend", 3), "no mixing 'Blend'"),
        (lambda: augment.views("rotation"), "no view 'rotation'"),
        (lambda: augment.views("flip", count=3), "count is 3, but 'flip' always has 1"),
        (lambda: augment.views("noise", count=0), "count is 0"),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def slope(dtype=torch.float32, size=32):
    """One picture that brightens from left to right."""
    grey = torch.linspace(0.1, 0.9, size).expand(1, 3, size, size)
    return (grey * 255).round().to(torch.uint8) if dtype == torch.uint8 else grey.clone()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("name", augment.VIEWS)
def test_every_view_keeps_shape_and_type_and_leaves_its_input_alone(name, dtype):
    pictures = torch.cat([slope(dtype), slope(dtype).transpose(2, 3)])
    before = pictures.clone()
    for view in augment.views(name):
        changed = view(pictures)
        assert changed.shape == pictures.shape
        assert changed.dtype == dtype
        assert not torch.equal(changed, pictures)
    assert torch.equal(pictures, before)


def test_views_of_bytes_and_of_floating_point_are_the_same_pictures():
    for name in sorted(set(augment.VIEWS) - {"noise"}):
        for view in augment.views(name):
            torch.testing.assert_close(view(slope(torch.uint8)) / 255, view(slope()), atol=2 / 255, rtol=0)


def test_views_keep_the_order_of_the_pictures():
    levels = torch.linspace(0.2, 0.8, 5)
    for name in augment.VIEWS:
        for view in augment.views(name):
            changed = view(levels[:, None, None, None].expand(5, 3, 32, 32))
            torch.testing.assert_close(changed.mean((1, 2, 3)), levels, atol=0.01, rtol=0)


def test_shifts_move_to_the_four_sides_by_a_sixteenth_and_repeat_the_border():
    right, left, down, up = (view(slope()) for view in augment.views("shifts"))
    picture = slope()
    assert torch.equal(right[..., 2:], picture[..., :-2])
    assert torch.equal(right[..., 0], picture[..., 0])
    assert torch.equal(left[..., :-2], picture[..., 2:])
    assert torch.equal(left[..., -1], picture[..., -1])
    right, left, down, up = (view(slope().transpose(2, 3)).transpose(2, 3) for view in augment.views("shifts"))
    assert torch.equal(down[..., 2:], picture[..., :-2])
    assert torch.equal(up[..., :-2], picture[..., 2:])


def test_scales_show_the_middle_larger():
    spans = [(view(slope()).max() - view(slope()).min()).item() for view in augment.views("scales")]
    assert spans == pytest.approx([0.9 * 0.8, 0.8 * 0.8], abs=0.03)


def test_noise_has_its_strength_is_new_in_each_view_and_repeated_by_a_seed():
    grey = torch.full((2, 3, 64, 64), 0.5)
    drawn = []
    for _ in range(2):
        seed_everything(0)
        drawn.append([view(grey) for view in augment.views("noise", count=2)])
    (first, second), again = drawn
    assert first.std().item() == pytest.approx(0.05, abs=0.003)
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first, again[0])


def test_views_go_into_evaluate():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 2))
    loader = [(slope(dtype), torch.tensor([0])) for dtype in (torch.uint8, torch.float32)]
    chosen = augment.views("flip") + augment.views("shifts") + augment.views("scales")
    found = evaluate(model, loader, views=chosen)
    one_by_one = [evaluate(model, [(view(images), labels) for images, labels in loader]) for view in chosen]
    expected = torch.stack([e.probabilities for e in [evaluate(model, loader), *one_by_one]]).mean(0)
    torch.testing.assert_close(found.probabilities, expected)


@pytest.fixture
def attacked():
    seed_everything(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 5))
    images, labels = torch.rand(7, 3, 8, 8), torch.randint(5, (7,))
    images[0] = 1.0  # at the border of what a picture may hold
    return model, images, labels


@pytest.mark.parametrize("random_start", [False, True])
@pytest.mark.parametrize("epsilon", [8 / 255, 0.3])
def test_adversarial_pictures_stay_within_epsilon_and_are_pictures(attacked, epsilon, random_start):
    model, images, labels = attacked
    found = pgd(model, images, labels, epsilon=epsilon, step=epsilon / 3, random_start=random_start)
    assert (found - images).abs().max() <= epsilon + 1e-6
    assert found.min() >= 0
    assert found.max() <= 1
    assert not found.requires_grad


def test_adversarial_pictures_raise_the_loss_and_leave_the_model_alone(attacked):
    model, images, labels = attacked
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = pgd(model, images, labels)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    model.eval()
    loss = nn.functional.cross_entropy
    assert loss(model(found), labels) > loss(model(images), labels)


def test_an_attack_leaves_every_part_of_a_model_in_its_mode_also_when_it_fails(attacked):
    model, images, labels = attacked
    model.train()
    model[1].eval()
    pgd(model, images, labels, steps=1)
    with pytest.raises(RuntimeError):
        pgd(model, images[:, :2], labels, steps=1)
    assert [part.training for part in model] == [True, False, True, True, True]


def test_pgd_equals_the_reference_implementation(attacked):
    foolbox = pytest.importorskip("foolbox", reason="foolbox is in requirements-dev.txt")
    model, images, labels = attacked
    model.eval()
    attack = foolbox.attacks.LinfPGD(abs_stepsize=2 / 255, steps=10, random_start=False)
    reference, *_ = attack(foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu"), images, labels, epsilons=8 / 255)
    torch.testing.assert_close(pgd(model, images, labels), reference)
