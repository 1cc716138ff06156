import base64, hashlib, json, pathlib, re, sys
from datetime import datetime, timedelta, timezone
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def canonical(value):
    """RFC 8785 of what has no fractions: names in the order of their UTF-16 code units, nothing between."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(data):
    return hashlib.sha256(data).digest()


def hash_of(value):
    return sha256(canonical(value).encode()).hex()


def merkle_root(leaves):
    """RFC 9162, section 2.1.1."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]) if leaves else sha256(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + merkle_root(leaves[:split]) + merkle_root(leaves[split:]))


def signed_by(key, head, signature):
    try:
        key.verify(base64.b64decode(signature["value"]), canonical(head).encode(), ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def time_of(text):
    """None of what is no time: only this form is."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        return None


def verify(folder, public_key):
    """folder: of `waxseal audit export --evidence`; public_key: PEM, kept elsewhere. Yields (kind, where)."""
    lines = lambda name: [json.loads(line) for line in (folder / name).read_text("utf-8").split("\n") if line]
    name_time = lambda name: name[len("manifests/") :][:24]
    grace, now = timedelta(minutes=3), datetime.now(timezone.utc)
    taken_at = time_of(json.loads((folder / "evidence.json").read_text("utf-8"))["at"])
    is_past = lambda at: time_of(at) is not None and time_of(at) <= now + grace
    # What says it happened later, or at no time, would be waited for for ever.
    is_settled = lambda at: not is_past(at) or time_of(at) < taken_at - grace
    is_later = lambda at: is_past(at) and time_of(at) > taken_at + grace
    if (folder / "public-key.pem").read_text().split() != public_key.split():
        yield "public_key_changed", "public-key.pem"
    key = serialization.load_pem_public_key(public_key.encode())
    objects = [one | {"body": base64.b64decode(one["body"])} for one in lines("objects.jsonl")]
    kind_of = {"c": "checkpoint", "m": "manifest"}
    for one in objects:
        if one["versions"] != 1:
            yield kind_of[one["name"][0]] + "_replaced", one["name"]

    covered, signed, through, number, before = {}, {}, {}, 0, None  # the chain of checkpoints
    for one in (one for one in objects if one["name"].startswith("checkpoints/")):
        checkpoint = json.loads(one["body"])
        head, listed = checkpoint["head"], checkpoint["manifests"]
        root = merkle_root([bytes.fromhex(digest) for _, digest in listed]).hex()
        if (root, len(listed)) != (head["root"], head["manifests"]) or not signed_by(key, head, checkpoint["signature"]):
            yield "checkpoint_forged", one["name"]
            continue
        if one["name"] != f"checkpoints/{head['number']:010}.json":
            yield "checkpoint_replaced", one["name"]
            continue
        for missing in range(number + 1, head["number"]):
            yield "checkpoint_missing", f"checkpoints/{missing:010}.json"
        goes_back = before and (head["through"] < before["through"] or head["stage"] != before["stage"])
        if goes_back or head["number"] == number + 1 and head["previous"] != (before and hash_of(before)):
            yield "checkpoint_broken_chain", one["name"]
        for name, digest in listed:
            if covered.get(name, (digest,))[0] != digest:
                yield "manifest_replaced", name
            covered[name] = (digest, head["number"])
        signed[head["number"]], through[head["number"]] = hash_of(head), head["through"]
        number, before = head["number"], head
    if not before:
        yield "checkpoint_missing", f"checkpoints/{1:010}.json"
    elif is_later(before["at"]):
        yield "evidence_backdated", f"checkpoints/{number:010}.json"

    recorded, there = {}, set()  # what the manifests say was recorded
    for one in (one for one in objects if one["name"].startswith("manifests/")):
        digest = sha256(one["body"]).hex()
        there.add(one["name"])
        if not one["name"].endswith(f"-{digest[:16]}.json") or covered.get(one["name"], (digest,))[0] != digest:
            yield "manifest_replaced", one["name"]
            continue
        if not is_past(name_time(one["name"])):
            yield "manifest_malformed", one["name"]
            continue
        for event_id, event_hash in json.loads(one["body"])["events"]:
            if recorded.setdefault(event_id, (event_hash, one["name"]))[0] != event_hash:
                yield "manifests_disagree", event_id
    yield from (("manifest_missing", name) for name in covered if name not in there)
    later = [name for name in sorted(there) if is_later(name_time(name))]
    yield from (("evidence_backdated", name) for name in later[-1:])
    if before:
        latest = time_of(before["through"]) - timedelta(minutes=10)
        late = (name for name in there if name not in covered and is_past(name_time(name)))
        yield from (("manifest_not_in_checkpoint", name) for name in late if time_of(name_time(name)) <= latest)

    erased, expired, events, surely = {}, (0, ""), set(), set()  # the events themselves
    seals, gone, replaced = {}, set(), set()
    for item in lines("events.jsonl"):
        event = {name: value for name, value in item.items() if name != "purgeAt"}
        event_id = f"{event['recordId']}/{event['eventSeq']}"
        events.add(event_id)
        if event_id in recorded:
            if hash_of(event) != recorded[event_id][0]:
                yield "event_changed", event_id
            elif event["type"] == "events_erased":
                record_id = event["details"]["recordIds"]
                if (event["recordId"] + "~").startswith(f"intake-erased-{record_id}~"):
                    erased[record_id] = max(erased.get(record_id, ""), event["details"].get("through", "9" * 12))
            elif event["type"] == "events_expired" and event["recordId"].startswith("intake-expired-"):
                said = int(event["details"]["checkpoint"]), event["details"]["through"]
                if through.get(said[0]) == said[1]:
                    expired = max(expired, said)
        elif is_settled(event["at"]):
            yield "event_not_in_manifest", event_id
        if event["type"] in ("event_changed", "event_deleted"):
            yield "event_tampered_with", event["event"]
        if event["type"] == "changed_out_of_band":
            yield "changed_out_of_band", event_id
        if event["type"] == "checkpoint_signed" and event["recordId"].startswith("intake-checkpoint-"):
            its, digest = int(event["details"]["number"]), event["details"]["hash"]
            if its not in signed and (its <= number or is_settled(event["at"])):
                yield "checkpoint_missing", f"checkpoints/{its:010}.json"
            if signed.get(its, digest) != digest:
                yield "checkpoint_replaced", f"checkpoints/{its:010}.json"
        if event["type"] in ("key_saved", "key_imported", "key_resealed") and "sealId" in event:
            seals.setdefault(event["sealId"], []).append((event["at"], event_id))
        if "replaces" in event:
            replaced.add(event["replaces"])
        if event["type"] == "key_purged":
            gone.add(event_id)
        if event_id in recorded or is_settled(event["at"]):
            surely.add(event_id)
    for told in seals.values():
        yield from (("seal_repeated", event_id) for _, event_id in sorted(told)[1:])
    numbers, complete = {}, {}
    for event_id in events | recorded.keys():
        record_id, seq = event_id.split("/")
        if re.fullmatch(r"[A-Za-z0-9_-]{22}", record_id):
            numbers.setdefault(record_id, set()).add(int(seq[:12]))
            if event_id in surely or event_id in recorded:
                complete[record_id] = max(complete.get(record_id, 0), int(seq[:12]))
    for event_id in recorded.keys() - events:
        (record_id, seq), name = event_id.split("/"), recorded[event_id][1]
        by_rule = covered.get(name, ("", float("inf")))[1] <= expired[0] and name_time(name) <= expired[1]
        if by_rule or seq[:12] <= erased.get(record_id, ""):
            gone.add(event_id)
        else:
            yield "event_missing", event_id

    heads = {head["recordId"]: head for head in lines("records.jsonl")}  # the records, where their events end
    for record_id, seqs in numbers.items():
        gaps = set(range(1, complete.get(record_id, 0))) - seqs
        yield from (("gap", f"{record_id}/{seq:012}") for seq in sorted(gaps)[:10])
        if record_id in heads or record_id in replaced:
            continue
        if not any(event_id.startswith(f"{record_id}/{max(seqs):012}") for event_id in gone):
            yield "record_vanished", record_id
    for record_id, head in heads.items():
        most = max(numbers.get(record_id, {0}))
        if head["changeSeq"] < most:
            yield "record_rolled_back", record_id
        if head["changeSeq"] > most and is_settled(head["at"]):
            yield "record_ahead", record_id


if __name__ == "__main__":
    vectors = pathlib.Path(__file__).with_name("audit")
    for vector in json.loads((vectors / "canonical.json").read_text("utf-8")):
        assert canonical(vector["value"]).encode() == base64.b64decode(vector["canonical"])
        assert hash_of(vector["value"]) == vector["sha256"]
    for vector in json.loads((vectors / "merkle.json").read_text()):
        assert merkle_root([bytes.fromhex(leaf) for leaf in vector["leaves"]]).hex() == vector["root"]
    folder, public_key = sys.argv[1:] if len(sys.argv) == 3 else (vectors / "evidence", vectors / "auditor.pem")
    found = list(verify(pathlib.Path(folder), pathlib.Path(public_key).read_text()))
    for kind, where in found:
        print(kind, where)
    print("holds" if not found else "DOES NOT HOLD")
    sys.exit(1 if found else 0)
