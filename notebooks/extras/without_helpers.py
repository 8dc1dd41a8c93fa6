"""Train an image classifier on a folder of photos, with PyTorch and torchvision alone.

    python without_helpers.py PHOTOS [--epochs 20] [--size 128] [--output runs]

PHOTOS has one folder per class, as in PHOTOS/cat/1.jpg. best.pt gets the weights of the epoch with
the lowest validation loss; the test images are opened once, at the end, for predictions.csv.
"""

import argparse
import csv
import hashlib
import math
import random
from pathlib import Path

import torch
from PIL import Image, ImageOps
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


class PhotoDataset(Dataset):
    """The images of a list of (path, label): a Dataset has a length and an item for each index."""

    def __init__(self, items, transform):
        self.items, self.transform = items, transform

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.transform(read(self.items[index][0])), self.items[index][1]


class Classifier(nn.Module):
    """Five blocks of convolution, batch norm, ReLU and pooling, an average, one linear layer."""

    def __init__(self, classes, width=32):
        super().__init__()
        layers, inputs = [], 3
        for outputs in (width, 2 * width, 4 * width, 8 * width, 8 * width):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
            inputs = outputs
        self.features, self.head = nn.Sequential(*layers), nn.Linear(inputs, classes)

    def forward(self, images):
        """Return logits: the softmax is part of the loss."""
        return self.head(self.features(images).mean((2, 3)))


def read(path):
    """Return a photo as RGB, right side up."""
    try:
        with Image.open(path) as photo:
            return ImageOps.exif_transpose(photo).convert("RGB")
    except OSError as error:
        raise SystemExit(f"{path} cannot be read ({error}); delete or replace it.") from None


def find_photos(folder):
    """Return the class names and a (path, label) per image; of identical images only the first."""
    classes, found = sorted(entry.name for entry in folder.iterdir() if entry.is_dir()), {}
    for path in sorted(path for path in folder.glob("*/**/*.*") if path.suffix.lower() in SUFFIXES):
        label = classes.index(path.relative_to(folder).parts[0])
        content = hashlib.sha256(read(path).tobytes()).digest()
        first, known = found.setdefault(content, (path, label))
        if known != label:
            raise SystemExit(f"{path} and {first} are the same image; keep it in one class.")
    return classes, list(found.values())


def split(items, seed=13):
    """Return 70 % train, 15 % valid and 15 % test, in each class."""
    parts = [], [], []
    for label in sorted({label for _, label in items}):
        own = [item for item in items if item[1] == label]
        random.Random(seed).shuffle(own)
        for i, item in enumerate(own):
            parts[(i >= 0.7 * len(own)) + (i >= 0.85 * len(own))].append(item)
    return parts


def train_one_epoch(model, loader, optimizer, scheduler, device):
    """Update the weights once per batch; return mean loss and accuracy over the images."""
    model.train()
    total = correct = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            logits = model(images)
        loss = nn.functional.cross_entropy(logits.float(), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()  # one cycle: the rate moves after every batch
        total += loss.item() * len(labels)  # the loss is a mean, and the last batch is smaller
        correct += (logits.argmax(1) == labels).sum().item()
    return total / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, loader, device):
    """Return logits and labels, in the order of a loader that does not shuffle."""
    model.eval()  # batch norm with its running statistics, dropout off
    found = [(model(images.to(device)).float().cpu(), labels) for images, labels in loader]
    return torch.cat([logits for logits, _ in found]), torch.cat([labels for _, labels in found])


def main(arguments=None):
    """Train and test as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    knobs = {"epochs": 20, "lr": 2e-3, "size": 128, "workers": 2, "seed": 0, "output": Path("runs")}
    for name, default in knobs.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    args = parser.parse_args(arguments)
    torch.manual_seed(args.seed)  # weights, order, and through them the seeds of the workers
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    classes, items = find_photos(args.photos)
    parts = split(items)
    if len(classes) < 2 or not all(parts):
        raise SystemExit(f"{args.photos} holds too few images; it takes two folders of ten.")
    print(f"{', '.join(classes)}: {' / '.join(str(len(part)) for part in parts)} images")
    size, scale = (args.size, args.size), [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
    light = [v2.RandomResizedCrop(size, scale=(0.8, 1.0)), v2.RandomHorizontalFlip()]
    changed, plain = v2.Compose(light + scale), v2.Compose([v2.Resize(size), *scale])
    train = DataLoader(PhotoDataset(parts[0], changed), 32, True, num_workers=args.workers)
    valid = DataLoader(PhotoDataset(parts[1], plain), 32, num_workers=args.workers)
    test = DataLoader(PhotoDataset(parts[2], plain), 32, num_workers=args.workers)
    model = Classifier(len(classes)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), args.lr, weight_decay=0.01)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.lr, None, args.epochs, len(train))
    args.output.mkdir(parents=True, exist_ok=True)
    best = math.inf
    for epoch in range(1, args.epochs + 1):
        loss, accuracy = train_one_epoch(model, train, optimizer, cycle, device)
        logits, labels = predict(model, valid, device)
        valid_loss = nn.functional.cross_entropy(logits, labels).item()
        right = (logits.argmax(1) == labels).float().mean()
        print(f"{epoch:3} train {loss:.3f} {accuracy:.1%}, valid {valid_loss:.3f} {right:.1%}")
        if math.isnan(valid_loss):
            raise SystemExit("the loss is not a number; take a lower --lr.")
        if valid_loss < best:
            best = valid_loss
            torch.save(model.state_dict(), args.output / "best.pt")
    model.load_state_dict(torch.load(args.output / "best.pt", weights_only=True))  # runs no code
    logits, labels = predict(model, test, device)
    said = zip(parts[2], logits.argmax(1), strict=True)
    with (args.output / "predictions.csv").open("w", newline="") as file:
        csv.writer(file).writerow(["image", "class", "predicted"])
        csv.writer(file).writerows([path, classes[i], classes[j]] for (path, i), j in said)
    share, n, z = (logits.argmax(1) == labels).float().mean().item(), len(labels), 1.96
    middle, half = share + z * z / 2 / n, z * math.sqrt(share * (1 - share) / n + (z / 2 / n) ** 2)
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))  # Wilson, 1927
    print(f"test {share:.1%} (95 % interval {low:.1%} to {high:.1%}; {n} images)")


if __name__ == "__main__":
    main()
