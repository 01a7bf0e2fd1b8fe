"""The beginnings of one file of each type that is kept."""

SAMPLES: dict[str, bytes] = {
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17),
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(8),
    "image/gif": b"GIF89a" + bytes(16),
    "image/webp": b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(14),
    "image/avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(8),
    "image/bmp": b"BM" + bytes(52),
    "image/x-icon": b"\x00\x00\x01\x00\x01\x00" + bytes(16),
    "image/svg+xml": b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "font/woff": b"wOFF" + bytes(40),
    "font/woff2": b"wOF2" + bytes(44),
    "font/ttf": b"\x00\x01\x00\x00\x00\x0a" + bytes(32),
    "font/otf": b"OTTO\x00\x0a" + bytes(32),
}
