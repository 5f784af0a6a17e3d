// The station's work on what this phone keeps. Every function answers after the disk has it: only then may it beep.
import { is_misread, label_code } from "./check_digits.js";
import { fingerprint, kind_of, letters, LONGEST, tidy } from "./codes.js";
import { GRACE_MS, is_signed_out } from "./hand_in.js";
import * as rack from "./rack.js";
import { lock } from "./secrets.js";
import { note, read, write } from "./store.js";

const uuid = () => crypto.randomUUID();
const iso = (ms) => new Date(ms).toISOString();
const say = (tone, what, values = {}, asks = []) => ({ tone, what, values, asks });
let measures = new Set();

// Who this phone is: made once, kept for good.
export async function device() {
  const made = { id: uuid(), prefix: `W${letters(7)}`, slips: 0 };
  return write(async (tx) => {
    const known = await tx.get("kept", "device");
    if (!known) await tx.put("kept", made, "device");
    return known ?? made;
  });
}

// What the page shows. What waits is only counted: a day without a network must not slow the next scan.
export const state = () => read(async (tx) => {
  const get = (name) => tx.get("kept", name);
  const [set_up, choice, tube, box, told, shelf] = await Promise.all(["set_up", "choice", "tube", "box", "told", "shelf"].map(get));
  const [held, tubes, newest] = await Promise.all([tx.count("waiting"), tx.count_of("waiting", "kind", "tube"), tx.newest("waiting")]);
  const last = newest?.kind === "tube" && !newest.sent ? newest : null;
  return { set_up, choice: choice ?? {}, tube, box, told: told ?? {}, shelf: shelf ?? [], held, tubes, last };
});

export async function set_up(address, site) {
  const asked_at = Date.now();
  const answer = await fetch(site ? `${address}?site=${encodeURIComponent(site)}` : address, {
    credentials: "same-origin", redirect: "manual", cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000),
  });
  if (is_signed_out(answer)) {
    await write((tx) => note(tx, { signed_out: true }));
    return { state: "signed_out" };
  }
  if (!answer.ok) return { state: "failed", status: answer.status };
  const told = await answer.json();
  const now = Date.now();
  const off_s = (Date.parse(told.server_now) - (asked_at + now) / 2) / 1000;
  await write(async (tx) => {
    await tx.put("kept", { ...told, got_at: now }, "set_up");
    await note(tx, { ...(Number.isFinite(off_s) && { clock_off_s: off_s }), signed_out: false });
    await forget_rounds(tx, told.rounds);
  });
  learn(told);
  return { state: "answered", told };
}

export function learn(told) {
  measures = new Set(told?.measures ?? []);
}

// Who was sampled in a round that is over is of no use for warnings, and is not kept.
async function forget_rounds(tx, rounds) {
  const open = new Set((rounds ?? []).map((round) => round.id));
  const current = await tx.get("kept", "tube");
  const waiting = new Set((await tx.rows("waiting")).map((row) => row.body.round));
  if (!open.size) return;
  for (const row of await tx.all("seen")) if (!open.has(row.round) && row.round !== current?.round && !waiting.has(row.round)) await tx.drop("seen", [row.round, row.code]);
}

export async function choose(changed) {
  return write(async (tx) => {
    const tube = await tx.get("kept", "tube");
    if (tube && !rack.is_empty(tube) && Object.keys(changed).some((name) => name !== "order")) return say("bad", "tube_in_hand");
    await tx.put("kept", { ...(await tx.get("kept", "choice")), ...changed }, "choice");
    await tx.drop("kept", "tube");
    if (tube && !rack.is_empty(tube)) await tx.put("kept", { ...tube, ...changed }, "tube");
    return null;
  });
}

async function chosen(tx) {
  const choice = (await tx.get("kept", "choice")) ?? {};
  const told = await tx.get("kept", "set_up");
  const round = told?.rounds?.find((each) => each.id === choice.round);
  return { site: choice.site, round: choice.round, lane: choice.lane ?? "general", order: choice.order ?? "tube", pool: Math.max(1, round?.pool_size ?? choice.pool ?? 1) };
}

async function tube_in_hand(tx) {
  return (await tx.get("kept", "tube")) ?? rack.fresh(await chosen(tx), uuid());
}

async function known_of(tx, tube, code) {
  const used = await tx.get("used", code);
  const seen = await tx.get("seen", [tube.round, code]);
  return { used: used && { at: used.at, n: used.n }, seen_in: seen?.tube };
}

// A scan in sampling. `forced` is "tube" or "person" where somebody said which, "swap" for another number on the same tube.
export async function scan(text, { forced = "", walk_in = null, now = Date.now() } = {}) {
  const code = tidy(text);
  if (!code) return null;
  if (code.length > LONGEST) return say("bad", "too_long");
  const prints = [await fingerprint(code), await fingerprint(code.toUpperCase())];
  const secret = walk_in && (await lock(walk_in));
  return write(async (tx) => {
    const told = await tx.get("kept", "set_up");
    const tube = await tube_in_hand(tx);
    const kind = forced === "swap" ? "tube" : forced || kind_of(code, told?.prefixes);
    const answer = rack.scan(tube, {
      code, kind, forced, measured: prints.some((print) => measures.has(print)), misread: is_misread(code), now,
      walk_in: Boolean(walk_in), secret, ...(await known_of(tx, tube, code)),
    });
    if (answer.seal) return sealed(tx, answer.tube);
    await tx.put("kept", answer.tube, "tube");
    return answer;
  });
}

// Somebody without papers: a code is made here, their name and number are kept under lock.
export async function walk_in(told) {
  await device();
  const code = await write(async (tx) => {
    const known = await tx.get("kept", "device");
    await tx.put("kept", { ...known, slips: known.slips + 1 }, "device");
    return label_code(known.prefix, known.slips + 1, 4);
  });
  return { code, answer: await scan(code, { forced: "person", walk_in: told }) };
}

const on_tube = (change) => write(async (tx) => {
  const answer = change(await tube_in_hand(tx));
  await tx.put("kept", answer.tube, "tube");
  return answer;
});

export const undo = () => on_tube(rack.undo);
export const remove = (code) => on_tube((tube) => rack.remove(tube, code));
export const expect = (kind) => on_tube((tube) => ({ ...say("quiet", "expects"), tube: { ...tube, expect: kind } }));

export async function was_tube(code) {
  await undo();
  return scan(code, { forced: "tube" });
}

// What was taken for the tube was a person, as the tube's own label shows now.
export async function was_person(code) {
  const taken = await read(async (tx) => (await tube_in_hand(tx)).tube);
  await undo();
  await scan(taken, { forced: "person" });
  return scan(code, { forced: "tube" });
}

// Somebody under measures has a tube alone: the open one is put on the shelf meanwhile.
export async function alone(text) {
  await write(async (tx) => {
    const tube = await tube_in_hand(tx);
    await tx.put("kept", [...((await tx.get("kept", "shelf")) ?? []), tube], "shelf");
    await tx.put("kept", rack.fresh({ ...(await chosen(tx)), lane: "separate" }, uuid()), "tube");
  });
  return scan(text, { forced: "person" });
}

export const seal = () => write(async (tx) => {
  const tube = await tube_in_hand(tx);
  return rack.sealable(tube) ?? sealed(tx, tube);
});

async function sealed(tx, tube) {
  const now = Date.now();
  const { key, site, round, alone, lane, people } = tube;
  const body = { tube: tube.tube, site, round, sealed_at: iso(now), people, alone, lane };
  await tx.put("waiting", { key, kind: "tube", order: await tx.next(), ready_at: now + GRACE_MS, pool: tube.pool, body });
  await tx.put("used", { tube: tube.tube, key, at: now, n: people.length });
  for (const { code } of people) await tx.put("seen", { round, code, tube: tube.tube });
  await take_down(tx);
  return say("sealed", "sealed", { code: tube.tube, n: people.length });
}

// The tube on the shelf comes back into the hand.
async function take_down(tx) {
  const shelf = (await tx.get("kept", "shelf")) ?? [];
  const back = shelf.at(-1);
  await tx.put("kept", shelf.slice(0, -1), "shelf");
  if (back) await tx.put("kept", back, "tube");
  else await tx.drop("kept", "tube");
}

export const take_back = () => write(async (tx) => {
  const tube = await tx.get("kept", "tube");
  if (tube && !rack.is_empty(tube)) return say("bad", "tube_in_hand");
  await take_down(tx);
  return say("good", "taken_back");
});

// Swap the tube in the hand for the next: seal it, then scan the code that came up.
export async function seal_next(code) {
  const answer = await seal();
  return answer.tone === "sealed" ? scan(code, { forced: "tube" }) : answer;
}

async function forget_sealed(tx, body) {
  for (const one of body.people) {
    const code = one.code ?? one;
    const seen = await tx.get("seen", [body.round, code]);
    if (seen?.tube === body.tube) await tx.drop("seen", [body.round, code]);
  }
}

async function into_hand(tx, tube) {
  const open = await tx.get("kept", "tube");
  if (open && !rack.is_empty(open)) await tx.put("kept", [...((await tx.get("kept", "shelf")) ?? []), open], "shelf");
  await tx.put("kept", tube, "tube");
}

// A sealed tube is opened again while nothing of it left this phone; after that it is voided, and its people go into a new one.
export const reopen = (key) => write(async (tx) => {
  const row = await tx.get("waiting", key);
  const kept = row ?? (await tx.get("history", key));
  if (!kept || kept.kind !== "tube") return say("warn", "nothing_to_undo");
  if (await is_voided(tx, kept.body.tube)) return say("bad", "voided_already", { code: kept.body.tube });
  const { people, round, site, lane, alone } = kept.body;
  const again = people.map((one) => (one.code ? one : { code: one }));
  const tube = { ...rack.fresh({ site, round, lane, pool: kept.pool ?? people.length, order: "tube" }, uuid()), alone, people: again, tube: "" };
  await forget_sealed(tx, kept.body);
  if (row && !row.sent) {
    await tx.drop("waiting", key);
    await tx.drop("used", row.body.tube);
    await into_hand(tx, { ...tube, key, pool: row.pool, tube: row.body.tube });
    return say("good", "reopened", { code: row.body.tube, n: people.length });
  }
  await put_void(tx, kept.body.tube, "mistake");
  await into_hand(tx, { ...tube, pool: Math.max(tube.pool, people.length) });
  return say("warn", "voided_new", { code: kept.body.tube, n: people.length });
});

async function is_voided(tx, tube) {
  return [...(await tx.rows("waiting")), ...(await tx.rows("history"))].some((row) => row.kind === "void" && row.body.tube === tube);
}

async function put_void(tx, tube, reason) {
  const now = Date.now();
  await tx.put("waiting", { key: uuid(), kind: "void", order: await tx.next(), ready_at: now, body: { tube, reason, at: iso(now) } });
}

export const void_tube = (key, reason) => write(async (tx) => {
  const row = (await tx.get("waiting", key)) ?? (await tx.get("history", key));
  if (!row) return say("warn", "nothing_to_undo");
  if (await is_voided(tx, row.body.tube)) return say("bad", "voided_already", { code: row.body.tube });
  await put_void(tx, row.body.tube, reason);
  await forget_sealed(tx, row.body);
  return say("warn", "voided", { code: row.body.tube, n: row.body.people.length });
});

const empty_box = () => ({ key: uuid(), box: "", tubes: [] });

export async function scan_box(text) {
  const code = tidy(text);
  if (!code) return null;
  if (code.length > LONGEST) return say("bad", "too_long");
  return write(async (tx) => {
    const box = (await tx.get("kept", "box")) ?? empty_box();
    const kind = kind_of(code, (await tx.get("kept", "set_up"))?.prefixes) || (box.box ? "tube" : "box");
    const used = await tx.get("used", code);
    const answer = packed(box, code, kind, used);
    await tx.put("kept", answer.box, "box");
    if (answer.close) return close(tx, answer.box);
    if (answer.added && used) await tx.put("used", { ...used, box: box.box });
    return answer;
  });
}

function packed(box, code, kind, used) {
  const told = (tone, what, values = {}, more = {}) => ({ ...say(tone, what, { code, ...values }), box, ...more });
  if (box.box && code === box.box) return box.tubes.length ? { ...told("good", "boxed"), close: true } : told("warn", "box_again");
  if (kind === "person") return told("bad", "person_in_box");
  if (kind === "box" && box.tubes.length) return told("bad", "box_open", { box: box.box });
  if (kind === "box") return told("good", "box_set", {}, { box: { ...box, box: code } });
  if (!box.box) return told("bad", "box_first");
  if (box.tubes.includes(code)) return told("warn", "twice_in_box");
  const next = { ...box, tubes: [...box.tubes, code] };
  const values = { code, n: next.tubes.length };
  if (used?.box && used.box !== box.box) return { ...say("warn", "in_other_box", { ...values, box: used.box }), box: next, added: true };
  if (is_misread(code)) return { ...say("warn", "misread", values), box: next, added: true };
  return { ...say(used ? "good" : "warn", used ? "packed" : "packed_unknown", values), box: next, added: true };
}

async function close(tx, box) {
  const now = Date.now();
  const { key, tubes } = box;
  const site = ((await tx.get("kept", "choice")) ?? {}).site;
  await tx.put("waiting", { key, kind: "box", order: await tx.next(), ready_at: now, body: { box: box.box, site, tubes, packed_at: iso(now) } });
  await tx.drop("kept", "box");
  return say("sealed", "boxed", { code: box.box, n: tubes.length });
}

export const close_box = () => write(async (tx) => {
  const box = await tx.get("kept", "box");
  return box?.box && box.tubes.length ? close(tx, box) : say("bad", "box_empty");
});

export const unpack = (code) => write(async (tx) => {
  const box = (await tx.get("kept", "box")) ?? empty_box();
  const out = code ?? box.tubes.at(-1) ?? box.box;
  await tx.put("kept", box.tubes.length ? { ...box, tubes: box.tubes.filter((tube) => tube !== out) } : empty_box(), "box");
  const used = await tx.get("used", out);
  if (used?.box === box.box) await tx.put("used", { ...used, box: undefined });
  return say("good", "unpacked", { code: out });
});

export const report_queue = (people, lanes) => write(async (tx) => {
  const now = Date.now();
  const site = ((await tx.get("kept", "choice")) ?? {}).site;
  await tx.put("waiting", { key: uuid(), kind: "queue", order: await tx.next(), ready_at: now, body: { site, people, lanes, at: iso(now) } });
  return say("good", "queue_kept", { n: people });
});
