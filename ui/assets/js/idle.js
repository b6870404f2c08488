// Locks an unattended terminal: warns first, then posts the form that carries data-idle-lock (seconds).
//
// All tabs of the terminal have one clock: somebody who works in one of them is there in all. Whoever only reads or types
// sends nothing, so the server is told once a minute that somebody is there.

const SIGNS_OF_LIFE = ["keydown", "pointerdown", "input"];
const SIGNS_UNTIL_WARNED = ["pointermove", "scroll"];
const ALIVE = "pilnvara.alive";
const TOLD = "pilnvara.told";
const TELL_MS = 60_000;
const NOTE_MS = 500;
const SAY_AGAIN = [30, 10];

export function start() {
  const form = document.querySelector("form[data-idle-lock]");
  if (!form) return;
  const limit = Number(form.dataset.idleLock);
  const warning = Math.min(Number(form.dataset.idleWarning), limit / 2);
  const message = document.querySelector("[data-idle-message]");

  note(ALIVE);
  note(TOLD); // the page itself was a request
  // On the way to its button the warning stays: what lies under it must not be clicked instead. So it goes by a key, by
  // its button, or with the next second.
  for (const sign of [...SIGNS_OF_LIFE, ...SIGNS_UNTIL_WARNED]) {
    addEventListener(sign, () => {
      if (message && !message.hidden && SIGNS_UNTIL_WARNED.includes(sign)) return;
      if (Date.now() - last(ALIVE) >= NOTE_MS) note(ALIVE);
      if (message && sign === "keydown") message.hidden = true;
    }, { passive: true });
  }
  message?.querySelector("button").addEventListener("click", () => {
    note(ALIVE);
    message.hidden = true;
  });

  // The clock, not a countdown: a machine that slept locks at once when it wakes.
  const timer = setInterval(() => {
    const idle = (Date.now() - last(ALIVE)) / 1000;
    if (message) warn(message, idle < limit - warning ? null : Math.ceil(limit - idle));
    if (last(ALIVE) > last(TOLD) && Date.now() - last(TOLD) >= TELL_MS) tell(form);
    if (idle < limit) return;
    clearInterval(timer);
    const why = document.createElement("input");
    Object.assign(why, { type: "hidden", name: "why", value: "idle" });
    form.append(why);
    form.requestSubmit();
  }, 1000);
}

// The seconds are seen each second, and said aloud at the beginning and twice more.
function warn(message, seconds) {
  if (seconds === null) {
    message.hidden = true;
    return;
  }
  const say = message.querySelector("[data-idle-say]");
  if (message.hidden || SAY_AGAIN.includes(seconds)) say.textContent = `${say.dataset.idleSay} ${seconds}`;
  message.querySelector("[data-idle-left]").textContent = String(seconds);
  message.hidden = false;
}

function tell(form) {
  note(TOLD);
  const body = new URLSearchParams({ _csrf: form.elements._csrf.value });
  fetch("/alive", { method: "POST", body, headers: { accept: "application/json" }, redirect: "error" }).catch(() => null);
}

function note(what) {
  localStorage.setItem(what, String(Date.now()));
}

function last(what) {
  return Number(localStorage.getItem(what) ?? 0);
}
