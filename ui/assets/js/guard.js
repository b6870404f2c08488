// A shared terminal must never show the last resident's page again: hidden when it is left, loaded anew when the
// browser brings it back from its back-forward cache. Every page asks for it by data-guard on the body, unless it says
// nothing of anybody.

export function start() {
  if (!("guard" in document.body.dataset)) return;
  addEventListener("pagehide", () => document.documentElement.classList.add("app-left"));
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
