// Keys for whoever works all day: one letter each, never while something is typed, and they can be switched off.
//
// A key moves the focus or goes somewhere; none of them sends an application, and the only form that one presses is the
// lock. Speech and a slip of the hand make letters too (WCAG 2.1.4), so a button on the page of keys turns all off here.

const OFF = "pilnvara.keys.off";
const TYPED_IN = "input:not([type=radio], [type=checkbox], [type=submit], [type=button]), textarea, select";
const NEXT = ".govuk-button:not(.govuk-button--secondary, .govuk-button--warning, [disabled])";

const DOES = {
  "/": () => focus(document.querySelector("main #query")),
  d: () => location.assign("/"),
  l: () => document.querySelector("form[data-idle-lock]").requestSubmit(),
  // What a lost connection brings stands hidden before the form.
  n: () => focus([...document.querySelectorAll(`main ${NEXT}`)].find((each) => each.checkVisibility())),
  "?": () => location.assign("/keys"),
};

export function start() {
  startSwitch();
  if (!document.querySelector("form[data-idle-lock]")) return;
  addEventListener("keydown", (event) => {
    const act = DOES[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (isOff() || event.target.closest?.(TYPED_IN) || event.target.isContentEditable) return;
    event.preventDefault();
    act();
  });
}

function startSwitch() {
  const button = document.querySelector("[data-keys-switch]");
  if (!button) return;
  const show = () => {
    button.textContent = isOff() ? button.dataset.on : button.dataset.off;
    document.querySelector("[data-keys-are-off]").hidden = !isOff();
  };
  button.addEventListener("click", () => {
    if (isOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });
  show();
  button.hidden = false;
}

function isOff() {
  return localStorage.getItem(OFF) !== null;
}

function focus(element) {
  if (!element) return;
  element.focus();
  element.scrollIntoView({ block: "center" });
}
