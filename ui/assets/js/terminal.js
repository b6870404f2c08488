// The terminal proves itself: the browser signs a question with a key that it made when the computer was enrolled and
// that no script can read out. The private half never leaves IndexedDB; the server keeps the public half.
//
// Forms marked data-terminal (enrol, sign_in, unlock) carry a proof. While somebody works, the pages of the terminal prove
// it by themselves, one for all tabs; after a pause, before a form is sent, so that nothing that was typed is refused.
//
// The screen that faces the resident does the same as a display (data-at="/display"); one browser may be both.

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const STORE = "keys";
const LAST = { "/terminal": "pilnvara.proven", "/display": "pilnvara.shown" };
const PURPOSE = { "/terminal": "go_on", "/display": "show" };
const LOOK_MS = 5000;

export function start() {
  document.addEventListener("submit", withProof);
  const asked = document.querySelector("[data-terminal-prove]");
  if (asked) proveNow(asked);
  const page = document.querySelector("meta[name=terminal-key]");
  if (page) keepProving(page);
}

// Forms

async function withProof(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-terminal]")) return;
  if (form.elements.proof.value || "unproven" in form.dataset) return;
  event.preventDefault();
  const { submitter } = event;
  try {
    const keys = await keysOf(form);
    if (form.elements.public_key) form.elements.public_key.value = text(await crypto.subtle.exportKey("spki", keys.publicKey));
    const token = form.elements._csrf.value;
    Object.assign(form.elements.challenge, { value: await question("/terminal", form.dataset.terminal, token) });
    Object.assign(form.elements.proof, { value: await sign(keys, form.dataset.terminal, form.elements.challenge.value) });
    say("");
    noteProof("/terminal");
    form.requestSubmit(submitter);
  } catch (error) {
    const problem = nameOf(error);
    // Some may sign in at any computer: whoever may not is told by the server what is missing. So is who was refused the
    // question itself, such as a browser without cookies.
    const isServers = form.dataset.terminal === "sign_in" && problem !== "lost";
    if (isServers || error.name === "NoQuestion") {
      form.dataset.unproven = "";
      form.requestSubmit(submitter);
    } else say(problem);
  } finally {
    // Whoever comes back to the form by the browser's button needs a new proof.
    setTimeout(() => Object.assign(form.elements.proof, { value: "" }));
  }
}

async function keysOf(form) {
  if (form.dataset.terminal !== "enrol") return find(form.dataset.terminalKey);
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  await keep(await fingerprint(keys.publicKey), keys);
  return keys;
}

// A page that is shown only after a proof

async function proveNow(asked) {
  const { terminalProve: name, at, csrf } = asked.dataset;
  try {
    await alone(at, () => goOn(at, name, csrf));
    if ("reload" in asked.dataset) location.reload();
    else showDone();
  } catch (error) {
    say(nameOf(error));
  }
}

function showDone() {
  const done = document.querySelector("[data-terminal-done]");
  done.hidden = false;
  done.querySelector("[data-terminal-back]").addEventListener("click", () => history.back());
}

// Pages of a terminal at work

async function keepProving(page) {
  const { every, at, csrf } = page.dataset;
  const name = page.content;
  if (!(await find(name).catch(() => null))) return; // the server says what is to be done
  const isDue = (times) => Date.now() - lastProof(at) >= every * 1000 * times;
  const look = (times) => alone(at, () => (isDue(times) ? goOn(at, name, csrf) : null)).catch(() => null);
  const timer = setInterval(() => look(1), LOOK_MS);
  addEventListener("pagehide", () => clearInterval(timer));
  document.addEventListener("visibilitychange", () => look(1));
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post" || !isDue(2)) return;
    event.preventDefault();
    await look(2);
    if (isDue(2)) noteProof(at); // it could not: the server answers what that means
    form.requestSubmit(submitter);
  });
  look(1);
}

async function goOn(at, name, csrf) {
  const keys = await find(name);
  const challenge = await question(at, PURPOSE[at], csrf);
  const proof = await sign(keys, PURPOSE[at], challenge);
  const response = await post(`${at}/prove`, { challenge, proof, _csrf: csrf });
  if (!response.ok) throw new DOMException("not taken", "Refused");
  noteProof(at);
}

// One tab after the other: what the first was given is the others' too.
function alone(at, work) {
  if (!navigator.locks) throw new DOMException("no keys here", "NoKeys");
  return navigator.locks.request(`pilnvara-proof${at}`, work);
}

// Questions and answers

async function question(at, purpose, csrf) {
  const response = await post(`${at}/challenge`, { purpose, _csrf: csrf });
  if (!response.ok) throw new DOMException("no question", "NoQuestion");
  return (await response.json()).challenge;
}

function post(path, fields) {
  const headers = { accept: "application/json" };
  return fetch(path, { method: "POST", body: new URLSearchParams(fields), headers, redirect: "error" });
}

async function sign(keys, purpose, challenge) {
  const lines = ["pilnvara terminal proof v1", purpose, location.origin, challenge].join("\n");
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, new TextEncoder().encode(lines));
  return text(signature);
}

async function fingerprint(publicKey) {
  return text(await crypto.subtle.digest("SHA-256", await crypto.subtle.exportKey("spki", publicKey)));
}

// What all tabs know: when the last proof was given

function lastProof(at) {
  return Number(localStorage.getItem(LAST[at]) ?? 0);
}

function noteProof(at) {
  localStorage.setItem(LAST[at], String(Date.now()));
}

// Keys, by fingerprint

async function find(name) {
  const keys = await inStore("readonly", (store) => store.get(name));
  if (!keys) throw new DOMException("no such key", "KeyMissing");
  return keys;
}

function keep(name, keys) {
  return inStore("readwrite", (store) => store.put(keys, name));
}

function inStore(mode, work) {
  return new Promise((resolve, reject) => {
    if (!globalThis.indexedDB || !crypto.subtle || !navigator.locks) throw new DOMException("no keys here", "NoKeys");
    const opening = indexedDB.open("pilnvara-terminal", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(new DOMException("no store", "NoKeys"));
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onabort = () => reject(new DOMException("not stored", "NoKeys"));
    };
  });
}

const PROBLEMS = { KeyMissing: "missing", NoKeys: "none", Refused: "refused" };

function nameOf(error) {
  return PROBLEMS[error.name] ?? "lost";
}

function say(problem) {
  for (const element of document.querySelectorAll("[data-terminal-problem]")) {
    element.hidden = element.dataset.terminalProblem !== problem;
  }
}

function text(buffer) {
  const signs = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
