// Copies the browser libraries out of node_modules into the console's static files, with their licences and a manifest.
// Run: npm ci --ignore-scripts && node copy.mjs
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const served = join(here, "../ringfence/console/static/vendor");
const tested = join(here, "../tests/browser/vendor");

const copies = [
  { name: "bootstrap", file: "dist/css/bootstrap.min.css", to: served },
  { name: "htmx.org", file: "dist/htmx.min.js", to: served },
  { name: "@alpinejs/csp", file: "dist/cdn.min.js", to: served, as: "alpine-csp.min.js" },
  { name: "@zxing/library", file: "umd/index.min.js", to: served, as: "zxing.min.js" },
  { name: "axe-core", file: "axe.min.js", to: tested },
];
// Libraries that come inside the file of another one.
const carried = { "@alpinejs/csp": ["@vue/reactivity", "@vue/shared"], "@zxing/library": ["ts-custom-error"] };

const from = (name, file) => join(here, "node_modules", name, file);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// A strict policy forbids data: images, so each picture inside the style sheet becomes a file beside it.
function pictures_outside(css, put) {
  return css.replace(/url\("data:image\/svg\+xml,([^"]*)"\)/g, (_, text) => {
    const svg = decodeURIComponent(text);
    return `url("icons/${put(`icons/${sha256(svg).slice(0, 12)}.svg`, svg)}")`;
  });
}

function licence_of(name) {
  const found = readdirSync(join(here, "node_modules", name)).find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
  const beside = join(here, "licences", `${name.replace("/", "__")}.txt`);
  if (found) return readFileSync(from(name, found), "utf8");
  if (existsSync(beside)) return readFileSync(beside, "utf8");
  throw new Error(`no licence text for ${name}: put it into vendor/licences/`);
}

function entry(name, path, bytes) {
  const about = JSON.parse(readFileSync(from(name, "package.json"), "utf8"));
  return { file: path, name, version: about.version, licence: about.license, sha256: sha256(bytes) };
}

for (const folder of [served, tested]) {
  rmSync(folder, { recursive: true, force: true });
  const manifest = [];
  for (const { name, file, as } of copies.filter((copy) => copy.to === folder)) {
    const put = (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      if (!manifest.some((known) => known.file === path)) manifest.push(entry(name, path, Buffer.from(text)));
      return path.split("/").pop();
    };
    let text = readFileSync(from(name, file), "utf8").replace(/\n?(\/\*|\/\/)# sourceMappingURL=.*$/m, "");
    if (file.endsWith(".css")) text = pictures_outside(text, put);
    put(as ?? file.split("/").pop(), text);
    for (const one of [name, ...(carried[name] ?? [])]) put(`licences/${one.replace("/", "__")}.txt`, licence_of(one));
  }
  manifest.sort((a, b) => (a.file < b.file ? -1 : 1));
  writeFileSync(join(folder, "MANIFEST.json"), `${JSON.stringify(manifest, null, 1)}\n`);
}
