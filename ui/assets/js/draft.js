// Keeps what is typed in a form with data-keeps, as a draft on the server: after a pause, and when a field is left.
//
// The server takes it as typed, not as answered. It never moves the focus, and says when it could not. Files go with the
// form alone. A page left behind by another tab is told so once and keeps nothing by itself any more.

import { markNext } from "./marks.js";

const PAUSE_MS = 3000;
const LEFT_MS = 300;
const AGAIN_MS = 15_000;

export function start() {
  for (const form of document.querySelectorAll("form[data-keeps]")) keep(form);
}

function keep(form) {
  const kept = form.querySelector("[data-kept]");
  const not = form.querySelector("[data-not-kept]");
  let timer = null;
  let saving = null;
  let dirty = false;
  let over = false;

  const later = (pause) => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(save, pause);
  };
  const typed = () => {
    dirty = true;
    later(PAUSE_MS);
  };

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("focusout", () => dirty && later(LEFT_MS));
  addEventListener("pageshow", (event) => {
    if (event.persisted) over = false;
  });
  // What is on its way would be newer than the form that follows it: the form waits for it.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    over = true;
    if (!saving) return;
    event.preventDefault();
    const by = event.submitter;
    saving.finally(() => form.requestSubmit(by));
  });

  function save() {
    if (saving || over || !dirty) return;
    dirty = false;
    form.dispatchEvent(new Event("draft:asked"));
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    markNext(form, body);
    // What was known before this page is known no more: an emptied field is empty.
    for (const known of form.querySelectorAll('input[type="hidden"][name^="keep."]')) {
      if (body.get(known.name.slice("keep.".length))) known.remove();
    }
    saving = fetch(form.dataset.keeps, {
      method: "POST",
      body: new URLSearchParams(body),
      headers: { accept: "application/json" },
      redirect: "error",
    })
      .then((response) => response.json().then((said) => arrive(response.status, said)))
      .catch(() => fail(not.dataset.lost))
      .finally(() => {
        saving = null;
        if (dirty) later(PAUSE_MS);
      });
  }

  function arrive(status, said) {
    if (status === 200) {
      form.elements.draft.value = said.draft;
      form.dispatchEvent(new Event("draft:kept"));
      kept.textContent = said.text;
      kept.hidden = false;
      not.hidden = true;
    } else if (said.text) {
      over = true;
      show(said.text);
    } else {
      fail(not.dataset.lost);
    }
  }

  function fail(text) {
    dirty = true;
    // Where the computer itself keeps it, that is said instead (offline.js).
    if (form.dispatchEvent(new Event("draft:lost", { cancelable: true }))) show(text);
    later(AGAIN_MS);
  }

  function show(text) {
    kept.hidden = true;
    if (not.textContent !== text) not.textContent = text;
    not.hidden = false;
  }
}
