#!/usr/bin/env python3
"""Verifies a result log with nothing but Python: docs/formats/resultlog.md in code.

usage: verify_log.py FOLDER ROOT.json|VERIFIER-KEY... [CHECKPOINT-FILE]

FOLDER is the tree of a log's branch, as `git worktree add` or `git archive` writes
it. The keys are those of the root of trust (logKeys); with the root itself it is known which of
them its owners revoked. An older signed checkpoint must be of a
beginning of the log. Ends with 0, or prints the first thing that is wrong and ends with 1."""
import base64, datetime, hashlib, json, os, re, struct, sys
from decimal import Decimal  # which json cannot write: what is no integer fails

# Ed25519 (RFC 8032), verification only.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    A, B, C, Z = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * t1 * t2 * D, 2 * z1 * z2
    E, F, G, H = B - A, Z - C, Z + C, B + A
    return E * F % P, G * H % P, F * G % P, E * H % P

def multiply(n, point):
    out = (0, 1, 1, 0)
    for bit in bin(n)[2:]:
        out = add(out, out)
        out = add(out, point) if bit == "1" else out
    return out

def decompress(b):
    sign, y = divmod(int.from_bytes(b, "little"), 1 << 255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x if v * x * x % P != -u % P else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or v * x * x % P != u or x == 0 and sign:
        raise ValueError("no point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P
BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    a, b = multiply(s, BASE), add(decompress(signature[:32]), multiply(h, decompress(key)))
    return len(key) == 32 and len(signature) == 64 and s < L and (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0

def wrong(where, why): sys.exit(print(f"{where}: {why}") or 1)

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

def strings(b):
    while b:
        n = 4 + struct.unpack(">I", b[:4])[0]
        yield b[4:n]
        b = b[n:]

def check_sshsig(where, text, armoured, wanted):
    """The key of an SSH signature that holds (Ed25519 keys; others are not looked at)."""
    blob = base64.b64decode("".join(armoured.split("-----")[2].split()))
    key, namespace, _, algorithm, signature = list(strings(blob[10:]))
    kind, public = list(strings(key))[:2]
    digest = hashlib.new(algorithm.decode(), text).digest()
    message = b"SSHSIG" + b"".join(struct.pack(">I", len(p)) + p for p in (namespace, b"", algorithm, digest))
    if namespace != wanted or kind == b"ssh-ed25519" and not signed(public, message, list(strings(signature))[1]):
        wrong(where, "the statement's signature does not hold")
    return key

def check_statement(where, r):
    s, st = r["statement"], json.loads(r["statement"]["statement"])
    check_sshsig(where, s["statement"].encode(), s["signature"], b"patchops")
    if any(st.get(k) != r.get(k) for k in ("head", "base", "effect", "accepts", "asOf")):
        wrong(where, "the record says other things than the statement")

def check_authority(where, r, state):
    kind = r["kind"]
    state["forge"] |= kind == "root" and json.loads(json.loads(r["root"])["root"])["forge"]["type"] != "git"
    if kind in ("approval", "rejection", "withdrawal"):
        check_statement(where, r) if "statement" in r or not (state["forge"] or state["partial"]) else None
    state["approved"] |= {r["evidence"]} if kind == "approval" else set()
    if kind in ("decision", "merge"):
        for a in r.get("approvals", []):
            if a in state["spent"] or a not in state["approved"] and not state["partial"]:
                wrong(where, f"approval {a} is spent, or was not recorded before")
    state["open"] = r if kind == "decision" else state["open"]
    if kind == "merge":
        decided = r.get("decision", "") == (state["open"] or {}).get("decision")
        if not (decided or r["via"] == "adopted" or state["partial"]):
            wrong(where, "a merge without its decision")
        state["spent"].update(r.get("approvals", []) if r["via"] != "abandoned" else [])
        state["open"] = None if r.get("decision") else state["open"]

def check_claim(where, r, state):
    (run, ended), key, now = state["runs"].get(r["plan"], ("", True)), r["key"], r["t"]
    parts = [state["repository"], r["run"], r["asset"], r["grant"], r["attempt"], r["segment"]]
    want = "sha256:" + hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
    renewed = state["claims"].get(key, {}).get("open")
    if run != r["run"] or ended and r["segment"] == "install" or state["members"].get((r["run"], r["asset"])) != r["wave"]:
        wrong(where, "a claim outside the run or wave of its asset")
    if not renewed and (key != want or key in state["claims"] or state["busy"].get((r["plan"], r["asset"]))):
        wrong(where, "a claim with another key, with one that was used, or while one is open")
    if r["segment"] == "install" and r["plan"].split("/")[1] + "/" + r["asset"] in state["uncovered"]:
        wrong(where, "nobody approved the grant")
    if r["segment"] == "install":
        ends = datetime.datetime.strptime(now, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(seconds=r.get("worst", 0))
        if not (r.get("window") and r["occurrence"] <= now and ends.strftime("%Y-%m-%dT%H:%M:%SZ") <= r["end"] > r["notAfter"]):
            wrong(where, "a claim outside its window")
        if any(stop in state["stops"] for stop in (r["plan"], r["plan"] + "/" + r["wave"])):
            wrong(where, "a claim under a hold")
    elif (r["run"], r["asset"]) not in state["installed"]:
        wrong(where, "a segment without an installation before")
    state["busy"][r["plan"], r["asset"]] = True
    state["claims"][key] = {"of": (r["plan"], r["asset"]), "open": True, "run": r["run"], "segment": r["segment"]}

def check_rollout(where, r, state):
    kind, plan = r["kind"], r.get("plan")
    if kind in ("hold", "abort", "recall"):
        state["stops"][plan] = kind if state["stops"].get(plan, "hold") == "hold" else state["stops"][plan]
    if kind == "resume":
        state["stops"] = {p: k for p, k in state["stops"].items() if k != "hold" or p != plan and not p.startswith(plan + "/")}
    if kind == "merge":
        state["uncovered"] = state["uncovered"] - set(r.get("covered", [])) | set(r.get("uncovered", []) if r["via"] != "abandoned" else [])
    if kind == "run.begun":
        if not state["runs"].get(plan, ("", True))[1] or state["runs"].get(plan, ("", True))[0] == r["run"]:
            wrong(where, "a run while another goes on, or again")
        state["runs"][plan] = (r["run"], False)
    elif plan in state["runs"] or not state["partial"]:
        if kind == "wave.begun":
            for asset in r.get("assets", []):
                if state["members"].setdefault((r["run"], asset), r["wave"]) != r["wave"]:
                    wrong(where, "an asset in two waves")
        elif kind == "claim":
            check_claim(where, r, state)
        elif kind in ("result", "unknown"):
            claim = state["claims"].get(r["key"], {"open": False})
            if not claim["open"] or claim["of"] != (plan, r["asset"]):
                wrong(where, "no open claim has its key")
            claim["open"] = state["busy"][claim["of"]] = kind == "unknown"
            if claim["segment"] == "install" and kind == "result" and r["outcome"] != "stopped":
                state["installed"].add((claim["run"], r["asset"]))
        elif kind == "run.ended":
            state["runs"][plan] = (r["run"], True)
            state["stops"] = {p: k for p, k in state["stops"].items() if k == "hold" or p != plan and not p.startswith(plan + "/")}

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
