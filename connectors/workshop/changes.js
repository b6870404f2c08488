// Makes one structural change of a page whose form is drawn by its own script: again, whenever it is drawn anew.
({ kind, control, button, name, label }) => {
  const fieldNamed = (wanted) => [...document.querySelectorAll("input, select, textarea, button")]
    .filter((one) => one.name === wanted);
  const buttons = () => [...document.querySelectorAll("button, input[type=submit]")]
    .filter((one) => (one.matches("input") ? one.value : one.textContent).trim() === button);
  const first = (element) => {
    const added = document.createElement(element);
    added.name = name;
    return added;
  };
  const change = () => {
    if (kind === "BUTTON_RENAMED") {
      for (const one of buttons()) {
        if (one.matches("input")) one.value = `${button} !`;
        else one.textContent = `${button} !`;
      }
      return;
    }
    const found = fieldNamed(control).filter((one) => !one.dataset.changed);
    if (!found.length || (document.readyState === "loading" && !buttons().length)) return;
    // Several forms of a page may have a control of this name, such as a token: meant is the one with the button.
    const anchor = found.find((one) => buttons().some((each) => each.form && each.form === one.form)) || found[0];
    for (const one of found) one.dataset.changed = "1";
    if (kind === "FIELD_ADDED" || kind === "HIDDEN_ADDED") {
      if (fieldNamed(name).length) return;
      const added = first("input");
      added.type = kind === "HIDDEN_ADDED" ? "hidden" : "text";
      added.required = kind === "FIELD_ADDED";
      if (kind === "FIELD_ADDED") added.setAttribute("aria-label", label);
      anchor.before(added);
    } else if (kind === "OPTION_ADDED") {
      anchor.append(new Option(label, name));
    } else {
      for (const one of found) {
        if (kind === "FIELD_REMOVED") one.remove();
        if (kind === "FIELD_RENAMED") one.name = name;
        if (kind === "LENGTH") one.maxLength = 3;
        if (kind === "REQUIRED") {
          const was = one.required || one.getAttribute("aria-required") === "true";
          one.required = !was;
          one.removeAttribute("aria-required");
        }
      }
    }
  };
  new MutationObserver(change).observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", change);
}
