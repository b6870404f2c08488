// Seals text for this browser and one secret of the server's: AES-GCM under a key that both halves make.

const STORES = { drafts: "drafts", keys: "keys" };
const OWN = "own";
const IV_BYTES = 12;

export async function seal(secret, name, text) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await keyFor(secret);
  return { iv, content: await crypto.subtle.encrypt(parameters(iv, name), key, bytes(text)) };
}

export async function unseal(secret, name, { iv, content }) {
  const key = await keyFor(secret);
  return new TextDecoder().decode(await crypto.subtle.decrypt(parameters(iv, name), key, content));
}

export function inDrafts(mode, work) {
  return inStore(STORES.drafts, mode, work);
}

async function keyFor(secret) {
  const made = await crypto.subtle.sign("HMAC", await ownHalf(), bytes(secret));
  return crypto.subtle.importKey("raw", made, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function ownHalf() {
  const known = await inStore(STORES.keys, "readonly", (store) => store.get(OWN));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  await inStore(STORES.keys, "readwrite", (store) => store.add(made, OWN)).catch(() => null); // another tab was first
  return inStore(STORES.keys, "readonly", (store) => store.get(OWN));
}

function parameters(iv, name) {
  return { name: "AES-GCM", iv, additionalData: bytes(name) };
}

function bytes(text) {
  return new TextEncoder().encode(text);
}

function inStore(which, mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("pilnvara-drafts", 1);
    opening.onupgradeneeded = () => Object.values(STORES).forEach((each) => opening.result.createObjectStore(each));
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(which, mode);
      const request = work(transaction.objectStore(which));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onabort = () => {
        opening.result.close();
        reject(transaction.error);
      };
    };
  });
}
