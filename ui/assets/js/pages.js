// Several files of one paper: their pictures stand beneath the field in the order in which they are sent, and change
// places there. Without scripts the files are sent in the order in which they were chosen.

export function start() {
  document.addEventListener("change", (event) => update(event.target));
  // Somebody was quicker than this script, or a browser has put back what was chosen.
  document.querySelectorAll('input[type="file"]').forEach(update);
}

function update(field) {
  const list = listOf(field);
  if (list) show(field, list);
}

function listOf(field) {
  return field.type === "file" && field.multiple ? document.querySelector(`[data-pages-of="${field.id}"]`) : null;
}

function show(field, list) {
  const files = [...field.files];
  list.hidden = files.length < 2;
  list.replaceChildren(...(list.hidden ? [] : files.map((file, place) => row(field, list, files, file, place))));
}

function row(field, list, files, file, place) {
  const one = document.createElement("li");
  one.className = "app-pages__one";
  one.append(picture(file), named(file));
  if (place > 0) one.append(mover(field, list, files, place, -1, list.dataset.up));
  if (place < files.length - 1) one.append(mover(field, list, files, place, 1, list.dataset.down));
  return one;
}

function picture(file) {
  const shown = document.createElement("img");
  shown.className = "app-pages__picture";
  shown.alt = "";
  const reader = new FileReader();
  reader.addEventListener("load", () => (shown.src = reader.result));
  if (file.type.startsWith("image/")) reader.readAsDataURL(file);
  return shown;
}

function named(file) {
  const name = document.createElement("span");
  name.className = "app-pages__name";
  name.textContent = file.name;
  return name;
}

function mover(field, list, files, place, by, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = words;
  button.setAttribute("aria-label", `${words}: ${files[place].name}`);
  button.addEventListener("click", () => {
    const order = [...files];
    order.splice(place + by, 0, ...order.splice(place, 1));
    const kept = new DataTransfer();
    for (const file of order) kept.items.add(file);
    field.files = kept.files;
    show(field, list);
    // Whoever goes by keyboard stays with the page that they moved.
    list.children[place + by].querySelector("button").focus();
  });
  return button;
}
