// Draws what this phone keeps. Nothing here changes anything.
import { looks_like_id } from "./codes.js";
import { expects, fresh, is_full } from "./rack.js";

const texts = JSON.parse(document.getElementById("st-texts").textContent);
const SIGNS = { good: "✓", full: "✓✓", sealed: "✓✓", warn: "▲", bad: "✕", quiet: "○" };
const WRONG_CLOCK_S = 120;
const HISTORY_SHOWN = 60;

export const $ = (id) => document.getElementById(id);
export const knows = (code) => code in texts;
export const t = (code, values = {}) => (texts[code] ?? code).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
export const clock = (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
// An identity number is not for the next in the queue to read.
export const masked = (code) => (looks_like_id(code) ? `${code.slice(0, 6)}••••••••${code.slice(14)}` : code);

export function make(name, { text, ...rest } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) key.includes("-") ? made.setAttribute(key, value) : (made[key] = value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

export function said({ tone, what, values = {}, asks = [] }, ask) {
  const shown = { ...values, code: values.code && masked(values.code), at: values.at && clock(values.at) };
  $("st-said").dataset.tone = tone;
  $("st-said").querySelector(".st-sign").textContent = SIGNS[tone];
  $("st-said-text").textContent = t(what, shown);
  $("st-said-code").textContent = texts[what]?.includes("{code}") ? "" : shown.code ?? "";
  $("st-said-next").textContent = knows(`${what}.next`) ? t(`${what}.next`, shown) : "";
  $("st-asks").replaceChildren(...asks.map((each) => {
    const button = make("button", { type: "button", className: "st-button", text: t(`ask.${each}`) });
    button.addEventListener("click", () => ask(each, values.code));
    return button;
  }));
}

export function tube(kept) {
  const open = kept.tube ?? fresh({ ...kept.choice, lane: kept.choice.lane ?? "general", pool: pool_of(kept) }, "");
  const wanted = expects(open);
  const full = is_full(open);
  $("st-tube-code").textContent = open.tube || t("no_tube");
  $("st-tube").dataset.full = String(full && Boolean(open.tube));
  $("st-tube").dataset.alone = open.alone ? t("alone") : "";
  const empty = Array.from({ length: Math.max(0, open.pool - open.people.length) }, () => make("li"));
  $("st-pips").replaceChildren(...open.people.map((_, n) => make("li", { className: "st-pip-full", text: String(n + 1) })), ...empty);
  for (const button of document.querySelectorAll("[data-expect]")) button.setAttribute("aria-pressed", String(button.dataset.expect === wanted));
  const people = open.people.map((one, n) => person(one, n + 1));
  $("st-people").replaceChildren(...people.reverse());
  $("st-seal").textContent = open.people.length ? t("seal.n", { n: open.people.length, of: open.pool }) : t("seal.empty");
  $("st-seal").dataset.ready = String(Boolean(open.tube) && open.people.length > 0);
  $("st-seal").dataset.full = String(full && Boolean(open.tube));
  $("st-undo").disabled = !open.steps.length;
  const shelf = kept.shelf.at(-1);
  $("st-shelf").hidden = !shelf;
  if (shelf) $("st-shelf").querySelector("span").textContent = t("shelf", { n: shelf.people.length });
  const { last } = kept;
  $("st-last").hidden = !last;
  if (last) {
    $("st-last").querySelector("span").textContent = t("sealed", { code: last.body.tube, n: last.body.people.length });
    $("st-last").querySelector("button").dataset.key = last.key;
  }
}

export const pool_of = ({ set_up, choice }) => set_up?.rounds?.find((round) => round.id === choice.round)?.pool_size ?? 1;

function person(one, n) {
  const out = make("button", { type: "button", className: "st-icon", text: "✕", "data-remove": one.code, "aria-label": t("remove", { code: masked(one.code) }) });
  return make("li", {}, make("b", { text: String(n) }), make("span", { text: masked(one.code) }), ...(one.walk_in ? [make("small", { text: t("walk_in") })] : []), out);
}

export function box(kept) {
  const tubes = kept.box?.tubes ?? [];
  $("st-box-code").textContent = kept.box?.box || "–";
  $("st-packed").replaceChildren(...tubes.map((code, n) => make("li", {},
    make("b", { text: String(n + 1) }), make("span", { text: code }),
    make("button", { type: "button", className: "st-icon", text: "✕", "data-unpack": code, "aria-label": t("remove", { code }) }))).reverse());
  $("st-close-box").textContent = t("close.n", { n: tubes.length });
  $("st-close-box").dataset.ready = String(tubes.length > 0);
}

export function status(kept, { online, busy }) {
  const { tubes, held } = kept;
  const others = held - tubes;
  const { handed_in_at: at } = kept.told;
  const parts = [tubes ? t(tubes === 1 ? "wait.tube" : "wait.tubes", { n: tubes }) : "", others ? t("wait.others", { n: others }) : "", held ? "" : t("wait.none")];
  parts.push(at ? t("last", { at: clock(at) }) : t("never"), t(busy ? "handing_in" : online ? "online" : "offline"));
  $("st-state-text").textContent = parts.filter(Boolean).join(" · ");
  $("st-state").dataset.held = String(held > 0);
  $("st-state").dataset.net = busy ? "busy" : online ? "on" : "off";
  $("st-count").textContent = held;
  $("st-count").hidden = !held;
}

export function banners(kept, { newer, failed }, sign_in) {
  const shown = [];
  const banner = (tone, text, ...more) => shown.push(make("p", { className: `st-banner st-${tone}` }, `${text} `, ...more));
  const off = Math.abs(kept.told.clock_off_s ?? 0);
  const round = kept.set_up?.rounds?.find((each) => each.id === kept.choice.round);
  if (kept.told.signed_out) banner("bad", t("signed_out"), make("a", { href: sign_in, text: t("sign_in") }));
  if (off > WRONG_CLOCK_S) banner("bad", t("clock", { by: off < 5400 ? t("minutes", { n: Math.round(off / 60) }) : t("hours", { n: Math.round(off / 3600) }) }));
  if (!kept.set_up) banner("warn", t("no_setup"));
  else if (!kept.set_up.sites?.length) banner("warn", t("no_sites"));
  if (failed && !kept.told.signed_out) banner("warn", t("setup_failed"));
  if (round?.closes_at && Date.parse(round.closes_at) < Date.now()) banner("warn", t("round_over", { at: clock(Date.parse(round.closes_at)) }));
  if (newer) banner("good", t("new_version"), make("button", { type: "button", className: "st-button", "data-reload": "", text: t("reload") }));
  const now = shown.map((each) => each.textContent).join("\n");
  if ($("st-banners").dataset.now === now) return; // not read aloud again
  $("st-banners").dataset.now = now;
  $("st-banners").replaceChildren(...shown);
}

export function where({ set_up, choice }) {
  const site = set_up?.sites?.find((each) => each.id === choice.site) ?? set_up?.site;
  const round = set_up?.rounds?.find((each) => each.id === choice.round);
  $("st-site").textContent = choice.site ? site?.name ?? choice.site : t("choose.site");
  $("st-round").textContent = round ? `${round.title} · ${t("of_pool", { n: round.pool_size })}` : t("choose.round");
  const option = (name, chosen) => (each) => make("button", {
    type: "button", [`data-${name}`]: each.id, "aria-pressed": String(each.id === chosen),
    text: name === "round" ? [each.title, t("of_pool", { n: each.pool_size }), each.closes_at && t("closes", { at: clock(Date.parse(each.closes_at)) })].filter(Boolean).join(" · ") : each.name,
  });
  $("st-sites").replaceChildren(...(set_up?.sites ?? []).map(option("site", choice.site)));
  $("st-rounds").replaceChildren(...(choice.site ? set_up?.rounds ?? [] : []).map(option("round", choice.round)));
  for (const [name, value] of [["lane", choice.lane ?? "general"], ["order", choice.order ?? "tube"]]) {
    for (const button of document.querySelectorAll(`[data-${name}]`)) button.setAttribute("aria-pressed", String(button.dataset[name] === value));
  }
  $("st-queue-minutes").textContent = set_up?.queue_minutes == null ? "" : t("queue_minutes", { n: Math.round(set_up.queue_minutes) });
}

export function rows(waiting, history) {
  const voided = new Set([...waiting, ...history].filter((row) => row.kind === "void").map((row) => row.body.tube));
  const row = (each, state, tone, ...more) => {
    const title = t(`row.${each.kind}`, { code: each.body.box ?? each.body.tube, n: (each.body.people?.length ?? each.body.tubes?.length) ?? each.body.people });
    const acts = each.kind !== "tube" || voided.has(each.body.tube) ? [] : ["reopen", "void_it"].map((act) => make("button", { type: "button", className: "st-button", text: t(`row.${act}`), "data-row": act, "data-key": each.key }));
    return make("li", { className: `st-row-${tone}` }, make("strong", { text: title }), make("span", { text: state }), ...more, make("div", { className: "st-acts" }, ...acts));
  };
  $("st-waiting").replaceChildren(...waiting.map((each) => row(each, each.aside_until ? t("state.aside", { n: each.aside }) : t(each.sent ? "state.sent" : "state.waits"), each.aside_until ? "warn" : "plain")).reverse());
  $("st-history").replaceChildren(...history.slice(0, HISTORY_SHOWN).map((each) => {
    const { ok, problem, warnings = [] } = each.answer;
    const words = ok ? [] : [make("p", { text: [problem?.wrong, problem?.on_record, problem?.next].filter(Boolean).join(" ") })];
    for (const warning of warnings) words.push(make("p", { text: t(`warned.${warning.what}`, { code: masked(warning.code) }) }));
    return row(each, t(ok ? "state.ok" : "state.kept", { at: clock(each.handed_in_at) }), ok && !warnings.length ? "good" : "warn", ...words);
  }));
}
