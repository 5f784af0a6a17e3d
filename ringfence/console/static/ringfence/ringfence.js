// Keys, picking and menus. Every page works without this file; it only spares the hand a way.
const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
const at = () => document.querySelector("tr.rf-at");

function stand_on(row) {
  if (!row) return;
  at()?.classList.remove("rf-at");
  row.classList.add("rf-at");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const here = all.indexOf(at());
  stand_on(all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)]);
}

function go(address) {
  if (address) window.location.assign(address);
}

const keys = {
  "/": () => (document.querySelector(".rf-filters input[type=search], .rf-filters input[type=text]") ?? document.querySelector("[data-key=search]"))?.focus(),
  j: () => step(1),
  k: () => step(-1),
  x: () => at()?.querySelector("[name=picked]")?.click(),
  e: () => go(at()?.dataset.edit),
  n: () => go(document.querySelector(".rf-pager [rel=next]")?.href),
  "?": () => document.getElementById("rf-keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return close_menus();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target === at()) return go(at().dataset.href);
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function close_menus(except) {
  for (const menu of document.querySelectorAll("details.rf-menu[open], details.rf-sheet-menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  close_menus(event.target.closest("details.rf-menu, details.rf-sheet-menu"));
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-prints]")) window.print();
});

function count_picked(form) {
  const boxes = [...form.querySelectorAll("[name=picked]")];
  const picked = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-pick-all]");
  if (all) {
    all.checked = picked > 0 && picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  }
  const count = form.querySelector("[data-picked-count]");
  if (!count) return;
  count.textContent = picked;
  form.querySelector("[data-picked]").hidden = !picked;
  form.querySelector("[data-picked-none]").hidden = Boolean(picked);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-rows]");
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) for (const box of form.querySelectorAll("[name=picked]")) box.checked = event.target.checked;
  count_picked(form);
});

// Shift and click picks everything between two boxes.
let last;
document.addEventListener("click", (event) => {
  if (!event.target.matches?.("[name=picked]")) return;
  const boxes = [...document.querySelectorAll("[name=picked]")];
  if (event.shiftKey && last) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
    for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
  }
  last = event.target;
});

function ready(root) {
  for (const hidden of root.querySelectorAll("[data-pick-all], [data-opens], [data-prints]")) hidden.hidden = false;
  for (const form of root.querySelectorAll("[data-rows]")) count_picked(form);
}

ready(document);
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
document.querySelector("[data-focus]")?.focus();
