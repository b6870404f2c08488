// A long list of choices shows those with the letters that are typed above it. What is hidden stays chosen; without
// scripts the whole list stands there, and no field above it.

export function start() {
  for (const part of document.querySelectorAll("[data-filter]")) prepare(part);
}

function prepare(part) {
  const list = document.getElementById(part.dataset.filter);
  const field = part.querySelector("input");
  const told = part.querySelector("[role=status]");
  const groups = [...list.querySelectorAll("fieldset")].map((group) => ({
    place: group.closest(".govuk-form-group"),
    name: folded(group.querySelector("legend").textContent),
    items: [...group.querySelectorAll(".govuk-checkboxes__item")].map((item) => ({ item, text: folded(item.textContent) })),
  }));
  part.hidden = false;
  field.addEventListener("input", () => {
    const wanted = folded(field.value);
    const shown = groups.reduce((count, group) => count + narrow(group, wanted), 0);
    told.textContent = wanted ? `${told.dataset.filtered} ${shown}` : "";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it looks for something, and sends nothing
  });
}

function narrow({ place, name, items }, wanted) {
  let count = 0;
  for (const { item, text } of items) {
    item.hidden = !(name.includes(wanted) || text.includes(wanted));
    count += item.hidden ? 0 : 1;
  }
  place.hidden = count === 0;
  return count;
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
