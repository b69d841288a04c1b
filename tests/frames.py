"""What cameras see in the tests: a badge as one picture, and as a film for a browser's fake camera."""

import io
import random

import segno
from PIL import Image, ImageFilter

WIDTH, HEIGHT, FPS = 640, 480, 15
EMPTY = 1.0  # seconds of an empty desk before the badge comes


def jpeg(image):
    out = io.BytesIO()
    image.convert("L").save(out, "JPEG", quality=60)
    return out.getvalue()


def picture_of(text):
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=5, border=4)
    desk = Image.effect_noise((480, 360), 24)
    desk.paste(Image.open(out).convert("L").rotate(9, expand=True, fillcolor=255), (60, 30))
    return jpeg(desk)


def film(path, code):
    """An empty desk, then the badge in an unsteady hand; a white corner tells since when it has been there."""
    rng = random.Random(7)
    picture = io.BytesIO()
    segno.make(code, error="m", micro=False).save(picture, kind="png", scale=5, border=4)
    held, chroma = Image.open(picture).convert("L"), bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for n in range(int(FPS * (EMPTY + 4))):
            frame = Image.effect_noise((WIDTH, HEIGHT), 24).point(lambda v: v // 2 + 60)
            if n >= FPS * EMPTY:
                frame.paste(
                    held.rotate(rng.uniform(-14, 14), expand=True, fillcolor=255), (rng.randint(80, 260), rng.randint(40, 160))
                )
                frame = frame.filter(ImageFilter.GaussianBlur(0.8))
                frame.paste(255, (0, 0, 60, 60))
            out.write(b"FRAME\n" + frame.tobytes() + chroma)
