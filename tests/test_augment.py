import pytest
import torch
from scipy.stats import ks_2samp
from torch import nn
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from helpers import augment, evaluate, seed_everything
from helpers.augment import batched

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


class AsTorchvision:
    """The same transforms, called picture by picture."""

    def __init__(self, *transforms):
        self.transforms = transforms

    def __call__(self, images):
        changed = []
        for image in images:
            for transform in self.transforms:
                image = transform(image[None])[0] if hasattr(transform, "whole_batch") else transform(image)
            changed.append(image)
        return torch.stack(changed)


def smooth_picture(size):
    """A picture without edges or symmetry: where it is taken from counts, not how it is interpolated."""
    up, right = torch.meshgrid(torch.linspace(0, 3, size), torch.linspace(0, 2, size), indexing="ij")
    waves = [(a * up + b * right).sin() for a, b in ((1.0, 0.3), (0.4, 1.7), (1.3, 1.1))]
    return ((torch.stack(waves) + 1) * 100 + 20).to(torch.uint8)


def features(images):
    """Numbers that tell what happened to a picture: brightness, contrast, colour, where the light is, corners."""
    images = images.float()
    light = images.mean(1) + 1e-3
    places = torch.arange(light.shape[-1]).float()
    total = light.sum((1, 2))
    return {
        "mean": images.mean((1, 2, 3)),
        "spread": images.std((1, 2, 3)),
        "red": images[:, 0].mean((1, 2)) - images[:, 2].mean((1, 2)),
        "x": (light * places).sum((1, 2)) / total,
        "y": (light * places[:, None]).sum((1, 2)) / total,
        "corner": images[:, 1, 0, 0],
        "other corner": images[:, 1, -1, -1],
        "middle": images[:, 2, images.shape[2] // 2, images.shape[3] // 2],
        "edges": images.diff(dim=-1).abs().mean((1, 2, 3)),
        "black": (images == 0).all(1).float().mean((1, 2)),
    }


# Changes of place are made in one sampling and not one after the other, which leaves smoother edges at what is black.
BLURS = {"strong": {"edges", "spread", "corner", "other corner", "black"}, "wide": {"edges", "black"}}


@pytest.mark.parametrize("name", [*augment.CHANGES, *sorted(set(augment.PRESETS) - {"none"})])
def test_changes_are_distributed_as_in_torchvision(name):
    count, size = 1500, 24
    steps = augment.PRESETS[name](size) if name in augment.PRESETS else [augment.CHANGES[name](size, 1.0)]
    images = smooth_picture(size).expand(count, 3, size, size)
    found = []
    for seed, kind in enumerate((augment.PerPicture, AsTorchvision)):
        seed_everything(seed)
        found.append(features(kind(*steps)(images)))
    for feature in set(found[0]) - BLURS.get(name, set()):
        ours, theirs = (one[feature].numpy() for one in found)
        assert ks_2samp(ours.round(1), theirs.round(1), method="asymp").pvalue > 1e-4, feature


def test_every_change_of_a_preset_is_made_for_the_whole_batch():
    images = smooth_picture(SIZE).expand(2, 3, SIZE, SIZE)
    for preset in augment.PRESETS.values():
        for transform in [*preset(SIZE), v2.RandomResizedCrop(SIZE // 2)]:
            (step, *_) = batched._steps(transform, images)
            assert getattr(step, "__name__", "") != "<lambda>", transform


@pytest.mark.parametrize(
    "transform",
    [
        v2.RandomAffine(30, scale=(0.5, 1.5)),
        v2.RandomAffine(30, interpolation=v2.InterpolationMode.BILINEAR),
        v2.RandomCrop(SIZE, padding=4, padding_mode="edge"),
        v2.RandomErasing(1.0, value=7),
        v2.Compose([v2.RandomHorizontalFlip(), v2.ColorJitter(0.5)]),
        lambda image: image.flip(2) if torch.rand(()) < 0.5 else image,
    ],
)
def test_what_no_batch_is_made_for_is_called_picture_by_picture(images, transform):
    seed_everything(0)
    changed = augment.PerPicture(transform)(images)
    seed_everything(0)
    assert torch.equal(changed, AsTorchvision(transform)(images))


@pytest.mark.parametrize("transform", [v2.RandomAffine(30), v2.RandomResizedCrop(16)])
def test_pictures_that_are_not_square_change_as_in_torchvision(transform):
    images = smooth_picture(32)[None, :, :20].repeat(4, 1, 1, 1)
    seed_everything(0)
    changed = augment.PerPicture(transform)(images)
    seed_everything(0)
    assert torch.equal(changed, AsTorchvision(transform)(images))


NUMBERS = [
    {"angle": 30.0},
    {"angle": -90.0},
    {"right": 5.0, "down": -3.0},
    {"shear_x": 20.0},
    {"shear_y": -20.0},
    {"angle": 17.0, "right": 2.0, "down": 1.0, "shear_x": -8.0, "shear_y": 5.0},
]


@pytest.mark.parametrize("numbers", NUMBERS, ids=str)
def test_an_affine_move_is_torchvisions(numbers):
    image = torch.randint(256, (3, 41, 41), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    (moved,) = batched.sample(image[None], [batched.affine(41, **{k: torch.tensor([v]) for k, v in numbers.items()})])
    expected = functional.affine(
        image,
        angle=numbers.get("angle", 0.0),
        translate=[numbers.get("right", 0.0), numbers.get("down", 0.0)],
        scale=1.0,
        shear=[numbers.get("shear_x", 0.0), numbers.get("shear_y", 0.0)],
    )
    # A place between two pixels is rounded to the one or the other.
    assert (moved == expected).all(0).float().mean() > 0.98


@pytest.mark.parametrize("kind", [v2.TrivialAugmentWide, v2.RandAugment])
@pytest.mark.parametrize("name", batched.OPERATIONS)
def test_each_operation_of_a_given_strength_is_torchvisions(kind, name):
    images = torch.stack([smooth_picture(SIZE), smooth_picture(SIZE).flip(2) // 3 + 40])
    make, signed = kind._AUGMENTATION_SPACE[name]
    strengths = make(31, SIZE, SIZE)
    for level in (0, 7, 30):
        drawn = 0.0 if strengths is None else float(strengths[level])
        for strength in {drawn, -drawn} if signed else {drawn}:
            both = torch.tensor([strength, strength])
            changed = batched.operation([name, name], both, SIZE)(images)
            expected = torch.stack(
                [
                    kind()._apply_image_or_video_transform(image, name, strength, v2.InterpolationMode.NEAREST, {})
                    for image in images
                ]
            )
            differ = (changed.int() - expected.int()).abs()
            assert (differ > 1).float().mean() < 0.02, (level, strength)  # half-way places and roundings


def test_pictures_with_different_operations_keep_their_places():
    names = [batched.OPERATIONS[i] for i in torch.randperm(28, generator=torch.Generator().manual_seed(0)) % 14]
    images = torch.stack([smooth_picture(SIZE).roll(3 * i, 2) for i in range(28)])
    strengths = torch.tensor([4.0 if name == "Posterize" else 0.3 for name in names])
    together = batched.operation(names, strengths, SIZE)(images)
    for i, name in enumerate(names):
        alone = batched.operation([name], strengths[i : i + 1], SIZE)(images[i : i + 1])
        assert torch.equal(together[i : i + 1], alone), name


@pytest.mark.parametrize("size", [SIZE, 20, 48])
def test_a_resized_crop_is_torchvisions_and_looks_at_nothing_beside_it(monkeypatch, size):
    image = torch.randint(256, (3, SIZE, SIZE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    boxes = torch.tensor([[20.0, 31.0, 32.0], [25.0, 17.0, 32.0], [3.0, 1.0, 0.0], [7.0, 0.0, 0.0]])
    monkeypatch.setattr(batched, "_boxes", lambda *_, **__: (*boxes, torch.ones(3, dtype=torch.bool)))
    changed = augment.PerPicture(v2.RandomResizedCrop(size))(image.repeat(3, 1, 1, 1))
    for one, (width, height, left, top) in zip(changed, boxes.T.int().tolist(), strict=True):
        expected = functional.resized_crop(image, top, left, height, width, [size, size], antialias=True)
        assert (one.int() - expected.int()).abs().max() <= 1


def test_crops_and_flips_are_among_those_of_torchvision_and_all_of_them_come():
    picture = torch.arange(48, dtype=torch.uint8).view(3, 4, 4)
    padded = functional.pad(picture, [1, 1, 1, 1])
    possible = {
        bytes(side.flatten().tolist())
        for down in range(3)
        for right in range(3)
        for crop in [functional.crop(padded, down, right, 4, 4)]
        for side in (crop, crop.flip(2))
    }
    seed_everything(0)
    both = augment.PerPicture(v2.RandomCrop(4, padding=1), v2.RandomHorizontalFlip())
    assert {bytes(one.flatten().tolist()) for one in both(picture.expand(400, 3, 4, 4))} == possible


def test_moves_that_follow_each_other_are_one_sampling():
    image = smooth_picture(33)[None]
    there, back = (batched.affine(33, angle=torch.tensor([angle])) for angle in (30.0, -30.0))
    inner = (slice(None), slice(None), slice(12, 21), slice(12, 21))
    assert torch.equal(batched.sample(image, [there, back])[inner], image[inner])
    twice = batched.sample(batched.sample(image, [there]), [back])
    assert not torch.equal(twice[inner], image[inner])


def test_nothing_waits_for_the_device_on_which_pictures_are_changed():
    pictures = torch.empty(64, 3, SIZE, SIZE, dtype=torch.uint8, device="meta")  # which has no numbers to read back
    for name in set(augment.PRESETS) - {"none"}:
        changed = augment.preset(name, SIZE)(pictures)
        assert changed.device.type == "meta"
        assert changed.shape == pictures.shape
    assert augment.change("RandAugment", SIZE)(pictures).shape == pictures.shape


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
