// What this phone keeps: IndexedDB, written through to the disk before anything is confirmed.
const NAME = "ringfence-station";
const HISTORY = 500;
const ALL = ["kept", "waiting", "history", "seen", "used"];
let opened;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      const db = asked.result;
      db.createObjectStore("kept"); // by name: device, secret, set_up, choice, tube, shelf, box, told, order
      const waiting = db.createObjectStore("waiting", { keyPath: "key" });
      waiting.createIndex("order", "order");
      waiting.createIndex("kind", "kind");
      db.createObjectStore("history", { keyPath: "key" }).createIndex("order", "order");
      db.createObjectStore("seen", { keyPath: ["round", "code"] }); // who was sampled on this phone, by round
      db.createObjectStore("used", { keyPath: "tube" }); // barcodes sealed on this phone
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

const told = (asked) => new Promise((done, failed) => {
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

// One transaction: `work` may await only what it asks of `tx`. Its answer comes after the disk has it, or not at all.
async function transact(mode, work) {
  const db = await open();
  const tx = db.transaction(ALL, mode, { durability: "strict" });
  const ended = new Promise((done, failed) => {
    tx.oncomplete = done;
    tx.onabort = () => failed(tx.error ?? new Error("aborted"));
  });
  const at = (store) => tx.objectStore(store);
  const asker = {
    get: (store, key) => told(at(store).get(key)),
    all: (store) => told(at(store).getAll()),
    rows: (store, most) => told(at(store).index("order").getAll(null, most)),
    count: (store) => told(at(store).count()),
    count_of: (store, index, value) => told(at(store).index(index).count(value)),
    newest: async (store) => (await told(at(store).index("order").openCursor(null, "prev")))?.value,
    put: (store, value, key) => told(at(store).put(value, key)),
    drop: (store, key) => told(at(store).delete(key)),
    next: async () => {
      const order = ((await told(at("kept").get("order"))) ?? 0) + 1;
      await told(at("kept").put(order, "order"));
      return order;
    },
  };
  let answer;
  try {
    answer = await work(asker);
  } catch (error) {
    ended.catch(() => {}); // the reason below is the one that counts
    try { tx.abort(); } catch { /* it has ended by itself */ }
    throw error;
  }
  await ended;
  return answer;
}

export const read = (work) => transact("readonly", work);
export const write = (work) => transact("readwrite", work);
// What is known of the server: when something was handed in last, how wrong the clock is, whether somebody is signed in.
export const note = async (tx, changed) => tx.put("kept", { ...(await tx.get("kept", "told")), ...changed }, "told");

// The history is cut once for all that was added.
export async function cut_history(tx) {
  const over = (await tx.count("history")) - HISTORY;
  if (over > 0) for (const old of await tx.rows("history", over)) await tx.drop("history", old.key);
}
