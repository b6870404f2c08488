// Live pages: when the server says that something has changed, the parts marked data-live are fetched and exchanged.
//
// The answer is parsed by XMLHttpRequest itself (responseType "document"), which runs no script and needs no Trusted
// Types policy.
//
// A page that answered a form cannot be asked for by its address (405). What it shows stands also on the page whose
// stream it follows: /visits/1/events belongs to /visits/1. Loading such a page again would send the form once more.

import { startFields } from "./fields.js";
import { show as showPasskey } from "./passkey.js";

const TRUST_AFTER_MS = 3000;
const TRY_AGAIN_MS = 1000;

let own = location.href;
let leaving = false;

const said = new Map();

// Before any other script changes the page: what the server said in each part.
export function read() {
  for (const part of document.querySelectorAll("[data-live]")) keep(part, part);
}

function keep(part, as) {
  said.set(part, as.cloneNode(true));
}

export function start() {
  // A form is on its way: what it leads to is newer than anything fetched now, and going elsewhere would lose it.
  addEventListener("submit", (event) => {
    leaving = !event.defaultPrevented;
  });
  addEventListener("pageshow", () => {
    leaving = false;
  });
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
    // The stream tells of changes from now on: what changed since the page was made, or while the stream was cut, is
    // looked up once.
    refresh();
  });
  source.addEventListener("error", () => {
    problem ??= setTimeout(() => show(true), TRUST_AFTER_MS);
    // Refused, and not tried again: the session is over, or the page is another now.
    if (source.readyState === EventSource.CLOSED) refresh();
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
  if (target.origin !== location.origin || leaving) return;
  if (target.href === location.href) location.reload();
  else location.assign(target);
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
  request.open("GET", own);
  request.addEventListener("load", () => arrive(request));
  request.addEventListener("error", () => setTimeout(refresh, TRY_AGAIN_MS));
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
  if (leaving) return;
  if (request.status === 405 && own === location.href) {
    own = new URL(document.querySelector("[data-live]").dataset.live.replace(/\/events$/, ""), own).href;
    again = true;
    return;
  }
  const from = new URL(request.responseURL || own);
  if (from.pathname !== new URL(own).pathname) {
    go(from.href);
    return;
  }
  const speaksAnother = request.response?.documentElement.lang !== document.documentElement.lang;
  if (request.status !== 200 || speaksAnother) {
    go(own);
    return;
  }
  let changed = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = request.response.getElementById(part.id);
    if (fresh) changed = exchange(part, fresh) || changed;
    else go(own);
  }
  // A page that answered a form with an error says so in its title; where nothing moved on, that still holds.
  if (changed && request.response.title) document.title = request.response.title;
}

// Whether the part was drawn anew. What the server said is compared with what it says now: whatever scripts, the browser
// and the reader have added since (what was typed, chosen, opened, sorted or counted) makes no difference, and stays for
// as long as the server says the same. So does a mistake that it told, with what it repeated of what was typed.
function exchange(part, fresh) {
  const before = said.get(part);
  const same = isMistaken(before) ? withoutMistake(before).isEqualNode(withoutMistake(fresh)) : before.isEqualNode(fresh);
  if (same) return false;
  keep(part, fresh);
  const held = part.contains(document.activeElement);
  const focused = held ? document.activeElement.id : "";
  const heard = headingOf(part)?.textContent;
  part.replaceChildren(...document.importNode(fresh, true).childNodes);
  // Its own class says how what it holds is drawn, such as all answers on one screen.
  if (fresh.className) part.className = fresh.className;
  else part.removeAttribute("class");
  startFields(part, { takeFocus: false });
  showPasskey();
  const back = focused && document.getElementById(focused);
  const heading = headingOf(part);
  if (back) back.focus({ preventScroll: true });
  else if (held && heading) focusOn(heading);
  if (heading && heading.textContent !== heard) say(heading.textContent);
  return true;
}

function headingOf(part) {
  return part.querySelector("h1");
}

// What had the focus is gone: whoever cannot see the screen goes on at what it says now, not at the top of the page.
function focusOn(heading) {
  heading.tabIndex = -1;
  heading.addEventListener("blur", () => heading.removeAttribute("tabindex"), { once: true });
  heading.focus({ preventScroll: true });
}

// On pages with a place for it, a new heading is said aloud.
function say(text) {
  const place = document.querySelector("[data-live-said]");
  if (place) place.textContent = text.replace(/\s+/g, " ").trim();
}

const MISTAKE = ".govuk-error-summary, .govuk-error-message";

function isMistaken(part) {
  return part.querySelector(MISTAKE) !== null;
}

function withoutMistake(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll(MISTAKE).forEach((element) => element.remove());
  for (const element of copy.querySelectorAll('[class*="--error"]')) {
    element.className = element.className.replace(/ ?\S+--error(?!\S)/g, "");
  }
  for (const element of copy.querySelectorAll('[aria-describedby$="-error"]')) {
    const rest = element.getAttribute("aria-describedby").replace(/ ?\S+-error$/, "");
    if (rest) element.setAttribute("aria-describedby", rest);
    else element.removeAttribute("aria-describedby");
  }
  copy.querySelectorAll("textarea").forEach((field) => field.replaceChildren());
  copy.querySelectorAll('input:not([type="hidden"]), option').forEach(empty);
  copy.normalize();
  return copy;
}

// A box or an answer has a value of its own; what is typed has none but what was typed.
function empty(field) {
  for (const name of ["checked", "selected"]) field.removeAttribute(name);
  if (field.matches("input:not([type=checkbox], [type=radio])")) field.removeAttribute("value");
}
