"""A thousand rows of a legacy table, made without Node: scrypt is Python's, AES is the openssl command's.

    python3 test/vectors/legacy/make_rows.py

writes rows.jsonl, which `waxseal import` reads, and expected.jsonl, which says of the same line what becomes of each
column, and the SHA-256 of what it opens to. The same every time.
"""
import base64, hashlib, json, pathlib, random, subprocess, uuid

SECRET = "the legacy secret of the test vectors"
OTHER_SECRET = "another secret, of a time before"
ROWS = 1000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
random.seed(20261125)


def cipher_key(secret):
    return hashlib.scrypt(secret.encode(), salt=b"salt", n=16384, r=8, p=1, dklen=32, maxmem=2**26)


def openssl(direction, key, iv, data):
    command = ["openssl", "enc", direction, "-aes-256-cbc", "-K", key.hex(), "-iv", iv.hex()]
    return subprocess.run(command, input=data, capture_output=True)


def encrypted(text, key):
    iv = random.randbytes(16)
    return iv, openssl("-e", key, iv, text if isinstance(text, bytes) else text.encode()).stdout


def written(iv, ciphertext):
    return iv.hex() + ":" + ciphertext.hex()


def letters(count):
    return "".join(random.choice(LETTERS) for _ in range(count))


# Every key says that it is a canary: see CONTRIBUTING, "Canary keys".
MAKERS = {
    "encryptedOpenAIKey": lambda: "sk-proj-" + "CANARY" + letters(42),
    "encryptedAnthropicKey": lambda: "sk-ant-" + "api03-CANARY" + letters(87) + "AA",
    "encryptedGoogleKey": lambda: "AI" + "zaCANARY" + letters(29),
}
COLUMNS = list(MAKERS)
KEY, OTHER_KEY = cipher_key(SECRET), cipher_key(OTHER_SECRET)


def is_text(data):
    try:
        return all(ch >= " " and not "\x7f" <= ch <= "\x9f" for ch in data.decode())
    except UnicodeDecodeError:
        return False


def other_secret(text):
    """Does not open; the padding check notices 255 of 256."""
    return written(*encrypted(text, OTHER_KEY))


def other_secret_with_good_padding(text):
    while True:
        iv, ciphertext = encrypted(text, OTHER_KEY)
        opened = openssl("-d", KEY, iv, ciphertext)
        if opened.returncode == 0 and not is_text(opened.stdout):
            return written(iv, ciphertext)


def changed(text, at):
    """One bit of the ciphertext: what is decrypted is no text any more, or has no padding."""
    while True:
        iv, ciphertext = encrypted(text, KEY)
        damaged = bytearray(ciphertext)
        damaged[at] ^= 0x40
        opened = openssl("-d", KEY, iv, bytes(damaged))
        if opened.returncode != 0 or not is_text(opened.stdout):
            return written(iv, damaged)


def block_lost(text):
    while True:
        iv, ciphertext = encrypted(text, KEY)
        opened = openssl("-d", KEY, iv, ciphertext[:-16])
        if opened.returncode != 0 or not is_text(opened.stdout):
            return written(iv, ciphertext[:-16])


WRONG_KEY = [
    other_secret,
    other_secret_with_good_padding,
    lambda text: changed(text, 3),
    lambda text: changed(text, -5),
    block_lost,
]
NOT_A_KEY = [
    lambda text: written(*encrypted("", KEY)),
    lambda text: written(*encrypted("please ask the administrator", KEY)),
    lambda text: written(*encrypted(text[:9], KEY)),
    lambda text: written(*encrypted("\u2022" * 24, KEY)),
]
MALFORMED = [
    lambda text: written(*encrypted(text, KEY))[:-1],
    lambda text: written(*encrypted(text, KEY))[:-2],
    lambda text: written(*encrypted(text, KEY)).replace(":", ""),
    lambda text: written(*encrypted(text, KEY)).replace(":", "::"),
    lambda text: written(*encrypted(text, KEY)) + ":00",
    lambda text: written(*encrypted(text, KEY))[2:],
    lambda text: written(*encrypted(text, KEY))[:33],
    lambda text: "g" + written(*encrypted(text, KEY))[1:],
    lambda text: " " + written(*encrypted(text, KEY)),
    lambda text: base64.b64encode(random.randbytes(64)).decode(),
    lambda text: "null",
    lambda text: 7,
    lambda text: {"iv": "00", "ct": "00"},
]
DAMAGES = {"wrongKey": WRONG_KEY, "notAKey": NOT_A_KEY, "malformed": MALFORMED}
NO_ROWS = [
    "not JSON",
    '{"id":"cut',
    "[]",
    "null",
    '"text"',
    "{}",
    '{"id":null}',
    '{"id":""}',
    '{"id":7}',
    '{"id":"\\ud800"}',
]


def value_of(column, outcome, counter):
    """A value and what is expected of it."""
    if outcome == "empty":
        return random.choice([None, ""]), {"outcome": outcome}
    text = MAKERS[column]()
    if outcome == "imported":
        form = random.randrange(10)
        stored = text + "\n" if form == 0 else " " + text if form == 1 else text
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        value = written(*encrypted(stored, KEY))
        return value.upper() if form == 2 else value, {"outcome": outcome, "sha256": digest}
    if outcome == "otherProviders":
        other, name = {
            "encryptedOpenAIKey": ("encryptedAnthropicKey", "anthropic"),
            "encryptedAnthropicKey": ("encryptedGoogleKey", "google"),
            "encryptedGoogleKey": ("encryptedAnthropicKey", "anthropic"),
        }[column]
        value = written(*encrypted(MAKERS[other](), KEY))
        return value, {"outcome": "notAKey", "looksLike": name}
    kinds = DAMAGES[outcome]
    return kinds[counter % len(kinds)](text), {"outcome": outcome}


def main():
    here = pathlib.Path(__file__).parent
    # 5 % of the rows have one damaged value of each kind; 1 % cannot be read.
    kinds = ["wrongKey"] * 50 + ["notAKey"] * 40 + ["otherProviders"] * 10 + ["malformed"] * 50
    damaged = dict(zip(random.sample(range(ROWS), len(kinds)), enumerate(kinds)))
    unread = iter(NO_ROWS)
    unread_rows = set(random.sample([row for row in range(ROWS) if row not in damaged], len(NO_ROWS)))
    rows, expected = [], []
    for row in range(ROWS):
        if row in unread_rows:
            rows.append(next(unread))
            expected.append(json.dumps({"line": row + 1}))
            continue
        user = str(uuid.UUID(bytes=random.randbytes(16), version=4))
        outcomes = {column: "imported" if random.random() < 0.45 else "empty" for column in COLUMNS}
        counter = 0
        if row in damaged:
            counter, kind = damaged[row]
            outcomes[random.choice(COLUMNS)] = kind
        values = {column: value_of(column, outcome, counter) for column, outcome in outcomes.items()}
        line = {"id": user} | {column: value for column, (value, _) in values.items()}
        rows.append(json.dumps(line, separators=(",", ":")))
        told = {column: what for column, (_, what) in values.items() if what["outcome"] != "empty"}
        expected.append(json.dumps({"line": row + 1, "id": user} | told, separators=(",", ":")))
    (here / "rows.jsonl").write_text("\n".join(rows) + "\n")
    (here / "expected.jsonl").write_text("\n".join(expected) + "\n")


if __name__ == "__main__":
    main()
