// Keeps the station's page and files on this phone. VERSION, SHELL and FILES stand above, written by the server.
const CACHE = `station-${VERSION}`;
const PATIENCE_MS = 4000;
const same_files = new Set(FILES);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    const shell = await fetch(SHELL, { cache: "reload", redirect: "manual" }).catch(() => null);
    if (fits(shell)) await cache.put(SHELL, shell);
    else {
      const older = await caches.match(SHELL); // signed out while a new version came: the old page goes on with the new files
      if (older) await cache.put(SHELL, older);
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("station-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

const fits = (answer) => answer?.ok && answer.headers.get("X-Station-Version") === VERSION;

// The newest page where the network gives one that goes with these files; else the page kept here. A sign-in page never replaces it.
async function shell(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(SHELL);
  const asked = fetch(request).then(async (answer) => {
    if (fits(answer)) await cache.put(SHELL, answer.clone());
    else if (answer.ok) self.registration.update().catch(() => {});
    return answer;
  });
  if (!kept) return asked;
  const late = new Promise((done) => { setTimeout(done, PATIENCE_MS); });
  const answer = await Promise.race([asked.catch(() => null), late]);
  return fits(answer) ? answer : kept;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname === SHELL && request.mode === "navigate") event.respondWith(shell(request));
  else if (same_files.has(address.pathname)) event.respondWith(file(request, address.pathname));
});

async function file(request, path) {
  return (await (await caches.open(CACHE)).match(path)) ?? fetch(request);
}
