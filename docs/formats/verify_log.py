#!/usr/bin/env python3
"""Verifies a result log with nothing but Python: docs/formats/resultlog.md in code.

usage: verify_log.py FOLDER ROOT.json|VERIFIER-KEY... [CHECKPOINT-FILE]

FOLDER is the tree of a log's branch, as `git worktree add` or `git archive` writes it. The keys
are those of the root of trust (logKeys); with the root itself it is known which of them its
owners revoked. An older signed checkpoint must be of a beginning of the log. Beside this file lie
verify_rules.py and verify_signatures.py. Ends with 0, or prints the first thing that is wrong and
ends with 1."""
import base64, datetime, hashlib, json, os, re, struct, sys
from decimal import Decimal  # which json cannot write: what is no integer fails
from verify_rules import check_authority, check_rollout
from verify_signatures import check_sshsig, signed, wrong

def good_of(revoked, key, log):
    """How many records of a log count that a key signed; None if it is not revoked."""
    for r in revoked:
        if r["key"] == key:
            return next((g["size"] for g in r["good"] if g["log"] == log), 0)

def read_root(file):
    """The log keys and the revoked ones of a root of trust that enough of its owners signed."""
    signed_root = json.load(open(file))
    root = json.loads(signed_root["root"])
    signers = {check_sshsig(file, signed_root["root"].encode(), s, b"patchops-root") for s in signed_root["signatures"]}
    have = sum(base64.b64decode(o.split(" ")[1]) in signers for o in root["owners"])
    if have < root["threshold"]:
        wrong(file, f"signed by {have} of its owners, wanted {root['threshold']}")
    return root["logKeys"], root.get("revoked", [])

def open_note(text, keys, where, counts=lambda key: True):
    """The text of a signed note, if one of the verifier keys signed it, and that counts."""
    body, _, signatures = text.rpartition("\n\n")
    revoked = False
    for line in signatures.splitlines():
        name, _, b64 = line.removeprefix("\u2014 ").rpartition(" ")
        raw = base64.b64decode(b64, validate=True)
        for key in keys:
            vname, vhash, vkey = key.split("+", 2)
            if name == vname and raw[:4].hex() == vhash and base64.b64decode(vkey)[:1] == b"\x01":
                if not signed(base64.b64decode(vkey)[1:], body.encode() + b"\n", raw[4:]):
                    wrong(where, "the signature of a known key does not hold")
                if counts(key):
                    return body + "\n"
                revoked = True
    if not revoked:
        wrong(where, "no known key signed it")

def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()

def main(folder, keys, revoked, since):
    read = lambda *name: open(os.path.join(folder, *name), "rb").read()
    leaves, fence, last, adds = [], 0, None, []
    state = {"approved": set(), "spent": set(), "open": None, "partial": False, "forge": False}
    state |= {"runs": {}, "members": {}, "claims": {}, "busy": {}, "installed": set(), "stops": {}, "uncovered": set()}
    state["repository"] = read("checkpoint").decode().split("/")[1]
    log = "/".join(read("checkpoint").decode().split("\n")[0].split("/")[2:])
    for name in sorted(os.listdir(os.path.join(folder, "seg"))):
        if name != "%012d.jsonl" % len(leaves):
            wrong(f"seg/{name}", f"wanted seg/{len(leaves):012d}.jsonl")
        lines = read("seg", name).split(b"\n")
        for n, line in enumerate(lines[:-1] if lines[1:] and not lines[-1] else [b""], 1):
            where = f"seg/{name}:{n}"
            try:
                r = json.loads(line, parse_float=Decimal, parse_constant=Decimal)
                form = json.dumps(r, sort_keys=True, separators=(",", ":")).replace("\x7f", "\\u007f").encode()
                json.dumps(r, ensure_ascii=False).encode()  # half a surrogate pair fails
                t = datetime.datetime.strptime(r["t"], "%Y-%m-%dT%H:%M:%SZ")
            except (ValueError, KeyError, TypeError) as e:
                wrong(where, f"no record: {e}")
            if form != line or len(line) > 65535 or (r.get("v"), r.get("seq")) != (1, len(leaves)):
                wrong(where, f"not canonical, too long, or not record {len(leaves)} of version 1")
            if r.get("fence", 0) < fence or last and t < last - datetime.timedelta(seconds=2) or not leaves and r["kind"] not in ("root", "log.start"):
                wrong(where, "time or fence goes back, or neither root nor log.start comes first")
            fence, last, state["partial"] = r.get("fence", 0), t, state["partial"] or r["kind"] == "log.start"
            adds += [r] if r["kind"] == "key.add" else []
            if r["kind"] == "key.revoke" and "+" in r["key"] and not (r.get("size", 0) == good_of(revoked, r["key"], log) <= r["seq"]):
                wrong(where, "a log key revoked as the root of trust does not say it")
            check_authority(where, r, state)
            check_rollout(where, r, state)
            leaves.append(hashlib.sha256(b"\x00" + line).digest())
    text = read("checkpoint").decode()
    origin = text.split("\n")[0]
    for good in (g for r in revoked for g in r["good"] if g["log"] == log and g["size"]):
        if good["size"] > len(leaves) or base64.b64decode(good["hash"]) != root_of(leaves[:good["size"]]):
            wrong(log, f"its first {good['size']} records are not those that the owners named as good")
    for r in (r for r in adds if r["key"] not in keys):
        counts = lambda key, seq=r["seq"]: good_of(revoked, key, log) is None or seq < good_of(revoked, key, log)
        if open_note(r["last"], keys, "key.add", counts) != f"{'/'.join(origin.split('/')[:2])} key.add\n{r['key']}\n":
            wrong("key.add", "the old key signed another text, or is revoked")
        keys = keys + [r["key"]]
    for name, signed_text in [("checkpoint", text)] + ([(since, open(since).read())] if since else []):
        size = int(signed_text.split("\n")[1])
        counts = lambda key: good_of(revoked, key, log) is None or 0 < size <= good_of(revoked, key, log)
        opened = open_note(signed_text, keys, name, counts)
        if opened is None and name != "checkpoint" and signed_text.split("\n")[0] == origin:
            print(f"{name}: over {size} records, by a log key that the owners revoked: it does not count any more")
            continue
        if opened is None:
            wrong(name, f"over {size} records, by a log key that the owners revoked")
        lines = opened.split("\n")
        if lines[0] != origin or size > len(leaves) or name == "checkpoint" and size != len(leaves) or not re.fullmatch(r"fence \d+", lines[3]):
            wrong(name, f"it is of {lines[0]} with {size} records; {len(leaves)} are there")
        if base64.b64decode(lines[2]) != root_of(leaves[:size]):
            wrong(name, "hash mismatch: it signs another root than the records have")
    print(f"{origin}: {len(leaves)} records hold")
if len(sys.argv) < 3:
    sys.exit(__doc__)
try:
    more = sys.argv[2:]
    known, gone = read_root(more.pop(0)) if more[0].endswith(".json") else ([], [])
    main(sys.argv[1], known + [a for a in more if a.count("+") > 1], gone, next((a for a in more if a.count("+") < 2), None))
except (ValueError, LookupError, TypeError, OSError, struct.error) as e:
    wrong("malformed", e)
