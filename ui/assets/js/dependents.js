// A question that depends on what is chosen in a list stands there only while that is chosen. Without scripts it stands
// there always and says on what it depends.

export function start() {
  document.addEventListener("change", update);
  // Going back, a browser puts back what was chosen, and says so only by showing the page.
  addEventListener("pageshow", update);
  update();
}

function update() {
  for (const part of document.querySelectorAll("[data-shown-when]")) {
    const list = part.closest("form")?.elements[part.dataset.shownWhen];
    if (list) part.hidden = list.value !== part.dataset.shownEquals;
  }
}
