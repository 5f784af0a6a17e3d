// The open tube: what a scan does to it. Pure: a tube and what is known of the code in, a tube and what to say out.
export const TWICE_MS = 2000; // the same code within this time is one scan read twice

export function fresh(choice, key) {
  const alone = choice.lane === "separate";
  return {
    key, site: choice.site, round: choice.round, pool: alone ? 1 : choice.pool, lane: choice.lane, alone, order: choice.order ?? "tube",
    tube: "", sure: false, people: [], steps: [], expect: "", last: null,
  };
}

export const is_empty = (tube) => !tube.tube && !tube.people.length;
export const is_full = (tube) => tube.people.length >= tube.pool;

export function expects(tube) {
  if (tube.expect) return tube.expect;
  if (tube.tube) return "person";
  if (is_full(tube)) return "tube";
  return tube.people.length ? "person" : tube.order;
}

const lanes = ({ alone, pool, lane }) => ({ alone, pool, lane });
const say = (tube, tone, what, values = {}, asks = []) => ({ tube, tone, what, values, asks });

// told: code, kind ("" where not known), forced, measured, misread, seen_in, used, now
export function scan(tube, told) {
  const { code, now } = told;
  if (!told.forced && tube.last && tube.last.code === code && now - tube.last.at < TWICE_MS) return say(tube, "good", "read_twice", { code });
  if (tube.tube && code === tube.tube) return tube.people.length ? { ...say(tube, "good", "sealed", { code }), seal: true } : say(tube, "warn", "tube_again", { code });
  const doubt = told.forced ? null : doubted(tube, told);
  if (doubt) return doubt;
  const kind = told.kind || expects(tube);
  if (kind === "box") return say(tube, "bad", "is_box", { code });
  return kind === "tube" ? into_tube(tube, told) : person(tube, told);
}

function doubted(tube, { code, kind, used }) {
  const wanted = expects(tube);
  const firm = tube.expect || (wanted === "tube" && is_full(tube));
  if (firm && wanted === "tube" && kind === "person" && !tube.people.some((each) => each.code === code)) return say(tube, "bad", "looks_person", { code }, ["as_tube", "as_person"]);
  if (tube.expect === "person" && kind === "tube") return say(tube, "bad", "looks_tube", { code }, ["as_person", "as_tube"]);
  if (wanted === "person" && !kind && used) return say(tube, "bad", "looks_tube", { code }, ["as_tube", "as_person"]);
  return null;
}

function person(tube, told) {
  const { code, now } = told;
  if (tube.people.some((each) => each.code === code)) return say(tube, "warn", "twice_in_tube", { code });
  if (is_full(tube)) return say(tube, "bad", tube.alone ? "alone_full" : tube.tube ? "full" : "full_no_tube", { code, of: tube.pool });
  if (told.measured && !tube.alone && tube.people.length) return say(tube, "bad", "measured", { code }, ["alone"]);
  const alone = told.measured && !tube.alone ? { alone: true, pool: 1, lane: "separate" } : {};
  const one = { code, ...(told.walk_in ? { walk_in: true, secret: told.secret } : {}) };
  const next = {
    ...tube, ...alone, people: [...tube.people, one], steps: [...tube.steps, { did: "person", code, was: lanes(tube) }], expect: "", last: { code, at: now },
  };
  const values = { code, n: next.people.length, of: next.pool, tube: told.seen_in ?? "" };
  const asks = !told.kind && !tube.tube && !told.walk_in && !told.forced ? ["was_tube"] : [];
  if (told.measured) return say(next, "warn", "measured_alone", values, asks);
  if (told.seen_in) return say(next, "warn", "seen", values, ["undo"]);
  if (told.misread) return say(next, "warn", "misread", values, ["undo"]);
  if (is_full(next)) return say(next, "full", next.tube ? "seal_now" : "tube_now", values, next.tube ? [] : asks);
  return say(next, "good", told.walk_in ? "walk_in_added" : "added", values, asks);
}

function into_tube(tube, told) {
  const { code, now } = told;
  if (tube.people.some((each) => each.code === code)) return say(tube, "bad", "is_person_here", { code });
  if (told.used && !told.forced) return say(tube, "bad", "tube_used", { code, at: told.used.at, n: told.used.n }, ["as_tube"]);
  if (tube.tube && tube.people.length && told.forced !== "swap") return say(tube, "bad", "tube_open", { code, tube: tube.tube, n: tube.people.length }, ["seal_next", "swap"]);
  const surer = told.kind && !told.forced;
  if (tube.tube && surer && !tube.sure) return say(tube, "bad", "tube_or_person", { code, tube: tube.tube }, ["was_person", "swap"]);
  const next = { ...tube, tube: code, sure: Boolean(told.kind), steps: [...tube.steps, { did: "tube", was: tube.tube }], expect: "", last: { code, at: now } };
  const values = { code, n: next.people.length, of: next.pool };
  if (told.misread) return say(next, "warn", "misread", values, ["undo"]);
  if (is_full(next)) return say(next, "full", "seal_now", values);
  return say(next, "good", "tube_set", values);
}

export function undo(tube) {
  const step = tube.steps.at(-1);
  if (!step) return say(tube, "warn", "nothing_to_undo");
  const rest = { ...tube, steps: tube.steps.slice(0, -1), expect: "", last: null };
  if (step.did === "tube") return say({ ...rest, tube: step.was, sure: false }, "good", "tube_undone", { code: tube.tube });
  if (step.did === "removed") {
    const people = [...rest.people.slice(0, step.at), step.one, ...rest.people.slice(step.at)];
    const steps = step.came ? [...rest.steps.slice(0, step.place), step.came, ...rest.steps.slice(step.place)] : rest.steps;
    return say({ ...rest, ...step.was, people, steps }, "good", "put_back", { code: step.one.code });
  }
  return say({ ...rest, ...step.was, people: rest.people.filter((each) => each.code !== step.code) }, "good", "person_undone", { code: step.code });
}

export function remove(tube, code) {
  const at = tube.people.findIndex((each) => each.code === code);
  if (at < 0) return say(tube, "warn", "nothing_to_undo");
  const people = tube.people.filter((_, n) => n !== at);
  // The step that brought them in goes too, and comes back with them: undone on its own it would take away someone scanned again.
  const place = tube.steps.findIndex((step) => step.did === "person" && step.code === code);
  const came = tube.steps[place];
  const steps = [...tube.steps.filter((_, n) => n !== place), { did: "removed", one: tube.people[at], at, was: lanes(tube), came, place }];
  return say({ ...tube, ...(people.length ? {} : came?.was), people, steps, last: null }, "good", "person_undone", { code });
}

export function sealable(tube) {
  if (!tube.people.length) return say(tube, "bad", "nobody_in_tube");
  return tube.tube ? null : say(tube, "bad", "no_tube_yet");
}
