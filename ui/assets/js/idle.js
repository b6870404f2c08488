// Locks an unattended terminal: warns first, then posts the form that carries data-idle-lock (seconds).

const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "scroll", "input"];

export function start() {
  const form = document.querySelector("form[data-idle-lock]");
  if (!form) return;
  const limit = Number(form.dataset.idleLock);
  const warning = Math.min(Number(form.dataset.idleWarning), limit / 2);
  const message = document.querySelector("[data-idle-message]");
  let alive = Date.now();

  for (const sign of SIGNS_OF_LIFE) {
    addEventListener(sign, () => {
      alive = Date.now();
      if (message) message.hidden = true;
    }, { passive: true });
  }

  // The clock, not a countdown: a machine that slept locks at once when it wakes.
  const timer = setInterval(() => {
    const idle = (Date.now() - alive) / 1000;
    if (message) message.hidden = idle < limit - warning;
    if (idle < limit) return;
    clearInterval(timer);
    const why = document.createElement("input");
    Object.assign(why, { type: "hidden", name: "why", value: "idle" });
    form.append(why);
    form.requestSubmit();
  }, 1000);
}
