"""What records say of merges and rollouts, for verify_log.py: no merge without its decision, no claim without its grant."""
import datetime, hashlib, json
from verify_signatures import check_sshsig, wrong

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
