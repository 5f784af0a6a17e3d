// The page: what is scanned, tapped and typed goes to the station, what the station says is shown, sounded and felt.
import { csrf, GRACE_MS, hand_in, history, try_again_now, waiting } from "./hand_in.js";
import * as station from "./station.js";
import * as show from "./show.js";
import { is_full } from "./rack.js";
import { signal, stay_lit, wake } from "./signals.js";

const { $, t } = show;
const main = $("main");
const field = $("st-code");
const others = new BroadcastChannel("ringfence-station"); // the other tabs of this phone
const net = { online: navigator.onLine, busy: false, newer: false, failed: false };
const queue = { people: 0, lanes: 1 };
let panel = "sample";
let kept;
let device;
let stop_camera;
let line = Promise.resolve(); // one thing after the other: two scans in a row never cross

async function draw() {
  kept = await station.state();
  show.where(kept);
  show.tube(kept);
  show.box(kept);
  show.status(kept, net);
  show.banners(kept, net, main.dataset.signIn);
  if (panel === "kept") show.rows(await waiting(), await history());
}

function tell(answer) {
  if (!answer) return;
  if (answer.tone !== "quiet") {
    signal(answer.tone);
    show.said(answer, ask);
  }
}

// Does one thing, after what came before it: kept first, then drawn, then sounded.
function act(work) {
  line = line.then(async () => {
    try {
      const answer = await work();
      await draw();
      tell(answer);
      others.postMessage("changed");
    } catch (error) {
      console.error(error);
      tell({ tone: "bad", what: "not_kept" });
    }
    soon();
  });
  return line;
}

const ready = () => kept?.choice.site && kept.choice.round && kept.set_up;

function scanned(text) {
  const now = Date.now(); // when it was scanned, not when its turn comes
  if (!text.trim()) return null;
  if (panel === "box") return act(() => station.scan_box(text));
  if (!ready()) {
    tell({ tone: "bad", what: "choose_first" });
    return open_choice();
  }
  go("sample");
  return act(() => station.scan(text, { now }));
}

const asked = {
  as_tube: (code) => station.scan(code, { forced: "tube" }),
  as_person: (code) => station.scan(code, { forced: "person" }),
  swap: (code) => station.scan(code, { forced: "swap" }),
  seal_next: station.seal_next, alone: station.alone, undo: station.undo, was_tube: station.was_tube, was_person: station.was_person,
};
const ask = (each, code) => act(() => asked[each](code));

// --- where one is on the page

function go(name) {
  panel = name;
  for (const each of document.querySelectorAll("[data-panel]")) each.hidden = each.dataset.panel !== name;
  for (const each of document.querySelectorAll("[data-panels]")) each.hidden = !each.dataset.panels.split(" ").includes(name);
  for (const each of document.querySelectorAll("[data-go]")) each.dataset.go === name ? each.setAttribute("aria-current", "page") : each.removeAttribute("aria-current");
}

const open_choice = () => { if (!$("st-choose").open) $("st-choose").showModal(); };
const in_dialog = () => document.querySelector("dialog[open]");

function listen() {
  if (!in_dialog() && !field.closest("[hidden]")) field.focus({ preventScroll: true });
}

function keyboard(on) {
  field.inputMode = on ? "text" : "none"; // a scanner needs the focus, not the keyboard of the screen
  field.blur();
  listen();
}

$("st-scan").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value;
  field.value = "";
  field.inputMode = "none";
  scanned(text);
});

field.addEventListener("pointerdown", () => { field.inputMode = "text"; });
$("st-type").addEventListener("click", () => keyboard(field.inputMode === "none"));

// A scanner types wherever the focus is: its first sign brings the focus home, so that its Enter presses no button.
document.addEventListener("keydown", (event) => {
  wake();
  if (event.ctrlKey || event.metaKey || event.altKey || in_dialog() || event.key.length !== 1 || event.target === field) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  if (field.closest("[hidden]")) go("sample");
  field.focus({ preventScroll: true });
});

document.addEventListener("pointerdown", wake);
document.addEventListener("pointerup", (event) => { if (!event.target.closest("dialog, input, a")) setTimeout(listen, 0); });

const taps = {
  "[data-opens]": (at) => { if (at.dataset.opens === "st-menu") line.then(leaving); $(at.dataset.opens).showModal(); },
  "[data-closes]": (at) => at.closest("dialog").close(),
  "[data-go]": (at) => { go(at.dataset.go); draw(); },
  "[data-expect]": (at) => act(() => station.expect(at.dataset.expect)),
  "[data-remove]": (at) => act(() => station.remove(at.dataset.remove)),
  "[data-unpack]": (at) => act(() => station.unpack(at.dataset.unpack)),
  "[data-site]": (at) => choose_site(at.dataset.site),
  "[data-round]": (at) => choose({ round: at.dataset.round }),
  "[data-lane]": (at) => choose({ lane: at.dataset.lane }),
  "[data-order]": (at) => choose({ order: at.dataset.order }),
  "[data-reload]": () => window.location.reload(),
  "[data-row=reopen]": (at) => { act(() => station.reopen(at.dataset.key)); go("sample"); },
  "[data-row=void_it]": (at) => { $("st-void").dataset.key = at.dataset.key; $("st-void-code").textContent = at.closest("li").querySelector("strong").textContent; $("st-void").showModal(); },
  "[data-reason]": (at) => { $("st-void").close(); act(() => station.void_tube($("st-void").dataset.key, at.dataset.reason)); },
  "[data-by]": (at) => step(at.closest("[data-step]").dataset.step, Number(at.dataset.by)),
  "#st-seal": () => act(station.seal),
  "#st-undo": () => act(station.undo),
  "#st-last button": (at) => act(() => station.reopen(at.dataset.key)),
  "#st-shelf button": () => act(station.take_back),
  "#st-no-papers": () => no_papers(),
  "#st-close-box": () => act(station.close_box),
  "#st-unpack": () => act(() => station.unpack()),
  "#st-queue-send": () => report_queue(),
  "#st-state, #st-hand-in": () => { try_again_now(); round(true); },
  "#st-refresh": () => refresh(true),
  "#st-look": () => look(),
  "#st-camera-off": () => look(),
};
document.addEventListener("click", (event) => {
  for (const [selector, tapped] of Object.entries(taps)) {
    const at = event.target.closest(selector);
    if (at) return tapped(at);
  }
  return null;
});
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => setTimeout(listen, 0));

// --- the rarer things

async function choose(changed) {
  await act(async () => {
    const answer = await station.choose(changed);
    $("st-choose-said").textContent = answer ? t(answer.what) : "";
    return answer;
  });
}

async function choose_site(site) {
  if (site === kept.choice.site) return;
  await choose({ site, round: undefined });
  if (kept.choice.site === site) await refresh(true);
}

function no_papers() {
  if (!ready()) return open_choice();
  if (kept.tube && is_full(kept.tube)) return tell({ tone: "bad", what: kept.tube.tube ? "full" : "full_no_tube", values: { of: kept.tube.pool } });
  $("st-walk-in-form").reset();
  return $("st-walk-in").showModal();
}

// Enter goes on to the next field: a code scanned by mistake while this is open must not add somebody of that name.
$("st-walk-in-form").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  (event.target.closest("label").nextElementSibling?.querySelector?.("input, button.st-main") ?? event.target).focus();
});

$("st-walk-in-form").addEventListener("submit", (event) => {
  const told = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
  event.target.reset();
  act(async () => (await station.walk_in(told)).answer);
});

function step(name, by) {
  queue[name] = Math.max(name === "lanes" ? 1 : 0, Math.min(queue[name] + by, 5000));
  $(`st-queue-${name}`).textContent = queue[name];
}

async function report_queue() {
  await act(() => station.report_queue(queue.people, queue.lanes));
  $("st-queue-said").textContent = t("queue_kept", { n: queue.people });
  round(true);
}

async function look() {
  if (stop_camera) {
    stop_camera();
    stop_camera = undefined;
    $("st-camera").hidden = true;
    return;
  }
  try {
    $("st-camera").hidden = false;
    const { watch } = await import("./camera.js");
    stop_camera = await watch($("st-video"), main.dataset.zxing, (code) => scanned(code));
  } catch (error) {
    console.warn(error);
    $("st-camera").hidden = true;
    tell({ tone: "bad", what: "no_camera" });
  }
}

function leaving() {
  const held = kept.held + (kept.tube?.people.length ? 1 : 0) + kept.shelf.length;
  $("st-leave").hidden = !held;
  $("st-leave").textContent = t("leave.waits", { n: held });
}

$("st-sign-out").addEventListener("submit", (event) => {
  event.target.elements.csrfmiddlewaretoken.value = csrf();
});
for (const form of document.querySelectorAll(".rf-language")) form.addEventListener("submit", () => { form.elements.csrfmiddlewaretoken.value = csrf(); });

// --- the network

async function refresh(tried_by_hand = false) {
  try {
    const answer = await station.set_up(main.dataset.setUp, kept.choice.site);
    net.online = answer.state !== "failed";
    net.failed = answer.state === "failed" && tried_by_hand;
    if (answer.state === "answered") await only_one(answer.told);
  } catch {
    net.online = false;
    net.failed = tried_by_hand && !kept.set_up;
  }
  await draw();
}

// Where there is but one site or one round to choose, it is chosen.
async function only_one({ sites = [], rounds = [] }) {
  const { site, round: chosen } = kept.choice;
  if (!site && sites.length === 1) {
    await station.choose({ site: sites[0].id });
    kept = await station.state();
    if (kept.choice.site) await refresh();
  } else if (site && rounds.length === 1 && chosen !== rounds[0].id) {
    await station.choose({ round: rounds[0].id });
  }
}

let asked_again = false;
async function round(at_once = false) {
  if (net.busy) {
    asked_again ||= at_once;
    return;
  }
  net.busy = true;
  if (kept.held) show.status(kept, net);
  const answer = await hand_in(main.dataset.handIn, device.id, at_once).catch((error) => ({ state: "failed", error }));
  net.busy = false;
  if (["answered", "rejected", "too_large", "signed_out"].includes(answer.state)) net.online = true;
  if (answer.state === "failed") net.online = false;
  if (answer.state === "nothing" && !net.online && navigator.onLine) await refresh();
  await draw();
  if (answer.state !== "nothing" && answer.state !== "later") others.postMessage("changed");
  if (!asked_again) return;
  asked_again = false;
  await round(true);
}

let timer;
function soon() {
  clearTimeout(timer);
  timer = setTimeout(round, GRACE_MS + 500);
}

function keep_watch() {
  addEventListener("online", () => { try_again_now(); refresh().then(() => round(true)); });
  addEventListener("offline", () => { net.online = false; draw(); });
  addEventListener("pagehide", () => stop_camera?.());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") { stay_lit(); draw(); round(); } });
  others.onmessage = () => draw();
  setInterval(round, 10_000);
  setInterval(refresh, 600_000);
}

async function worker() {
  if (!("serviceWorker" in navigator)) return;
  const before = navigator.serviceWorker.controller;
  const kept_here = await navigator.serviceWorker.register(main.dataset.worker, { updateViaCache: "none" });
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (before) { net.newer = true; draw(); } });
  await navigator.serviceWorker.ready;
  main.dataset.offline = "ready";
  setInterval(() => kept_here.update().catch(() => {}), 3_600_000);
}

async function start() {
  if (!window.isSecureContext || !window.indexedDB || !crypto.subtle || !navigator.locks) {
    $("st-banners").replaceChildren(show.make("p", { className: "st-banner st-bad", text: t("insecure") }));
    return;
  }
  device = await station.device();
  $("st-device").textContent = device.prefix;
  await draw();
  station.learn(kept.set_up);
  show.said({ tone: "quiet", what: "ready" }, ask);
  go("sample");
  navigator.storage?.persist?.();
  stay_lit();
  worker().catch((error) => console.warn(error));
  keep_watch();
  main.dataset.ready = "yes";
  await refresh(true);
  if (kept.set_up && !ready()) open_choice();
  listen();
  await round();
}

start();
