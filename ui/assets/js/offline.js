// What is typed into a form marked data-draft outlives a lost connection: it is kept on this computer, sealed, and offered
// again. Nothing of it is sent by itself but as the server's own draft, and only where nothing changed there meanwhile.
//
// Two halves make the key: one that this browser made and no script can read out, and one that the server gives to the
// same person, at the same computer, in the same visit, while their session is open. Neither opens anything alone. All is
// wiped when the terminal is left by a button, when somebody else works here, when the visit is over, and after a day.

import { knows, markNext, markOf } from "./marks.js";
import { inDrafts, seal, unseal } from "./sealing.js";

const DAY_MS = 86_400_000;
const SAVE_MS = 300;
const RETRY_MS = 3000;
const PATIENCE_MS = 8000;
const NOT_TYPED = new Set(["_csrf", "do", "seen", "draft"]);
const KEEPS = "keep.";
// Locked, given up, or given to a guest who sits down at this computer.
const LEAVING = /^\/(lock|park|sign-out|desk\/visits\/[^/]+\/guest\/here)$/;

let form = null;
let name = "";
let secret = "";
let base = "";
let offered = null;
let isCut = false;
let receipts = 0;
let timer = null;
let isLeft = false;
let lastStep = Promise.resolve();

export async function start() {
  if (!globalThis.indexedDB || !crypto.subtle) return;
  document.addEventListener("submit", leave);
  const owner = document.querySelector("meta[name=app-drafter]")?.content;
  const visit = document.querySelector("meta[name=app-draft]");
  form = document.querySelector("form[data-draft]");
  if (form) base = typed(form);
  if (owner) await sweep(owner, visit);
  if (!form || !owner || !visit) return;
  secret = visit.content;
  // A question may be called `action`, and would stand in the way of the form's own.
  name = [owner, visit.dataset.visit, form.getAttribute("action")].join(" ");
  await offer();
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // What was typed while the drafts were being looked up was heard by nobody.
  if (!isSame(typed(form), base)) later();
  document.addEventListener("submit", send, true);
  addEventListener("offline", cut);
  addEventListener("online", tryAgain);
  setInterval(tryAgain, RETRY_MS);
  follow();
  if (!navigator.onLine) cut();
}

// The page puts what is typed to the server by itself (draft.js): then nothing has to stay here.
function follow() {
  let asked = "";
  form.addEventListener("draft:asked", () => {
    asked = typed(form);
  });
  form.addEventListener("draft:kept", async () => {
    base = asked;
    receipts += 1;
    if (offered) return;
    if (isCut) show("back", base);
    isCut = false;
    await save();
  });
  form.addEventListener("draft:lost", (event) => {
    event.preventDefault();
    cut();
  });
}

// What was kept before

async function offer() {
  const kept = await read();
  if (!kept) return;
  if (isSame(kept.typed, base)) {
    await forget();
    return;
  }
  offered = kept;
  const isOurs = kept.mark === null ? isSame(kept.base, base) : kept.mark.split(" ").includes(markOf(form));
  show(isOurs ? "left" : "conflict", kept.typed, kept.at);
  panel().focus();
  act("take", take);
  act("drop", drop);
}

async function take() {
  const outcome = await keepOnServer(offered.typed, true);
  if (outcome !== "kept") {
    show(outcome === "cut" ? "offline" : "refused", offered.typed);
    return;
  }
  await forget();
  location.assign(`${form.dataset.draft}&note=taken`);
}

async function drop() {
  await forget();
  location.assign(`${form.dataset.draft}&note=dropped`);
}

// While somebody types

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_MS);
}

async function save() {
  clearTimeout(timer);
  if (offered) return; // what waits must not be written over before somebody has decided
  const now = typed(form);
  if (isSame(now, base)) await forget();
  else await write({ typed: now, base, mark: markOf(form) });
  if (isCut) show("offline", now);
}

async function send(event) {
  if (event.target !== form || "passed" in form.dataset) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  await save();
  const outcome = await keepOnServer(typed(form));
  if (outcome === "cut") {
    cut();
    panel().focus();
    return;
  }
  if (outcome === "kept" && !offered) await forget();
  form.dataset.passed = "";
  form.requestSubmit(submitter);
  delete form.dataset.passed;
}

// The connection

function cut() {
  isCut = true;
  if (!offered) save();
}

async function tryAgain() {
  if (!isCut || offered) return;
  isCut = false; // one attempt at a time
  const before = receipts;
  const page = await serverPage();
  if (page === null || page.status === 401) {
    isCut = true;
    return;
  }
  if (receipts !== before) show("back", base); // draft.js came through meanwhile: that page is older
  else if (!page.form) show("elsewhere", typed(form));
  else if (isChanged(page.form)) meet(page.form);
  else await bring();
}

function isChanged(there) {
  return markOf(there) === null ? !isSame(typed(there), base) : !knows(form, markOf(there));
}

function meet(there) {
  base = typed(there);
  offered = { typed: typed(form), base };
  show("conflict", offered.typed);
  panel().focus();
  act("take", take);
  act("drop", drop);
}

async function bring() {
  const now = typed(form);
  const outcome = isSame(now, base) ? "kept" : await keepOnServer(now);
  if (outcome === "kept") {
    await forget();
    base = now;
    show("back", now);
  } else if (outcome === "cut" || outcome === "held" || outcome === "newer") isCut = true; // it is looked at anew
  else show("refused", now);
}

// *Newer*: other answers were kept since. *Held*: the session is locked, or the terminal has to prove itself first.
async function keepOnServer(text, isForced = false) {
  const isByItself = !isForced && markOf(form) !== null;
  const body = new URLSearchParams([...fieldsOf(text), ["_csrf", form.elements._csrf.value]]);
  if (isByItself) markNext(form, body);
  else body.set("do", "keep");
  const to = isByItself ? form.dataset.keeps : form.getAttribute("action");
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(to, { method: "POST", body, headers: { accept: "application/json" }, redirect: "manual", signal });
    if (answer.type === "opaqueredirect") return "kept";
    if (answer.status === 200) form.elements.draft.value = (await answer.json()).draft;
    return { 200: "kept", 401: "held", 409: "newer" }[answer.status] ?? "refused";
  } catch {
    return "cut";
  }
}

// The page as the server has it now, read as live.js does.
function serverPage() {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.timeout = PATIENCE_MS;
    request.open("GET", form.dataset.draft);
    for (const failed of ["error", "timeout", "abort"]) request.addEventListener(failed, () => resolve(null));
    request.addEventListener("load", () => {
      const there = request.response?.querySelector("form[data-draft]");
      const isSame = there?.getAttribute("action") === form.getAttribute("action");
      resolve({ status: request.status, form: isSame ? there : null });
    });
    request.send();
  });
}

// What is said

function panel() {
  return document.querySelector("[data-draft-panel]");
}

function show(what, now, at = Date.now()) {
  const shown = panel();
  for (const part of shown.querySelectorAll("[data-draft-when]")) {
    part.hidden = !part.dataset.draftWhen.split(" ").includes(what);
  }
  shown.querySelector("[data-draft-time]").textContent = written(at);
  const list = shown.querySelector("[data-draft-list]");
  list.replaceChildren(...questionsOf(now).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  shown.hidden = false;
}

function act(what, doing) {
  const button = panel().querySelector(`[data-draft-${what}]`);
  button.onclick = doing;
}

// As the pages write it: 24 hours in the gateway's zone, not this computer's; the day as well where it is another one.
function written(at) {
  const timeZone = panel().dataset.draftZone;
  const day = new Intl.DateTimeFormat("de", { timeZone, day: "2-digit", month: "2-digit", year: "numeric" });
  const time = new Intl.DateTimeFormat("de", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const isToday = day.format(at) === day.format(Date.now());
  return isToday ? time.format(at) : `${day.format(at)} ${time.format(at)}`;
}

// By which words the questions are known whose answers differ from what the server has.
function questionsOf(now) {
  const [mine, theirs] = [JSON.parse(now), JSON.parse(base)];
  const differing = Object.keys({ ...mine, ...theirs }).filter(
    (each) => !each.startsWith(KEEPS) && `${mine[each] ?? ""}` !== `${theirs[each] ?? ""}`,
  );
  const asked = [...form.elements].filter((control) => differing.includes(control.name)); // as they stand on the page
  const words = asked.map((control) => {
    const group = (control.closest(".govuk-date-input") ?? control).closest("fieldset, .govuk-form-group");
    return group?.querySelector("legend, label")?.textContent.replace(/\s+/g, " ").trim();
  });
  return [...new Set(words.filter(Boolean))];
}

// Values of a form, as text that can be compared

function typed(of) {
  const values = {};
  for (const [field, value] of new FormData(of)) {
    if (typeof value === "string" && !NOT_TYPED.has(field)) (values[field] ??= []).push(value);
  }
  return JSON.stringify(values, Object.keys(values).sort());
}

// That a field which stays empty keeps what is known is no answer.
function isSame(one, other) {
  const answers = (text) => JSON.stringify(Object.entries(JSON.parse(text)).filter(([field]) => !field.startsWith(KEEPS)));
  return answers(one) === answers(other);
}

function fieldsOf(text) {
  return Object.entries(JSON.parse(text)).flatMap(([field, values]) => values.map((value) => [field, value]));
}

// The store

// One after the other: sealing takes a moment, and must not bring back what was forgotten or wiped meanwhile.
function inOrder(step) {
  lastStep = lastStep.then(step, step);
  return lastStep;
}

function write(content) {
  return inOrder(async () => {
    if (isLeft) return;
    const sealed = await seal(secret, name, JSON.stringify(content));
    await inDrafts("readwrite", (store) => store.put({ ...sealed, at: Date.now() }, name));
  });
}

async function read() {
  const record = await inDrafts("readonly", (store) => store.get(name));
  const opened = record && (await unseal(secret, name, record).catch(() => null));
  return opened && { ...JSON.parse(opened), at: record.at };
}

function forget() {
  offered = null;
  return inOrder(() => inDrafts("readwrite", (store) => store.delete(name)));
}

// What is too old, somebody else's, or of a visit that is over.
async function sweep(owner, visit) {
  const [names, records] = await Promise.all([
    inDrafts("readonly", (store) => store.getAllKeys()),
    inDrafts("readonly", (store) => store.getAll()),
  ]);
  const over = visit && "over" in visit.dataset ? visit.dataset.visit : null;
  const gone = names.filter((each, index) => {
    const [whose, which] = each.split(" ");
    return whose !== owner || which === over || Date.now() - records[index].at > DAY_MS;
  });
  for (const each of gone) await inDrafts("readwrite", (store) => store.delete(each));
}

// Left by a button: nothing stays. An unattended terminal locks itself and keeps what only its owner can open again.
async function leave(event) {
  const { target, submitter } = event;
  if (event.defaultPrevented || "wiped" in target.dataset || !LEAVING.test(target.getAttribute("action"))) return;
  if (target.elements.why?.value === "idle") return;
  event.preventDefault();
  isLeft = true;
  await inOrder(() => inDrafts("readwrite", (store) => store.clear())).catch(() => null);
  target.dataset.wiped = "";
  target.requestSubmit(submitter);
}
