// Who a walk-in is stays unreadable on this phone: AES-GCM under a key that the browser keeps and never gives out.
import { write } from "./store.js";

async function secret_key() {
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return write(async (tx) => {
    const known = await tx.get("kept", "secret"); // another tab may have been first
    if (!known) await tx.put("kept", made, "secret");
    return known ?? made;
  });
}

export async function lock(told) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret_key(), new TextEncoder().encode(JSON.stringify(told)));
  return { iv, data };
}

export async function unlock(secret) {
  if (!secret) return {};
  try {
    const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: secret.iv }, await secret_key(), secret.data);
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return {}; // the browser lost its key: the slip's code still goes in, and finds the person by the paper
  }
}
