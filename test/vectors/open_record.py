import hmac, struct
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def strings(*texts):
    return b"".join(struct.pack(">I", len(t.encode())) + t.encode() for t in texts)


def open_record(record, context, endpoint_id, decrypt):
    """decrypt(wrapped_data_key, context) is KMS Decrypt; record has bytes where the table has B."""
    assert record["formatVersion"] == 1 and record["endpointId"] == endpoint_id
    suite, iv, tag = record["cipherSuite"], record["iv"], record["tag"]
    assert (suite, len(iv), len(tag)) in [("A256CBC-HS512", 16, 32), ("A256GCM", 12, 16)]
    pairs = [part for name in sorted(context) for part in (name, context[name])]
    aad = strings("waxseal/associated-data", "1", suite, record["sealId"], endpoint_id, *pairs)
    data_key = decrypt(record["wrappedDataKey"], context)
    if suite == "A256GCM":
        return AESGCM(data_key).decrypt(iv, record["ciphertext"] + tag, aad).decode()
    signed = aad + iv + record["ciphertext"] + struct.pack(">Q", len(aad) * 8)
    assert hmac.compare_digest(tag, hmac.digest(data_key[:32], signed, "sha512")[:32])
    cipher = Cipher(algorithms.AES(data_key[32:]), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    plaintext = unpadder.update(cipher.update(record["ciphertext"]) + cipher.finalize()) + unpadder.finalize()
    return plaintext.decode()


if __name__ == "__main__":
    import base64, json, pathlib

    for vector in json.loads(pathlib.Path(__file__).with_name("sealed-v1.json").read_text()):
        binary = {name: base64.b64decode(vector["record"][name]) for name in ("iv", "ciphertext", "tag", "wrappedDataKey")}
        record = vector["record"] | binary
        data_key = base64.b64decode(vector["dataKey"])
        opened = open_record(record, vector["encryptionContext"], record["endpointId"], lambda *_: data_key)
        assert opened == vector["plaintext"], record["cipherSuite"]
        print("opened:", record["cipherSuite"])
