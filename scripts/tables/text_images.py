"""Images to fit the trees of src/redact/text to: text over many grounds, and grounds without text.

`image(seed, grounds, fonts)` gives a grey image of 8 or 16 bits and its text: for each line the upper left
corner and a mask of its ink. The same arguments give the same image. It needs numpy, OpenCV and Pillow.
"""

import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

NAMES = """SMITH JOHNSON Müller GARCIA Nguyen O'Brien KOWALSKI Li Zhao Andersson BERG Patel Kim Rossi Dubois
Ivanov Haddad Okafor Silva Yilmaz""".split()
FIRST = "JOHN Anna MARIA Wei Fatima Peter LARS Ingrid Jose M A Olu Kenji Ravi Zoe Ümit".split()
SIZES = [(256, 256), (512, 512), (480, 640), (600, 800), (320, 240), (768, 1024)]
KINDS = ["clean", "clean", "banner", "content", "content", "outline", "rotated"]


def words(r):
    """What may stand on an image."""
    name, first = r.choice(NAMES), r.choice(FIRST)
    point = r.choice("./-")
    date = f"{r.randint(1, 28):02d}{point}{r.randint(1, 12):02d}{point}{r.randint(1930, 2024)}"
    number = r.randint(10**5, 10**8)
    kinds = [
        [f"{name}, {first}", f"{name}^{first}", f"{first} {name}", f"{name} {first[0]}."],
        [date, f"DOB: {date}", f"{r.randint(1930, 2024)}1207", f"{r.randint(1, 28)}-MAR-1981"],
        [f"ID: {number}", f"{number}", f"MRN{number}", f"Acc {number}"],
        [f"{r.randint(1, 99)}Y {r.choice('MF')}", f"{r.randint(0, 99):03d}Y/{r.choice('MF')}"],
        ["St. Mary Hospital", "UNIVERSITY MEDICAL CENTER", "Klinikum Süd", "Dr. " + name],
        [f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}"],
        ["MI 1.1  TIS 0.4", "Gen 60 C 61", "Se:3 Im:42", "WL: 40 WW: 400", "PORTABLE AP", "JDS"],
    ]
    return r.choice(r.choices(kinds, [6, 3, 3, 2, 2, 2, 2])[0])


def ink(text, font, size, is_smooth):
    """How much of each pixel is ink, with four pixels around."""
    font = ImageFont.truetype(font, size)
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("L", (right - left + 8, bottom - top + 8), 0)
    draw = ImageDraw.Draw(mask)
    draw.fontmode = "L" if is_smooth else "1"
    draw.text((4 - left, 4 - top), text, fill=255, font=font)
    return np.asarray(mask)


def field(noise, height, width, scale):
    """Noise that changes within so many pixels."""
    shape = (max(2, int(height / scale) + 2), max(2, int(width / scale) + 2))
    small = noise.standard_normal(shape).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def blurred(image, x, y=None):
    return cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigmaX=x, sigmaY=y or x)


def real(r, noise, grounds, height, width):
    ground = r.choice(grounds).astype(np.float32)
    ground = ground[:, ::-1] if r.random() < 0.5 else ground
    low, high = np.percentile(ground, [r.uniform(0, 10), r.uniform(97, 99.9)])
    how = r.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    ground = cv2.resize(np.ascontiguousarray(ground), (width, height), interpolation=how)
    ground = np.clip((ground - low) / max(high - low, 1e-6), 0, 1)
    return ground ** r.uniform(0.6, 1.2) * r.uniform(150, 255)


def speckle(r, noise, grounds, height, width):
    x, y = r.uniform(1, 4), r.uniform(0.7, 2.5)
    a, b = (blurred(noise.standard_normal((height, width)), x, y) for _ in range(2))
    echo = np.hypot(a, b) / np.hypot(a, b).mean()
    tissue = np.exp(field(noise, height, width, r.uniform(30, 120)) * r.uniform(0.3, 1.0))
    image = np.log1p(echo * tissue * r.uniform(0.5, 8))
    return image / np.percentile(image, 99.5) * r.uniform(90, 230)


def xray(r, noise, grounds, height, width):
    image = field(noise, height, width, r.uniform(80, 300)) * r.uniform(20, 60) + r.uniform(60, 180)
    image += blurred(noise.standard_normal((height, width)), r.choice([0.3, 0.5, 1])) * r.uniform(1, 10)
    for _ in range(r.randint(0, 14)):
        middle, axes = (r.randint(0, width), r.randint(0, height)), (r.randint(20, width), r.randint(20, height))
        arc = (r.randint(0, 180), r.randint(0, 90), r.randint(100, 360))
        cv2.ellipse(image, middle, axes, *arc, r.uniform(40, 220), r.randint(1, 14), cv2.LINE_AA)
    return blurred(image, r.uniform(0.8, 2.5))


def grains(r, noise, grounds, height, width):
    return noise.standard_normal((height, width)) * r.uniform(2, 25) + r.uniform(20, 200)


def phantom(r, noise, grounds, height, width):
    image = np.full((height, width), r.uniform(0, 30), np.float32)
    for _ in range(r.randint(2, 25)):
        middle = (r.randint(0, width), r.randint(0, height))
        axes = (r.randint(2, width // 3), r.randint(2, height // 3))
        edge = r.choice([cv2.LINE_AA, 8])
        cv2.ellipse(image, middle, axes, r.randint(0, 180), 0, 360, r.uniform(20, 255), -1, edge)
    return image + noise.standard_normal((height, width)) * r.uniform(0, 6)


def vessels(r, noise, grounds, height, width):
    image = field(noise, height, width, r.uniform(60, 200)) * 25 + r.uniform(90, 190)
    for _ in range(r.randint(3, 25)):
        x, y, angle, points = r.randint(0, width), r.randint(0, height), r.uniform(0, 6.3), []
        for _ in range(r.randint(10, 80)):
            points.append((x, y))
            angle += r.gauss(0, 0.3)
            x, y = x + 6 * np.cos(angle), y + 6 * np.sin(angle)
        line = [np.array(points, np.int32)]
        cv2.polylines(image, line, False, r.uniform(20, 110), r.randint(1, 8), cv2.LINE_AA)
    return blurred(image, r.uniform(0.6, 1.5)) + noise.standard_normal((height, width)) * r.uniform(0, 6)


GROUNDS = [real, real, real, speckle, xray, grains, phantom, vessels]


def ruler(r, image, gray):
    height, width = image.shape
    at, step, length = r.randint(0, width - 1), r.choice([5, 8, 10, 20, 25]), r.randint(3, 8)
    for tick, y in enumerate(range(r.randint(0, height // 3), r.randint(height // 2, height), step)):
        cv2.line(image, (at, y), (at + length * (2 if tick % 5 == 0 else 1), y), gray, 1)
    if r.random() < 0.5:
        cv2.line(image, (at, 0), (at, height), gray, 1)


def scale_of_grays(r, image, gray):
    height, width = image.shape
    x, y = r.randint(0, width - 20), r.randint(0, height // 2)
    part = image[y : y + r.randint(30, height // 2), x : x + r.randint(6, 20)]
    part[:] = np.linspace(255, 0, len(part))[:, None]


def frame(r, image, gray):
    height, width = image.shape
    corner = (r.randint(0, width // 2), r.randint(0, height // 2))
    cv2.rectangle(image, corner, (r.randint(width // 2, width), r.randint(height // 2, height)), gray, 1)


def curve(r, image, gray):
    height, width = image.shape
    points = [(x, height * 0.8 + 20 * np.sin(x / 7.0) * (1 if x % 60 < 12 else 0.1)) for x in range(0, width, 2)]
    cv2.polylines(image, [np.array(points, np.int32)], False, gray, 1)


def pattern(r, image, gray):
    """Boards, grids, bars and dashes in a part of the image."""
    height, width = image.shape
    y, x = np.mgrid[0:height, 0:width]
    a = r.randint(3, 34)
    b = a if r.random() < 0.6 else r.randint(3, 34)
    thick, start = r.randint(1, 3), r.randint(0, height - 30)
    row = (y >= start) & (y < start + r.randint(2, 20))
    is_drawn = r.choice([
        (x // a + y // b) % 2 == 0,
        (x % (a + 4) < thick) | (y % (b + 4) < thick),
        x % (a + thick) < thick,
        y % (a + thick) < thick,
        row & (x % (a + r.randint(2, 12)) < a),
        row & (x % (a + 1) == 0),
    ])
    left, top = r.randint(0, width // 2), r.randint(0, height // 2)
    is_drawn = is_drawn & (x >= left) & (y >= top) if r.random() < 0.6 else is_drawn
    image[is_drawn] = gray


def marks(r, image, gray):
    """Equal signs in rows: crosses, circles, boxes, triangles."""
    height, width = image.shape
    size = r.randint(2, 9)
    across, down, sign = r.randint(2 * size + 3, 60), r.randint(2 * size + 3, 60), r.randint(0, 3)
    for y in range(r.randint(size, height // 2), height - size, down):
        for x in range(r.randint(size, width // 2), width - size, across):
            if sign == 0:
                cv2.drawMarker(image, (x, y), gray, r.choice([0, 1]), 2 * size, 1)
            elif sign == 1:
                cv2.circle(image, (x, y), size, gray, r.choice([1, 1, -1]))
            elif sign == 2:
                cv2.rectangle(image, (x - size, y - size), (x + size, y + size), gray, 1)
            else:
                corners = [(x - size, y + size), (x + size, y + size), (x, y - size)]
                cv2.fillPoly(image, [np.array(corners, np.int32)], gray)


DECORATIONS = [ruler, ruler, ruler, scale_of_grays, frame, curve, pattern, pattern, marks]


def write(r, image, kind, fonts, text):
    """Draws lines where they can be read; appends their places and masks to `text`."""
    height, width = image.shape
    used = np.zeros((height, width), bool)
    banners = [(0, height)]
    if kind == "banner":
        banners = []
        for _ in range(r.randint(1, 2)):
            deep = r.randint(16, min(height // 3, 110))
            top = r.choice([0, height - deep])
            image[top : top + deep] = r.choice([0, 0, 0, 20, 40, 90, 160, 255])
            banners.append((top, deep))
    font = r.choice(fonts)
    for _ in range(r.randint(1, 8)):
        font = r.choice(fonts) if r.random() < 0.2 else font
        size = round(np.exp(r.uniform(np.log(8), np.log(40)))) if r.random() < 0.6 else r.randint(9, 20)
        mask = ink(words(r), font, size, r.random() < 0.7)
        if r.random() < 0.12:
            # As screens of few dots write.
            mask = ink(words(r), font, r.randint(8, 14), False)
            mask = np.kron(mask, np.ones((r.randint(2, 4),) * 2, np.uint8))
        if kind == "rotated" or (kind != "banner" and r.random() < 0.04):
            mask = np.rot90(mask, r.choice([1, 3]))
        deep, wide = mask.shape
        for _ in range(20):
            top, band = r.choice(banners)
            if deep > band or wide >= width:
                break
            y, x = r.randint(top, top + band - deep), r.randint(0, width - wide)
            place = np.s_[y : y + deep, x : x + wide]
            if not used[place].any():
                if draw(r, image, place, mask, kind):
                    used[place] = True
                    text.append((x, y, mask > 100))
                break


def draw(r, image, place, mask, kind):
    share = mask / 255.0
    under = image[place]
    if kind == "outline":
        gray, outline = r.choice([(255, 0), (255, 0), (0, 255), (220, 0)])
        around = cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=r.choice([1, 1, 2])) / 255.0
        under = under * (1 - around) + outline * around
    else:
        ends = np.percentile(under[share > 0.5] if (share > 0.5).any() else under, [5, 95])
        grays = [255, 255, 255, 0, 230, 200, 180, 128, 76, 150, 226, r.randint(0, 255), r.randint(0, 255)]
        least = 25 if under.std() < 3 else max(65, 2.5 * under.std())
        readable = [gray for gray in grays if (np.abs(ends - gray) > least).all()]
        if not readable:
            return False
        gray = r.choice(readable)
    image[place] = under * (1 - share) + gray * share
    return True


def image(seed, grounds, fonts):
    """A grey image, its kind and its text."""
    r, noise = random.Random(seed), np.random.default_rng(seed)
    kind = r.choice(KINDS)
    height, width = r.choice(SIZES)
    made = np.clip(r.choice(GROUNDS)(r, noise, grounds, height, width), 0, 255).astype(np.float32)
    made = np.ascontiguousarray(made)
    if r.random() < 0.15:
        made[:] = r.choice([0, 20, 128, 255])
    for _ in range(r.choice([0, 0, 0, 1, 1, 2, 3])):
        r.choice(DECORATIONS)(r, made, float(r.choice([255, 255, 200, 0, 120])))
    text = []
    if kind != "clean":
        write(r, made, kind, fonts, text)
    made = np.clip(made + 0.5, 0, 255).astype(np.uint8)
    coding = r.random()
    if coding < 0.35:
        quality = [cv2.IMWRITE_JPEG_QUALITY, r.randint(75, 95)]
        made = cv2.imdecode(cv2.imencode(".jpg", made, quality)[1], cv2.IMREAD_GRAYSCALE)
    elif coding < 0.5:
        scale = r.choice([4, 16, 257])
        made = np.minimum(made.astype(np.uint32) * scale + r.randint(0, 500), 65535).astype(np.uint16)
        if scale <= 16 and r.random() < 0.5:
            # Text far beyond everything else.
            for x, y, mask in text:
                made[y : y + mask.shape[0], x : x + mask.shape[1]][mask] = r.choice([4095 if scale == 4 else 65535, 0])
    return made, kind, text
