"""Signatures for verify_log.py: Ed25519 (RFC 8032) and OpenSSH's (PROTOCOL.sshsig), verification only."""
import base64, hashlib, struct, sys

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
