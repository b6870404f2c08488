// A shared computer is the resident's for a while: how long still, a warning before the end, and at the end the page that
// waits for the next. The part with the time may be exchanged while the page stays open (live.js).

const WARNING_SECONDS = 120;
const OVER = "/guest";

let counted = null;
let ends = 0;

export function start() {
  if (!document.querySelector("[data-guest-seconds]")) return;
  look();
  setInterval(look, 1000);
}

function look() {
  const part = document.querySelector("[data-guest-seconds]");
  if (!part) return;
  if (part !== counted) {
    counted = part;
    ends = Date.now() + part.dataset.guestSeconds * 1000;
  }
  const left = Math.ceil((ends - Date.now()) / 1000);
  if (left <= 0) {
    location.replace(OVER);
    return;
  }
  part.querySelector("[data-guest-minutes]").textContent = String(Math.ceil(left / 60));
  part.querySelector("[data-guest-left]").hidden = false;
  warn(left <= WARNING_SECONDS);
}

function warn(isNear) {
  const warning = document.querySelector("[data-guest-warning]");
  if (warning.hidden === !isNear) return;
  warning.hidden = !isNear;
  const say = warning.querySelector("[data-guest-say]");
  say.textContent = isNear ? say.dataset.guestSay : "";
}
