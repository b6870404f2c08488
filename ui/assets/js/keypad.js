// Keys on the screen type into the code field of their form; without this script each of them sends the form instead.
//
// The parts of a live page are exchanged when they differ from what the server says, so the page listens and not each
// key, and nothing within them is changed but what is typed. The focus stays on the key: whoever goes by switch or by
// Tab types on from there.

const DELETE = "delete";
const MOST = 8;

export function start() {
  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-keypad] button");
    if (key) press(event, key);
    if (event.target.closest("button[data-digits]")) document.documentElement.classList.toggle("app-hides-digits");
  });
}

function press(event, key) {
  event.preventDefault();
  const input = document.getElementById(key.closest("[data-keypad]").dataset.keypad);
  const typed = key.value === DELETE ? input.value.slice(0, -1) : input.value + key.value;
  input.value = typed.slice(0, MOST);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  say(input.value);
}

// What is typed so far is said aloud, digit by digit.
function say(digits) {
  const place = document.querySelector("[data-live-said]");
  const isHidden = document.documentElement.classList.contains("app-hides-digits");
  if (place) place.textContent = [...digits].map((digit) => (isHidden ? "•" : digit)).join(" ");
}
