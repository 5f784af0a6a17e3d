// What a scanned or typed text is: a tube, a box, a person, or not known.
import { LABEL } from "./check_digits.js";

export const LONGEST = 200;
const KINDS = { T: "tube", B: "box", P: "person", W: "person" };
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

// As it is kept: full-width signs made narrow, a scanner's own mark (`]C1`, `]Q3`) and line ends cut off.
export function tidy(text) {
  const plain = text.normalize("NFKC").replace(/[\u0000-\u001f\u007f]/g, "").trim().replace(/^\][A-Za-z]\d/, "");
  const upper = plain.toUpperCase();
  return LABEL.test(upper) || /^\d{17}X$/.test(upper) ? upper : plain;
}

export const looks_like_id = (code) => /^\d{17}[\dX]$/.test(code);

// GB 11643-1999: the last sign of an 18-digit identity number follows from the others.
export function is_id_number(code) {
  if (!looks_like_id(code)) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, n) => total + weight * Number(code[n]), 0);
  return "10X98765432"[sum % 11] === code[17];
}

// `rules` is { tube: [prefix], box: [prefix], person: [prefix] } as told in the set-up; the longest prefix that fits decides.
export function kind_of(code, rules = {}) {
  let best = "";
  let kind = "";
  for (const [each, prefixes] of Object.entries(rules ?? {})) {
    for (const prefix of prefixes) if (prefix && prefix.length > best.length && code.startsWith(prefix)) [best, kind] = [prefix, each];
  }
  if (kind) return kind;
  const label = LABEL.exec(code);
  if (label) return KINDS[label[1][0]];
  return is_id_number(code) ? "person" : "";
}

// The first 16 hex digits of SHA-256, as the list of people under measures is told.
export async function fingerprint(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function letters(count) {
  const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // 32, none that is taken for another
  return [...crypto.getRandomValues(new Uint8Array(count))].map((byte) => signs[byte % 32]).join("");
}
