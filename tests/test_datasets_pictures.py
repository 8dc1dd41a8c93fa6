import io

import numpy as np
import pytest
from PIL import Image

from course.intake.collect import check_file
from helpers.datasets import pictures
from helpers.datasets.pictures import UnreadablePictureError, decode, describe, open_picture, squash


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def pixel(content, place=(0, 0)):
    return decode(content)[0].getpixel(place)


def test_a_jpeg_becomes_rgb():
    picture, mode = decode(encoded(Image.new("RGB", (4, 4), (200, 10, 10)), "JPEG", quality=100))
    assert (picture.mode, mode) == ("RGB", "RGB")
    assert np.abs(np.asarray(picture).astype(int) - (200, 10, 10)).max() < 4


def test_transparency_is_laid_on_white():
    half = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    half.putpixel((1, 0), (255, 0, 0, 0))
    assert pixel(encoded(half)) == (255, 0, 0)
    assert pixel(encoded(half), (1, 0)) == (255, 255, 255)


def test_a_half_transparent_pixel_is_mixed_with_white():
    assert pixel(encoded(Image.new("RGBA", (1, 1), (0, 0, 0, 128)))) == (127, 127, 127)


def test_grey_with_alpha_and_plain_grey_become_rgb():
    assert pixel(encoded(Image.new("L", (1, 1), 77))) == (77, 77, 77)
    assert pixel(encoded(Image.new("LA", (1, 1), (77, 0)))) == (255, 255, 255)


def test_a_palette_keeps_its_colours_and_its_transparent_entry_becomes_white():
    picture = Image.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((1, 0), 1)
    assert pixel(encoded(picture), (1, 0)) == (40, 50, 60)
    assert pixel(encoded(picture, transparency=1), (1, 0)) == (255, 255, 255)
    assert pixel(encoded(picture, transparency=1)) == (10, 20, 30)


def test_a_transparent_colour_of_an_rgb_png_becomes_white():
    picture = Image.new("RGB", (2, 1), (1, 2, 3))
    picture.putpixel((1, 0), (9, 9, 9))
    content = encoded(picture, transparency=(1, 2, 3))
    assert pixel(content) == (255, 255, 255)
    assert pixel(content, (1, 0)) == (9, 9, 9)


def test_cmyk_becomes_rgb():
    content = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=100)
    red, green, blue = pixel(content)
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "I;16"), ("TIFF", "I;16")])
def test_16_bit_grey_is_scaled_and_not_clipped(kind, mode):
    grey = Image.fromarray(np.array([[0, 32896, 65535]], dtype=np.uint16))
    content = encoded(grey, kind)
    assert decode(content)[1] == mode
    assert np.asarray(decode(content)[0])[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16, 24])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_is_scaled_by_the_bits_that_its_values_need(kind, bits):
    if kind == "PNG" and bits > 16:
        pytest.skip("a PNG holds 16 bits at most")
    white = 2**bits - 1
    grey = np.array([[0, white // 2 + 1, white]], dtype=np.uint16 if kind == "PNG" else np.int32)
    assert np.asarray(decode(encoded(Image.fromarray(grey), kind))[0])[0, :, 0].tolist() == [
        0,
        128 if bits == 8 else 127,
        255,
    ]


def test_floating_point_pictures_are_called_unreadable_with_a_remedy():
    with pytest.raises(UnreadablePictureError, match="mode F.*8 or 16 bits"):
        decode(encoded(Image.fromarray(np.ones((2, 2), np.float32)), "TIFF"))


def test_exif_rotation_is_carried_out():
    picture = Image.new("RGB", (4, 2), "white")
    picture.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held a quarter turn to the left: the first row is the right-hand side
    upright, _ = decode(encoded(picture, exif=exif))
    assert upright.size == (2, 4)
    assert upright.getpixel((1, 0)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"<html>not found</html>", "not a picture"),
        (encoded(Image.effect_noise((64, 64), 50), "JPEG")[:-400], "truncated"),
        (encoded(Image.effect_noise((64, 64), 50), "PNG")[:-900], "truncated|broken"),
    ],
)
def test_empty_foreign_and_truncated_files_are_unreadable(content, reason):
    with pytest.raises(UnreadablePictureError, match=reason):
        decode(content)


def test_absurdly_large_pictures_are_refused_before_they_are_decoded(tmp_path, monkeypatch):
    content = encoded(Image.new("1", (12_000, 5_000)))
    (tmp_path / "large.png").write_bytes(content)
    for look in (lambda: decode(content), lambda: check_file(tmp_path / "large.png")):
        with pytest.raises(UnreadablePictureError, match="12000 x 5000 pixels is above the limit of 50,000,000"):
            look()
    # Above twice its own limit Pillow raises by itself.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    for look in (lambda: decode(content), lambda: check_file(tmp_path / "large.png")):
        with pytest.raises(UnreadablePictureError, match="limit"):
            look()


def test_only_pictures_of_another_size_are_resampled():
    picture = Image.effect_noise((16, 16), 80).convert("RGB")
    assert np.array_equal(squash(picture, 16), np.asarray(picture))
    assert squash(picture, 8).shape == (8, 8, 3)
    assert squash(picture.resize((30, 10)), 8).shape == (8, 8, 3)


def test_shrinking_averages_instead_of_picking_pixels():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    assert abs(squash(Image.fromarray(stripes), 8)[2:6, 2:6].mean() - 127.5) < 10


def test_equal_pixels_have_equal_hashes_whatever_the_file():
    picture = Image.effect_noise((16, 12), 80).convert("RGB")
    facts = [describe(*decode(encoded(picture, kind))) for kind in ("PNG", "BMP")]
    assert facts[0].pixels == facts[1].pixels
    assert (facts[0].width, facts[0].height) == (16, 12)
    changed = picture.copy()
    changed.putpixel((0, 0), (1, 2, 3))
    assert describe(changed, "RGB").pixels != facts[0].pixels
    # The same bytes in another shape are another picture.
    assert describe(Image.frombytes("RGB", (12, 16), picture.tobytes()), "RGB").pixels != facts[0].pixels


def test_the_look_survives_scaling_and_brightness():
    picture = Image.effect_noise((8, 8), 80).resize((96, 96)).convert("RGB")
    look = int(describe(picture, "RGB").look, 16)
    other = int(describe(picture.resize((64, 64)).point(lambda value: value * 0.8), "RGB").look, 16)
    far = int(describe(picture.rotate(90), "RGB").look, 16)
    assert (look ^ other).bit_count() <= 4
    assert (look ^ far).bit_count() > 12


def test_open_picture_names_the_file_it_cannot_read(tmp_path):
    (tmp_path / "7.jpg").write_bytes(b"text")
    with pytest.raises(UnreadablePictureError, match=r"7\.jpg cannot be read: not a picture"):
        open_picture(tmp_path / "7.jpg")
    Image.new("RGB", (3, 3)).save(tmp_path / "8.png")
    assert open_picture(tmp_path / "8.png").size == (3, 3)


def test_the_limit_leaves_room_for_every_camera():
    assert pictures.MAX_PIXELS >= 8000 * 6000
