// Hands in what waits, each thing under the key it was made with, until each has been answered.
import { cut_history, note, read, write } from "./store.js";
import { unlock } from "./secrets.js";

const MOST_TUBES = 50;
const MOST = 200; // of all kinds
const LOOKED_AT = 1000; // the oldest so many, those that stand aside among them
const TIMEOUT_MS = 40_000;
const LONGEST_WAIT_S = 300;
export const GRACE_MS = 20_000; // a tube just sealed may still be reopened for so long before it goes
const LISTS = { tube: "tubes", void: "voids", box: "boxes", queue: "queues" };

let limit = MOST; // fewer after a letter was found too large
let failed = 0;
let not_before = 0;

export const csrf = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
export const is_signed_out = (answer) => answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
export function try_again_now() { not_before = 0; }

// A tube that the server could not take by itself stands aside for a while, and what speaks of it waits with it.
function taken_from(rows, now, at_once) {
  const batch = [];
  const aside = new Set();
  let tubes = 0;
  for (const row of rows) {
    const speaks_of = row.kind === "box" ? row.body.tubes : [row.body.tube];
    if ((row.aside_until ?? 0) > now || (row.kind === "void" && speaks_of.some((tube) => aside.has(tube)))) {
      speaks_of.forEach((tube) => aside.add(tube));
      continue;
    }
    if (!at_once && (row.ready_at ?? 0) > now) break;
    if (batch.length >= limit || (row.kind === "tube" && tubes >= MOST_TUBES)) break;
    tubes += row.kind === "tube";
    batch.push(row);
  }
  return batch;
}

const take = (now, at_once) => write(async (tx) => {
  const batch = taken_from(await tx.rows("waiting", LOOKED_AT), now, at_once);
  for (const row of batch) await tx.put("waiting", { ...row, sent: (row.sent ?? 0) + 1 });
  return batch;
});

async function letter(batch, station, sent_at) {
  const body = { station, sent_at, tubes: [], voids: [], boxes: [], queues: [] };
  for (const row of batch) {
    const told = { key: row.key, ...row.body };
    if (row.kind === "tube") told.people = await Promise.all(row.body.people.map(opened));
    body[LISTS[row.kind]].push(told);
  }
  return body;
}

async function opened(one) {
  if (!one.walk_in) return { code: one.code };
  const { name = "", id_number = "", phone = "", note = "" } = await unlock(one.secret);
  return { code: one.code, walk_in: true, name, id_number, phone, note };
}

async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST", credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf(), Accept: "application/json" }, body: JSON.stringify(body),
  });
  if (is_signed_out(answer)) return { state: "signed_out" };
  if (answer.status === 413) return { state: "too_large" };
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { state: "failed", status: answer.status };
  if (!answer.ok) return { state: "rejected", status: answer.status };
  const told = await answer.json(); // a login page of some hotspot is no JSON: that is a failure like any other
  return Array.isArray(told.answers) ? { state: "answered", told } : { state: "failed", status: answer.status };
}

// What leaves the queue goes into the history with its answer, codes only: names and numbers are gone with the row.
const settle = (told, now) => write(async (tx) => {
  let count = 0;
  for (const answer of told.answers) {
    const row = await tx.get("waiting", answer.key);
    if (!row || !(answer.ok || answer.kept)) continue;
    await tx.drop("waiting", row.key);
    const { people, ...body } = row.body;
    const codes = people?.map((one) => one.code);
    await tx.put("history", { key: row.key, kind: row.kind, order: row.order, body: { ...body, ...(codes && { people: codes }) }, answer, handed_in_at: now });
    count += 1;
  }
  await cut_history(tx);
  await note(tx, { handed_in_at: now, clock_off_s: told.clock_off_s ?? 0, signed_out: false });
  return count;
});

const stand_aside = (batch, now, status) => write(async (tx) => {
  for (const { key } of batch) {
    const row = await tx.get("waiting", key);
    if (row) await tx.put("waiting", { ...row, aside_until: now + 60_000 * Math.min(2 ** Math.min(row.sent, 6), 30), aside: status });
  }
});

const bring_back = () => write(async (tx) => {
  for (const row of await tx.rows("waiting")) if (row.aside_until) await tx.put("waiting", { ...row, aside_until: 0 });
});

function wait_longer(now) {
  failed = Math.min(failed + 1, 10);
  const seconds = Math.min(2 ** failed, LONGEST_WAIT_S);
  not_before = now + seconds * 1000 * (0.75 + Math.random() / 2); // so that a city's phones do not all come back at once
}

async function once(address, station, at_once) {
  const batch = await take(Date.now(), at_once);
  if (!batch.length) return { state: "nothing" };
  let answer;
  try {
    answer = await post(address, await letter(batch, station, new Date().toISOString()));
  } catch {
    answer = { state: "failed" };
  }
  const now = Date.now();
  if (answer.state === "answered") {
    const count = await settle(answer.told, now);
    if (count < batch.length) await stand_aside(batch, now, 200); // those that are left: the others are no longer there
    [failed, not_before, limit] = [0, 0, Math.min(limit * 2, MOST)];
  } else if (answer.state === "signed_out") {
    await write((tx) => note(tx, { signed_out: true }));
    not_before = now + 60_000;
  } else if (answer.state === "too_large" || answer.state === "rejected") {
    if (batch.length === 1) await stand_aside(batch, now, answer.status ?? 413);
    else limit = Math.floor(batch.length / 2);
  } else wait_longer(now);
  return { state: answer.state, batch: batch.length };
}

// One tab of this phone at a time; the others find the lock taken and leave it, or wait for it where somebody asked.
export async function hand_in(address, station, at_once = false) {
  if (!at_once && Date.now() < not_before) return { state: "later" };
  return navigator.locks.request("ringfence-station-hand-in", { ifAvailable: !at_once }, async (lock) => {
    if (!lock) return { state: "busy" };
    if (at_once) await bring_back();
    let answer;
    for (let round = 0; round < 200; round += 1) {
      answer = await once(address, station, at_once);
      if (!["answered", "too_large", "rejected"].includes(answer.state)) break;
    }
    return answer;
  });
}

export const waiting = () => read((tx) => tx.rows("waiting"));
export const history = () => read(async (tx) => (await tx.rows("history")).reverse());
