// Live pages: when the server says that something has changed, the parts marked data-live are fetched and exchanged.
//
// The answer is parsed by XMLHttpRequest itself (responseType "document"), which runs no script and needs no Trusted
// Types policy.

import { startFields } from "./fields.js";

const TRUST_AFTER_MS = 3000;

export function start() {
  const addresses = new Set([...document.querySelectorAll("[data-live]")].map((part) => part.dataset.live));
  const sources = [...addresses].map(follow);
  addEventListener("pagehide", () => sources.forEach((source) => source.close()));
}

function follow(address) {
  const source = new EventSource(address);
  let problem = null;
  source.addEventListener("open", () => {
    clearTimeout(problem);
    problem = null;
    show(false);
  });
  source.addEventListener("error", () => {
    problem ??= setTimeout(() => show(true), TRUST_AFTER_MS);
  });
  source.addEventListener("changed", refresh);
  source.addEventListener("go", (event) => go(event.data));
  return source;
}

function show(lost) {
  for (const element of document.querySelectorAll("[data-live-problem]")) element.hidden = !lost;
}

function go(address) {
  const target = new URL(address, location.href);
  if (target.origin === location.origin) location.assign(target);
}

let running = false;
let again = false;

// One fetch at a time; a change during a fetch asks for one more.
function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.open("GET", location.href);
  request.addEventListener("load", () => arrive(request));
  request.addEventListener("loadend", () => {
    running = false;
    if (again) {
      again = false;
      refresh();
    }
  });
  request.send();
}

function arrive(request) {
  const from = new URL(request.responseURL || location.href);
  if (from.pathname !== location.pathname) {
    go(from.href);
    return;
  }
  if (request.status !== 200 || !request.response) {
    location.reload();
    return;
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = request.response.getElementById(part.id);
    if (fresh) exchange(part, fresh);
    else location.reload();
  }
  if (request.response.title) document.title = request.response.title;
}

function exchange(part, fresh) {
  const adopted = document.importNode(fresh, true);
  startedMarks(part, adopted);
  if (part.isEqualNode(adopted)) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceChildren(...adopted.childNodes);
  startFields(part, { takeFocus: false });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// What a script added to the old part would make equal parts look different.
function startedMarks(part, adopted) {
  const old = part.querySelectorAll("[data-module]");
  const fresh = adopted.querySelectorAll("[data-module]");
  if (old.length !== fresh.length) return;
  fresh.forEach((element, index) => {
    const mark = `data-${element.dataset.module}-init`;
    if (old[index].hasAttribute(mark)) element.setAttribute(mark, "");
  });
  if (part.isEqualNode(adopted)) return;
  fresh.forEach((element) => element.removeAttribute(`data-${element.dataset.module}-init`));
}
